package models

import (
	"maps"
	"time"
)

// State is what a device says of itself: its configuration, as far as it is of
// a kind that Waveplane configures, and its readings.
type State struct {
	At       time.Time           `json:"at"`
	Identity Identity            `json:"identity"`
	Objects  map[ObjectID]Leaves `json:"objects"`
	Readings Readings            `json:"readings"`
	// Rest is a digest of the configuration that was read but is of no kind
	// above; it tells that something else changed, not what.
	Rest string `json:"rest,omitempty"`
}

// Identity says which box answered.
type Identity struct {
	Vendor   string `json:"vendor,omitempty"`
	Model    string `json:"model,omitempty"`
	Serial   string `json:"serial,omitempty"`
	Software string `json:"software,omitempty"`
}

// Readings are measurements and operational states, keyed as the objects they
// belong to. A nil pointer means that the device gave no (or a senseless)
// value; zero is a value.
type Readings struct {
	Channels   map[string]ChannelReading   `json:"channels,omitempty"`   // by optical channel component
	Logical    map[string]LogicalReading   `json:"logical,omitempty"`    // by logical channel index
	Media      map[string]MediaReading     `json:"media,omitempty"`      // by media channel index
	Amplifiers map[string]AmplifierReading `json:"amplifiers,omitempty"` // by amplifier name
	Ports      map[string]PortReading      `json:"ports,omitempty"`      // by optical port component
	Interfaces map[string]InterfaceReading `json:"interfaces,omitempty"` // by interface name
}

// ChannelReading is the state of an optical channel (a coherent line side).
type ChannelReading struct {
	At           time.Time  `json:"at"`
	Frequency    *Frequency `json:"frequency,omitempty"`   // where the laser is
	Mode         *uint16    `json:"mode,omitempty"`        // what the modem runs
	TargetPower  *Power     `json:"targetPower,omitempty"` // what the device took as target
	LaserOn      *bool      `json:"laserOn,omitempty"`
	TxPower      *Power     `json:"txPower,omitempty"`
	RxPower      *Power     `json:"rxPower,omitempty"` // the wanted signal
	RxTotal      *Power     `json:"rxTotal,omitempty"` // all light at the receiver
	LossOfSignal *bool      `json:"lossOfSignal,omitempty"`
	Osnr         *Ratio     `json:"osnr,omitempty"` // dB in 0.1 nm
}

// LogicalReading is the state of a logical channel; the OTN one carries FEC.
type LogicalReading struct {
	At            time.Time `json:"at"`
	LinkUp        *bool     `json:"linkUp,omitempty"`
	PreFecBer     *float64  `json:"preFecBer,omitempty"`
	Q             *Ratio    `json:"q,omitempty"`    // Q factor, dB
	Esnr          *Ratio    `json:"esnr,omitempty"` // electrical SNR, dB
	Uncorrectable *uint64   `json:"uncorrectable,omitempty"`
}

// MediaReading is the state of a media channel.
type MediaReading struct {
	At     time.Time `json:"at"`
	OperUp *bool     `json:"operUp,omitempty"`
	Power  *Power    `json:"power,omitempty"` // measured at dest, by a channel monitor overlapping the slot
}

// AmplifierReading is the state of an amplifier.
type AmplifierReading struct {
	At      time.Time `json:"at"`
	Enabled *bool     `json:"enabled,omitempty"`
	Input   *Power    `json:"input,omitempty"`  // total
	Output  *Power    `json:"output,omitempty"` // total
	Gain    *Ratio    `json:"gain,omitempty"`
	// Reduced is true while automatic power reduction holds the output down.
	Reduced *bool `json:"reduced,omitempty"`
}

// PortReading is the light at an optical port.
type PortReading struct {
	At           time.Time `json:"at"`
	Input        *Power    `json:"input,omitempty"`
	Output       *Power    `json:"output,omitempty"`
	LossOfSignal *bool     `json:"lossOfSignal,omitempty"`
}

// InterfaceReading is the state of an interface.
type InterfaceReading struct {
	At     time.Time `json:"at"`
	OperUp *bool     `json:"operUp,omitempty"`
}

// Delta is news from a device. With Full set it replaces all that was known
// (the answer to a resynchronisation); otherwise each object or reading in it
// replaces the one of the same key. Gone lists objects that are no more.
type Delta struct {
	Full     bool
	At       time.Time
	Identity *Identity
	Objects  map[ObjectID]Leaves
	Gone     []ObjectID
	Readings Readings
	Rest     *string
}

// Merge brings the state up to date with a delta.
func (s *State) Merge(d Delta) {
	if d.Full || s.Objects == nil {
		*s = State{Identity: s.Identity, Rest: s.Rest, Objects: map[ObjectID]Leaves{}}
	}
	s.At = d.At
	if d.Identity != nil {
		s.Identity = *d.Identity
	}
	if d.Rest != nil {
		s.Rest = *d.Rest
	}
	for _, id := range d.Gone {
		delete(s.Objects, id)
	}
	maps.Copy(s.Objects, d.Objects)
	s.Readings.Merge(d.Readings)
}

// With returns the state brought up to date with a delta. The original stays as
// it was; the two share the maps that the delta leaves alone.
func (s State) With(d Delta) State {
	if !d.Full {
		if len(d.Objects)+len(d.Gone) > 0 {
			s.Objects = maps.Clone(s.Objects)
		}
		r, n := &s.Readings, d.Readings
		r.Channels, r.Logical, r.Media = cloneFor(r.Channels, n.Channels), cloneFor(r.Logical, n.Logical), cloneFor(r.Media, n.Media)
		r.Amplifiers, r.Ports, r.Interfaces = cloneFor(r.Amplifiers, n.Amplifiers), cloneFor(r.Ports, n.Ports), cloneFor(r.Interfaces, n.Interfaces)
	}
	s.Merge(d)
	return s
}

// cloneFor returns a copy where there is news to go into it.
func cloneFor[V any](old, news map[string]V) map[string]V {
	if len(news) == 0 {
		return old
	}
	return maps.Clone(old)
}

// Merge overlays readings by key.
func (r *Readings) Merge(n Readings) {
	r.Channels = overlay(r.Channels, n.Channels)
	r.Logical = overlay(r.Logical, n.Logical)
	r.Media = overlay(r.Media, n.Media)
	r.Amplifiers = overlay(r.Amplifiers, n.Amplifiers)
	r.Ports = overlay(r.Ports, n.Ports)
	r.Interfaces = overlay(r.Interfaces, n.Interfaces)
}

// Clone returns a copy that shares no map with the original; the leaves and
// readings themselves are never changed in place and may be shared.
func (s State) Clone() State {
	s.Objects = maps.Clone(s.Objects)
	s.Readings = Readings{
		Channels: maps.Clone(s.Readings.Channels), Logical: maps.Clone(s.Readings.Logical), Media: maps.Clone(s.Readings.Media),
		Amplifiers: maps.Clone(s.Readings.Amplifiers), Ports: maps.Clone(s.Readings.Ports), Interfaces: maps.Clone(s.Readings.Interfaces),
	}
	return s
}

func overlay[V any](old, news map[string]V) map[string]V {
	if len(news) == 0 {
		return old
	}
	if old == nil {
		old = make(map[string]V, len(news))
	}
	maps.Copy(old, news)
	return old
}
