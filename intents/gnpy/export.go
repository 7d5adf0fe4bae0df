package gnpy

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Output is a network in GNPy's files.
type Output struct {
	Topology  []byte
	Equipment []byte
	Services  []byte // nil when nothing is asked for
	// Extra are the files that the equipment names, sorted by name.
	Extra []intents.File
}

// Export turns documents, decoded, checked and defaulted, into GNPy's files.
// Names that Import found are written again; what documents made by hand have
// no name for gets one. The same documents give the same files.
//
// Notes tell what of the documents GNPy cannot say. The error says what of them
// is not consistent. To have GNPy take the documents' settings as they stand,
// the equipment asks for its gain mode and for no padding.
func Export(docs []intents.Document, cat *catalogue.Catalogue) (Output, []Note, error) {
	full, err := intents.Extend(cat, docs)
	if err != nil {
		return Output{}, nil, fmt.Errorf("export: %w", err)
	}
	ex := &exporter{report: &report{}, cat: full, uids: map[string]bool{}, sites: map[string]*intents.Document{}, devices: map[string]*device{},
		amplifiers: map[string]*intents.Document{}, fibres: map[string]*intents.Document{}, modes: map[string]*intents.Document{},
		usedAmplifiers: map[string]bool{}, usedFibres: map[string]bool{}, links: map[string]*exportedLink{}, extra: map[string][]byte{}}
	ex.index(docs)
	ex.topology(docs)
	services := ex.services(docs)
	equipment := ex.equipment()
	if err := ex.err(); err != nil {
		return Output{}, nil, err
	}
	out := Output{}
	for _, f := range []struct {
		to   *[]byte
		from any
		skip bool
	}{{&out.Topology, ex.out, false}, {&out.Equipment, equipment, false}, {&out.Services, services, services == nil}} {
		if f.skip {
			continue
		}
		if *f.to, err = json.MarshalIndent(f.from, "", "  "); err != nil {
			return Output{}, nil, fmt.Errorf("export: %w", err)
		}
		*f.to = append(*f.to, '\n')
	}
	for _, name := range sortedKeys(ex.extra) {
		out.Extra = append(out.Extra, intents.File{Name: name, Data: ex.extra[name]})
	}
	return out, ex.notes, nil
}

// fields is a JSON object; encoding/json sorts its keys.
type fields map[string]any

// outNetwork is a topology as it is written.
type outNetwork struct {
	Elements    []fields     `json:"elements"`
	Connections []connection `json:"connections"`
}

type connection struct {
	From string `json:"from_node"`
	To   string `json:"to_node"`
}

type exporter struct {
	*report
	cat            *catalogue.Catalogue
	sites          map[string]*intents.Document
	devices        map[string]*device
	amplifiers     map[string]*intents.Document // by name of the document
	fibres         map[string]*intents.Document
	modes          map[string]*intents.Document
	modeNames      []string
	terminals      map[string]*device // by site: the first that is connected
	roadms         map[string]*device // by site: the first
	usedAmplifiers map[string]bool
	usedFibres     map[string]bool
	bands          [][]string // types that stand side by side somewhere
	links          map[string]*exportedLink
	switches       []fields // types of the equipment
	switchNames    map[string]string
	extra          map[string][]byte
	uids           map[string]bool
	margins        []float64 // of the circuits
	out            outNetwork
}

// device is a Device document and its element.
type device struct {
	doc  *intents.Document
	spec *intents.DeviceSpec
	role catalogue.Role
	uid  string
	// behind are the elements next to each port, by direction of light.
	behind map[string]neighbours
}

type neighbours struct{ to, from string }

type exportedLink struct {
	first string // uid of the first element from a to z; "" without elements
}

