package gnmi

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	gnmipb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/protobuf/proto"

	"github.com/waveplane/waveplane/drivers/internal/ocmap"
	"github.com/waveplane/waveplane/models/catalogue"
	"github.com/waveplane/waveplane/models/openconfig"
)

var wireNoon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// fileDecoded is the plain way of filing a response, the peer of filer: decode
// all of it with the library, then look.
func fileDecoded(v *ocmap.View, raw []byte, now time.Time) (synced bool, err error) {
	var r gnmipb.SubscribeResponse
	if err := proto.Unmarshal(raw, &r); err != nil {
		return false, err
	}
	n := r.GetUpdate()
	if n == nil {
		return r.GetSyncResponse(), nil
	}
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
		switch x := u.GetVal().GetValue().(type) {
		case *gnmipb.TypedValue_JsonIetfVal:
			v.Document(x.JsonIetfVal)
		case *gnmipb.TypedValue_JsonVal:
			v.Document(x.JsonVal)
		case *gnmipb.TypedValue_LeaflistVal:
			v.Ignored++
		default:
			v.Leaf(decodedScalar(u.GetVal()))
		}
	}
	return false, nil
}

func decodedScalar(v *gnmipb.TypedValue) ocmap.Scalar {
	number := func(f float64, bits int) ocmap.Scalar {
		return ocmap.NumberScalar(strconv.FormatFloat(f, 'g', -1, bits))
	}
	switch x := v.GetValue().(type) {
	case *gnmipb.TypedValue_StringVal:
		return ocmap.TextScalar(x.StringVal)
	case *gnmipb.TypedValue_AsciiVal:
		return ocmap.TextScalar(x.AsciiVal)
	case *gnmipb.TypedValue_IntVal:
		return ocmap.NumberScalar(fmt.Sprint(x.IntVal))
	case *gnmipb.TypedValue_UintVal:
		return ocmap.NumberScalar(fmt.Sprint(x.UintVal))
	case *gnmipb.TypedValue_BoolVal:
		return ocmap.BoolScalar(x.BoolVal)
	case *gnmipb.TypedValue_DoubleVal:
		return number(x.DoubleVal, 64)
	case *gnmipb.TypedValue_FloatVal:
		//lint:ignore SA1019 deprecated, and still sent by devices
		return number(float64(x.FloatVal), 32)
	case *gnmipb.TypedValue_DecimalVal:
		//lint:ignore SA1019 deprecated, and still sent by devices
		d := x.DecimalVal
		return ocmap.NumberScalar(openconfig.FormatDecimal(d.GetDigits(), int(min(d.GetPrecision(), 18))))
	}
	return ocmap.Scalar{}
}

