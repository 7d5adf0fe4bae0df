package sim

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
)

// Status is what the laboratory tells of itself. Its JSON form only grows.
type Status struct {
	Name     string          `json:"name"`
	Started  time.Time       `json:"started"`
	Devices  []DeviceStatus  `json:"devices"`  // by name
	Channels []ChannelStatus `json:"channels"` // coherent ports, by device and port
	Faults   []LinkFault     `json:"linkFaults"`
	// LostLightSeconds is the sum over all channels.
	LostLightSeconds float64 `json:"lostLightSeconds"`
}

// DeviceStatus is one device.
type DeviceStatus struct {
	Name      string  `json:"name"`
	Role      string  `json:"role"`
	Profile   string  `json:"profile"`
	Address   string  `json:"address"`
	Reachable bool    `json:"reachable"`
	Writes    Writes  `json:"writes"`
	Faults    []Fault `json:"faults"`
	// Foreign is the SHA-256 of all configuration that is not the
	// controller's: it stays the same for ever.
	Foreign string `json:"foreignSha256"`
}

// Writes counts what clients sent to a device.
type Writes struct {
	Sets     int `json:"sets"`     // accepted, with content
	Unneeded int `json:"unneeded"` // of those, the ones that asked for what was there already
	Refused  int `json:"refused"`
	Empty    int `json:"empty"` // without content: announcements of an election id
	// ConfigurationCommands counts all that came which belongs to configuring, whatever
	// became of it: a Set, an edit, a lock, a commit, a line in configuration mode. It
	// stays zero on a device that is only observed.
	ConfigurationCommands int `json:"configurationCommands"`
	// Leaves counts changed configuration leaves by path without keys.
	Leaves     map[string]int `json:"leaves"`
	LastWriter string         `json:"lastWriter,omitempty"`
	// Connections counts those opened, Connected those open now.
	Connections int `json:"connections"`
	Connected   int `json:"connected"`
}

// ChannelStatus is a coherent port as it truly is.
type ChannelStatus struct {
	Device           string  `json:"device"`
	Port             string  `json:"port"`
	LaserOn          bool    `json:"laserOn"`
	Locked           bool    `json:"locked"`
	LostLightSeconds float64 `json:"lostLightSeconds"`
}

// LinkFault is a cut, an extra loss or a swapped patch in force.
type LinkFault struct {
	Kind      string  `json:"kind"` // cut | loss | swapped
	Link      string  `json:"link"`
	Span      string  `json:"span,omitempty"`
	Direction string  `json:"direction,omitempty"`
	LossDb    float64 `json:"lossDb,omitempty"`
	Other     string  `json:"other,omitempty"` // link it is swapped with
}

// Status reports on all devices, channels and faults.
func (l *Lab) Status() Status {
	s := Status{Name: l.cfg.Name, Started: l.started, Devices: []DeviceStatus{}, Channels: []ChannelStatus{}, Faults: l.linkFaults()}
	for _, name := range slices.Sorted(maps.Keys(l.devices)) {
		s.Devices = append(s.Devices, l.devices[name].status())
	}
	for e, lost := range l.light.LostLight() {
		r, err := l.light.Channel(e)
		if err != nil {
			continue
		}
		s.Channels = append(s.Channels, ChannelStatus{Device: e.Device, Port: e.Port, LaserOn: r.LaserOn, Locked: r.Locked, LostLightSeconds: lost.Seconds()})
		s.LostLightSeconds += lost.Seconds()
	}
	slices.SortFunc(s.Channels, func(a, b ChannelStatus) int {
		return cmp.Or(strings.Compare(a.Device, b.Device), strings.Compare(a.Port, b.Port))
	})
	return s
}

func (d *device) status() DeviceStatus {
	c := d.target.Counters()
	out := DeviceStatus{
		Name: d.name, Role: string(d.profile.Role), Profile: d.spec.Profile, Address: d.target.Addr(), Reachable: !d.away.Load(),
		Writes: Writes{Sets: c.Sets, Unneeded: c.NoopSets, Refused: c.RefusedSets, Empty: c.EmptySets, ConfigurationCommands: c.ConfigurationCommands,
			Leaves: c.Leaves, LastWriter: c.LastWriter, Connections: c.Connections, Connected: c.Connected},
		Faults: []Fault{}, Foreign: digest(d.foreign()),
	}
	if d.away.Load() {
		out.Faults = append(out.Faults, Fault{Kind: FaultUnreachable})
	}
	for _, f := range d.target.Faults() {
		kind := string(f.Kind)
		if f.Kind == gnmid.FaultDropAfter {
			kind = FaultLostReply
		}
		out.Faults = append(out.Faults, Fault{Kind: kind, RPC: f.RPC, Path: f.Path, Delay: f.Delay, Words: f.Words, Value: f.Value, Step: f.Step, Times: f.Times})
	}
	return out
}

func (l *Lab) linkFaults() []LinkFault {
	l.handMu.Lock()
	defer l.handMu.Unlock()
	out := []LinkFault{}
	add := func(kind, key string, loss float64) {
		direction := key[strings.LastIndexByte(key, '/')+1:]
		link, span, _ := strings.Cut(strings.TrimSuffix(key, "/"+direction), "/")
		out = append(out, LinkFault{Kind: kind, Link: link, Span: span, Direction: direction, LossDb: loss})
	}
	for _, key := range slices.Sorted(maps.Keys(l.cuts)) {
		add("cut", key, 0)
	}
	for _, key := range slices.Sorted(maps.Keys(l.losses)) {
		if l.losses[key] > 0 {
			add("loss", key, l.losses[key])
		}
	}
	for _, pair := range l.swaps {
		out = append(out, LinkFault{Kind: "swapped", Link: pair[0], Other: pair[1]})
	}
	return out
}

// Foreign returns all configuration of a device that is not the controller's,
// one leaf a line.
func (l *Lab) Foreign(device string) ([]byte, error) {
	d, err := l.device(device)
	if err != nil {
		return nil, err
	}
	return d.foreign(), nil
}

// Target gives tests the device itself.
func (l *Lab) Target(device string) (*gnmid.Target, error) {
	d, err := l.device(device)
	if err != nil {
		return nil, err
	}
	return d.target, nil
}
