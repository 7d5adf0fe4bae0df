package gnmi

import (
	"strconv"
	"strings"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"

	"github.com/waveplane/waveplane/models/openconfig"
)

// scalar is the value of one leaf as it came, before the table says what it
// should be.
type scalar struct {
	form form
	text string
}

// form is how the value was written. Numbers may come as text too (RFC 7951
// writes 64-bit integers and decimals so), but a boolean may not.
type form byte

const (
	formNone form = iota // no value: null, or a form that no leaf of ours has
	formText
	formNumber
	formBool
)

// maxText bounds the text of one leaf.
const maxText = 4096

// scalarOf reads a typed value that stands for one leaf. JSON is read by the
// caller.
func scalarOf(v *gnmipb.TypedValue) scalar {
	switch x := v.GetValue().(type) {
	case *gnmipb.TypedValue_StringVal:
		return textScalar(x.StringVal)
	case *gnmipb.TypedValue_AsciiVal:
		return textScalar(x.AsciiVal)
	case *gnmipb.TypedValue_IntVal:
		return scalar{formNumber, strconv.FormatInt(x.IntVal, 10)}
	case *gnmipb.TypedValue_UintVal:
		return scalar{formNumber, strconv.FormatUint(x.UintVal, 10)}
	case *gnmipb.TypedValue_BoolVal:
		return scalar{formBool, strconv.FormatBool(x.BoolVal)}
	case *gnmipb.TypedValue_DoubleVal:
		return scalar{formNumber, strconv.FormatFloat(x.DoubleVal, 'g', -1, 64)}
	case *gnmipb.TypedValue_FloatVal:
		//lint:ignore SA1019 deprecated, and still sent by devices
		return scalar{formNumber, strconv.FormatFloat(float64(x.FloatVal), 'g', -1, 32)}
	case *gnmipb.TypedValue_DecimalVal:
		//lint:ignore SA1019 deprecated, and still sent by devices
		digits := int(min(x.DecimalVal.GetPrecision(), 18))
		//lint:ignore SA1019 deprecated, and still sent by devices
		return scalar{formNumber, openconfig.FormatDecimal(x.DecimalVal.GetDigits(), digits)}
	}
	return scalar{}
}

func textScalar(s string) scalar {
	if len(s) > maxText {
		return scalar{}
	}
	return scalar{formText, strings.Clone(s)}
}