// index finds documents by name, and gives ends their uids.
func (ex *exporter) index(docs []intents.Document) {
	var names []string
	for i := range docs {
		d := &docs[i]
		switch s := d.Spec.(type) {
		case *intents.SiteSpec:
			ex.sites[d.Metadata.Name] = d
		case *intents.AmplifierTypeSpec:
			ex.amplifiers[d.Metadata.Name] = d
			ex.usedAmplifiers[d.Metadata.Name] = true
		case *intents.FiberTypeSpec:
			ex.fibres[d.Metadata.Name] = d
			ex.usedFibres[d.Metadata.Name] = true
		case *intents.ModeSpec:
			ex.modes[d.Metadata.Name] = d
			ex.modeNames = append(ex.modeNames, d.Metadata.Name)
		case *intents.WavelengthSpec:
			ex.note("pinned wavelengths have no counterpart: left out", d.Metadata.Name)
		case *intents.DeviceSpec:
			profile, err := ex.cat.Profile(s.Profile)
			if err != nil {
				ex.fault("Device "+d.Metadata.Name+": spec.profile", err.Error(), "")
				continue
			}
			ex.devices[d.Metadata.Name] = &device{doc: d, spec: s, role: profile.Role, behind: map[string]neighbours{}}
			names = append(names, d.Metadata.Name)
		}
	}
	slices.Sort(ex.modeNames)
	slices.Sort(names)
	for _, name := range names {
		d := ex.devices[name]
		switch d.role {
		case catalogue.RoleRoadm, catalogue.RoleRouter, catalogue.RoleTerminal:
			d.uid = ex.uid(d.doc.Metadata.Annotations[noteUID], name)
		}
	}
}

// uid takes the name that an element had, or else a new one, and each once.
func (ex *exporter) uid(had, otherwise string) string {
	name := had
	if name == "" || ex.uids[name] {
		name = otherwise
	}
	for i := 2; ex.uids[name]; i++ {
		name = fmt.Sprintf("%s %d", otherwise, i)
	}
	ex.uids[name] = true
	return name
}

func (ex *exporter) connect(uids ...string) {
	for i := 0; i+1 < len(uids); i++ {
		ex.out.Connections = append(ex.out.Connections, connection{uids[i], uids[i+1]})
	}
}

// element writes one; site may be "".
func (ex *exporter) element(uid, kind, site string, more fields) {
	f := fields{"uid": uid, "type": kind}
	if doc := ex.sites[site]; doc != nil {
		location := fields{"city": site, "region": doc.Metadata.Annotations[noteRegion]}
		if city := doc.Metadata.Annotations[noteCity]; city != "" {
			location["city"] = city
		}
		if s, ok := doc.Spec.(*intents.SiteSpec); ok && s.Lat != nil && s.Lon != nil {
			location["latitude"], location["longitude"] = *s.Lat, *s.Lon
		}
		f["metadata"] = fields{"location": location}
	}
	for key, v := range more {
		f[key] = v
	}
	ex.out.Elements = append(ex.out.Elements, f)
}

// topology writes ends, then lines.
func (ex *exporter) topology(docs []intents.Document) {
	var links []*intents.Document
	for i := range docs {
		if docs[i].Kind == intents.KindLink {
			links = append(links, &docs[i])
		}
	}
	slices.SortFunc(links, func(a, b *intents.Document) int { return compareNames(a, b) })
	patched := map[[2]string]bool{}
	for _, d := range links {
		if s, ok := d.Spec.(*intents.LinkSpec); ok {
			ex.link(d, s, patched)
		}
	}
	lines := ex.out.Elements
	ex.out.Elements = nil
	for _, name := range sortedKeys(ex.devices) {
		d := ex.devices[name]
		switch d.role {
		case catalogue.RoleRoadm:
			ex.element(d.uid, "Roadm", d.spec.Site, ex.roadm(d))
		case catalogue.RoleRouter, catalogue.RoleTerminal:
			ex.element(d.uid, "Transceiver", d.spec.Site, nil)
		}
	}
	ex.out.Elements = append(ex.out.Elements, lines...)
	ex.terminals, ex.roadms = map[string]*device{}, map[string]*device{}
	for _, name := range sortedKeys(ex.devices) {
		d := ex.devices[name]
		of := ex.terminals
		if d.role == catalogue.RoleRoadm {
			of = ex.roadms
		}
		if d.uid != "" && len(d.behind) > 0 && of[d.spec.Site] == nil {
			of[d.spec.Site] = d
		}
	}
}

func compareNames(a, b *intents.Document) int {
	switch {
	case a.Metadata.Name < b.Metadata.Name:
		return -1
	case a.Metadata.Name > b.Metadata.Name:
		return 1
	}
	return 0
}
