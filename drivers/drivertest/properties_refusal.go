package drivertest

import (
	"strings"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

func refusalNamesOwnerAndWords(r *rig) {
	s := r.open()
	before := r.target.Simulator.Configuration()
	const words = "wavelength is not available on this port"
	r.must(r.target.Simulator.Refuse(r.target.Beta.First[0].ObjectID, words))
	result, err := s.Apply(r.context(), pass(r.target.Alpha.create(), r.target.Beta.create()))
	r.wantKind(err, drivers.KindRejected)
	if len(result.Applied) != 0 {
		r.Errorf("owners applied: %v, want none", result.Applied)
	}
	if said, named := result.Refused[r.target.Beta.Owner]; len(result.Refused) != 1 || !named || !strings.Contains(said, words) {
		r.Errorf("refused: %v, want %s with %q", result.Refused, r.target.Beta.Owner, words)
	}
	r.wantConfiguration(before)

	// The other owner's part alone is taken.
	r.apply(s, pass(r.target.Alpha.create()))
	state := r.observe(s)
	r.wantThere(state, r.target.Alpha.First)

	// And so is all, once the device has changed its mind.
	r.target.Simulator.Heal()
	r.apply(s, pass(r.target.Alpha.create(), r.target.Beta.create()))
	r.wantThere(r.observe(s), r.target.Beta.First)
}

func unsupportedSendsNothing(r *rig) {
	if r.target.Alpha.Unsupported == nil {
		r.Skip("the profile of this device rules nothing out")
	}
	s := r.open()
	writes := r.target.Simulator.Writes()
	_, err := s.Apply(r.context(), pass(changes(r.target.Alpha.Owner, nil, []models.Object{*r.target.Alpha.Unsupported})))
	r.wantKind(err, drivers.KindUnsupported)
	r.wantWrites(writes, 0)
}

func invalidSendsNothing(r *rig) {
	s := r.open()
	writes := r.target.Simulator.Writes()
	object := r.target.Alpha.First[0]
	for name, wrong := range map[string]models.Change{
		"no such kind":    {Object: models.ObjectID{Kind: "flux-capacitor", Key: "1"}, After: models.Leaves{models.LeafEnabled: "true"}},
		"no such leaf":    {Object: object.ObjectID, After: models.Leaves{"flux": "1.21 GW"}},
		"no such value":   {Object: object.ObjectID, After: ruined(object.Leaves)},
		"incomplete keys": {Object: models.ObjectID{Kind: object.Kind}, After: object.Leaves},
	} {
		wrong.Owner = r.target.Alpha.Owner
		_, err := s.Apply(r.context(), pass([]models.Change{wrong}))
		r.wantKind(err, drivers.KindInvalid)
		if drivers.KindOf(err) != drivers.KindInvalid {
			r.Logf("the change was: %s", name)
		}
	}
	twice := append(r.target.Alpha.create(), changes("somebody else", nil, r.target.Alpha.First)...)
	_, err := s.Apply(r.context(), pass(twice))
	r.wantKind(err, drivers.KindInvalid)
	r.wantWrites(writes, 0)
}

// ruined returns leaves of which every value is nonsense.
func ruined(l models.Leaves) models.Leaves {
	out := models.Leaves{}
	for name := range l {
		out[name] = "\x00 nonsense \x1b[31m"
	}
	return out
}

func previewSendsNothing(r *rig) {
	s := r.open()
	p, ok := s.(drivers.Previewer)
	if !ok {
		r.Skip("the session is no drivers.Previewer")
	}
	writes := r.target.Simulator.Writes()
	text, err := p.Preview(pass(r.target.Alpha.create()))
	if err != nil || text == "" {
		r.Errorf("preview gives %q and %v", text, r.note(err))
	}
	r.wantWrites(writes, 0)
}

func laterTermWins(r *rig) {
	r.target.Device.Profile.ArbitrationExtension = true
	s := r.open()
	a, ok := s.(drivers.Arbiter)
	if !ok {
		r.Skip("the session is no drivers.Arbiter")
	}
	if err := a.Arbitrate(r.context(), drivers.Term{Incarnation: 2, Revision: 1}); err != nil {
		r.Fatalf("arbitrate: %v", r.note(err))
	}
	before := r.target.Simulator.Configuration()
	late := pass(r.target.Alpha.create())
	late.Term = drivers.Term{Incarnation: 1, Revision: 9_000_000_000}
	_, err := s.Apply(r.context(), late)
	r.wantKind(err, drivers.KindDenied)
	r.wantKind(a.Arbitrate(r.context(), late.Term), drivers.KindDenied)
	r.wantConfiguration(before)
	late.Term = drivers.Term{Incarnation: 2, Revision: 2}
	r.apply(s, late)
	r.wantThere(r.observe(s), r.target.Alpha.First)
}
