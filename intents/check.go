package intents

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/models/catalogue"
)

// Check judges what the documents of a set refer to: other documents of the
// set, stored ones that the set does not replace, and the catalogue (modes,
// parts, types of fibre and amplifier). The set and the stored documents have been decoded and defaulted.
// The error is a Faults with everything that is wrong.
func Check(set, stored []Document, cat *catalogue.Catalogue) error {
	n := newNetwork(set, stored, cat)
	n.check()
	return n.faults.Err()
}

// CheckOffline is Check where no stored documents can be had. References to
// kinds of which the set has no document cannot be checked: they are returned,
// one sentence each, sorted.
func CheckOffline(set []Document, cat *catalogue.Catalogue) (unchecked []string, err error) {
	n := newNetwork(set, nil, cat)
	n.offline = true
	n.check()
	slices.Sort(n.unchecked)
	return slices.Compact(n.unchecked), n.faults.Err()
}

// network is what a set of documents is judged against.
type network struct {
	set, stored []Document
	cat         *catalogue.Catalogue
	offline     bool
	present     map[string]bool // kinds in the set
	index       map[identity]*Document
	searches    int
	modes       map[string]catalogue.Mode // converted Mode documents, as they are asked for

	faults    Faults
	unchecked []string
}

func newNetwork(set, stored []Document, cat *catalogue.Catalogue) *network {
	n := &network{set: set, stored: stored, cat: cat, present: map[string]bool{}, modes: map[string]catalogue.Mode{}}
	for i := range set {
		n.present[set[i].Kind] = true
	}
	return n
}

func (n *network) check() {
	for i := range n.set {
		doc := &n.set[i]
		c := &checker{doc: doc, cat: n.cat, faults: &n.faults}
		switch spec := doc.Spec.(type) {
		case *DeviceSpec:
			n.refer(c, KindSite, "", spec.Site, "spec", "site")
		case *LinkSpec:
			n.link(c, spec)
		case *AmplifierTypeSpec:
			n.stages(c, spec)
		case *CircuitSpec:
			n.circuit(c, spec)
		case *WavelengthSpec:
			n.wavelength(c, spec)
		}
	}
	if n.present[KindLink] {
		n.ends()
	}
	if n.present[KindDevice] {
		n.addresses()
	}
	if n.present[KindCircuit] || n.present[KindWavelength] {
		n.names()
	}
	n.faults.sort()
}

// addresses refuses two devices of one address: what is written to one would be read
// back from the other, and both would be believed.
func (n *network) addresses() {
	first := map[string]*Document{}
	const stored = 0
	for from, docs := range [][]Document{n.stored, n.set} {
		for i := range docs {
			doc := &docs[i]
			spec, ok := doc.Spec.(*DeviceSpec)
			if !ok || spec.Address == "" {
				continue
			}
			address := strings.ToLower(spec.Address)
			before, taken := first[address]
			if !taken {
				first[address] = doc
				continue
			}
			if from == stored || before.Metadata.Name == doc.Metadata.Name {
				continue // what is stored is not judged
			}
			c := &checker{doc: doc, cat: n.cat, faults: &n.faults}
			c.fault("device "+quoted(before.Metadata.Name)+" has this address already", "give each device its own; where several were given new ones, apply them together", "spec", "address")
		}
	}
}

// manySearches is when an index pays: a single circuit in a large network asks
// for a handful of documents.
const manySearches = 16

func (n *network) find(kind, namespace, name string) *Document {
	id := identify(&Document{Kind: kind, Metadata: Metadata{Name: name, Namespace: namespace}})
	if n.index == nil && n.searches < manySearches {
		n.searches++
		for _, docs := range [][]Document{n.set, n.stored} {
			for i := range docs {
				if d := &docs[i]; d.Metadata.Name == name && d.Kind == kind && identify(d) == id {
					return d
				}
			}
		}
		return nil
	}
	if n.index == nil {
		n.index = make(map[identity]*Document, len(n.set)+len(n.stored))
		for _, docs := range [][]Document{n.stored, n.set} {
			for i := range docs {
				n.index[identify(&docs[i])] = &docs[i]
			}
		}
	}
	return n.index[id]
}

