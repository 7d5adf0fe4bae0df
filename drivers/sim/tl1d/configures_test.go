package tl1d

import (
	"testing"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/models/openconfig"
)

// TestConfigures: a command belongs to configuring unless it is known to read, also
// one that the make does not have or that nobody has logged in for.
func TestConfigures(t *testing.T) {
	tl1 := struct{ reads, configures []string }{
		[]string{"RTRV-HDR:::1", "rtrv-patch:::1:", "ACT-USER::waveplane:1::x", "CANC-USER::waveplane:1"},
		[]string{"ENT-PATCH::1,17:1:", "DLT-PATCH::1:1:", "ENT-CRS::1,2:1::waveplane,1WAY", "ACT-CRS:::1::1-2", "CANC-CRS:::1::1-2", "DLT-CRS-FIBER::1,2:1", "SET-SID:::1::switch", ""},
	}
	scpi := struct{ reads, configures []string }{
		[]string{"*idn?", ":oxc:swit:conn:stat?", ":syst:err:all?"},
		[]string{":oxc:swit:conn:add (@1),(@17)", ":oxc:swit:conn:sub (@1),(@17)", "*rst", ":oxc:swit:size?;*rst"},
	}
	for dialect, c := range map[string]struct{ reads, configures []string }{
		"polatis-tl1": tl1, "calient-s": tl1, "glimmerglass": tl1, "generic-tl1": tl1, "polatis-scpi": scpi,
	} {
		t.Run(dialect, func(t *testing.T) {
			s := dialects()[dialect](&session{face: &Face{}})
			for _, command := range c.reads {
				if s.configures(command) {
					t.Errorf("%q is taken for configuring", command)
				}
			}
			for _, command := range c.configures {
				if !s.configures(command) {
					t.Errorf("%q is not taken for configuring", command)
				}
			}
		})
	}
}

// TestShellCounts: SONiC's commands count when they come, also those that fail.
func TestShellCounts(t *testing.T) {
	index, err := openconfig.NewIndex()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gnmid.NewSchema(index)
	if err != nil {
		t.Fatal(err)
	}
	face, err := NewShell(Config{Name: "switch", Ports: []Port{{"1A", "1B"}}, User: "waveplane", Password: "x"})
	if err != nil {
		t.Fatal(err)
	}
	target, err := gnmid.New(gnmid.Config{Name: "switch", Schema: schema, Face: face})
	if err != nil {
		t.Fatal(err)
	}
	face.Attach(target)
	for _, c := range []struct {
		command string
		adds    int
	}{
		{"show version", 0},
		{"show ocs cross-connect status", 0},
		{"sudo -n config ocs cross-connect delete 1A-1B", 1}, // is not there
		{"config ocs cross-connect add 1A-1B", 1},            // not by this user
		{"show version; sudo -n config reload -y", 1},
	} {
		before := target.Counters().ConfigurationCommands
		if _, _, err := face.run(t.Context(), "waveplane", c.command); err != nil {
			t.Fatal(err)
		}
		if got := target.Counters().ConfigurationCommands - before; got != c.adds {
			t.Errorf("%q counts %d, want %d", c.command, got, c.adds)
		}
	}
}
