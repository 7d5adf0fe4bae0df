package plan

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/route"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/models"
)

// way is a route between two sites before ports are chosen: either a chain from line
// port to line port, or a line from switch to switch that is entered and left over
// patch cords.
type way struct {
	direct    []route.Leg
	line      route.Line
	latencyMs float64
	lengthKm  float64
	name      string
}

// switches returns the wavelength switches at both ends of the line.
func (w *way) switches() (first, last *topo.Device) {
	legs := w.line.Legs
	return legs[0].Enter().Device, legs[len(legs)-1].Exit().Device
}

func (w *way) legs() []route.Leg {
	if w.direct != nil {
		return w.direct
	}
	return w.line.Legs
}

func (w *way) links() []string {
	var out []string
	for _, l := range w.legs() {
		out = append(out, l.Link.Name)
	}
	return out
}

// ways lists the routes that the intent allows, quickest first. When there is
// none, the trail says why.
func (p *planner) ways() []*way {
	from, to := p.net.sites[p.want.ends[0].site], p.net.sites[p.want.ends[1].site]
	for i, s := range []*site{from, to} {
		if len(s.lines) == 0 {
			p.trail.fail(models.NoTransceiver, fmt.Sprintf("site %s has no line port with a pluggable", p.want.ends[i].site))
			return nil
		}
	}
	all := p.routes()
	if len(all) == 0 {
		p.trail.fail(models.NoRoute, p.noRoute())
		return nil
	}
	return p.keptApart(inTime(p.want, all, p.trail))
}

// routes lists the ways that are where the intent wants them, whatever their
// latency.
func (p *planner) routes() []*way {
	return p.found().list
}

func (p *planner) found() ways {
	w := p.want
	key := strings.Join([]string{w.ends[0].site, w.ends[1].site, strings.Join(w.via, " "), strings.Join(w.avoid, " "), strings.Join(w.route, " ")}, "\x00")
	all, ok := p.memory.ways[key]
	if !ok {
		all = p.net.ways(w)
		p.memory.ways[key] = all
	}
	return all
}

// ways is the answer to where light may go.
type ways struct {
	list   []*way
	proven bool // where the list is empty: there is none at all
}

// ways lists the routes that touch what the intent wants touched. Those are
// looked for among the quickest first, and exactly when none of them does.
func (n *Network) ways(w *want) ways {
	without := n.without(w.avoid)
	all := n.waysOver(w, func(a, b *topo.Device) iter.Seq[route.Line] { return n.lines(w, a, b, without) })
	if len(all) > 0 || len(w.via) == 0 || len(w.route) > 0 {
		return ways{all, true}
	}
	places, proven := n.places(w.via), true
	all = n.waysOver(w, func(a, b *topo.Device) iter.Seq[route.Line] {
		lines, sure := n.finder.Through(a, b, without, places)
		proven = proven && sure
		return slices.Values(lines)
	})
	return ways{all, proven}
}

// places lists for each name the links that touch it.
func (n *Network) places(names []string) [][]string {
	out := make([][]string, len(names))
	for link, marks := range n.marks {
		for i, name := range names {
			if marks.has(name) {
				out[i] = append(out[i], link)
			}
		}
	}
	for _, links := range out {
		slices.Sort(links)
	}
	return out
}

// waysOver lists the ways over links from port to port and over lines between
// switches that are where the intent wants them, quickest first.
func (n *Network) waysOver(w *want, lines func(a, b *topo.Device) iter.Seq[route.Line]) []*way {
	from, to := n.sites[w.ends[0].site], n.sites[w.ends[1].site]
	without := n.without(w.avoid)
	all := n.directWays(w, without)
	for _, a := range from.roadms {
		for _, b := range to.roadms {
			for line := range lines(a, b) {
				all = append(all, &way{line: line, latencyMs: line.LatencyMs, lengthKm: line.LengthKm})
			}
		}
	}
	all = slices.DeleteFunc(all, func(x *way) bool { return !n.passes(x, w.via) || !x.follows(w.route) })
	for _, x := range all {
		x.name = strings.Join(x.links(), " ")
	}
	slices.SortStableFunc(all, func(x, y *way) int {
		return cmp.Or(cmp.Compare(x.latencyMs, y.latencyMs), cmp.Compare(len(x.line.Legs), len(y.line.Legs)), strings.Compare(x.name, y.name))
	})
	return all
}