// wireProfile has what a wavelength switch and a router have.
func wireProfile(t testing.TB) catalogue.Profile {
	t.Helper()
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	p, err := cat.Profile("lab-router-zr")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// compareFilers files raw both ways, twice, and wants the same picture.
func compareFilers(t *testing.T, profile catalogue.Profile, raw []byte) {
	t.Helper()
	ours, theirs := ocmap.NewView(profile), ocmap.NewView(profile)
	f := filer{now: func() time.Time { return wireNoon }}
	for range 2 {
		want, wantErr := fileDecoded(theirs, raw, wireNoon)
		got, err := f.file(ours, message{raw})
		if wantErr != nil {
			return // what the library refuses we may refuse later, or read what can be read
		}
		if err != nil {
			t.Fatalf("the library reads it, we say: %v", err)
		}
		if got != want {
			t.Fatalf("end of the first answer: %v, want %v", got, want)
		}
	}
	if ours.Ignored != theirs.Ignored || ours.Measured != theirs.Measured {
		t.Errorf("ignored %d, measured %v; want %d, %v", ours.Ignored, ours.Measured, theirs.Ignored, theirs.Measured)
	}
	for _, full := range []bool{false, true} {
		if diff := cmp.Diff(theirs.Take(full), ours.Take(full)); diff != "" {
			t.Errorf("full %v (-library +ours):\n%s", full, diff)
		}
	}
}

// elems writes a path; elements are name or name[key=value].
func elems(text string) *gnmipb.Path {
	p := &gnmipb.Path{}
	for _, part := range strings.Split(strings.Trim(text, "/"), "/") {
		name, key, has := strings.Cut(part, "[")
		e := &gnmipb.PathElem{Name: name}
		if has {
			k, value, _ := strings.Cut(strings.TrimSuffix(key, "]"), "=")
			e.Key = map[string]string{k: value}
		}
		p.Elem = append(p.Elem, e)
	}
	return p
}

func values() []*gnmipb.TypedValue {
	return []*gnmipb.TypedValue{
		nil, {},
		{Value: &gnmipb.TypedValue_StringVal{StringVal: "ENABLED"}},
		{Value: &gnmipb.TypedValue_StringVal{StringVal: strings.Repeat("ä", 200)}},
		{Value: &gnmipb.TypedValue_AsciiVal{AsciiVal: "UP"}},
		{Value: &gnmipb.TypedValue_IntVal{IntVal: -17}},
		{Value: &gnmipb.TypedValue_UintVal{UintVal: 1<<64 - 1}},
		{Value: &gnmipb.TypedValue_BoolVal{BoolVal: true}},
		{Value: &gnmipb.TypedValue_BoolVal{}},
		{Value: &gnmipb.TypedValue_BytesVal{BytesVal: []byte("x")}},
		//lint:ignore SA1019 deprecated, and still sent by devices
		{Value: &gnmipb.TypedValue_FloatVal{FloatVal: -12.25}},
		{Value: &gnmipb.TypedValue_DoubleVal{DoubleVal: -7.13}},
		//lint:ignore SA1019 deprecated, and still sent by devices
		{Value: &gnmipb.TypedValue_DecimalVal{DecimalVal: &gnmipb.Decimal64{Digits: -713, Precision: 2}}},
		{Value: &gnmipb.TypedValue_LeaflistVal{LeaflistVal: &gnmipb.ScalarArray{}}},
		{Value: &gnmipb.TypedValue_JsonVal{JsonVal: []byte(`"DISABLED"`)}},
		{Value: &gnmipb.TypedValue_JsonIetfVal{JsonIetfVal: []byte(`{"config":{"description":"a","openconfig-terminal-device:admin-state":"ENABLED"}}`)}},
		{Value: &gnmipb.TypedValue_ProtoBytes{ProtoBytes: []byte("x")}},
	}
}

func wirePaths() []string {
	return []string{
		"/", "/terminal-device/logical-channels/channel[index=7]", "/terminal-device/logical-channels/channel[index=*]", "/terminal-device/logical-channels/channel",
		"/oc:terminal-device/logical-channels/channel[index=7]/config/description",
		"/terminal-device/logical-channels/channel[index=7]/config/admin-state", "/terminal-device/logical-channels/channel[index=7]/state/link-state",
		"/terminal-device/logical-channels/channel[index=7]/otn/state/q-value/instant", "/terminal-device/logical-channels/channel[index=7]/otn/state/fec-uncorrectable-blocks",
		"/components/component[name=oc-1]/optical-channel/state/output-power/instant", "/components/component[name=oc-1]/optical-channel/config/frequency",
		"/components/component[other=oc-1]/optical-channel/config/frequency", "/components/component[name=x]/config/something",
	}
}

// TestWireReadsAsTheLibraryDoes files responses of every form, and random ones,
// both ways.
func TestWireReadsAsTheLibraryDoes(t *testing.T) {
	profile := wireProfile(t)
	marshal := func(r *gnmipb.SubscribeResponse) []byte {
		raw, err := proto.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for _, r := range []*gnmipb.SubscribeResponse{
		{}, {Response: &gnmipb.SubscribeResponse_SyncResponse{SyncResponse: true}}, {Response: &gnmipb.SubscribeResponse_SyncResponse{}},
		{Response: &gnmipb.SubscribeResponse_Update{Update: &gnmipb.Notification{}}},
	} {
		compareFilers(t, profile, marshal(r))
	}
	r := rand.New(rand.NewPCG(7, 7))
	pick := func() string { return wirePaths()[r.IntN(len(wirePaths()))] }
	for i := range 3000 {
		n := &gnmipb.Notification{Timestamp: wireNoon.UnixNano() + int64(r.IntN(3)-1)*int64(2*time.Hour)}
		full := pick()
		if r.IntN(2) == 0 {
			n.Prefix = &gnmipb.Path{Origin: "openconfig", Target: "a"}
			if cut := strings.LastIndexByte(full, '/'); cut > 0 && r.IntN(2) == 0 {
				n.Prefix.Elem, full = elems(full[:cut]).Elem, full[cut:]
			}
		}
		for range r.IntN(4) {
			n.Update = append(n.Update, &gnmipb.Update{Path: elems(full), Val: values()[r.IntN(len(values()))]})
			full = pick()
		}
		for range r.IntN(8) / 6 {
			n.Delete = append(n.Delete, elems(pick()))
		}
		one := marshal(&gnmipb.SubscribeResponse{Response: &gnmipb.SubscribeResponse_Update{Update: n}})
		if i%10 == 0 { // a message in parts, and one that another one takes the place of
			one = append(one, one...)
			one = append(one, marshal(&gnmipb.SubscribeResponse{Response: &gnmipb.SubscribeResponse_SyncResponse{SyncResponse: r.IntN(2) == 0}})...)
			if r.IntN(2) == 0 {
				one = append(one, one...)
			}
		}
		compareFilers(t, profile, one)
		if t.Failed() {
			t.Fatalf("after %v", n)
		}
	}
}

// FuzzWire looks for bytes that the library reads in another way.
func FuzzWire(f *testing.F) {
	for i, path := range wirePaths() {
		raw, err := proto.Marshal(&gnmipb.SubscribeResponse{Response: &gnmipb.SubscribeResponse_Update{Update: &gnmipb.Notification{
			Timestamp: 1, Prefix: elems(path), Update: []*gnmipb.Update{{Path: elems("/config/description"), Val: values()[i]}}, Delete: []*gnmipb.Path{elems(path)},
		}}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	profile := wireProfile(f)
	f.Fuzz(func(t *testing.T, raw []byte) { compareFilers(t, profile, raw) })
}

// TestWireRefusesGarbage checks that bytes which are no message are an error
// that says so, and text that is not UTF-8 too.
func TestWireRefusesGarbage(t *testing.T) {
	bad := &gnmipb.Notification{Update: []*gnmipb.Update{{Path: elems("/terminal-device/logical-channels/channel[index=7]/config/description"), Val: &gnmipb.TypedValue{Value: &gnmipb.TypedValue_BytesVal{BytesVal: []byte("\xff\xfe")}}}}}
	raw, err := proto.Marshal(&gnmipb.SubscribeResponse{Response: &gnmipb.SubscribeResponse_Update{Update: bad}})
	if err != nil {
		t.Fatal(err)
	}
	i := strings.LastIndex(string(raw), "\x2a\x02\xff\xfe") // bytes_val becomes string_val
	raw[i] = 0x0a
	for name, raw := range map[string][]byte{"cut short": raw[:len(raw)-1], "no UTF-8": raw, "no tag": {0xff}} {
		f := filer{now: time.Now}
		_, err := f.file(ocmap.NewView(wireProfile(t)), message{raw})
		if err == nil || !strings.Contains(err.Error(), "cannot be decoded") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWordsAreBounded checks that a device cannot make us keep all it says.
func TestWordsAreBounded(t *testing.T) {
	var w words
	for i := range 2 * maxWords {
		if _, err := w.word([]byte(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := w.word([]byte(strings.Repeat("x", maxWordLength+1))); len(got) != maxWordLength+1 || err != nil {
		t.Errorf("a long word comes back as %q, %v", got, err)
	}
	if len(w.known) != maxWords {
		t.Errorf("%d words are kept, want %d", len(w.known), maxWords)
	}
}

// BenchmarkWire files what a router tells of ten lit ports, beside the plain
// way of decoding it first.
func BenchmarkWire(b *testing.B) {
	profile := wireProfile(b)
	var all [][]byte
	leaves := 0
	for i := range 10 {
		n := &gnmipb.Notification{Timestamp: wireNoon.UnixNano(), Prefix: elems(fmt.Sprintf("/components/component[name=oc-%d]/optical-channel/state", i))}
		for _, leaf := range []string{"input-power", "output-power", "osnr"} {
			n.Update = append(n.Update, &gnmipb.Update{Path: elems(leaf + "/instant"), Val: &gnmipb.TypedValue{Value: &gnmipb.TypedValue_DoubleVal{DoubleVal: -7.25}}})
		}
		for _, leaf := range []string{"q-value", "esnr", "pre-fec-ber"} {
			n.Update = append(n.Update, &gnmipb.Update{Path: elems(fmt.Sprintf("/terminal-device/logical-channels/channel[index=%d]/otn/state/%s/instant", i, leaf)), Val: &gnmipb.TypedValue{Value: &gnmipb.TypedValue_DoubleVal{DoubleVal: 9.5}}})
		}
		raw, err := proto.Marshal(&gnmipb.SubscribeResponse{Response: &gnmipb.SubscribeResponse_Update{Update: n}})
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, raw)
		leaves += len(n.Update)
	}
	now := func() time.Time { return wireNoon }
	run := func(b *testing.B, file func(*ocmap.View, []byte) error) {
		v := ocmap.NewView(profile)
		b.ReportAllocs()
		for b.Loop() {
			for _, raw := range all {
				if err := file(v, raw); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*leaves), "ns/leaf")
	}
	f := filer{now: now}
	b.Run("wire", func(b *testing.B) {
		run(b, func(v *ocmap.View, raw []byte) error { _, err := f.file(v, message{raw}); return err })
	})
	b.Run("decoded", func(b *testing.B) {
		run(b, func(v *ocmap.View, raw []byte) error { _, err := fileDecoded(v, raw, wireNoon); return err })
	})
}
