package sim

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/drivers/sim/tl1d"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// allLightMHz is beyond everything that is sent through fibre: what joins fibres
// lets it all pass.
const allLightMHz = 1_000_000_000

// switchPart joins the fibres of a circuit switch. What leads where is written down
// as media channels without edges, one for each input.
type switchPart struct {
	dev     *device
	ports   []tl1d.Port       // the document's, then one of somebody else
	named   []string          // by place in ports; empty for somebody else's
	outputs map[string]string // fibre → port
}

// newSwitchPart adds the switch to the light.
func newSwitchPart(d *device) (*switchPart, error) {
	p := &switchPart{dev: d, outputs: map[string]string{}}
	s := light.RoadmSpec{Ports: map[string]light.RoadmPort{}, Paths: []light.RoadmPath{{Kind: light.Express, LossDb: through(d.spec, d.profile)}}}
	inputs := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(d.spec.Ports)) {
		port := d.spec.Ports[name]
		if inputs[port.Rx] || p.outputs[port.Tx] != "" {
			return nil, fmt.Errorf("port %s: input %s or output %s is there twice", name, port.Rx, port.Tx)
		}
		inputs[port.Rx], p.outputs[port.Tx] = true, name
		s.Ports[name] = light.RoadmPort{Degree: true}
		p.ports, p.named = append(p.ports, tl1d.Port{In: port.Rx, Out: port.Tx}), append(p.named, name)
	}
	p.ports, p.named = append(p.ports, p.stranger()), append(p.named, "")
	return p, d.lab.light.AddRoadm(d.name, s)
}

// stranger is a pair of fibres that the document does not know, numbered as the
// make does.
func (p *switchPart) stranger() tl1d.Port {
	switch p.dev.profile.Dialect {
	case "calient-s":
		return tl1d.Port{In: "9.9.9", Out: "9.9.9"}
	case "glimmerglass":
		return tl1d.Port{In: "19999", Out: "29999"}
	case tl1d.ShellDialect:
		return tl1d.Port{In: "9999A", Out: "9999B"}
	}
	least := math.MaxInt
	for _, port := range p.ports {
		if n, err := strconv.Atoi(port.Out); err == nil {
			least = min(least, n)
		}
	}
	return tl1d.Port{In: strconv.Itoa(least - 1), Out: strconv.Itoa(2 * (least - 1))}
}

// through is what is lost from port to port.
func through(spec *intents.DeviceSpec, profile catalogue.Profile) float64 {
	sw := cmp.Or(spec.Switch, &intents.SwitchSpec{})
	return either(sw.LossDb, profile.InsertionLossDb["through"])
}

// startup is somebody else's connection.
func (p *switchPart) startup(leaves map[string]string) {
	last := len(p.ports) - 1
	leaves[tl1d.Channel(last)+"/config/name"] = "leased to carrier z"
	leaves[tl1d.Channel(last)+"/source/config/port-name"] = p.ports[last].In
	leaves[tl1d.Channel(last)+"/dest/config/port-name"] = p.ports[last].Out
}

func (p *switchPart) fixed(map[string]string) {}

func (p *switchPart) show(*sheet, bool) {}

func (p *switchPart) validate(*gnmid.Tx, []gnmid.Change) error { return nil }

func (p *switchPart) ours(at []gnmid.Step) bool {
	keys, ok := under(at, "wavelength-router", "media-channels", "channel")
	return ok && !atLeast(keys[0], len(p.ports))
}

func (p *switchPart) commit(changes []gnmid.Change) {
	for _, c := range changes {
		keys, ok := under(c.Steps(), "wavelength-router", "media-channels", "channel")
		if !ok || c.Leaf() != "port-name" || c.Steps()[3].Name() != "dest" {
			continue
		}
		n, err := strconv.Atoi(keys[0])
		if err != nil || n < 1 || n > len(p.named) || p.named[n-1] == "" {
			continue
		}
		out, there := p.dev.target.Applied(tl1d.Channel(n-1) + "/dest/config/port-name")
		if to := p.outputs[out]; there && to != "" {
			err = p.dev.lab.light.SetMedia(p.dev.name, uint32(n), light.Media{UpperMHz: allLightMHz, Source: p.named[n-1], Dest: to, Enabled: true, Passive: true})
		} else {
			err = p.dev.lab.light.DeleteMedia(p.dev.name, uint32(n))
		}
		if err != nil {
			p.dev.lab.log.Error("light does not follow", "device", p.dev.name, "err", err)
		}
	}
}

// power is the light at a fibre in dBm.
func (p *switchPart) power(fibre string, input bool) float64 {
	for i, port := range p.ports {
		if p.named[i] == "" || input && port.In != fibre || !input && port.Out != fibre {
			continue
		}
		r, err := p.dev.lab.light.Port(light.End{Device: p.dev.name, Port: p.named[i]})
		switch {
		case err != nil:
			return math.NaN()
		case input:
			return r.InDbm
		}
		return r.OutDbm
	}
	return math.NaN()
}

// circuitSwitch is the face of a circuit switch.
func (d *device) circuitSwitch(a *access) (face, error) {
	for _, p := range d.parts {
		if s, ok := p.(*switchPart); ok {
			config := tl1d.Config{
				Name: strings.ToUpper(d.name), Dialect: d.profile.Dialect, Ports: s.ports, User: a.user, Password: a.password, Light: s.power, Log: d.lab.log,
			}
			if config.Dialect == tl1d.ShellDialect {
				return tl1d.NewShell(config)
			}
			return tl1d.New(config)
		}
	}
	return nil, fmt.Errorf("profile %s: the laboratory has no such device", d.profile.Name)
}

// addFilter adds a fixed multiplexer to the light: each channel port to the common
// ports and back.
func (l *Lab) addFilter(name string, spec *intents.DeviceSpec, profile catalogue.Profile) error {
	loss := through(spec, profile)
	s := light.RoadmSpec{Ports: map[string]light.RoadmPort{}, Paths: []light.RoadmPath{{Kind: light.Add, LossDb: loss}, {Kind: light.Drop, LossDb: loss}}}
	var common, channels []string
	for _, port := range slices.Sorted(maps.Keys(spec.Ports)) {
		s.Ports[port] = light.RoadmPort{Degree: spec.Ports[port].CentreGHz == nil}
		if s.Ports[port].Degree {
			common = append(common, port)
		} else {
			channels = append(channels, port)
		}
	}
	l.passive[name] = spec
	if err := l.light.AddRoadm(name, s); err != nil {
		return err
	}
	index := uint32(0)
	for _, port := range channels {
		p := spec.Ports[port]
		centre, half := int64(math.Round(*p.CentreGHz*1000)), int64(math.Round(*p.WidthGHz*500))
		for _, line := range common {
			for _, ends := range [][2]string{{port, line}, {line, port}} {
				index++
				m := light.Media{LowerMHz: centre - half, UpperMHz: centre + half, Source: ends[0], Dest: ends[1], Enabled: true, Passive: true}
				if err := l.light.SetMedia(name, index, m); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
