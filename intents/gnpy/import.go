package gnpy

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Input is what a planning team has.
type Input struct {
	Topology  intents.File
	Equipment intents.File
	Services  *intents.File
	// Extra are files that the equipment names: settings of amplifier types.
	// They are found by the last part of their names.
	Extra []intents.File
}

// Import turns GNPy's files into documents that decode and check without a
// fault, sorted by kind and name (circuits stay in the order of the requests),
// with defaults left out. The same files give
// the same documents. Notes tell what has no counterpart.
//
// The error is a Faults with everything that keeps the network from being
// understood, or would make another of it; then there are no documents. Input
// of any kind ends in one or the other, and files over 32 MiB are refused.
func Import(in Input, cat *catalogue.Catalogue) ([]intents.Document, []Note, error) {
	im := &importer{
		report: &report{}, cat: cat, extra: map[string]intents.File{}, names: map[string]*namer{},
		amplifiers: map[string]*amplifierType{}, fibres: map[string]*fibreType{}, switches: map[string]*switchType{},
		transceivers: map[string]*transceiver{}, modes: map[modeKey]string{},
	}
	for _, f := range in.Extra {
		im.extra[filepath.Base(f.Name)] = f
	}
	topology := readTree(in.Topology, im.report)
	equipment := readTree(in.Equipment, im.report)
	var services *object
	if in.Services != nil {
		services = readTree(*in.Services, im.report)
	}
	if len(im.faults) > 0 {
		return nil, nil, im.err()
	}
	im.equipment(equipment)
	im.topology(topology)
	if len(im.faults) == 0 {
		im.services(services)
	}
	if len(im.faults) == 0 {
		im.network()
	}
	if len(im.faults) == 0 {
		im.verify()
	}
	if err := im.err(); err != nil {
		return nil, nil, err
	}
	return im.docs, im.notes, nil
}

// importer holds what was read, by the names of the files.
type importer struct {
	*report
	cat   *catalogue.Catalogue
	extra map[string]intents.File
	names map[string]*namer // by kind
	docs  []intents.Document

	amplifiers   map[string]*amplifierType // by type_variety
	fibres       map[string]*fibreType
	switches     map[string]*switchType
	transceivers map[string]*transceiver
	span         spanDefaults
	txDbm        float64
	marginDb     *float64
	modes        map[modeKey]string // names of the Mode documents

	elements []*element
	byUID    map[string]*element
	joined   map[[2]*element]bool // connections
	chains   []*chain
	links    []*link
	requests []*request
	cords    int // patch cords so far
}

// name makes a name of a document of the kind.
func (im *importer) name(kind, wanted string) string {
	if im.names[kind] == nil {
		im.names[kind] = newNamer()
		switch kind { // links that name a type of the catalogue mean that one
		case intents.KindAmplifierType:
			for name := range im.cat.Amplifiers {
				im.names[kind].taken[name] = true
			}
		case intents.KindFiberType:
			for name := range im.cat.Fibres {
				im.names[kind].taken[name] = true
			}
		}
	}
	return im.names[kind].unique(wanted)
}

func (im *importer) add(kind, name string, annotations map[string]string, spec any) {
	doc := intents.Document{APIVersion: intents.APIVersion, Kind: kind, Metadata: intents.Metadata{Name: name, Annotations: annotations}, Spec: spec}
	im.docs = append(im.docs, doc)
}

// verify sorts the documents and holds them against the rules that all
// documents keep.
func (im *importer) verify() {
	order := map[string]int{}
	for i, k := range intents.Kinds() {
		order[k.Name] = i
	}
	slices.SortStableFunc(im.docs, func(a, b intents.Document) int {
		if a.Kind != b.Kind {
			return order[a.Kind] - order[b.Kind]
		}
		if a.Kind == intents.KindCircuit { // GNPy serves requests in the order of the file
			return 0
		}
		return strings.Compare(a.Metadata.Name, b.Metadata.Name)
	})
	for _, doc := range im.docs {
		im.blame(doc, intents.Validate(doc, im.cat))
	}
	if len(im.faults) > 0 {
		return
	}
	for i := range im.docs {
		im.docs[i].Origin = called(im.docs[i]) // for the faults of Check
	}
	im.blame(intents.Document{}, intents.Check(im.docs, nil, im.cat))
	for i := range im.docs {
		im.docs[i].Origin = ""
	}
}

// called is what faults call a document: its name, and the one that the files
// have for it.
func called(doc intents.Document) string {
	name := doc.Kind + " " + doc.Metadata.Name
	for _, key := range []string{noteUID, noteVariety, noteAz, noteID, noteFormat} {
		if original := doc.Metadata.Annotations[key]; original != "" {
			return name + " (" + printable(original) + ")"
		}
	}
	return name
}

// blame passes on what documents may not say.
func (im *importer) blame(doc intents.Document, err error) {
	if err == nil {
		return
	}
	var faults intents.Faults
	if !errors.As(err, &faults) {
		im.fault(called(doc), err.Error(), "")
		return
	}
	for _, f := range faults {
		place := f.File
		if place == "" {
			place = called(doc)
		}
		if f.Field != "" {
			place += ": " + f.Field
		}
		im.fault(place, f.Message, f.Remedy)
	}
}
