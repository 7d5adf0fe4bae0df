// Package topo turns documents into the picture that the planner works on:
// devices with ports, links between ports with their fibres and amplifiers
// resolved against the catalogue, and the spectrum that each link can carry.
//
// Build takes whatever is consistent and names the rest in its error, so that
// one bad document does not stop the planning of everybody else. The result
// never changes; it may be read from several goroutines.
package topo

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/qot"
	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Network is sites, devices and links, by name.
type Network struct {
	Catalogue *catalogue.Catalogue // with the modes that documents add
	Sites     map[string]intents.SiteSpec
	Devices   map[string]*Device
	Links     map[string]*Link
	// Own names the modes that documents define; any pluggable offers them on
	// a device whose profile they carry a code for.
	Own map[string]bool

	sets map[spectrum.Set]*spectrum.Set // see Link.Outside
}

// Device is a box.
type Device struct {
	Name    string
	Site    string
	Profile *catalogue.Profile
	Spec    *intents.DeviceSpec
	Ports   map[string]*Port
}

// Port is a port of a device, and the link in it, if any.
type Port struct {
	Device *Device
	Name   string
	Key    string // device/port
	Spec   intents.Port
	Link   *Link
	End    int // which end of the link
}

// Usable reports whether the port may be given to a new wavelength.
func (p *Port) Usable() bool { return p.Spec.State == "" || p.Spec.State == "spare" }

// Line reports whether light can start here: a router's or terminal's port
// with a pluggable in it.
func (p *Port) Line() bool { return p.Spec.Pluggable != "" && p.Device.Terminal() }

// AddDrop reports whether the port belongs to an add/drop bank, or does what such
// a port does: the port of a circuit switch that a terminal is patched to, and the
// channel port of a filter.
func (p *Port) AddDrop() bool { return p.Spec.Bank != "" }

// Egress returns the component name of the outgoing direction: the document's
// tx, or <port>-out where it gives none.
func (p *Port) Egress() string {
	if p.Spec.Tx != "" {
		return p.Spec.Tx
	}
	return p.Name + "-out"
}

// Ingress returns the component name of the incoming direction: the document's
// rx, or <port>-in where it gives none.
func (p *Port) Ingress() string {
	if p.Spec.Rx != "" {
		return p.Spec.Rx
	}
	return p.Name + "-in"
}

// Power returns what power the port sends with; nil means that the document
// does not say.
func (p *Port) Power() *qot.Target {
	switch s := p.Spec; {
	case s.EgressDbmPer50GHz != nil:
		return &qot.Target{Per: qot.Per50GHz, Dbm: *s.EgressDbmPer50GHz}
	case s.EgressDbm != nil:
		return &qot.Target{Per: qot.PerChannel, Dbm: *s.EgressDbm}
	case s.EgressDbmPerGBd != nil:
		return &qot.Target{Per: qot.PerGBd, Dbm: *s.EgressDbmPerGBd}
	}
	return nil
}

// Terminal reports whether the device starts and ends light.
func (d *Device) Terminal() bool {
	return d.Profile.Role == catalogue.RoleRouter || d.Profile.Role == catalogue.RoleTerminal
}

// Roadm reports whether the device switches light.
func (d *Device) Roadm() bool { return d.Profile.Role == catalogue.RoleRoadm }

// Switch reports whether the device joins fibre to fibre, so that a port of it
// carries what one other port carries and nothing else.
func (d *Device) Switch() bool { return d.Profile.Role == catalogue.RoleSwitch }

// Filter reports whether the device is a fixed multiplexer.
func (d *Device) Filter() bool { return d.Profile.Role == catalogue.RoleFilter }

// Joins reports whether light can be led through the device from port to port. A
// circuit switch that is only read joins nothing.
func (d *Device) Joins() bool {
	return d.Roadm() || d.Filter() || d.Switch() && !d.Profile.Refuses("", string(models.KindCrossConnect))
}

