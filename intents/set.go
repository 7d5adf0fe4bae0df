package intents

import (
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/models/catalogue"
)

// checkSet finds documents that stand twice and wavelengths that take a name
// which a circuit of the set gives to its own.
func checkSet(docs []Document, faults *Faults) {
	first := make(map[identity]*Document, len(docs))
	for i := range docs {
		doc := &docs[i]
		id := identify(doc)
		if id.name == "" {
			continue
		}
		if before, twice := first[id]; twice {
			c := checker{doc: doc, faults: faults}
			c.fault(doc.Kind+" "+quoted(id.name)+" stands twice, first at "+before.Origin, "leave one out", "metadata", "name")
			continue
		}
		first[id] = doc
	}
	for i := range docs {
		doc := &docs[i]
		if doc.Kind != KindWavelength {
			continue
		}
		id := identify(doc)
		circuit, ok := generatedFor(id.name)
		if _, there := first[identity{KindCircuit, id.namespace, circuit}]; ok && there {
			(&checker{doc: doc, faults: faults}).generatedName(circuit)
		}
	}
}

func (c *checker) generatedName(circuit string) {
	c.fault("name "+quoted(c.doc.Metadata.Name)+" is one that circuit "+quoted(circuit)+" gives to its own wavelengths", "choose a name that is not the circuit's with a number", "metadata", "name")
}

// generatedFor returns the circuit whose wavelengths are named like name.
func generatedFor(name string) (circuit string, ok bool) {
	i := strings.LastIndexByte(name, '-')
	if i <= 0 {
		return "", false
	}
	n, err := strconv.ParseUint(name[i+1:], 10, 32)
	return name[:i], err == nil && n > 0 && name[i+1] != '0'
}

// checkModes looks for the modes of documents that are refused already, which
// Check will not see: so they stand in the same report. A name that is neither
// in the catalogue nor given by a document of the set may still be that of a
// stored one, which the remedy leaves open.
func checkModes(docs []Document, cat *catalogue.Catalogue, faults *Faults) {
	own := map[string]bool{}
	for i := range docs {
		if docs[i].Kind == KindMode {
			own[docs[i].Metadata.Name] = true
		}
	}
	for i := range docs {
		c := &checker{doc: &docs[i], cat: cat, faults: faults}
		look := func(name string, path ...any) {
			if _, known := cat.Modes[name]; known || own[name] {
				return
			}
			if problem, _ := nameProblem(name); problem == "" { // else it was reported, or not read
				c.fault("mode "+quoted(name)+" is not in the catalogue", near(c, name, cat.Modes, "only a Mode document can make it right"), path...)
			}
		}
		switch s := docs[i].Spec.(type) {
		case *CircuitSpec:
			for j, name := range s.Modes[:min(len(s.Modes), maxNames)] {
				look(name, "spec", "modes", j)
			}
		case *WavelengthSpec:
			look(s.Mode, "spec", "mode")
		}
	}
}
