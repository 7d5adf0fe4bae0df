package sim

import (
	"math"
	"strconv"

	"github.com/waveplane/waveplane/drivers/sim/clid"
	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/netconfd"
	"github.com/waveplane/waveplane/models/openconfig"
)

// face is what stands in front of a device instead of a gNMI server.
type face interface {
	gnmid.Face
	Attach(*gnmid.Target)
	HostKey() string
}

// makeFace makes the face that a device's profile asks for; nil for gNMI.
func (d *device) makeFace(index *openconfig.Index, a *access) (face, error) {
	switch d.profile.Driver {
	case "netconf":
		// Where nothing takes a commit back, there is none: what is edited runs.
		return netconfd.New(netconfd.Config{Index: index, User: a.user, Password: a.password, RunningOnly: d.profile.Safety == "C"})
	case "cli":
		return d.commandLine(a)
	case "tl1":
		return d.circuitSwitch(a)
	}
	return nil, nil
}

// commandLine is a face for the coherent ports of a device, or for its wavelength
// switch.
func (d *device) commandLine(a *access) (face, error) {
	var ports []clid.Port
	var facilities map[string]bool
	var media func(string) clid.MediaReading
	readings := map[string]func() clid.Reading{}
	for _, p := range d.parts {
		if r, ok := p.(*roadmPart); ok {
			facilities, media = r.facilities(), r.reading
		}
		t, ok := p.(*terminalPart)
		if !ok {
			continue
		}
		for _, l := range t.ports {
			ports = append(ports, clid.Port{Name: l.end.Port, Channel: l.channel, Transceiver: l.xcvr, Lane: t.lane, Interface: l.ifName})
			readings[l.end.Port] = func() clid.Reading { return t.reading(l) }
		}
	}
	return clid.New(clid.Config{
		Name: d.name, Dialect: d.profile.Dialect, Ports: ports, User: a.user, Password: a.password, Log: d.lab.log,
		Optics:     func(port string) clid.Reading { return readings[port]() },
		Facilities: facilities, Media: media,
	})
}

// facilities are the components that media channels lead to and from, with whether
// they are of the line.
func (p *roadmPart) facilities() map[string]bool {
	out := map[string]bool{}
	for _, side := range []map[string]string{p.ingress, p.egress} {
		for component, port := range side {
			out[component] = p.dev.spec.Ports[port].Bank == ""
		}
	}
	return out
}

// reading is what is measured of a media channel now.
func (p *roadmPart) reading(index string) clid.MediaReading {
	nothing := clid.MediaReading{PowerDbm: math.NaN()}
	n, err := strconv.ParseUint(index, 10, 32)
	if err != nil {
		return nothing
	}
	r, err := p.dev.lab.light.MediaPower(p.dev.name, uint32(n))
	if err != nil {
		return nothing
	}
	return clid.MediaReading{PowerDbm: r.PowerDbm, Up: r.Up}
}

// reading is what a coherent port measures now.
func (p *terminalPart) reading(l *linePort) clid.Reading {
	r, err := p.dev.lab.light.Channel(l.end)
	if err != nil {
		return clid.Reading{TxDbm: math.NaN(), RxDbm: math.NaN(), RxTotalDbm: math.NaN(), OsnrDb: math.NaN(), QDb: math.NaN(), EsnrDb: math.NaN(), Ber: math.NaN()}
	}
	out := clid.Reading{
		On: r.LaserOn, Locked: r.Locked, FrequencyMHz: r.FrequencyMHz, TxDbm: r.TxDbm, RxDbm: r.RxDbm, RxTotalDbm: r.RxTotalDbm,
		OsnrDb: r.OsnrDb, QDb: r.QDb, EsnrDb: r.EsnrDb, Ber: r.Ber, Uncorrectable: r.UncorrectableTotal,
	}
	for code, m := range l.offers {
		if r.Mode != nil && m.light == r.Mode {
			out.ModeCode = code
		}
	}
	return out
}
