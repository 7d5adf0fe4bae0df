package plan

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/route"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// OwnerTag is how an owner is written into the names and descriptions of
// objects on devices, so that they can be told from others'.
func OwnerTag(owner string) string { return "waveplane:" + owner }

// decide writes down one wavelength: names from the profiles' templates,
// numbers from the ledger, predicted light at every point of measurement.
func (p *planner) decide(w *way, e ends, o offer, wl int, slot models.Slot, lp lightPath, l light) *records.Decision {
	worst := l.estimate.Worst()
	ms, km := e.attached()
	d := &records.Decision{
		Intent: p.want.ref, WL: wl, Name: p.want.ref.Name, Rev: 1,
		Mode: o.mode.Name, CapacityGbps: o.mode.RateGbps, Slot: slot, LaunchPower: l.launch,
		LengthKm: w.lengthKm + km, LatencyMs: w.latencyMs + ms,
		Osnr: models.Ratio(math.Floor(worst.OsnrDb * 100)), Margin: *l.margin, Floor: models.Ratio(math.Round(p.want.floor * 100)),
		Estimator: p.est.Name(), OnVerifyFailure: p.want.onFail, TopologyRev: p.net.topologyRev,
	}
	if l.beside.name != "" && lostDb(l.beside.worst) > 0 {
		d.WorstNeighbour, d.NeighbourLoss = l.beside.name, lostDb(l.beside.worst)
	}
	if !p.want.byHand {
		d.Name += "-" + strconv.Itoa(wl)
	}
	host, _ := o.host(p.want.hostRate)
	logical := map[string][]int{}
	for i := range d.Ends {
		d.Ends[i] = p.end(e.line[i], o.codes[i], o.mode.RateGbps, host, logical)
	}
	p.route(d, w, e)
	p.cross(d, lp, l)
	join(d, lp)
	p.net.share(d)
	p.forecast(d, lp, l)
	return d
}

// end allocates names and numbers on a terminal. Numbers already handed out in
// this decision are in given, by device.
func (p *planner) end(port *topo.Port, code uint16, rate, host int, given map[string][]int) records.End {
	dev := port.Device
	names := dev.Profile.Names
	number := func() int {
		i := p.ledger.lowest(dev.Name, false, dev.Profile.LogicalIndexBase, given[dev.Name])
		given[dev.Name] = append(given[dev.Name], i)
		return i
	}
	end := records.End{
		Device: dev.Name, Port: port.Name, Profile: dev.Profile.Name,
		OpticalChannel: expand(names.OpticalChannel, port.Name), Transceiver: expand(names.Transceiver, port.Name),
		PhysicalChannel: names.PhysicalChannel, LinePort: expand(names.LinePort, port.Name), Interface: expand(names.Interface, port.Name),
		OwnsInterface: dev.Spec.OwnsInterface, ModeCode: code, LineOnly: dev.Profile.LineOnly, HostRateGbps: host,
	}
	if end.LineOnly {
		return end
	}
	end.OtnIndex = number()
	for range rate / host {
		end.EthIndices = append(end.EthIndices, number())
	}
	return end
}

// expand fills a name template: {port} is the port's name, {bare} what follows
// its first '-'.
func expand(template, port string) string {
	_, bare, ok := strings.Cut(port, "-")
	if !ok {
		bare = port
	}
	return strings.ReplaceAll(strings.ReplaceAll(template, "{port}", port), "{bare}", bare)
}

func (p *planner) route(d *records.Decision, w *way, e ends) {
	if e.add[0] != nil {
		l := e.line[0].Link
		d.Route = append(d.Route, records.Leg{Link: l.Name, Direction: l.From(e.line[0])})
	}
	for _, leg := range w.legs() {
		d.Route = append(d.Route, records.Leg{Link: leg.Link.Name, Direction: leg.Direction})
	}
	if e.add[1] != nil {
		l := e.line[1].Link
		d.Route = append(d.Route, records.Leg{Link: l.Name, Direction: l.From(e.add[1])})
	}
}

