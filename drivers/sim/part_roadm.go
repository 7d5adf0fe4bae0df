package sim

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/models"
)

// roadmPart is the wavelength switch of a device.
type roadmPart struct {
	dev     *device
	ports   []string
	ingress map[string]string // component → port
	egress  map[string]string
	band    [2]int64 // MHz; zero: any

	mu      sync.Mutex
	media   map[string]mediaState // by index, in force
	gone    []string
	removed []string
}

// mediaState is a media channel with the names of the device.
type mediaState struct {
	light.Media
	source, dest string // components
	ready        bool   // complete enough to pass light
}

func newRoadmPart(d *device) (*roadmPart, error) {
	p := &roadmPart{
		dev: d, ingress: map[string]string{}, egress: map[string]string{}, media: map[string]mediaState{},
		ports: slices.Sorted(maps.Keys(d.spec.Ports)),
		band:  [2]int64{int64(d.profile.Band.Lower / models.MHz), int64(d.profile.Band.Upper / models.MHz)},
	}
	s := light.RoadmSpec{Ports: map[string]light.RoadmPort{}, Paths: crossings(d.spec, d.profile)}
	for _, name := range p.ports {
		port := d.spec.Ports[name]
		in, out := cmp.Or(port.Rx, name+"-in"), cmp.Or(port.Tx, name+"-out")
		if p.ingress[in] != "" || p.egress[out] != "" {
			return nil, fmt.Errorf("port %s: component %s or %s is there twice", name, in, out)
		}
		p.ingress[in], p.egress[out] = name, name
		s.Ports[name] = light.RoadmPort{Degree: port.Bank == ""}
	}
	return p, d.lab.light.AddRoadm(d.name, s)
}

func monitorName(egress string) string { return "ocm-" + egress }

func (p *roadmPart) startup(leaves map[string]string) {
	for out := range p.egress {
		m := entry("/channel-monitors/channel-monitor", "name", monitorName(out)) + "/config/"
		leaves[m+"monitor-port"] = out
		leaves[component(out)+"/config/name"] = out
	}
	for in := range p.ingress {
		leaves[component(in)+"/config/name"] = in
	}
	p.foreign(leaves)
}

// foreign adds a media channel of somebody else at the upper edge of the band,
// between the first two degrees. It has no light.
func (p *roadmPart) foreign(leaves map[string]string) {
	var degrees []string
	for _, name := range p.ports {
		if p.dev.spec.Ports[name].Bank == "" {
			degrees = append(degrees, name)
		}
	}
	if len(degrees) < 2 || p.band[1] == 0 {
		return
	}
	in, out := "", ""
	for c, port := range p.ingress {
		if port == degrees[0] {
			in = c
		}
	}
	for c, port := range p.egress {
		if port == degrees[1] {
			out = c
		}
	}
	c := mediaChannel("7")
	leaves[c+"/config/name"] = "alien light of carrier z"
	leaves[c+"/config/admin-status"] = "DISABLED"
	leaves[c+"/config/lower-frequency"] = strconv.FormatInt(p.band[1]-alienMHz, 10)
	leaves[c+"/config/upper-frequency"] = strconv.FormatInt(p.band[1], 10)
	leaves[c+"/source/config/port-name"] = in
	leaves[c+"/dest/config/port-name"] = out
}

// alienMHz is the width of the foreign media channel.
const alienMHz = 50_000

func (p *roadmPart) fixed(leaves map[string]string) {
	for in, port := range p.ingress {
		kind := "INGRESS"
		if p.dev.spec.Ports[port].Bank != "" {
			kind = "ADD"
		}
		describe(leaves, in, "openconfig-platform-types:PORT", "", "")
		leaves[component(in)+"/port/optical-port/state/optical-port-type"] = "openconfig-transport-types:" + kind
	}
	for out, port := range p.egress {
		kind := "EGRESS"
		if p.dev.spec.Ports[port].Bank != "" {
			kind = "DROP"
		}
		describe(leaves, out, "openconfig-platform-types:PORT", "", "")
		leaves[component(out)+"/port/optical-port/state/optical-port-type"] = "openconfig-transport-types:" + kind
	}
}

func (p *roadmPart) ours(at []gnmid.Step) bool {
	keys, ok := under(at, "wavelength-router", "media-channels", "channel")
	return ok && atLeast(keys[0], p.dev.profile.MediaIndexBase)
}

