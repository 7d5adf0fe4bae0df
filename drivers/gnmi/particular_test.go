package gnmi_test

import (
	"strings"
	"testing"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/gnmi"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// created is the pass that makes what an owner wants first.
func created(w drivertest.Work) drivers.Pass {
	p := drivers.Pass{ID: "test"}
	for _, o := range w.First {
		p.Changes = append(p.Changes, models.Change{Owner: w.Owner, Object: o.ObjectID, After: o.Leaves})
	}
	return p
}

// without leaves out what a profile's field stands for.
func without(p drivers.Pass, what func(models.ObjectID, models.LeafName) bool) drivers.Pass {
	var out []models.Change
	for _, c := range p.Changes {
		leaves := models.Leaves{}
		for name, value := range c.After {
			if !what(c.Object, name) {
				leaves[name] = value
			}
		}
		if c.After = leaves; len(leaves) > 0 {
			out = append(out, c)
		}
	}
	p.Changes = out
	return p
}

// TestDevicesInsistOnWhatIsParticular: without what the profile makes of it, a
// pass is refused, in the device's words and with nothing changed.
func TestDevicesInsistOnWhatIsParticular(t *testing.T) {
	l := newLab(t)
	for name, c := range map[string]struct {
		fixture devices.Fixture
		less    func(models.ObjectID, models.LeafName) bool
		words   string
	}{
		"assignment to the client": {devices.Arista(), func(_ models.ObjectID, leaf models.LeafName) bool { return leaf == models.LeafAssignClients }, "no assignment to an Ethernet channel"},
		"functional type":          {devices.Nokia("lab-nokia-openconfig"), func(id models.ObjectID, _ models.LeafName) bool { return id.Kind == models.KindModule }, "not set to digital coherent optics"},
	} {
		t.Run(name, func(t *testing.T) {
			b := l.start(t, c.fixture)
			s := b.open(t, &gnmi.Driver{})
			before := string(b.controls().Configuration())
			_, err := s.Apply(t.Context(), without(created(c.fixture.Alpha), c.less))
			if drivers.KindOf(err) != drivers.KindRejected || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %v, want a refusal with %q", err, c.words)
			}
			if after := string(b.controls().Configuration()); after != before {
				t.Error("a refused pass changed something")
			}
			if _, err := s.Apply(t.Context(), created(c.fixture.Alpha)); err != nil {
				t.Errorf("the whole pass: %v", err)
			}
		})
	}
}

// TestParticularIsUnsupportedElsewhere: what one profile asks for another does
// not let through.
func TestParticularIsUnsupportedElsewhere(t *testing.T) {
	l := newLab(t)
	b := l.start(t, devices.Router())
	s := b.open(t, &gnmi.Driver{})
	line := models.Leaves{}
	for name, value := range b.fixture.Alpha.First[1].Leaves {
		line[name] = value
	}
	line[models.LeafAssignClients] = "10001:400"
	for name, change := range map[string]models.Change{
		"functional type":        {Owner: "o", Object: devices.Module("xcvr-et-0/0/0"), After: models.Leaves{models.LeafFunctionalType: models.DigitalCoherentOptic}},
		"assignments to clients": {Owner: "o", Object: devices.Logical("10000"), After: line},
	} {
		if _, err := s.Apply(t.Context(), drivers.Pass{ID: "test", Changes: []models.Change{change}}); drivers.KindOf(err) != drivers.KindUnsupported {
			t.Errorf("%s: got %v, want Unsupported", name, err)
		}
	}
	if n := b.controls().Writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
}

// TestChannelByNameAlone: a switch that does not tell which optical channel a
// transceiver has is understood by the names.
func TestChannelByNameAlone(t *testing.T) {
	l := newLab(t)
	b := l.start(t, devices.Arista())
	state, err := b.open(t, &gnmi.Driver{}).Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := state.Readings.Channels["xcvr-et-0/0/0-Optical0"]
	if r.RxTotal == nil || *r.RxTotal != -611 || r.LossOfSignal == nil || *r.LossOfSignal {
		t.Errorf("what the transceiver measures is not with its channel: %+v", r)
	}
}

// TestCageIsGivenBack: the functional type is what it was before, whatever that
// was, once the wavelength is gone; one that stood is not written at all.
func TestCageIsGivenBack(t *testing.T) {
	l := newLab(t)
	f := devices.Nokia("lab-nokia-openconfig")
	const leaf = "/components/component[name=xcvr-et-0/0/0]/transceiver/config/module-functional-type"
	for name, stood := range map[string]string{"not set": "", "coherent": "TYPE_DIGITAL_COHERENT_OPTIC", "standard": "TYPE_STANDARD_OPTIC"} {
		t.Run(name, func(t *testing.T) {
			f := f
			f.Startup = map[string]string{}
			for path, value := range devices.Nokia(f.Profile).Startup {
				f.Startup[path] = value
			}
			original := models.Leaves{}
			if stood != "" {
				f.Startup[leaf] = "openconfig-transport-types:" + stood
				original[models.LeafFunctionalType] = stood
			}
			b := l.start(t, f)
			s := b.open(t, &gnmi.Driver{})
			before, err := s.Observe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := before.Objects[devices.Module("xcvr-et-0/0/0")]; !got.Equal(original) {
				t.Fatalf("observed before: %v, want %v", got, original)
			}
			configuration := string(b.controls().Configuration())
			if _, err := s.Apply(t.Context(), created(f.Alpha)); err != nil {
				t.Fatal(err)
			}
			var back drivers.Pass
			for _, o := range f.Alpha.First {
				c := models.Change{Owner: f.Alpha.Owner, Object: o.ObjectID, Before: o.Leaves}
				if o.Kind == models.KindModule && stood != "" {
					c.After = original
				}
				back.Changes = append(back.Changes, c)
			}
			if _, err := s.Apply(t.Context(), back); err != nil {
				t.Fatal(err)
			}
			if got := string(b.controls().Configuration()); got != configuration {
				t.Errorf("the device is another than before:\n%s\nwas\n%s", got, configuration)
			}
			if text := written(t, l.catalogue, f, stood); strings.Contains(text, "module-functional-type") != (stood != "TYPE_DIGITAL_COHERENT_OPTIC") {
				t.Errorf("of a cage that was %q is written:\n%s", stood, text)
			}
		})
	}
}

// written is what the pass that makes the wavelength sends to a cage of a kind.
func written(t *testing.T, cat *catalogue.Catalogue, f devices.Fixture, stood string) string {
	t.Helper()
	profile, err := cat.Profile(f.Profile)
	if err != nil {
		t.Fatal(err)
	}
	p := created(f.Alpha)
	for i, c := range p.Changes {
		if c.Object.Kind == models.KindModule && stood != "" {
			p.Changes[i].Before = models.Leaves{models.LeafFunctionalType: stood}
		}
	}
	_, text, err := gnmi.RequestOf(p, profile)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
