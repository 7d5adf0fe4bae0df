package openconfig_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/openconfig/ygot/ygot"
	"github.com/openconfig/ygot/ytypes"

	"github.com/waveplane/waveplane/models/openconfig"
	"github.com/waveplane/waveplane/models/openconfig/yanglint"
)

func sample(t *testing.T) []byte {
	t.Helper()
	doc, err := os.ReadFile("testdata/device.json")
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestUnmarshalKeepsConfigAndState(t *testing.T) {
	device := &openconfig.Device{}
	if err := openconfig.Unmarshal(sample(t), device); err != nil {
		t.Fatal(err)
	}
	if err := device.Validate(&ytypes.LeafrefOptions{IgnoreMissingData: true}); err != nil {
		t.Errorf("validate: %v", err)
	}
	channel := device.Components.Component["och-1"].OpticalChannel
	if got := *channel.Config.Frequency; got != 193100000 {
		t.Errorf("wanted frequency is %d, want 193100000", got)
	}
	if got := *channel.State.Frequency; got != 193100100 {
		t.Errorf("reported frequency is %d, want 193100100", got)
	}
	otn := device.TerminalDevice.LogicalChannels.Channel[4000].Otn
	if got, err := openconfig.FormatFloat(*otn.State.PreFecBer.Instant, 18); err != nil || got != "0.000000001230000000" {
		t.Errorf("error ratio is %s, %v, want 0.000000001230000000", got, err)
	}
	key := openconfig.OpenconfigChannelMonitor_ChannelMonitors_ChannelMonitor_Channels_Channel_Key{
		LowerFrequency: 193062500, UpperFrequency: 193137500,
	}
	if got := device.ChannelMonitors.ChannelMonitor["ocm-1"].Channels.Channel[key]; got == nil || *got.State.Power != -12.5 {
		t.Errorf("monitored slice is %v, want -12.5 dBm", got)
	}
}

func TestUnmarshalRefusesWhatIsNotInTheSubset(t *testing.T) {
	doc := []byte(`{"openconfig-platform:components":{"component":[{"name":"a","chassis":{}}]}}`)
	if err := openconfig.Unmarshal(doc, &openconfig.Device{}); err == nil {
		t.Error("an unknown member passed, want an error")
	}
	device := &openconfig.Device{}
	if err := openconfig.Unmarshal(doc, device, &ytypes.IgnoreExtraFields{}); err != nil || device.Components.Component["a"] == nil {
		t.Errorf("with IgnoreExtraFields: %v, want component a", err)
	}
}

// TestSampleFitsTheModules keeps the sample honest by an independent validator.
func TestSampleFitsTheModules(t *testing.T) {
	yanglint.Lint(t, sample(t))
}

// TestYgotWritesExponents pins the trap doc.go warns of. When it fails, ygot has learnt to write decimals and the warning
// can go.
func TestYgotWritesExponents(t *testing.T) {
	device := &openconfig.Device{}
	if err := openconfig.Unmarshal(sample(t), device); err != nil {
		t.Fatal(err)
	}
	text, err := ygot.EmitJSON(device, &ygot.EmitJSONConfig{
		Format: ygot.RFC7951, SkipValidation: true, RFC7951Config: &ygot.RFC7951JSONConfig{AppendModuleName: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, `"1.23e-09"`) {
		t.Errorf("ygot no longer writes 1.23e-09:\n%s", text)
	}
	again := &openconfig.Device{}
	if err := openconfig.Unmarshal([]byte(text), again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(device, again); diff != "" {
		t.Errorf("round trip (-first +second):\n%s", diff)
	}
}