// cross allocates the media channels, first those of AZ, then those of ZA.
func (p *planner) cross(d *records.Decision, lp lightPath, l light) {
	given := map[string][]int{}
	for i, list := range lp.cross {
		powers := [][]float64{l.estimate.Az.Powers, l.estimate.Za.Powers}[i]
		for k, c := range list {
			name := c.device.Name
			index := p.ledger.lowest(name, true, c.device.Profile.MediaIndexBase, given[name])
			given[name] = append(given[name], index)
			d.Media = append(d.Media, records.MediaChannel{
				Device: name, Profile: c.device.Profile.Name, Index: index, Name: OwnerTag(d.Owner()),
				Source: c.source, Dest: c.dest, TargetPower: quantise(powers[lp.elementOf(i, k)], stepOf(c.device.Profile)),
				Direction: []records.Direction{records.AZ, records.ZA}[i], Step: k + 1, Link: c.link,
			})
		}
	}
}

// share lists the sections that are entered through filters.
func (n *Network) share(d *records.Decision) {
	for _, leg := range d.Route {
		l := n.topo.Links[leg.Link]
		for _, p := range l.Ends {
			if p.Device.Filter() && !p.AddDrop() {
				d.Shared = append(d.Shared, l.Name+" from "+p.Device.Name)
			}
		}
	}
	slices.Sort(d.Shared)
}

// join lists the connections through circuit switches.
func join(d *records.Decision, lp lightPath) {
	for i, list := range lp.joins {
		for _, c := range list {
			d.Joins = append(d.Joins, records.CrossConnect{
				Device: c.device.Name, Profile: c.device.Profile.Name, Source: c.source, Dest: c.dest,
				Direction: []records.Direction{records.AZ, records.ZA}[i],
			})
		}
	}
}

// elementOf returns which element of a direction is the k-th crossing.
func (lp lightPath) elementOf(direction, k int) int {
	for _, pt := range lp.points[direction] {
		if pt.hop.Kind == records.HopMedia && pt.cross == k {
			return pt.element
		}
	}
	return 0
}

func (p *planner) forecast(d *records.Decision, lp lightPath, l light) {
	media := 0
	for i, points := range lp.points {
		powers := [][]float64{l.estimate.Az.Powers, l.estimate.Za.Powers}[i]
		for _, pt := range points {
			h := pt.hop
			h.Expected = models.Power(math.Round(powers[pt.element] * 100))
			switch h.Kind {
			case records.HopTx:
				h.Key = d.Ends[i].OpticalChannel
			case records.HopRx:
				h.Key = d.Ends[1-i].OpticalChannel
			case records.HopMedia:
				h.Key = strconv.Itoa(d.Media[media+pt.cross].Index)
			}
			d.Forecast = append(d.Forecast, h)
		}
		media += len(lp.cross[i])
	}
}

// stands reports whether a decision may stay. Lit ones move only when a port,
// link or device of theirs is gone, their slot is out of band, or the intent
// itself asks for something else; others also when a port has been reserved or
// found faulty, or a range of spectrum reserved.
func (n *Network) stands(w *want, d *records.Decision, lit bool) bool {
	at, ok := n.walk(d)
	if !ok {
		return false
	}
	for i, p := range at {
		if p.Device.Site != w.ends[i].site || !w.ends[i].takes(p.Device.Name, p.Name, p.Spec.Clients) {
			return false
		}
		if !lit && !p.Usable() {
			return false
		}
	}
	if !lit && !n.joined(d) {
		return false
	}
	for _, leg := range d.Route {
		l := n.topo.Links[leg.Link]
		if l.Outside.Overlaps(d.Slot) || (!lit && l.Unusable.Overlaps(d.Slot)) {
			return false
		}
	}
	return n.asked(w, d)
}

