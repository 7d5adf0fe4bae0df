package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// want is a request in the planner's own terms, the same for circuits and for
// wavelengths written by hand.
type want struct {
	ref      records.IntentRef
	capacity int
	most     int // wavelengths; 0 means any number
	ends     [2]endWant
	modes    []string
	hostRate int
	via      []string
	avoid    []string
	latency  *float64
	skew     *float64
	share    int    // percent that may be lost with one thing; 0 means all
	by       string // what counts as one thing
	apart    []Apart
	disjoint string // what two routes must not share; empty where one is enough
	floor    float64
	onFail   string

	byHand bool // a Wavelength document
	route  []string
	centre *models.Frequency
	width  *models.Frequency
	txDbm  *float64

	shunnedPorts map[string]bool
	shunnedSlots []models.Slot
}

// endWant is where one end may be.
type endWant struct {
	site string
	pins []string // device/port, line or client; empty means any line port of the site
}

func wanted(n *Network, req *Request) (*want, *records.Refusal) {
	w := &want{ref: req.Intent, apart: req.Apart, floor: DefaultMinMarginDb, shunnedPorts: map[string]bool{}}
	for _, t := range req.Tombstones {
		if t.Generation != req.Intent.Generation {
			continue
		}
		for _, p := range t.Ports {
			w.shunnedPorts[p] = true
		}
		if len(t.Ports) == 0 && t.Slot.Valid() {
			w.shunnedSlots = append(w.shunnedSlots, t.Slot)
		}
	}
	var err error
	switch {
	case req.Circuit != nil:
		err = w.circuit(n, req.Circuit)
	case req.Wavelength != nil:
		err = w.wavelength(n, req.Wavelength)
	default:
		err = fmt.Errorf("neither a circuit nor a wavelength")
	}
	if err != nil {
		return nil, &records.Refusal{Reason: models.NoRoute, Message: err.Error()}
	}
	return w, nil
}

func (w *want) circuit(n *Network, s *intents.CircuitSpec) error {
	w.capacity, w.most, w.modes, w.via, w.avoid = s.CapacityGbps, s.MaxWavelengths, s.Modes, s.Via, s.Avoid
	w.latency, w.skew, w.onFail = s.MaxLatencyMs, s.MaxSkewMs, s.OnVerifyFailure
	if protected(s) {
		w.disjoint = cmp.Or(s.Protection.Disjoint, intents.DisjointRisk)
	}
	if d := s.Diversity; d != nil {
		w.by = cmp.Or(d.By, intents.DisjointRisk)
		if d.MaxSharePercent != nil {
			w.share = *d.MaxSharePercent
		}
	}
	w.ends = [2]endWant{{site: s.From}, {site: s.To}}
	if s.MinMarginDb != nil {
		w.floor = *s.MinMarginDb
	}
	if s.Handoff != nil {
		w.hostRate = s.Handoff.RateGbps
		w.ends[0].pins, w.ends[1].pins = s.Handoff.From, s.Handoff.To
	}
	for _, e := range w.ends {
		if _, ok := n.sites[e.site]; !ok {
			return fmt.Errorf("no site %q", e.site)
		}
		for _, pin := range e.pins {
			if device, _, _ := strings.Cut(pin, "/"); n.topo.Devices[device] == nil {
				return fmt.Errorf("handoff %s: no device %q", pin, device)
			}
		}
	}
	for _, name := range slices.Concat(s.Via, s.Avoid) {
		if !n.names[name] {
			return fmt.Errorf("%q is no site, device, link or shared risk", name)
		}
	}
	for _, name := range s.Modes {
		if _, ok := n.topo.Catalogue.Modes[name]; !ok {
			return fmt.Errorf("no mode %q", name)
		}
	}
	return nil
}

func (w *want) wavelength(n *Network, s *intents.WavelengthSpec) error {
	w.byHand, w.capacity, w.most, w.route, w.txDbm = true, 1, 1, s.Route, s.TxDbm
	if s.MinMarginDb != nil {
		w.floor = *s.MinMarginDb
	}
	for i, ref := range []string{s.From, s.To} {
		p := n.topo.Port(ref)
		if p == nil {
			return fmt.Errorf("no port %q", ref)
		}
		w.ends[i] = endWant{site: p.Device.Site, pins: []string{ref}}
	}
	for _, name := range s.Route {
		if n.topo.Links[name] == nil {
			return fmt.Errorf("no link %q", name)
		}
	}
	if s.Mode != "" {
		if _, ok := n.topo.Catalogue.Modes[s.Mode]; !ok {
			return fmt.Errorf("no mode %q", s.Mode)
		}
		w.modes = []string{s.Mode}
	}
	var err error
	if w.centre, err = frequency(s.CentreGHz); err != nil {
		return err
	}
	w.width, err = frequency(s.SlotGHz)
	return err
}

func frequency(ghz *float64) (*models.Frequency, error) {
	if ghz == nil {
		return nil, nil
	}
	f, err := models.FrequencyFromGHz(*ghz)
	return &f, err
}

// takes reports whether the intent allows a line port as its end.
func (e endWant) takes(device, port string, clients []string) bool {
	if len(e.pins) == 0 {
		return true
	}
	for _, pin := range e.pins {
		d, p, _ := strings.Cut(pin, "/")
		if d == device && (p == port || slices.Contains(clients, p)) {
			return true
		}
	}
	return false
}

// ceilTo rounds up to a number of decimals, for advice that is then enough.
func ceilTo(x float64, decimals int) float64 {
	f := math.Pow(10, float64(decimals))
	return math.Ceil(x*f-1e-9) / f
}
