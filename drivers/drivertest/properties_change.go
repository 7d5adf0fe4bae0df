package drivertest

import (
	"bytes"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

func observeChangesNothing(r *rig) {
	before, writes := r.target.Simulator.Configuration(), r.target.Simulator.Writes()
	s := r.open()
	first, second := r.observe(s), r.observe(s)
	if diff := cmp.Diff(first.Objects, second.Objects); diff != "" {
		r.Errorf("two readings of an untouched device differ:\n%s", diff)
	}
	if first.Rest != second.Rest {
		r.Errorf("the digest of the rest moved from %q to %q on an untouched device", first.Rest, second.Rest)
	}
	r.wantWrites(writes, 0)
	r.wantConfiguration(before)
}

func applyThenObserve(r *rig) {
	s := r.open()
	p := pass(r.target.Alpha.create())
	due := r.due(s, p)
	writes := r.target.Simulator.Writes()
	result := r.apply(s, p)
	if !result.Sent {
		r.Error("the result says that nothing was sent")
	}
	if diff := cmp.Diff([]string{r.target.Alpha.Owner}, result.Applied); diff != "" {
		r.Errorf("owners applied:\n%s", diff)
	}
	r.wantWrites(writes, due)
	r.wantThere(r.observe(s), r.target.Alpha.First)
}

// due is how many writes a pass takes that is about to be applied: one, or on a
// device without transactions one for every leaf that differs.
func (r *rig) due(s drivers.Session, p drivers.Pass) int {
	r.Helper()
	if !r.target.Stepwise {
		return 1
	}
	n, state := 0, r.observe(s)
	for _, c := range p.Changes {
		for leaf, want := range c.After {
			if state.Objects[c.Object][leaf] != want {
				n++
			}
		}
	}
	return n
}

func applyAgainSendsNothing(r *rig) {
	s := r.open()
	p := pass(r.target.Alpha.create(), r.target.Beta.create())
	r.apply(s, p)
	writes, before := r.target.Simulator.Writes(), r.target.Simulator.Configuration()
	result := r.apply(s, p)
	if result.Sent {
		r.Error("the result says that something was sent")
	}
	if len(result.Applied) != 2 {
		r.Errorf("owners applied: %v, want both", result.Applied)
	}
	r.wantWrites(writes, 0)
	r.wantConfiguration(before)
}

func advanceThenObserve(r *rig) {
	s := r.open()
	r.apply(s, pass(r.target.Alpha.create()))
	r.apply(s, pass(r.target.Alpha.advance()))
	r.wantThere(r.observe(s), r.target.Alpha.Then)
}

func removeLeavesTheDeviceAsItWas(r *rig) {
	s := r.open()
	before, rest := r.target.Simulator.Configuration(), r.observe(s).Rest
	for _, w := range []Work{r.target.Alpha, r.target.Beta} {
		r.apply(s, pass(w.create()))
		r.apply(s, pass(w.advance()))
	}
	if got := r.observe(s).Rest; got != rest {
		r.Error("the digest of the rest moved although only owned objects were changed")
	}
	r.apply(s, pass(r.target.Alpha.remove(), r.target.Beta.remove()))
	for _, o := range append(r.target.Alpha.Then, r.target.Beta.Then...) {
		if leaves, there := r.observe(s).Objects[o.ObjectID]; there && o.Kind.Whole() {
			r.Errorf("%v is still there: %v", o.ObjectID, leaves)
		}
	}
	r.wantConfiguration(before)
}

func deleteOfTheAbsentSendsNothing(r *rig) {
	s := r.open()
	before, writes := r.target.Simulator.Configuration(), r.target.Simulator.Writes()
	if result := r.apply(s, pass(r.target.Alpha.remove())); result.Sent {
		r.Error("the result says that something was sent")
	}
	r.wantWrites(writes, 0)
	r.wantConfiguration(before)
}

func onePassIsOneWrite(r *rig) {
	s := r.open()
	p := pass(r.target.Alpha.create(), r.target.Beta.create())
	due := r.due(s, p)
	writes := r.target.Simulator.Writes()
	r.apply(s, p)
	r.wantWrites(writes, due)
	state := r.observe(s)
	r.wantThere(state, r.target.Alpha.First)
	r.wantThere(state, r.target.Beta.First)
}

func emptyPassSendsNothing(r *rig) {
	s := r.open()
	writes := r.target.Simulator.Writes()
	if result := r.apply(s, pass()); result.Sent {
		r.Error("the result says that something was sent")
	}
	r.wantWrites(writes, 0)
}

// oddFrequency and oddPower have digits that a float, a rounding or a wrong
// unit would lose.
const (
	oddFrequency = 193_106_251 * models.MHz
	oddPower     = models.Power(-1037)
)

func unitsSurvive(r *rig) {
	s := r.open()
	frequency, power := oddFrequency, oddPower
	if o := r.target.Odd; o != (Odd{}) {
		frequency, power = o.Frequency, o.Power
	}
	width := r.target.Odd.Width
	if width == 0 {
		width = 87_501 * models.MHz
	}
	odd := make([]models.Object, 0, len(r.target.Alpha.First))
	for _, o := range r.target.Alpha.First {
		leaves := models.Leaves{}
		for name, value := range o.Leaves {
			switch name {
			case models.LeafFrequency, models.LeafLower:
				value = frequency.String()
			case models.LeafUpper:
				value = (frequency + width).String()
			case models.LeafTargetPower:
				value = power.String()
			case models.LeafTargetTilt:
				value = models.Ratio(-7).String()
			}
			leaves[name] = value
		}
		odd = append(odd, models.Object{ObjectID: o.ObjectID, Leaves: leaves})
	}
	r.apply(s, pass(changes(r.target.Alpha.Owner, nil, odd)))
	r.wantThere(r.observe(s), odd)
}

func (r *rig) wantConfiguration(want []byte) {
	r.Helper()
	if got := r.target.Simulator.Configuration(); !bytes.Equal(want, got) {
		r.Errorf("the configuration is another (-want +got):\n%s", cmp.Diff(string(want), string(got)))
	}
}
