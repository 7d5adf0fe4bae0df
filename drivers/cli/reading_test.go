package cli

import (
	"errors"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
)

// TestReadingsInJSON: of an answer in JSON the values are taken, whatever else stands
// there; of one that is none, or only half, nothing is known.
func TestReadingsInJSON(t *testing.T) {
	all, cat := known(t)
	profile, err := cat.Profile("arista-eos")
	if err != nil {
		t.Fatal(err)
	}
	s := &Session{platform: all["arista-eos"], device: drivers.Device{Profile: profile}, names: namesOf(profile, []string{"Ethernet5/1"})}
	const whole = `{"interfaces": {"Ethernet5/1": {"displayName": "txPower channels - 3", "parameters": {
		"laserFreq": {"unit": "GHz", "channels": {"1": 193106.25}, "threshold": {}},
		"txPower": {"channels": {"-": -10.02}, "unit": "dBm"}, "rxPower": {"channels": {"-": -40.0}, "unit": "dBm"},
		"txLaserEnabled": {"channels": {"-": true}}, "preFecBERCurr": {"channels": {"-": 1.5e-3}}, "osnr": {"channels": {"-": "N/A"}}}}}}`
	read := func(answer string, err error) (string, error) {
		c, l, err := s.readPort(s.names[0], time.Time{}, func(string) (string, error) { return answer, err })
		out := ""
		if c.Frequency != nil {
			out += c.Frequency.String() + " "
		}
		if c.TxPower != nil {
			out += c.TxPower.String() + " "
		}
		if c.RxPower != nil {
			out += "rx " + c.RxPower.String() + " "
		}
		if c.LaserOn != nil && *c.LaserOn {
			out += "on "
		}
		if c.Osnr != nil {
			out += "osnr "
		}
		if l.PreFecBer != nil && *l.PreFecBer == 1.5e-3 {
			out += "ber"
		}
		return out, err
	}
	for name, c := range map[string]struct{ answer, want string }{
		"all of it":    {whole, "193106.25 GHz -10.02 dBm rx -60.00 dBm on ber"},
		"half of it":   {whole[:len(whole)/2], ""},
		"not on it":    {"% Unavailable command (not supported on this hardware platform)", ""},
		"nothing":      {"", ""},
		"another port": {`{"interfaces": {}}`, ""},
	} {
		got, err := read(c.answer, nil)
		if err != nil || got != c.want {
			t.Errorf("%s: read %q, %v, want %q", name, got, err, c.want)
		}
	}
	lost := errors.New("lost")
	if _, err := read("", lost); !errors.Is(err, lost) {
		t.Errorf("a lost session gives %v", err)
	}
}
