package reconcile

import (
	"bytes"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
)

// apartness tells which stored circuits name a circuit as one to be apart from,
// by the key of the one that is named.
type apartness map[string][]plan.Apart

// apartness reads the stored circuits. Only those that mention the field are
// decoded.
func (s *Stages) apartness() apartness {
	out := apartness{}
	for _, e := range s.caches.intents.List(intents.KindCircuit + "/") {
		if e.Value.Deletion != nil || !bytes.Contains(e.Value.Document, []byte(`"apartFrom"`)) {
			continue
		}
		doc, err := s.cfg.Documents.Of(e)
		if err != nil {
			continue // said where it is planned
		}
		spec, ok := doc.Spec.(*intents.CircuitSpec)
		if !ok || spec.Diversity == nil {
			continue
		}
		for _, name := range spec.Diversity.ApartFrom {
			key := intentKey(records.IntentRef{Kind: intents.KindCircuit, Namespace: doc.Metadata.Namespace, Name: name})
			out[key] = append(out[key], plan.Apart{Name: doc.Metadata.Name, UID: e.Value.UID, By: spec.Diversity.By})
		}
	}
	return out
}

// of lists the stored circuits that a circuit is to share nothing with: those
// that name it, and those that it names.
func (x apartness) of(s *Stages, ref records.IntentRef, spec *intents.CircuitSpec) []plan.Apart {
	if spec == nil {
		return nil
	}
	out := append([]plan.Apart(nil), x[intentKey(ref)]...)
	if spec.Diversity == nil {
		return out
	}
	for _, name := range spec.Diversity.ApartFrom {
		other := ref
		other.Name = name
		if e, ok := get(s.caches.intents, intentKey(other)); ok {
			out = append(out, plan.Apart{Name: name, UID: e.Value.UID, By: spec.Diversity.By})
		}
	}
	return out
}