func (p *roadmPart) validate(tx *gnmid.Tx, changes []gnmid.Change) error {
	touched := map[string]bool{}
	for _, c := range changes {
		keys, ok := under(c.Steps(), "wavelength-router", "media-channels", "channel")
		if !ok {
			continue
		}
		if leaf := c.Leaf(); c.Has && p.dev.profile.Refuses("", leaf) {
			return unsupported(c)
		}
		touched[keys[0]] = true
	}
	if len(touched) == 0 {
		return nil
	}
	all := map[string]mediaState{}
	for _, keys := range tx.Entries("/wavelength-router/media-channels/channel") {
		all[keys[0]] = p.read(keys[0], tx.After, tx.Entries)
	}
	for _, index := range slices.Sorted(maps.Keys(touched)) {
		if m, there := all[index]; there {
			if err := p.validateMedia(index, m, tx); err != nil {
				return err
			}
		}
	}
	return overlap(all, touched)
}

func (p *roadmPart) validateMedia(index string, m mediaState, tx *gnmid.Tx) error {
	c := mediaChannel(index)
	switch {
	case m.LowerMHz == 0 || m.UpperMHz == 0:
		return fmt.Errorf("%s/config: media channel %s: lower-frequency and upper-frequency are required", c, index)
	case m.UpperMHz <= m.LowerMHz:
		return fmt.Errorf("%s/config/upper-frequency: media channel %s: %d MHz is not above lower-frequency %d MHz", c, index, m.UpperMHz, m.LowerMHz)
	case m.LowerMHz%6250 != 0 || m.UpperMHz%6250 != 0:
		return fmt.Errorf("%s/config: media channel %s: edges %d and %d MHz are not on the 6.25 GHz grid", c, index, m.LowerMHz, m.UpperMHz)
	case p.band[1] > 0 && (m.LowerMHz < p.band[0] || m.UpperMHz > p.band[1]):
		return fmt.Errorf("%s/config: media channel %s: %d to %d MHz is outside the band of the switch", c, index, m.LowerMHz, m.UpperMHz)
	case m.source == "" || p.ingress[m.source] == "":
		return fmt.Errorf("%s/source/config/port-name: media channel %s: there is no input port %q", c, index, m.source)
	case m.dest == "" || p.egress[m.dest] == "":
		return fmt.Errorf("%s/dest/config/port-name: media channel %s: there is no output port %q", c, index, m.dest)
	case p.ingress[m.source] == p.egress[m.dest]:
		return fmt.Errorf("%s: media channel %s: source and dest are the same port", c, index)
	}
	for _, keys := range tx.Entries(c + "/spectrum-power-profile/distribution") {
		lower, _ := strconv.ParseInt(keys[0], 10, 64)
		upper, _ := strconv.ParseInt(keys[1], 10, 64)
		if lower < m.LowerMHz || upper > m.UpperMHz {
			return fmt.Errorf("%s/spectrum-power-profile: media channel %s: distribution %d to %d MHz is outside the channel", c, index, lower, upper)
		}
	}
	return nil
}

// overlap refuses spectrum that two media channels claim at the same port. Only
// pairs with a touched channel count: what was there already stays.
func overlap(all map[string]mediaState, touched map[string]bool) error {
	type claim struct {
		index string
		m     mediaState
	}
	byPort := map[string][]claim{}
	for index, m := range all {
		byPort["in "+m.source] = append(byPort["in "+m.source], claim{index, m})
		byPort["out "+m.dest] = append(byPort["out "+m.dest], claim{index, m})
	}
	for _, port := range slices.Sorted(maps.Keys(byPort)) {
		claims := byPort[port]
		slices.SortFunc(claims, func(a, b claim) int {
			return cmp.Or(cmp.Compare(a.m.LowerMHz, b.m.LowerMHz), cmp.Compare(a.index, b.index))
		})
		for i := 1; i < len(claims); i++ {
			a, b := claims[i-1], claims[i]
			if b.m.LowerMHz < a.m.UpperMHz && (touched[a.index] || touched[b.index]) {
				return fmt.Errorf("%s: media channel %s overlaps media channel %s at port %s", mediaChannel(b.index), b.index, a.index, port)
			}
		}
	}
	return nil
}

