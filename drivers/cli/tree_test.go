package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

func sonicPlatform(t *testing.T) *platform {
	t.Helper()
	all, err := platforms()
	if err != nil {
		t.Fatal(err)
	}
	return all["sonic"]
}

// TestTreeLines: every value is a line, and no text of a person's makes a line of
// another place.
func TestTreeLines(t *testing.T) {
	p := sonicPlatform(t)
	for name, c := range map[string]struct {
		shown string
		port  []string // lines of Ethernet0
		rest  int
	}{
		"plain":              {"{\n \"PORT\": {\"Ethernet0\": {\"mtu\": \"9100\", \"speed\": 400000}}\n}", []string{"mtu 9100", "speed 400000"}, 0},
		"message before it":  {"a fan runs fast\n{\"PORT\": {\"Ethernet0\": {\"mtu\": \"9100\"}}}", []string{"mtu 9100"}, 0},
		"lists and nothing":  {`{"A": {"b": ["x", "y"]}, "PORT": {"Ethernet0": {}}, "C": null}`, []string{"{}"}, 3},
		"line in a value":    {`{"X": {"y": "z\nPORT Ethernet0 laser_freq 193100"}}`, nil, 1},
		"line in a name":     {`{"X": {"y\nPORT Ethernet0 laser_freq": "193100"}}`, nil, 1},
		"path as a name":     {`{"PORT Ethernet0 laser_freq": "193100"}`, nil, 1},
		"path below a table": {`{"PORT": {"Ethernet0 laser_freq": {"x": "193100"}}}`, nil, 1},
		"brace in a value":   {"{\"X\": {\"y\": \"}\"}, \"PORT\": {\"Ethernet0\": {\"mtu\": \"{\"}}}", []string{"mtu {"}, 1},
	} {
		got := p.readConfig(c.shown)
		if got.broken != nil {
			t.Errorf("%s: %v", name, got.broken)
		}
		if strings.Join(got.places["Ethernet0"], "|") != strings.Join(c.port, "|") {
			t.Errorf("%s: Ethernet0 has %q, want %q", name, got.places["Ethernet0"], c.port)
		}
		lines := len(got.rest)
		for place, more := range got.places {
			if place != "Ethernet0" {
				lines += len(more)
			}
		}
		if lines != c.rest {
			t.Errorf("%s: %d other lines, want %d: %+v", name, lines, c.rest, got)
		}
	}
	for _, shown := range []string{"", "nothing", `{"PORT": {"Ethernet0": {"mtu": "9100"}`, `{"PORT": {}} more`, `["PORT"]`, `{"PORT": {}}{"PORT": {}}`} {
		if got := p.readConfig(shown); got.broken == nil {
			t.Errorf("%q reads as a configuration: %+v", shown, got)
		}
	}
}

// TestReadingsOfBothForms: what is measured reads the same from the table that the
// command prints and from the list that the design document has.
func TestReadingsOfBothForms(t *testing.T) {
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	profile, err := cat.Profile("sonic")
	if err != nil {
		t.Fatal(err)
	}
	s := &Session{platform: sonicPlatform(t), device: drivers.Device{Profile: profile}}
	table := `Ethernet0:
    Parameter        Unit    Min       Avg       Max       Threshold
    ---------------  ------  --------  --------  --------  -----------
    Tx Power         dBm     -8.22     -8.23     -8.24     -5.0
    Rx Total Power   dBm     -10.61    -10.62    -10.63    2.0
    Rx Signal Power  dBm     -40.0     -inf      40.0      13.0
    OSNR             dB      36.4      36.5      36.6      99.0
    eSNR             dB      30.4      30.5      30.6      99.0
    Pre-FEC BER      N/A     4.58E-04  4.66E-04  5.76E-04  1.25E-02
`
	list := "Ethernet0:\nprefec_ber_avg : 4.66E-04\nprefec_ber_min : 1E-3\nosnr_avg : 36.5 dB\nesnr_avg : 30.5 dB\ntx_power_avg : -8.23 dBm\nrx_tot_power_avg : -10.62 dBm\nrx_sig_power_avg : -inf dBm\n"
	for name, pm := range map[string]string{"table": table, "list": list} {
		c, l, err := s.readPort(namesOf(profile, []string{"Ethernet0"})[0], time.Time{}, func(command string) (string, error) {
			switch command {
			case "show interfaces transceiver pm Ethernet0":
				return pm, nil
			case "show interfaces transceiver dom Ethernet0":
				return "    Laser current frequency [GHz]  193100   N/A\n    Tx config power [dBm]          -10.0    N/A\n", nil
			case "show interfaces transceiver status Ethernet0":
				return "        Tx output status on media lane 1: True\n        Tx output status on media lane 2: False\n", nil
			case "show interfaces status Ethernet0":
				return "  Ethernet0  1,2,3,4,5,6,7,8     400G   9100     rs     etp1  routed      up       up  QSFP-DD Double Density 8X Pluggable Transceiver         N/A\n", nil
			}
			t.Errorf("%q was asked for", command)
			return "", nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if *c.Frequency != 193_100*models.GHz || *c.TargetPower != -1000 || !*c.LaserOn || *c.Mode != 400 || !*l.LinkUp {
			t.Errorf("%s: port reads %+v %+v", name, c, l)
		}
		if *c.TxPower != -823 || *c.RxTotal != -1062 || *c.RxPower != models.PowerOff || *c.Osnr != 3650 || *l.Esnr != 3050 || *l.PreFecBer != 4.66e-4 {
			t.Errorf("%s: measured tx %v, rx %v of %v, OSNR %v, eSNR %v, BER %v", name, *c.TxPower, *c.RxPower, *c.RxTotal, *c.Osnr, *l.Esnr, *l.PreFecBer)
		}
	}
}

// TestOneWayToCommit: a dialect says how changes become valid, in one way.
func TestOneWayToCommit(t *testing.T) {
	const head = "name: x\nprompts: {exec: '^>'}\nconfig: {show: show, style: flat, place: 'port {key}'}\ncommit: "
	for commit, good := range map[string]bool{
		"{arm: commit confirmed}": true, "{plain: commit}": true, "{direct: true}": true, "{direct: true, save: [write]}": true, "{plain: commit, save: [write]}": true,
		"{enter: configure}": false, "{arm: commit confirmed, direct: true}": false, "{plain: commit, save: ['']}": false,
	} {
		if _, err := parsePlatform([]byte(head + commit + "\n")); (err == nil) != good {
			t.Errorf("commit: %s: %v", commit, err)
		}
	}
	for _, half := range []string{head + "{plain: commit}\nenable: [enable]\n", strings.Replace(head, "{exec:", "{user: '^\\$', exec:", 1) + "{plain: commit}\n"} {
		if _, err := parsePlatform([]byte(half)); err == nil || !strings.Contains(err.Error(), "want both or none") {
			t.Errorf("%s: %v", half, err)
		}
	}
}