// joined reports whether a decision connects the fibres that the documents name, over
// ports of circuit switches that may be used.
func (n *Network) joined(d *records.Decision) bool {
	want := map[records.CrossConnect]bool{}
	for i := range d.Route[1:] {
		in, out := n.leg(d.Route[i]).Exit(), n.leg(d.Route[i+1]).Enter()
		if !in.Device.Switch() {
			continue
		}
		if !in.Usable() || !out.Usable() {
			return false
		}
		c := records.CrossConnect{Device: in.Device.Name, Profile: in.Device.Profile.Name}
		c.Source, c.Dest, c.Direction = in.Ingress(), out.Egress(), records.AZ
		want[c] = true
		c.Source, c.Dest, c.Direction = out.Ingress(), in.Egress(), records.ZA
		want[c] = true
	}
	for _, c := range d.Joins {
		if !want[c] {
			return false
		}
	}
	return len(want) == len(d.Joins)
}

func (n *Network) leg(l records.Leg) route.Leg {
	return route.Leg{Link: n.topo.Links[l.Link], Direction: l.Direction}
}

// asked reports whether a decision is still what the intent asks for.
func (n *Network) asked(w *want, d *records.Decision) bool {
	inner := n.inner(d)
	touches := func(name string) bool {
		for _, leg := range d.Route {
			if n.marks[leg.Link].has(name) && (slices.Contains(inner, leg.Link) || leg.Link == name) {
				return true
			}
		}
		return false
	}
	for _, name := range w.avoid {
		if touches(name) {
			return false
		}
	}
	for _, name := range w.via {
		if !touches(name) {
			return false
		}
	}
	if len(w.modes) > 0 && !slices.Contains(w.modes, d.Mode) {
		return false
	}
	if w.latency != nil && d.LatencyMs > *w.latency {
		return false
	}
	if w.hostRate > 0 && w.hostRate != d.Ends[0].HostRateGbps {
		return false
	}
	return n.pinned(w, d)
}

// pinned compares a decision with the pins of a Wavelength written by hand.
func (n *Network) pinned(w *want, d *records.Decision) bool {
	if w.centre != nil && *w.centre != d.Slot.Centre() || w.width != nil && (*w.width+models.SlotWidthStep-1)/models.SlotWidthStep != models.Frequency(d.Slot.M) {
		return false
	}
	if w.txDbm != nil && models.Power(math.Round(*w.txDbm*100)).Minus(d.LaunchPower).Abs() > 50 {
		return false
	}
	if len(w.route) == 0 {
		return true
	}
	patch := func(name string) bool { l := n.topo.Links[name]; return l.Patch() && len(d.Route) > 1 }
	var pins, legs []string
	for _, name := range w.route {
		if !patch(name) {
			pins = append(pins, name)
		}
	}
	for _, leg := range d.Route {
		if !patch(leg.Link) {
			legs = append(legs, leg.Link)
		}
	}
	return strings.Join(pins, "\x00") == strings.Join(legs, "\x00")
}

// walk follows a decision through the network from end to end and returns the
// ports at its ends; false when something on the way is gone or elsewhere.
func (n *Network) walk(d *records.Decision) ([2]*topo.Port, bool) {
	var at [2]*topo.Port
	for i, e := range d.Ends {
		p := n.topo.Port(e.Device + "/" + e.Port)
		if p == nil || p.Link == nil || p.Device.Profile.Name != e.Profile {
			return at, false
		}
		at[i] = p
	}
	device := at[0].Device
	var last *topo.Port
	for i, leg := range d.Route {
		l := n.topo.Links[leg.Link]
		if l == nil {
			return at, false
		}
		enter, exit := l.Ends[0], l.Ends[1]
		if leg.Direction == records.ZA {
			enter, exit = exit, enter
		}
		if enter.Device != device || (i == 0 && enter != at[0]) {
			return at, false
		}
		device, last = exit.Device, exit
	}
	for _, name := range d.Devices() {
		if n.topo.Devices[name] == nil {
			return at, false
		}
	}
	return at, last == at[1]
}

// Profile returns the profile of a device of the network; it is the zero
// Profile when there is none.
func (n *Network) Profile(device string) catalogue.Profile {
	_, p, _ := n.Device(device)
	return p
}
