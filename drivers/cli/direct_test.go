package cli_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/models"
)

// lit is a device without transactions that carries one wavelength, lit.
type lit struct {
	*testing.T
	*device
	s      drivers.Session
	oc     models.ObjectID
	laser  models.ObjectID
	before []byte
}

func lightUp(t *testing.T) *lit {
	t.Helper()
	f := fixtures()[len(fixtures())-1]
	if !f.stepwise {
		t.Fatalf("%s has transactions", f.dialect)
	}
	l := &lit{T: t, device: start(t, f)}
	l.s = open(t, l.Device)
	apply(t, l.s, f, true)
	l.oc = models.ObjectID{Kind: models.KindOpticalChannel, Key: f.channels[0]}
	l.laser = models.ObjectID{Kind: models.KindLaser, Key: f.channels[0] + "/1"}
	l.before = simulator{l.device}.Configuration()
	return l
}

// retune moves the wavelength: dark, tuned, lit again.
func (l *lit) retune() drivers.Pass {
	was := models.Leaves{models.LeafFrequency: "193100 GHz", models.LeafTargetPower: "-10.00 dBm", models.LeafMode: "400"}
	is := models.Leaves{models.LeafFrequency: "193250 GHz", models.LeafTargetPower: "-9.50 dBm", models.LeafMode: "400"}
	return drivers.Pass{Changes: []models.Change{
		{Owner: "circuit/alpha/1", Object: l.oc, Before: was, After: is},
		{Owner: "circuit/alpha/1", Object: l.laser, Before: models.Leaves{models.LeafEnabled: "true"}, After: models.Leaves{models.LeafEnabled: "false"}},
	}}
}

func (l *lit) fault(kind gnmid.FaultKind, leaf, value string, times int) {
	l.Helper()
	at := "/components/component[name=" + l.fixture.channels[0] + "]/optical-channel/config/" + leaf
	if err := (simulator{l.device}).inject(gnmid.Fault{Kind: kind, Path: at, Words: "the module does not take it", Value: value, Shown: value != "", Times: times}); err != nil {
		l.Fatal(err)
	}
}

func (l *lit) configuration() string {
	return string(bytes.TrimSpace(simulator{l.device}.Configuration()))
}

func (l *lit) laserOn() bool {
	v, _ := l.target.Value("/components/component[name=" + l.fixture.channels[0] + "]/transceiver/physical-channels/channel[index=1]/config/tx-laser")
	return v == "true"
}

// TestRefusedHalfWayIsPutBack: the laser is off and the frequency another when the
// power is refused; afterwards all is as before, light included, and the refusal
// is one like any other.
func TestRefusedHalfWayIsPutBack(t *testing.T) {
	l := lightUp(t)
	l.fault(gnmid.FaultRefuse, "target-output-power", "", 0)
	writes := (simulator{l.device}).Writes()
	result, err := l.s.Apply(t.Context(), l.retune())
	wantKind(t, err, drivers.KindRejected, "does not take it")
	if words := result.Refused["circuit/alpha/1"]; !result.Sent || len(result.Applied) != 0 || !strings.Contains(words, "tx_power Ethernet0 -- -9.5") {
		t.Errorf("result %+v names neither owner nor line", result)
	}
	// Off, frequency, power; frequency, on.
	if got := (simulator{l.device}).Writes() - writes; got != 5 {
		t.Errorf("%d writes, want 5", got)
	}
	if got := l.configuration(); got != string(bytes.TrimSpace(l.before)) {
		t.Errorf("the device is not as it was:\n%s\nbefore:\n%s", got, l.before)
	}
	(simulator{l.device}).Heal()
	if _, err := l.s.Apply(t.Context(), l.retune()); err != nil {
		t.Errorf("once the device has changed its mind: %v", err)
	}
}

// TestRefusedRemovalIsPutBack: a device that keeps what it was told to drop has
// not done what it was told, although nothing that was asked for is missing.
func TestRefusedRemovalIsPutBack(t *testing.T) {
	l := lightUp(t)
	l.fault(gnmid.FaultRefuse, "target-output-power", "", 0)
	p := l.retune()
	for i := range p.Changes {
		p.Changes[i].After = nil
	}
	_, err := l.s.Apply(t.Context(), p)
	wantKind(t, err, drivers.KindRejected, "does not take it")
	if got := l.configuration(); got != string(bytes.TrimSpace(l.before)) {
		t.Errorf("the device is not as it was:\n%s\nbefore:\n%s", got, l.before)
	}
}

