package ocmap

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/models"
)

// TestConfigRowsRoundTrip writes a value of each row and reads it back as a
// device would send it.
func TestConfigRowsRoundTrip(t *testing.T) {
	values := map[models.LeafName]string{
		models.LeafFrequency: "193106.251 GHz", models.LeafTargetPower: "-10.37 dBm", models.LeafMode: "65535", models.LeafLinePort: "line 1/2",
		models.LeafEnabled: "false", models.LeafDescription: `quoted "and" \ é`, models.LeafAdmin: models.AdminMaint,
		models.LeafLogicalType: "PROT_OTN", models.LeafTribProtocol: "PROT_400GE", models.LeafRateClass: "TRIB_RATE_400G",
		models.LeafIngressXcvr: "xcvr-1", models.LeafIngressIf: "eth1", models.LeafAssignIndex: "4294967295", models.LeafAssignOptical: "oc-1",
		models.LeafAssignLogical: "7", models.LeafAllocation: "100.125", models.LeafChannelName: "a", models.LeafLower: "191325 GHz",
		models.LeafUpper: "191412.5 GHz", models.LeafSource: "add-1", models.LeafDest: "deg-2", models.LeafAmpMode: "CONSTANT_GAIN",
		models.LeafFunctionalType: "TYPE_DIGITAL_COHERENT_OPTIC", models.LeafTargetGain: "0.01 dB", models.LeafTargetTilt: "-1.50 dB", models.LeafAttenuation: "3.00 dB",
	}
	for _, row := range configRows {
		if ListKeys[row.schema] != nil {
			continue // written entry by entry, see TestClientAssignmentsRoundTrip
		}
		t.Run(row.schema, func(t *testing.T) {
			value, ok := values[row.leaf]
			if !ok {
				t.Fatalf("no value for leaf %s", row.leaf)
			}
			wire, err := row.codec.write(value)
			if err != nil {
				t.Fatal(err)
			}
			if !json.Valid([]byte(wire)) {
				t.Fatalf("%s is written as %s, which is no JSON", value, wire)
			}
			back, err := row.codec.read(jsonScalar([]byte(wire)))
			if err != nil || back != value {
				t.Errorf("%s comes back from %s as %q, %v", value, wire, back, err)
			}
		})
	}
}

func TestCodecsRefuse(t *testing.T) {
	tests := map[string]struct {
		codec codec
		text  string
	}{
		"frequency without unit":   {frequencyCodec, "193100"},
		"frequency zero":           {frequencyCodec, "0 GHz"},
		"frequency negative":       {frequencyCodec, "-193100 GHz"},
		"power in another unit":    {powerCodec, "-10.00 dB"},
		"power with three digits":  {powerCodec, "-10.001 dBm"},
		"frequency off the unit":   {frequencyIn(models.GHz), "193106.25 GHz"},
		"power off the step":       {powerWith(1), "-10.37 dBm"},
		"assignment to no number":  {entriesCodec, "much:400"},
		"assignment of no rate":    {entriesCodec, "10001:much"},
		"ratio in another unit":    {ratioCodec, "3.00 dBm"},
		"mode too large":           {uint16Codec, "65536"},
		"index negative":           {uint32Codec, "-1"},
		"truth in capitals":        {boolCodec, "TRUE"},
		"admin state in lowercase": {adminCodec, "enabled"},
		"identity with module":     {transportIdentity, "openconfig-transport-types:PROT_OTN"},
		"identity empty":           {transportIdentity, ""},
		"text empty":               {textCodec, ""},
		"text with escape":         {textCodec, "a\x1b[31m"},
		"text not UTF-8":           {textCodec, "\xff"},
		"allocation no number":     {gbpsCodec, "much"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if wire, err := tt.codec.write(tt.text); err == nil {
				t.Errorf("%q is written as %s, want an error", tt.text, wire)
			}
		})
	}
}

func TestPathText(t *testing.T) {
	tests := []struct {
		schema string
		keys   []string
		want   string
	}{
		{OpticalPath + "/config/frequency", []string{"oc-1"}, "/components/component[name=oc-1]/optical-channel/config/frequency"},
		{LanePath, []string{"x", "1"}, "/components/component[name=x]/transceiver/physical-channels/channel[index=1]"},
		{LanePath, []string{"x"}, "/components/component[name=x]/transceiver/physical-channels/channel[index=*]"},
		{InterfacePath, []string{`a]b\c`}, `/interfaces/interface[name=a\]b\\c]`},
		{DistributionPath, []string{"7", "1", "2"},
			"/wavelength-router/media-channels/channel[index=7]/spectrum-power-profile/distribution[lower-frequency=1][upper-frequency=2]"},
	}
	for _, tt := range tests {
		if got := PathText(tt.schema, tt.keys...); got != tt.want {
			t.Errorf("PathText(%q, %v) = %q, want %q", tt.schema, tt.keys, got, tt.want)
		}
		var p Place
		p.Reset()
		left := tt.keys
		for name := range strings.SplitSeq(tt.schema, "/") {
			p.Enter(name)
			for range p.Keys() {
				if len(left) == 0 {
					p.Key("", false)
					continue
				}
				p.Key(left[0], true)
				left = left[1:]
			}
		}
		if got := p.Text(); got != tt.want {
			t.Errorf("walking the path of %q, %v gives %q, want %q", tt.schema, tt.keys, got, tt.want)
		}
	}
}

func TestUnder(t *testing.T) {
	tests := []struct {
		path, pattern string
		want          bool
	}{
		{"/a/b[k=1]/c", "/a/b[k=1]/c", true},
		{"/a/b[k=1]/c", "/a/b[k=1]", true},
		{"/a/b[k=1]/cd", "/a/b[k=1]/c", false},
		{"/a/b[k=10]/c", "/a/b[k=1]", false},
		{"/a/b[k=1]/c", "/a/b[k=*]", true},
		{"/a/b[k=1][l=2]/c", "/a/b[k=*][l=*]/c", true},
		{"/a/b[k=1][l=2]/c", "/a/b[k=*][l=3]", false},
		{`/a/b[k=x\]y]/c`, "/a/b[k=*]/c", true},
		{"/a/b[k=1]/c", "", true},
		{"/a", "/a/b", false},
	}
	for _, tt := range tests {
		if got := under(tt.path, tt.pattern); got != tt.want {
			t.Errorf("under(%q, %q) = %v, want %v", tt.path, tt.pattern, got, tt.want)
		}
	}
}

func TestObjectKeys(t *testing.T) {
	for _, tt := range []struct {
		id   models.ObjectID
		want []string
	}{
		{models.ObjectID{Kind: models.KindLaser, Key: "xcvr-et-0/0/1/4"}, []string{"xcvr-et-0/0/1", "4"}},
		{models.ObjectID{Kind: models.KindOpticalChannel, Key: "oc-0/0/1"}, []string{"oc-0/0/1"}},
	} {
		got := ObjectKeys(tt.id)
		if len(got) != len(tt.want) || got[0] != tt.want[0] || got[len(got)-1] != tt.want[len(got)-1] {
			t.Errorf("keys of %v are %q, want %q", tt.id, got, tt.want)
		}
		if back := ObjectKey(tt.id.Kind, got); back != tt.id.Key {
			t.Errorf("keys %q join to %q, want %q", got, back, tt.id.Key)
		}
	}
}