func (n *Network) directWays(w *want, without route.Without) []*way {
	var out []*way
	for _, c := range n.direct[[2]string{w.ends[0].site, w.ends[1].site}] {
		if !slices.ContainsFunc(c.legs, func(l route.Leg) bool { return without.Has(l.Link.Name) }) {
			out = append(out, &way{direct: c.legs, latencyMs: c.latencyMs, lengthKm: c.lengthKm})
		}
	}
	return out
}

// lines asks the finder, or follows the pinned route.
func (n *Network) lines(w *want, a, b *topo.Device, without route.Without) iter.Seq[route.Line] {
	if a == b {
		return noLines
	}
	if len(w.route) == 0 {
		return n.finder.Between(a, b, without, len(w.via) > 0)
	}
	var links []*topo.Link
	for _, name := range w.route {
		if l := n.topo.Links[name]; l.Between() {
			links = append(links, l)
		}
	}
	if line, ok := route.Follow(a, b, links); ok {
		return slices.Values([]route.Line{line})
	}
	return noLines
}

func noLines(func(route.Line) bool) {}

// follows reports whether the way uses exactly the pinned links; patch cords
// may be left out of the pin.
func (w *way) follows(pin []string) bool {
	if len(pin) == 0 {
		return true
	}
	if w.direct != nil {
		var named []string
		for _, l := range w.direct {
			if slices.Contains(pin, l.Link.Name) || !l.Link.Patch() || len(w.direct) == 1 {
				named = append(named, l.Link.Name)
			}
		}
		return slices.Equal(pin, named)
	}
	return true // built from the pin
}

// passes reports whether the way touches everything in via.
func (n *Network) passes(w *way, via []string) bool {
	for _, name := range via {
		if !slices.ContainsFunc(w.legs(), func(l route.Leg) bool { return n.marks[l.Link.Name].has(name) }) {
			return false
		}
	}
	return true
}

// without finds the links that touch something to be avoided.
func (n *Network) without(avoid []string) route.Without {
	if len(avoid) == 0 {
		return route.Without{}
	}
	var names []string
	for link, marks := range n.marks {
		if slices.ContainsFunc(avoid, marks.has) {
			names = append(names, link)
		}
	}
	return route.WithoutLinks(names)
}

func inTime(w *want, all []*way, t *trail) []*way {
	if w.latency == nil {
		return all
	}
	quick := slices.DeleteFunc(slices.Clone(all), func(x *way) bool { return x.latencyMs > *w.latency })
	for _, x := range all {
		if x.latencyMs > *w.latency {
			t.tried(x, "", nil, models.LatencyTooHigh, fmt.Sprintf("%.3f ms, at most %g ms asked for", x.latencyMs, *w.latency))
		}
	}
	return quick
}

func (p *planner) noRoute() string {
	w := p.want
	msg := fmt.Sprintf("no route from site %s to site %s", w.ends[0].site, w.ends[1].site)
	if len(w.route) > 0 {
		msg += " over " + strings.Join(w.route, ", ")
	}
	if len(w.via) > 0 {
		msg += " via " + strings.Join(w.via, ", ")
	}
	if len(w.avoid) > 0 {
		msg += " avoiding " + strings.Join(w.avoid, ", ")
	}
	if !p.found().proven {
		msg += " was found; that there is none at all is not proven"
	}
	return msg
}

// marks is what a link touches, sorted.
type marks []string

func (m marks) has(name string) bool {
	_, found := slices.BinarySearch(m, name)
	return found
}

// markLinks notes what each link touches: its own name, shared risks, devices
// and sites, those of its amplifiers included.
func (n *Network) markLinks() {
	n.marks, n.names = make(map[string]marks, len(n.topo.Links)), map[string]bool{}
	for name := range n.topo.Sites {
		n.names[name] = true
	}
	for name := range n.topo.Devices {
		n.names[name] = true
	}
	for name, l := range n.topo.Links {
		m := append(marks{name}, l.Risks...)
		for _, e := range l.Ends {
			m = append(m, e.Device.Name, e.Device.Site)
		}
		for _, s := range l.Spec.Spans {
			if s.Site != "" {
				m = append(m, s.Site)
			}
		}
		for _, sections := range l.Ways {
			for _, s := range sections {
				if s.Device != "" {
					m = append(m, s.Device)
				}
			}
		}
		slices.Sort(m)
		n.marks[name] = slices.Clip(slices.Compact(m))
		for _, mark := range m {
			n.names[mark] = true
		}
	}
}