// TestWhatCannotBePutBackStaysDark: a device that tunes elsewhere, and says so, is
// neither lit there by the change nor by putting it back.
func TestWhatCannotBePutBackStaysDark(t *testing.T) {
	l := lightUp(t)
	l.fault(gnmid.FaultAlter, "frequency", "193175000", 0)
	p := l.retune()
	p.Changes[1] = models.Change{Owner: "circuit/alpha/1", Object: l.laser, Before: models.Leaves{models.LeafEnabled: "true"}, After: models.Leaves{models.LeafEnabled: "false"}}
	result, err := l.s.Apply(t.Context(), p)
	wantKind(t, err, drivers.KindOutcomeUnknown, "acknowledged, but not shown")
	wantKind(t, err, drivers.KindOutcomeUnknown, "not put back")
	if !result.Sent || len(result.Applied)+len(result.Refused) != 0 {
		t.Errorf("result %+v", result)
	}
	if l.laserOn() {
		t.Error("the laser is on, on a frequency that nobody asked for")
	}
	(simulator{l.device}).Heal()
	apply(t, l.s, l.fixture, true)
	if got := l.configuration(); got != string(bytes.TrimSpace(l.before)) {
		t.Errorf("the next apply does not converge:\n%s\nbefore:\n%s", got, l.before)
	}
}

// TestLightWaitsForTheRest: within one pass light is made only when the device
// shows what it is to be made of.
func TestLightWaitsForTheRest(t *testing.T) {
	l := lightUp(t)
	apply(t, l.s, l.fixture, false)
	dark := l.configuration()
	l.fault(gnmid.FaultAlter, "frequency", "193175000", 1)
	p := l.retune()
	p.Changes[1] = models.Change{Owner: "circuit/alpha/1", Object: l.laser, Before: models.Leaves{models.LeafEnabled: "false"}, After: models.Leaves{models.LeafEnabled: "true"}}
	writes := (simulator{l.device}).Writes()
	_, err := l.s.Apply(t.Context(), p)
	wantKind(t, err, drivers.KindOutcomeUnknown, "what was typed is put back")
	// Frequency and power, and both again; the laser in neither.
	if got := (simulator{l.device}).Writes() - writes; got != 4 {
		t.Errorf("%d writes, want 4", got)
	}
	if got := l.configuration(); got != dark {
		t.Errorf("the device is not as it was:\n%s\nbefore:\n%s", got, dark)
	}
}

// TestSpeedIsSetWhereItIsAnother: the mode follows the port's speed, which is
// typed where it differs, and given back by its own command.
func TestSpeedIsSetWhereItIsAnother(t *testing.T) {
	f := fixtures()[len(fixtures())-1]
	f.runs = false
	d := start(t, f)
	s := open(t, d.Device)
	state, err := s.Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	oc := models.ObjectID{Kind: models.KindOpticalChannel, Key: f.channels[0]}
	if got := state.Objects[oc][models.LeafMode]; got != "100" {
		t.Fatalf("a port of 100 Gbit/s reads as mode %q", got)
	}
	before := (simulator{d}).Configuration()
	for _, mode := range []string{"400", "100"} {
		if _, err := s.Apply(t.Context(), drivers.Pass{Changes: []models.Change{{Owner: "a", Object: oc, After: models.Leaves{models.LeafMode: mode}}}}); err != nil {
			t.Fatal(err)
		}
		state, err := s.Observe(t.Context())
		if err != nil || state.Objects[oc][models.LeafMode] != mode {
			t.Errorf("mode %q, %v; want %s", state.Objects[oc][models.LeafMode], err, mode)
		}
	}
	if got := (simulator{d}).Configuration(); !bytes.Equal(got, before) {
		t.Errorf("the device is not as it was:\n%s\nbefore:\n%s", got, before)
	}
}

// TestOffTheGridIsRefusedUnseen: a frequency that the device would acknowledge and
// not tune to is refused before anything is asked of it.
func TestOffTheGridIsRefusedUnseen(t *testing.T) {
	l := lightUp(t)
	for frequency, near := range map[string]string{
		"193106.25 GHz": "193100 GHz and 193175 GHz", "193101 GHz": "193100 GHz and 193175 GHz", "191300 GHz": "191300 GHz and 191375 GHz",
	} {
		p := l.retune()
		p.Changes[0].After = models.Leaves{models.LeafFrequency: frequency}
		writes := (simulator{l.device}).Writes()
		_, err := l.s.Apply(t.Context(), p)
		if frequency == "191300 GHz" { // on the grid: 24 steps below 193.1 THz
			if err != nil {
				t.Errorf("%s: %v", frequency, err)
			}
			continue
		}
		wantKind(t, err, drivers.KindInvalid, near)
		if got := (simulator{l.device}).Writes(); got != writes {
			t.Errorf("%s: %d writes", frequency, got-writes)
		}
	}
}
