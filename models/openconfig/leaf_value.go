package openconfig

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrNoNode is wrapped when a path is not in the schema or is not a leaf, ErrBadValue when a value is not one of its type.
var (
	ErrNoNode   = errors.New("no such leaf in the schema")
	ErrBadValue = errors.New("value does not fit its type")
)

// CheckLeaf checks a value as encoding/json decodes it from an RFC 7951 document (numbers as float64 or json.Number) and
// returns its canonical text: decimals without surplus zeros ("-10.0"), identities with their module, numbers without
// leading zeros.
//
// It is as strict as the RFC: 64-bit integers and decimals have to be strings, smaller integers numbers, a decimal may
// not have an exponent or more fraction digits than its type, and an identity may go without its module only if that is
// the leaf's own. For a leaf-list the value is one entry. Errors wrap ErrNoNode or ErrBadValue.
func (x *Index) CheckLeaf(path []string, value any) (string, error) {
	n, err := x.leaf(path)
	if err != nil {
		return "", err
	}
	text, err := n.Type.CheckJSON(value)
	if err != nil {
		return "", fmt.Errorf("/%s: %w", strings.Join(path, "/"), err)
	}
	return text, nil
}

// CheckText is CheckLeaf for a value that comes as text: a list key in a path, or XML with the identity's prefix already
// replaced by its module name.
func (x *Index) CheckText(path []string, text string) (string, error) {
	n, err := x.leaf(path)
	if err != nil {
		return "", err
	}
	canonical, err := n.Type.CheckText(text)
	if err != nil {
		return "", fmt.Errorf("/%s: %w", strings.Join(path, "/"), err)
	}
	return canonical, nil
}

// JSONValue turns text that CheckText accepts into the value an RFC 7951 document holds: string, bool, or json.Number for
// integers up to 32 bits.
func (x *Index) JSONValue(path []string, text string) (any, error) {
	n, err := x.leaf(path)
	if err != nil {
		return nil, err
	}
	value, err := n.Type.JSONValue(text)
	if err != nil {
		return nil, fmt.Errorf("/%s: %w", strings.Join(path, "/"), err)
	}
	return value, nil
}

func (x *Index) leaf(path []string) (*Node, error) {
	n, ok := x.Lookup(path)
	if !ok || n.Type == nil {
		return nil, fmt.Errorf("/%s: %w", strings.Join(path, "/"), ErrNoNode)
	}
	return n, nil
}

// jsonForm is how RFC 7951 section 6 writes a built-in type.
type jsonForm int

const (
	asString jsonForm = iota
	asNumber
	asBool
)

func (t *Type) form() jsonForm {
	switch t.Base {
	case "int8", "int16", "int32", "uint8", "uint16", "uint32":
		return asNumber
	case "boolean":
		return asBool
	}
	return asString
}