// read collects a media channel through a reader of leaves.
func (p *roadmPart) read(index string, value func(string) (string, bool), entries func(string) [][]string) mediaState {
	c := mediaChannel(index)
	text := func(path string) string { v, _ := value(c + path); return v }
	number := func(path string) int64 { n, _ := strconv.ParseInt(text(path), 10, 64); return n }
	m := mediaState{source: text("/source/config/port-name"), dest: text("/dest/config/port-name")}
	m.LowerMHz, m.UpperMHz = number("/config/lower-frequency"), number("/config/upper-frequency")
	m.Enabled = text("/config/admin-status") == models.AdminEnabled
	m.Source, m.Dest = p.ingress[m.source], p.egress[m.dest]
	m.TargetDbm = -20
	for _, keys := range entries(c + "/spectrum-power-profile/distribution") {
		d := "/spectrum-power-profile/distribution[lower-frequency=" + keys[0] + "][upper-frequency=" + keys[1] + "]/config/target-power"
		if v, err := strconv.ParseFloat(text(d), 64); err == nil {
			m.TargetDbm = v
		}
	}
	m.ready = m.Source != "" && m.Dest != "" && m.Source != m.Dest && m.LowerMHz > 0 && m.UpperMHz > m.LowerMHz
	return m
}

func (p *roadmPart) commit(changes []gnmid.Change) {
	touched := map[string]bool{}
	for _, c := range changes {
		if keys, ok := under(c.Steps(), "wavelength-router", "media-channels", "channel"); ok {
			touched[keys[0]] = true
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for index := range touched {
		n, err := strconv.ParseUint(index, 10, 32)
		if err != nil {
			continue
		}
		old := p.media[index]
		m := p.read(index, p.dev.target.Applied, p.dev.target.Entries)
		if old.ready && (!m.ready || old.dest != m.dest || old.LowerMHz != m.LowerMHz || old.UpperMHz != m.UpperMHz) {
			p.gone = append(p.gone, monitored(old))
		}
		if !m.ready {
			p.removed = append(p.removed, mediaChannel(index))
			delete(p.media, index)
			err = p.dev.lab.light.DeleteMedia(p.dev.name, uint32(n))
		} else {
			p.media[index] = m
			err = p.dev.lab.light.SetMedia(p.dev.name, uint32(n), m.Media)
		}
		if err != nil {
			p.dev.lab.log.Error("light does not follow", "device", p.dev.name, "err", err)
		}
	}
}

// monitored is the entry of a channel monitor that covers a media channel.
func monitored(m mediaState) string {
	return entry("/channel-monitors/channel-monitor", "name", monitorName(m.dest)) +
		"/channels/channel[lower-frequency=" + strconv.FormatInt(m.LowerMHz, 10) + "][upper-frequency=" + strconv.FormatInt(m.UpperMHz, 10) + "]"
}

func (p *roadmPart) show(s *sheet, noise bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.gone, p.gone = append(s.gone, p.gone...), nil
	s.forgotten, p.removed = append(s.forgotten, p.removed...), nil
	for in, port := range p.ingress {
		if r, err := p.dev.lab.light.Port(light.End{Device: p.dev.name, Port: port}); err == nil {
			s.leaves[component(in)+"/port/optical-port/state/input-power/instant"] = dbm(r.InDbm)
		}
	}
	for out, port := range p.egress {
		if r, err := p.dev.lab.light.Port(light.End{Device: p.dev.name, Port: port}); err == nil {
			s.leaves[component(out)+"/port/optical-port/state/output-power/instant"] = dbm(r.OutDbm)
		}
	}
	for index, m := range p.media {
		n, err := strconv.ParseUint(index, 10, 32)
		if err != nil {
			continue
		}
		r, err := p.dev.lab.light.MediaPower(p.dev.name, uint32(n))
		if err != nil {
			continue
		}
		at := monitored(m)
		s.leaves[at+"/state/power"] = dbm(r.PowerDbm)
		if noise {
			continue
		}
		s.leaves[at+"/state/lower-frequency"] = strconv.FormatInt(m.LowerMHz, 10)
		s.leaves[at+"/state/upper-frequency"] = strconv.FormatInt(m.UpperMHz, 10)
		s.leaves[at+"/state/target-power"] = decibel(m.TargetDbm)
		s.leaves[mediaChannel(index)+"/state/oper-status"] = updown(r.Up)
	}
}
