package intents

import (
	"strconv"
	"strings"
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
