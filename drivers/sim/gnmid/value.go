package gnmid

import (
	"math"
	"strconv"
	"strings"

	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/waveplane/waveplane/models/openconfig"
)

// checkText brings a value given as text into canonical form.
func checkText(n *openconfig.Node, text string) (string, error) {
	if n.Kind != openconfig.LeafList {
		if n.Type.Base == "decimal64" && len(n.Type.Ranges) == 0 {
			if canonical, ok := trimDecimal(text, n.Type.FractionDigits); ok {
				return canonical, nil
			}
		}
		return n.Type.CheckText(text)
	}
	if text == "" {
		return "", nil
	}
	entries := strings.Split(text, ",")
	for i, entry := range entries {
		canonical, err := n.Type.CheckText(entry)
		if err != nil {
			return "", err
		}
		entries[i] = canonical
	}
	return strings.Join(entries, ","), nil
}

// trimDecimal brings an everyday decimal into canonical form without counting
// in big numbers: readings come by the thousand. It leaves alone what it doesn't
// recognise as certainly right.
func trimDecimal(text string, digits int) (string, bool) {
	whole, fraction, hasPoint := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if !hasPoint || whole == "" || fraction == "" || len(fraction) > digits || len(whole)+digits > 18 {
		return "", false
	}
	if whole[0] == '0' && len(whole) > 1 {
		return "", false
	}
	nonzero := false
	for _, part := range [2]string{whole, fraction} {
		for i := range len(part) {
			if part[i] < '0' || part[i] > '9' {
				return "", false
			}
			nonzero = nonzero || part[i] != '0'
		}
	}
	if !nonzero {
		return "0.0", true
	}
	for len(fraction) > 1 && fraction[len(fraction)-1] == '0' {
		fraction = fraction[:len(fraction)-1]
		text = text[:len(text)-1]
	}
	return text, true
}

// fromScalar reads a scalar TypedValue for a leaf. The kind of value has to be
// the one gNMI gives the leaf's type.
func fromScalar(n *openconfig.Node, v *gpb.TypedValue) (string, error) {
	if n.Kind == openconfig.LeafList {
		list, ok := v.GetValue().(*gpb.TypedValue_LeaflistVal)
		if !ok {
			return "", status.Errorf(codes.InvalidArgument, "%s is a leaf-list and takes leaflist_val", n.Name)
		}
		entries := make([]string, 0, len(list.LeaflistVal.GetElement()))
		for _, e := range list.LeaflistVal.GetElement() {
			text, err := scalarText(n.Type, e)
			if err != nil {
				return "", err
			}
			entries = append(entries, text)
		}
		return strings.Join(entries, ","), nil
	}
	return scalarText(n.Type, v)
}

func scalarText(t *openconfig.Type, v *gpb.TypedValue) (string, error) {
	text, kind := "", ""
	switch v := v.GetValue().(type) {
	case *gpb.TypedValue_StringVal:
		text, kind = v.StringVal, "string"
	case *gpb.TypedValue_UintVal:
		text, kind = strconv.FormatUint(v.UintVal, 10), "uint"
	case *gpb.TypedValue_IntVal:
		text, kind = strconv.FormatInt(v.IntVal, 10), "int"
	case *gpb.TypedValue_BoolVal:
		text, kind = strconv.FormatBool(v.BoolVal), "bool"
	case *gpb.TypedValue_DoubleVal:
		text, kind = strconv.FormatFloat(v.DoubleVal, 'f', -1, 64), "decimal"
	case *gpb.TypedValue_FloatVal:
		//lint:ignore SA1019 clients still send it
		text, kind = strconv.FormatFloat(float64(v.FloatVal), 'f', -1, 32), "decimal"
	case *gpb.TypedValue_DecimalVal:
		//lint:ignore SA1019 likewise
		text, kind = decimalText(v.DecimalVal.GetDigits(), v.DecimalVal.GetPrecision()), "decimal"
	case nil:
		return "", status.Error(codes.InvalidArgument, "the value is missing")
	default:
		return "", status.Errorf(codes.Unimplemented, "values of kind %T are not supported", v)
	}
	if wants := scalarKind(t); wants != kind {
		return "", status.Errorf(codes.InvalidArgument, "a %s value does not fit type %s", kind, t.Base)
	}
	if t.Base == "identityref" && !strings.Contains(text, ":") {
		text = qualifyIdentity(t, text)
	}
	canonical, err := t.CheckText(text)
	if err != nil {
		return "", status.Error(codes.InvalidArgument, err.Error())
	}
	return canonical, nil
}

func scalarKind(t *openconfig.Type) string {
	switch t.Base {
	case "uint8", "uint16", "uint32", "uint64":
		return "uint"
	case "int8", "int16", "int32", "int64":
		return "int"
	case "boolean":
		return "bool"
	case "decimal64":
		return "decimal"
	}
	return "string"
}

// qualifyIdentity finds the one permitted identity of that name. Scalar values
// may leave the module out; JSON may not.
func qualifyIdentity(t *openconfig.Type, name string) string {
	found := ""
	for _, identity := range t.Identities {
		if _, local, ok := strings.Cut(identity, ":"); ok && local == name {
			if found != "" {
				return name
			}
			found = identity
		}
	}
	if found == "" {
		return name
	}
	return found
}

func decimalText(digits int64, precision uint32) string {
	text := strconv.FormatInt(digits, 10)
	if precision == 0 || precision > 18 {
		return text
	}
	sign := ""
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		sign, text = "-", rest
	}
	if missing := int(precision) + 1 - len(text); missing > 0 {
		text = strings.Repeat("0", missing) + text
	}
	point := len(text) - int(precision)
	return sign + text[:point] + "." + text[point:]
}

// toWire encodes a leaf's canonical text.
func toWire(n *openconfig.Node, text string, encoding gpb.Encoding) *gpb.TypedValue {
	if encoding == gpb.Encoding_JSON_IETF {
		return &gpb.TypedValue{Value: &gpb.TypedValue_JsonIetfVal{JsonIetfVal: appendLeaf(nil, n, text)}}
	}
	if n.Kind != openconfig.LeafList {
		return scalar(n.Type, text)
	}
	list := &gpb.ScalarArray{}
	for _, entry := range splitList(text) {
		list.Element = append(list.Element, scalar(n.Type, entry))
	}
	return &gpb.TypedValue{Value: &gpb.TypedValue_LeaflistVal{LeaflistVal: list}}
}

func splitList(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

func scalar(t *openconfig.Type, text string) *gpb.TypedValue {
	switch scalarKind(t) {
	case "uint":
		if v, err := strconv.ParseUint(text, 10, 64); err == nil {
			return &gpb.TypedValue{Value: &gpb.TypedValue_UintVal{UintVal: v}}
		}
	case "int":
		if v, err := strconv.ParseInt(text, 10, 64); err == nil {
			return &gpb.TypedValue{Value: &gpb.TypedValue_IntVal{IntVal: v}}
		}
	case "bool":
		return &gpb.TypedValue{Value: &gpb.TypedValue_BoolVal{BoolVal: text == "true"}}
	case "decimal":
		if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsInf(v, 0) {
			return &gpb.TypedValue{Value: &gpb.TypedValue_DoubleVal{DoubleVal: v}}
		}
	}
	return &gpb.TypedValue{Value: &gpb.TypedValue_StringVal{StringVal: text}}
}