// refer finds what a field names, or reports that it is not there.
func (n *network) refer(c *checker, kind, namespace, name string, path ...any) *Document {
	if doc := n.find(kind, namespace, name); doc != nil {
		return doc
	}
	if n.skip(c, kind, name) {
		return nil
	}
	remedy := ""
	if len(n.faults) < manyFaults {
		remedy = nearRemedy(name, n.namesOf(kind), "")
	}
	c.fault("unknown "+strings.ToLower(kind)+" "+quoted(name), remedy, path...)
	return nil
}

// skip notes a reference that cannot be checked for want of documents.
func (n *network) skip(c *checker, kind, name string) bool {
	if !n.offline || n.present[kind] {
		return false
	}
	n.unchecked = append(n.unchecked, fmt.Sprintf("%s %s refers to %s %s", c.doc.Kind, c.doc.Metadata.Name, strings.ToLower(kind), printable(name)))
	return true
}

func (n *network) namesOf(kind string) []string {
	var names []string
	for _, docs := range [][]Document{n.set, n.stored} {
		for i := range docs {
			if docs[i].Kind == kind && len(names) < 10_000 {
				names = append(names, docs[i].Metadata.Name)
			}
		}
	}
	return names
}

// port finds the device and port of a reference "device/port". The form was
// checked when the document was read.
func (n *network) port(c *checker, ref string, path ...any) (*DeviceSpec, *Port) {
	p, ok := splitPort(ref)
	if !ok {
		return nil, nil
	}
	doc := n.refer(c, KindDevice, "", p.device, path...)
	if doc == nil {
		return nil, nil
	}
	device, ok := doc.Spec.(*DeviceSpec)
	if !ok {
		return nil, nil
	}
	found, ok := device.Ports[p.name]
	if !ok {
		c.fault("device "+quoted(p.device)+" has no port "+quoted(p.name), near(c, p.name, device.Ports, "it has "+few(device.Ports)), path...)
		return device, nil
	}
	return device, &found
}

// few lists the keys of a small map and counts those of a large one.
func few[V any](known map[string]V) string {
	const most = 8
	switch {
	case len(known) == 0:
		return "none"
	case len(known) > most:
		return fmt.Sprintf("%d others", len(known))
	}
	return join(sortedKeys(known))
}

func (n *network) link(c *checker, s *LinkSpec) {
	n.lineTypes(c, s)
	for i, end := range s.Ends {
		n.port(c, end, "spec", "ends", i)
	}
	for i, span := range s.Spans {
		if span.Site != "" {
			n.refer(c, KindSite, "", span.Site, "spec", "spans", i, "site")
		}
		a := span.Amplifier
		if a == nil || a.Az == "" || a.Za == "" {
			continue
		}
		n.port(c, a.Az, "spec", "spans", i, "amplifier", "az")
		n.port(c, a.Za, "spec", "spans", i, "amplifier", "za")
	}
}

// ends finds ports, and amplifiers, that two links claim.
func (n *network) ends() {
	claimed := map[string]*Document{}
	claim := func(doc *Document, ref string, path ...any) {
		before, taken := claimed[ref]
		if !taken {
			claimed[ref] = doc
			return
		}
		what := "is already at link " + quoted(before.Metadata.Name)
		if before == doc {
			what = "stands twice in the link"
		}
		(&checker{doc: doc, faults: &n.faults}).fault(quoted(ref)+" "+what, "", path...)
	}
	for _, docs := range [][]Document{n.stored, n.set} {
		for i := range docs {
			s, ok := docs[i].Spec.(*LinkSpec)
			if !ok {
				continue
			}
			for j, end := range s.Ends {
				claim(&docs[i], end, "spec", "ends", j)
			}
			for j, span := range s.Spans {
				if a := span.Amplifier; a != nil && a.Az != "" && a.Za != "" {
					claim(&docs[i], a.Az, "spec", "spans", j, "amplifier", "az")
					claim(&docs[i], a.Za, "spec", "spans", j, "amplifier", "za")
				}
			}
		}
	}
}
