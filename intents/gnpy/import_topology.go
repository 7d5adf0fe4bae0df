package gnpy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// defaultTiltShape is the shape of gain that GNPy's default amplifier has too.
const defaultTiltShape = catalogue.DefaultTiltShape

// element is an element of the topology.
type element struct {
	uid, kind, variety string
	place              string
	from               *object
	city, region       string
	lat, lon           *float64
	next, prev         []*element
	walked             bool // is on some chain

	// What elements of a line are, by kind; see import_line.go.
	fibre      *fibreType
	figures    *intents.FiberTypeSpec // where they are other than the type's
	lossTable  [][2]float64
	lossPerKm  float64
	type_      string // name of the document of the type
	km         float64
	padDb      float64
	inDb       float64
	outDb      float64
	lumped     []intents.LumpedLoss // from the end that the light enters by
	raman      *intents.RamanSpec
	amplifiers []setting
	lossDb     float64 // all of it

	// What ends of lines are.
	device      string
	roadm       *roadm
	lines       []string // line ports of a transceiver
	wavelengths int      // that the requests need at it
}

// setting is one amplifier of an element and how it is set.
type setting struct {
	kind                string // name of the document of its type
	gain                *float64
	tilt, inVoa, outVoa float64
}

// end reports whether light begins, ends or is switched here.
func (e *element) end() bool { return e.kind == "Roadm" || e.kind == "Transceiver" }

// printed is how messages call an element.
func (e *element) printed() string { return printable(e.uid) }

// topology reads elements and connections.
func (im *importer) topology(top *object) {
	if top == nil {
		return
	}
	top.get("network_name")
	im.byUID, im.joined = map[string]*element{}, map[[2]*element]bool{}
	for _, o := range top.objects("elements") {
		im.element(o)
	}
	if len(im.elements) == 0 && len(im.faults) == 0 {
		im.fault(top.place, "there are no elements in it", "give the topology first, then the equipment")
	}
	for _, o := range top.objects("connections") {
		im.connection(o)
	}
	top.rest()
	if len(im.faults) == 0 {
		im.walk()
	}
	if len(im.faults) == 0 {
		im.amplifierTypes()
		im.fibreTypes()
	}
}

func (im *importer) element(o *object) {
	e := &element{uid: o.text("uid"), kind: o.text("type"), variety: o.text("type_variety"), from: o, place: o.place}
	if e.uid == "" {
		im.fault(o.at("uid"), "is required", "")
		return
	}
	e.place += fmt.Sprintf(" (%s %s)", printable(e.kind), e.printed())
	o.place = e.place
	if before, twice := im.byUID[e.uid]; twice {
		im.fault(e.place, "the uid stands twice, first at "+before.place, "give each element a uid of its own")
		return
	}
	im.byUID[e.uid] = e
	im.elements = append(im.elements, e)
	if m := o.object("metadata"); m != nil {
		if l := m.object("location"); l != nil {
			e.city, e.region = l.text("city"), l.text("region")
			e.lat, e.lon = l.number("latitude"), l.number("longitude")
			l.rest()
		}
		m.rest()
	}
	params, operational := o.object("params"), o.object("operational")
	if params != nil {
		params.place = e.place + ".params"
	}
	if operational != nil {
		operational.place = e.place + ".operational"
	}
	switch e.kind {
	case "Transceiver":
		e.lines = []string{}
	case "Roadm":
		im.roadm(e, params)
	case "Fiber", "RamanFiber":
		im.fibre(e, params, operational)
	case "Edfa":
		im.amplifier(e, o, operational)
	case "Multiband_amplifier":
		im.multiband(e, o)
	case "Fused":
		im.fused(e, params)
	case "":
		im.fault(o.at("type"), "is required", "")
	default:
		im.fault(e.place, "unknown type of element "+printable(e.kind), "known are Transceiver, Roadm, Fiber, RamanFiber, Edfa, Multiband_amplifier and Fused")
	}
	params.rest()
	operational.rest()
	o.rest()
}

func (im *importer) connection(o *object) {
	ends := [2]*element{}
	for i, key := range []string{"from_node", "to_node"} {
		uid := o.text(key)
		ends[i] = im.byUID[uid]
		if ends[i] == nil {
			im.fault(o.at(key), "no element is named "+printable(uid), nearest(uid, im.byUID))
			return
		}
	}
	o.rest()
	from, to := ends[0], ends[1]
	switch {
	case from == to:
		im.fault(o.place, "leads from "+from.printed()+" to itself", "leave it out")
	case im.joined[[2]*element{from, to}]:
		im.fault(o.place, "from "+from.printed()+" to "+to.printed()+" stands twice", "leave one out")
	default:
		im.joined[[2]*element{from, to}] = true
		from.next, to.prev = append(from.next, to), append(to.prev, from)
	}
}

// chain is a line in one direction: what stands between two ends.
type chain struct {
	from, to *element
	between  []*element
}

// walk finds the chains that begin at each end.
func (im *importer) walk() {
	for _, e := range im.elements {
		if e.end() {
			continue
		}
		if len(e.next) != 1 || len(e.prev) != 1 {
			im.fault(e.place, fmt.Sprintf("%d connections lead to it and %d from it, want one each", len(e.prev), len(e.next)),
				"an element of a line stands between two others, in one direction of light")
		}
	}
	if len(im.faults) > 0 {
		return
	}
	for _, e := range im.elements {
		if !e.end() {
			continue
		}
		if len(e.next) == 0 || len(e.prev) == 0 {
			im.fault(e.place, fmt.Sprintf("%d connections lead to it and %d from it", len(e.prev), len(e.next)), "connect it both ways, or leave it out")
		}
		for _, next := range e.next {
			c := &chain{from: e, to: next}
			for !c.to.end() {
				c.to.walked = true
				c.between = append(c.between, c.to)
				c.to = c.to.next[0]
			}
			im.chains = append(im.chains, c)
		}
	}
	for _, e := range im.elements {
		if e.fibre != nil && len(e.next) == 1 && e.next[0].kind != "Fused" { // as GNPy does, whatever the connector's loss is
			e.outDb = tidy(e.outDb + im.span.endOfLife)
		}
		if !e.end() && !e.walked {
			im.fault(e.place, "is on no way between two Roadm or Transceiver elements", "connect it, or leave it out")
		}
	}
}

// nearest offers a known name.
func nearest[V any](name string, known map[string]V) string {
	const most = 10_000
	if len(known) > most {
		return ""
	}
	if near := catalogue.Nearest(name, sortedKeys(known)); near != "" {
		return "did you mean " + strconv.Quote(near) + "?"
	}
	return ""
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
