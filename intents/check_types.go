package intents

import (
	"strings"

	"github.com/waveplane/waveplane/models/catalogue"
)

// Extend returns the catalogue with the modes, amplifier types and fibre types
// that documents define. Documents that are not consistent are left out, and
// the error names the first of them; the catalogue is usable all the same.
func Extend(base *catalogue.Catalogue, docs []Document) (*catalogue.Catalogue, error) {
	var first error
	keep := func(err error) bool {
		if err != nil && first == nil {
			first = err
		}
		return err == nil
	}
	modes, amplifiers, fibres := map[string]catalogue.Mode{}, map[string]catalogue.Amplifier{}, map[string]catalogue.Fibre{}
	for _, d := range docs {
		switch s := d.Spec.(type) {
		case *ModeSpec:
			if m, err := s.Catalogue(d.Metadata.Name); keep(err) {
				modes[m.Name] = m
			}
		case *AmplifierTypeSpec:
			if a, err := s.Catalogue(d.Metadata.Name); keep(err) {
				amplifiers[a.Name] = a
			}
		case *FiberTypeSpec:
			if f, err := s.Catalogue(d.Metadata.Name); keep(err) {
				fibres[f.Name] = f
			}
		}
	}
	out := base
	if len(modes) > 0 {
		out = out.WithModes(modes)
	}
	for len(amplifiers)+len(fibres) > 0 {
		more, err := out.WithTypes(amplifiers, fibres)
		if keep(err) {
			return more, first
		}
		if !dropUnstaged(out, amplifiers) {
			break
		}
	}
	return out, first
}

// dropUnstaged removes the types of two stages of which one cannot be had, and
// reports whether there were any.
func dropUnstaged(base *catalogue.Catalogue, amplifiers map[string]catalogue.Amplifier) bool {
	single := func(name string) bool {
		a, ok := amplifiers[name]
		if !ok {
			a, ok = base.Amplifiers[name]
		}
		return ok && a.Noise.Kind != catalogue.NoiseDualStage
	}
	dropped := false
	for _, name := range sortedKeys(amplifiers) {
		a := amplifiers[name]
		if a.Noise.Kind == catalogue.NoiseDualStage && !(single(a.Noise.Preamp) && single(a.Noise.Booster)) {
			delete(amplifiers, name)
			dropped = true
		}
	}
	return dropped
}

// amplifierType finds a type among the documents and in the catalogue; nil is
// not known. What is found in a document also says so.
func (n *network) amplifierType(c *checker, name string, path ...any) (amp catalogue.Amplifier, own, ok bool) {
	if doc := n.find(KindAmplifierType, "", name); doc != nil {
		s, is := doc.Spec.(*AmplifierTypeSpec)
		if !is {
			return amp, true, false
		}
		amp, err := s.Catalogue(name)
		return amp, true, err == nil
	}
	if n.cat == nil {
		return amp, false, false
	}
	amp, err := n.cat.Amplifier(name)
	if err == nil {
		return amp, false, true
	}
	n.unknownType(c, "amplifier type", KindAmplifierType, name, sortedKeys(n.cat.Amplifiers), path...)
	return amp, false, false
}

func (n *network) fibreType(c *checker, name string, path ...any) {
	name = strings.ToLower(name)
	if name == "" || n.cat == nil || n.find(KindFiberType, "", name) != nil {
		return
	}
	if _, err := n.cat.Fibre(name); err == nil {
		return
	}
	n.unknownType(c, "fibre type", KindFiberType, name, sortedKeys(n.cat.Fibres), path...)
}

// unknownType reports a type that nobody defines. Offline it may be a stored
// one, unless it looks like a known one misspelt.
func (n *network) unknownType(c *checker, what, kind, name string, known []string, path ...any) {
	near := ""
	if len(n.faults) < manyFaults {
		near = catalogue.Nearest(name, append(n.namesOf(kind), known...))
	}
	remedy := "known are " + join(known) + "; a " + kind + " document makes others"
	if near != "" {
		remedy = "did you mean " + quoted(near) + "?"
	} else if n.skip(c, kind, name) {
		return
	}
	c.fault("unknown "+what+" "+quoted(name), remedy, path...)
}

// lineTypes checks the types that a link names, and the gains of those that
// documents define: the others were checked when the link was read.
func (n *network) lineTypes(c *checker, s *LinkSpec) {
	for i, span := range s.Spans {
		at := func(field ...any) []any { return append([]any{"spec", "spans", i}, field...) }
		if span.Fiber != "" {
			n.fibreType(c, span.Fiber, at("fiber")...)
		}
		if a := span.Amplifier; a != nil {
			n.amplifierUse(c, a.Type, a.GainDb, span.Way, func(field string) []any { return at("amplifier", field) })
			for j, b := range a.Bands {
				n.amplifierUse(c, b.Type, b.GainDb, span.Way, func(field string) []any { return at("amplifier", "bands", j, field) })
			}
		}
	}
}

func (n *network) amplifierUse(c *checker, name string, gain *PerWay, way string, at func(field string) []any) {
	if problem, _ := nameProblem(name); problem != "" {
		return // not there, or reported when it was read
	}
	amp, own, ok := n.amplifierType(c, name, at("type")...)
	if ok && own && gain != nil {
		checkGain(c, amp, true, gain, way, at("gainDb")...)
	}
}

// stages checks that the types of a dual stage exist and stand alone.
func (n *network) stages(c *checker, s *AmplifierTypeSpec) {
	if s.Noise.Model != string(catalogue.NoiseDualStage) {
		return
	}
	for _, stage := range []struct{ field, name string }{{"preamp", s.Noise.Preamp}, {"booster", s.Noise.Booster}} {
		if problem, _ := nameProblem(stage.name); problem != "" {
			continue
		}
		amp, _, ok := n.amplifierType(c, stage.name, "spec", "noise", stage.field)
		if ok && amp.Noise.Kind == catalogue.NoiseDualStage {
			c.fault(quoted(stage.name)+" is in two stages itself", "name a type in one", "spec", "noise", stage.field)
		}
	}
}

// checkTypes looks for the types of documents that are refused already, which
// Check will not see: so they stand in the same report.
func checkTypes(docs []Document, cat *catalogue.Catalogue, faults *Faults) {
	n := newNetwork(docs, nil, cat)
	for i := range docs {
		c := &checker{doc: &docs[i], cat: cat, faults: &n.faults}
		switch s := docs[i].Spec.(type) {
		case *LinkSpec:
			for j, span := range s.Spans {
				if span.Fiber != "" {
					n.fibreType(c, span.Fiber, "spec", "spans", j, "fiber")
				}
				if a := span.Amplifier; a != nil {
					n.amplifierUse(c, a.Type, nil, "", func(field string) []any { return []any{"spec", "spans", j, "amplifier", field} })
				}
			}
		case *AmplifierTypeSpec:
			n.stages(c, s)
		}
	}
	*faults = append(*faults, n.faults...)
}