// Build makes the network. The error joins one error per inconsistent
// document; the network is usable all the same and lacks those documents.
// Documents of kinds that say nothing of the network are passed over.
func Build(docs []intents.Document, base *catalogue.Catalogue) (*Network, error) {
	n := &Network{
		Catalogue: base, Sites: map[string]intents.SiteSpec{}, Devices: map[string]*Device{},
		Links: map[string]*Link{}, Own: map[string]bool{}, sets: map[spectrum.Set]*spectrum.Set{},
	}
	var errs []error
	modes, fibres, amplifiers := map[string]catalogue.Mode{}, map[string]catalogue.Fibre{}, map[string]catalogue.Amplifier{}
	devices, links := map[string]*intents.DeviceSpec{}, map[string]*intents.LinkSpec{}
	for _, d := range docs {
		switch spec := d.Spec.(type) {
		case *intents.SiteSpec:
			n.Sites[d.Metadata.Name] = *spec
		case *intents.DeviceSpec:
			devices[d.Metadata.Name] = spec
		case *intents.LinkSpec:
			links[d.Metadata.Name] = spec
		case *intents.AmplifierTypeSpec:
			a, err := spec.Catalogue(d.Metadata.Name)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			amplifiers[a.Name] = a
		case *intents.FiberTypeSpec:
			f, err := spec.Catalogue(d.Metadata.Name)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			fibres[f.Name] = f
		case *intents.ModeSpec:
			m, err := spec.Catalogue(d.Metadata.Name)
			if err != nil {
				errs = append(errs, fmt.Errorf("mode %s: %w", d.Metadata.Name, err))
				continue
			}
			modes[m.Name], n.Own[m.Name] = m, true
		}
	}
	if len(amplifiers)+len(fibres) > 0 {
		more, err := base.WithTypes(amplifiers, fibres)
		if err != nil {
			errs = append(errs, err)
		} else {
			n.Catalogue = more
		}
	}
	if len(modes) > 0 {
		n.Catalogue = n.Catalogue.WithModes(modes)
	}
	ends := n.terminalEnds(devices, links)
	for _, name := range slices.Sorted(maps.Keys(devices)) {
		if err := n.addDevice(name, n.banked(name, devices[name], ends)); err != nil {
			errs = append(errs, fmt.Errorf("device %s: %w", name, err))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(links)) {
		if err := n.addLink(name, links[name]); err != nil {
			errs = append(errs, fmt.Errorf("link %s: %w", name, err))
		}
	}
	return n, errors.Join(errs...)
}

func (n *Network) addDevice(name string, spec *intents.DeviceSpec) error {
	if _, ok := n.Sites[spec.Site]; !ok {
		return fmt.Errorf("no site %q", spec.Site)
	}
	profile, ok := n.Catalogue.Profiles[spec.Profile]
	if !ok {
		return fmt.Errorf("no profile %q", spec.Profile)
	}
	d := &Device{Name: name, Site: spec.Site, Profile: &profile, Spec: spec, Ports: make(map[string]*Port, len(spec.Ports))}
	for port, p := range spec.Ports {
		d.Ports[port] = &Port{Device: d, Name: port, Key: name + "/" + port, Spec: p}
	}
	for _, port := range slices.Sorted(maps.Keys(spec.Ports)) {
		p := spec.Ports[port]
		if _, ok := n.Catalogue.Pluggables[p.Pluggable]; p.Pluggable != "" && !ok {
			return fmt.Errorf("port %s: no pluggable %q", port, p.Pluggable)
		}
		if _, ok := spec.Banks[p.Bank]; p.Bank != "" && !ok {
			return fmt.Errorf("port %s: no bank %q", port, p.Bank)
		}
	}
	for _, bank := range slices.Sorted(maps.Keys(spec.Banks)) {
		for _, degree := range spec.Banks[bank].Degrees {
			if _, ok := spec.Ports[degree]; !ok {
				return fmt.Errorf("bank %s: no degree %q", bank, degree)
			}
		}
	}
	n.Devices[name] = d
	return nil
}

// port finds "device/port"; the port name may hold slashes.
func (n *Network) port(ref string) (*Port, error) {
	device, port, ok := strings.Cut(ref, "/")
	if !ok {
		return nil, fmt.Errorf("%q: want device/port", ref)
	}
	d, ok := n.Devices[device]
	if !ok {
		return nil, fmt.Errorf("no device %q", device)
	}
	p, ok := d.Ports[port]
	if !ok {
		return nil, fmt.Errorf("device %s has no port %q", device, port)
	}
	return p, nil
}

// Port finds "device/port", or nil.
func (n *Network) Port(ref string) *Port {
	p, err := n.port(ref)
	if err != nil {
		return nil
	}
	return p
}

// Usable spectrum of a device is bounded by its profile's band.
func (d *Device) outside() spectrum.Set {
	if d.Profile.Band.Empty() {
		return spectrum.Set{}
	}
	return spectrum.Outside(d.Profile.Band)
}
