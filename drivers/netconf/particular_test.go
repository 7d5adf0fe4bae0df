package netconf_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/netconf"
	"github.com/waveplane/waveplane/drivers/sim/netconfd"
	"github.com/waveplane/waveplane/models"
)

func (b *bench) open(tb testing.TB) drivers.Session {
	tb.Helper()
	s, err := (&netconf.Driver{Armed: armed}).Open(tb.Context(), b.device)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// tuning is the pass that tunes the first line of a TeraFlex.
func tuning(frequency models.Frequency, power models.Power) drivers.Pass {
	o := devices.TeraFlex().Alpha.First[0]
	return drivers.Pass{ID: "test", Changes: []models.Change{{Owner: "o", Object: o.ObjectID, After: models.Leaves{
		models.LeafFrequency: frequency.String(), models.LeafTargetPower: power.String(), models.LeafMode: "5",
	}}}}
}

// TestTeraFlexUnits: whatever the device's units can express comes back as it was
// sent, to the last digit, and nothing else is sent at all.
func TestTeraFlexUnits(t *testing.T) {
	b := newLab(t).start(t, devices.TeraFlex(), netconfd.Config{RunningOnly: true})
	s := b.open(t)
	id := devices.TeraFlex().Alpha.First[0].ObjectID
	rapid.Check(t, func(t *rapid.T) {
		frequency := models.Frequency(rapid.Int64Range(191_150_000, 196_100_000).Draw(t, "MHz")) * models.MHz
		if rapid.Bool().Draw(t, "whole") {
			frequency -= frequency % models.GHz
			frequency = max(frequency, 191_150*models.GHz)
		}
		power := models.Power(rapid.IntRange(-1000, 300).Draw(t, "power"))
		if rapid.Bool().Draw(t, "tenths") {
			power -= power % 10
		}
		p := tuning(frequency, power)
		writes := b.Counters().Sets
		_, err := s.Apply(t.Context(), p)
		if frequency%models.GHz == 0 && power%10 == 0 {
			if err != nil {
				t.Fatalf("apply: %v", err)
			}
			state, err := s.Observe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := state.Objects[id].Restrict(p.Changes[0].After); !got.Equal(p.Changes[0].After) {
				t.Errorf("sent %v, found %v", p.Changes[0].After, got)
			}
			if f := state.Readings.Channels[id.Key].Frequency; f == nil || *f != frequency {
				t.Errorf("sent %v, the state says %v", frequency, f)
			}
			return
		}
		if drivers.KindOf(err) != drivers.KindInvalid || !strings.Contains(err.Error(), "the nearest that can are") {
			t.Errorf("%v at %v: got %v, want Invalid with the nearest", frequency, power, err)
		}
		if b.Counters().Sets != writes {
			t.Error("something was sent")
		}
	})
}

// TestNearestAreNamed spells out what a person reads.
func TestNearestAreNamed(t *testing.T) {
	b := newLab(t).start(t, devices.TeraFlex(), netconfd.Config{RunningOnly: true})
	s := b.open(t)
	for want, p := range map[string]drivers.Pass{
		"193106.25 GHz cannot be set; the nearest that can are 193106 GHz and 193107 GHz": tuning(193_106_250*models.MHz, -100),
		"-1.37 dBm cannot be set; the nearest that can are -1.40 dBm and -1.30 dBm":       tuning(193_100*models.GHz, -137),
		"1.37 dBm cannot be set; the nearest that can are 1.30 dBm and 1.40 dBm":          tuning(193_100*models.GHz, 137),
	} {
		if _, err := s.Apply(t.Context(), p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	if n := b.controls().Writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
}

// TestDevicesInsistOnWhatIsParticular: without the profile's field, the device
// refuses what it gets, and is as it was.
func TestDevicesInsistOnWhatIsParticular(t *testing.T) {
	l := newLab(t)
	for name, c := range map[string]struct {
		wrong func(*bench)
		p     drivers.Pass
		words string
	}{
		"unit":     {func(b *bench) { b.device.Profile.FrequencyUnit = 0 }, tuning(193_100*models.GHz, -100), "193100000 is not within 191150..196100 GHz"},
		"decimals": {func(b *bench) { b.device.Profile.PowerDecimals = 0 }, tuning(193_100*models.GHz, -137), "finer than the steps of this line"},
	} {
		t.Run(name, func(t *testing.T) {
			b := l.start(t, devices.TeraFlex(), netconfd.Config{RunningOnly: true})
			c.wrong(b)
			before := string(b.controls().Configuration())
			_, err := b.open(t).Apply(t.Context(), c.p)
			if drivers.KindOf(err) != drivers.KindRejected || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %v, want a refusal with %q", err, c.words)
			}
			if after := string(b.controls().Configuration()); after != before {
				t.Error("a refused pass changed something")
			}
		})
	}
}

// TestMegahertzOnADeviceOfGigahertz: a release that has MHz after all is not taken
// at its number, which would be light of 193 PHz.
func TestMegahertzOnADeviceOfGigahertz(t *testing.T) {
	f := devices.TeraFlex()
	f.Startup["/components/component[name=optch 1/1/n1]/optical-channel/config/frequency"] = "193100000"
	state, err := newLab(t).start(t, f, netconfd.Config{RunningOnly: true}).open(t).Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id := f.Alpha.First[0].ObjectID
	if got, there := state.Objects[id][models.LeafFrequency]; there {
		t.Errorf("configured is said to be %v", got)
	}
	if got := state.Readings.Channels[id.Key].Frequency; got != nil {
		t.Errorf("tuned is said to be %v", *got)
	}
}
