package gnmi

import (
	"strconv"
	"time"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"

	"github.com/waveplane/waveplane/drivers/internal/ocmap"
	"github.com/waveplane/waveplane/models/openconfig"
)

// maxSkew is how far in the future a device's timestamp may lie before it is
// counted as nonsense. Timestamps are never used: readings carry the time at
// which they arrived, by our own clock.
const maxSkew = time.Hour

// notify files one notification. Deletes come before updates, as the gNMI
// specification has it.
func notify(v *ocmap.View, n *gnmipb.Notification, now time.Time) {
	v.Now = now
	if ts := n.GetTimestamp(); ts <= 0 || time.Unix(0, ts).After(now.Add(maxSkew)) {
		v.Ignored++
	}
	at := v.At()
	at.Reset()
	walk(at, n.GetPrefix())
	prefix := at.Mark()
	for _, path := range n.GetDelete() {
		at.Back(prefix)
		walk(at, path)
		v.Remove()
	}
	for _, u := range n.GetUpdate() {
		at.Back(prefix)
		walk(at, u.GetPath())
		file(v, u.GetVal())
	}
}

func file(v *ocmap.View, value *gnmipb.TypedValue) {
	switch x := value.GetValue().(type) {
	case *gnmipb.TypedValue_JsonIetfVal:
		v.Document(x.JsonIetfVal)
	case *gnmipb.TypedValue_JsonVal:
		v.Document(x.JsonVal)
	case *gnmipb.TypedValue_LeaflistVal:
		v.Ignored++ // no leaf-list is of interest
	default:
		v.Leaf(scalarOf(value))
	}
}

// scalarOf reads a typed value that stands for one leaf.
func scalarOf(v *gnmipb.TypedValue) ocmap.Scalar {
	switch x := v.GetValue().(type) {
	case *gnmipb.TypedValue_StringVal:
		return ocmap.TextScalar(x.StringVal)
	case *gnmipb.TypedValue_AsciiVal:
		return ocmap.TextScalar(x.AsciiVal)
	case *gnmipb.TypedValue_IntVal:
		return ocmap.NumberScalar(strconv.FormatInt(x.IntVal, 10))
	case *gnmipb.TypedValue_UintVal:
		return ocmap.NumberScalar(strconv.FormatUint(x.UintVal, 10))
	case *gnmipb.TypedValue_BoolVal:
		return ocmap.BoolScalar(x.BoolVal)
	case *gnmipb.TypedValue_DoubleVal:
		return ocmap.NumberScalar(strconv.FormatFloat(x.DoubleVal, 'g', -1, 64))
	case *gnmipb.TypedValue_FloatVal:
		//lint:ignore SA1019 deprecated, and still sent by devices
		return ocmap.NumberScalar(strconv.FormatFloat(float64(x.FloatVal), 'g', -1, 32))
	case *gnmipb.TypedValue_DecimalVal:
		//lint:ignore SA1019 deprecated, and still sent by devices
		digits := int(min(x.DecimalVal.GetPrecision(), 18))
		//lint:ignore SA1019 deprecated, and still sent by devices
		return ocmap.NumberScalar(openconfig.FormatDecimal(x.DecimalVal.GetDigits(), digits))
	}
	return ocmap.Scalar{}
}