// CheckJSON is Index.CheckLeaf for a type already at hand.
func (t *Type) CheckJSON(value any) (string, error) {
	if t.Base == "union" {
		for _, member := range t.Union {
			if text, err := member.CheckJSON(value); err == nil {
				return text, nil
			}
		}
		return "", fmt.Errorf("%w: %v fits no member of the union", ErrBadValue, value)
	}
	switch v := value.(type) {
	case string:
		if t.form() == asString {
			return t.CheckText(v)
		}
	case bool:
		if t.form() == asBool {
			return strconv.FormatBool(v), nil
		}
	case json.Number:
		if t.form() == asNumber {
			return t.CheckText(v.String())
		}
	case float64:
		if t.form() == asNumber {
			return t.CheckText(strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
	return "", fmt.Errorf("%w: a JSON %s is not how %s is written", ErrBadValue, jsonKind(value), t.Base)
}

func jsonKind(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number, float64:
		return "number"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return fmt.Sprintf("%T", value)
}

// JSONValue is Index.JSONValue for a type already at hand.
func (t *Type) JSONValue(text string) (any, error) {
	if t.Base == "union" {
		for _, member := range t.Union {
			if value, err := member.JSONValue(text); err == nil {
				return value, nil
			}
		}
		return nil, fmt.Errorf("%w: %.60q fits no member of the union", ErrBadValue, text)
	}
	canonical, err := t.CheckText(text)
	if err != nil {
		return nil, err
	}
	switch t.form() {
	case asNumber:
		return json.Number(canonical), nil
	case asBool:
		return canonical == "true", nil
	}
	return canonical, nil
}

// CheckText is Index.CheckText for a type already at hand.
func (t *Type) CheckText(text string) (string, error) {
	switch t.Base {
	case "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64":
		return t.checkInteger(text)
	case "decimal64":
		return t.checkDecimal(text)
	case "boolean":
		if text == "true" || text == "false" {
			return text, nil
		}
	case "enumeration":
		if i := sort.SearchStrings(t.Enums, text); i < len(t.Enums) && t.Enums[i] == text {
			return text, nil
		}
	case "identityref":
		return t.checkIdentity(text)
	case "string":
		return t.checkString(text)
	case "binary":
		return t.checkBinary(text)
	case "union":
		for _, member := range t.Union {
			if canonical, err := member.CheckText(text); err == nil {
				return canonical, nil
			}
		}
	}
	return "", fmt.Errorf("%w: %.60q is no %s", ErrBadValue, text, t.Base)
}

func (t *Type) checkInteger(text string) (string, error) {
	refused := func() error { return fmt.Errorf("%w: %.60q is no %s", ErrBadValue, text, t.Base) }
	var canonical string
	if bits, ok := strings.CutPrefix(t.Base, "uint"); ok {
		size, _ := strconv.Atoi(bits)
		v, err := strconv.ParseUint(text, 10, size)
		if err != nil {
			return "", refused()
		}
		canonical = strconv.FormatUint(v, 10)
	} else {
		size, _ := strconv.Atoi(strings.TrimPrefix(t.Base, "int"))
		v, err := strconv.ParseInt(text, 10, size)
		if err != nil {
			return "", refused()
		}
		canonical = strconv.FormatInt(v, 10)
	}
	if len(t.values) > 0 {
		v, ok := new(big.Int).SetString(canonical, 10)
		if !ok || !inSpans(t.values, v) {
			return "", fmt.Errorf("%w: %s is outside %s", ErrBadValue, canonical, strings.Join(t.Ranges, " | "))
		}
	}
	return canonical, nil
}

// checkDecimal allows what RFC 7950 section 9.3.1 does: a sign, digits, and a point only with digits on both sides.
func (t *Type) checkDecimal(text string) (string, error) {
	whole, fraction, hasPoint := strings.Cut(strings.TrimLeft(text, "+-"), ".")
	if !onlyDigits(whole) || hasPoint && !onlyDigits(fraction) {
		return "", fmt.Errorf("%w: %.60q is no decimal64", ErrBadValue, text)
	}
	if len(fraction) > t.FractionDigits {
		return "", fmt.Errorf("%w: %.60q has more than %d fraction digits", ErrBadValue, text, t.FractionDigits)
	}
	unscaled, err := ParseDecimal(text, t.FractionDigits)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadValue, err)
	}
	if len(t.values) > 0 && !inSpans(t.values, big.NewInt(unscaled)) {
		return "", fmt.Errorf("%w: %s is outside %s", ErrBadValue, text, strings.Join(t.Ranges, " | "))
	}
	return canonicalDecimal(unscaled, t.FractionDigits), nil
}

func (t *Type) checkIdentity(text string) (string, error) {
	qualified := text
	if !strings.Contains(text, ":") {
		qualified = t.module + ":" + text
	}
	if i := sort.SearchStrings(t.Identities, qualified); i < len(t.Identities) && t.Identities[i] == qualified {
		return qualified, nil
	}
	return "", fmt.Errorf("%w: %.60q is no identity derived from %s", ErrBadValue, text, t.IdentityBase)
}

func (t *Type) checkString(text string) (string, error) {
	if !utf8.ValidString(text) {
		return "", fmt.Errorf("%w: the text is not UTF-8", ErrBadValue)
	}
	if len(t.lengths) > 0 && !inSpans(t.lengths, big.NewInt(int64(utf8.RuneCountInString(text)))) {
		return "", fmt.Errorf("%w: %.60q does not have a length in %s", ErrBadValue, text, strings.Join(t.Lengths, " | "))
	}
	for _, p := range t.patterns {
		if !p.MatchString(text) {
			return "", fmt.Errorf("%w: %.60q does not match its pattern", ErrBadValue, text)
		}
	}
	return text, nil
}

func (t *Type) checkBinary(text string) (string, error) {
	octets, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", fmt.Errorf("%w: %.60q is not base64", ErrBadValue, text)
	}
	if len(t.lengths) > 0 && !inSpans(t.lengths, big.NewInt(int64(len(octets)))) {
		return "", fmt.Errorf("%w: %d octets are not %s", ErrBadValue, len(octets), strings.Join(t.Lengths, " | "))
	}
	return text, nil
}

func inSpans(parts []span, v *big.Int) bool {
	for _, p := range parts {
		if p.holds(v) {
			return true
		}
	}
	return false
}

func onlyDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
