package catalogue

import "slices"
import "github.com/waveplane/waveplane/models"

// Catalogue is the set of things known by name. It is read-only once built;
// WithModes and WithTypes return copies that know more.
type Catalogue struct {
	Modes      map[string]Mode
	Pluggables map[string]Pluggable
	Fibres     map[string]Fibre
	Amplifiers map[string]Amplifier
	Profiles   map[string]Profile
	// TiltShapes are shapes of gain over frequency, for amplifier types that
	// have none of their own; see DefaultTiltShape.
	TiltShapes map[string][]float64
}

// Tag says how certain a number is.
type Tag string

// The tags, from most to least certain. Assumed numbers are the team's own and
// are replaced as soon as a source is found.
const (
	TagStandard  Tag = "standard"
	TagSheet     Tag = "vendor sheet"
	TagManifest  Tag = "manifest"
	TagMeasured  Tag = "measured"
	TagUncertain Tag = "uncertain"
	TagAssumed   Tag = "assumed"
)

// Mode is a transceiver operational mode. Optional numbers are pointers: nil
// is "no source gives it".
type Mode struct {
	Name          string
	Row           string  // the row's name in its source, where it has one
	RateGbps      int     // client capacity of one wavelength
	LineRateGbps  float64 // with framing and FEC; 0: unknown
	HostRates     []int   // client rates in Gbit/s that it can carry
	BaudMBd       int64   // symbol rate in MBd
	Modulation    string
	FEC           string
	SignalWidth   models.Frequency
	SlotWidth     models.Frequency
	RequiredOsnr  *models.Ratio // in 0.1 nm, at the FEC limit
	MinTxOsnr     *models.Ratio
	Launch        *PowerRange // transmit power the module can be set to
	Receive       []ReceiveWindow
	CentreStep    models.Frequency
	Tune          models.Band
	MaxDispersion *float64       // ps/nm the receiver compensates, either sign
	CDPenalties   []PenaltyPoint // ps/nm → dB
	PMDPenalties  []PenaltyPoint // ps → dB
	PDLPenalties  []PenaltyPoint // dB → dB
	// RollOff is the raised-cosine factor of the spectrum, 0 to 1; nil is
	// DefaultRollOff.
	RollOff *float64
	// EqualizationOffset is added to the power that wavelength switches level
	// this mode's channels to.
	EqualizationOffset models.Ratio
	Interop            string // "standard" or "bookended:<family>"
	Roadm              bool   // may pass wavelength switches
	DeviceCodes        map[string]uint16
	Source             string
	Tags               map[string]Tag // by field: how certain that number is; "" is the row's own
	Unusable           string         // why it is never planned with; empty when it is usable
}

// PowerRange is a range of powers, ends included.
type PowerRange struct{ Min, Max models.Power }

// ReceiveWindow is the power range a receiver works in when the OSNR is at
// least AtOsnr. The windows of a mode are sorted by AtOsnr, rising.
type ReceiveWindow struct {
	AtOsnr models.Ratio
	PowerRange
}

// PenaltyPoint is one row of a penalty table. Tables are sorted by At and
// piecewise linear; two rows with the same At are a step.
type PenaltyPoint struct {
	At      float64
	Penalty models.Ratio
}

// Pluggable is a part: which modes it offers and which host (client) rates.
type Pluggable struct {
	Name      string
	Modes     []string
	HostRates []int
	Source    string
	Tags      map[string]Tag
}

// Role is what a device is for.
type Role string

// The roles.
const (
	RoleRouter    Role = "router"    // packet router with coherent pluggables
	RoleTerminal  Role = "terminal"  // transponder or muxponder
	RoleRoadm     Role = "roadm"     // wavelength switch with degrees and add/drop banks
	RoleAmplifier Role = "amplifier" // in-line, booster or pre-amplifier
	RoleSwitch    Role = "switch"    // optical circuit switch: fibre to fibre, whatever is in it
	RoleFilter    Role = "filter"    // fixed multiplexer: channel ports to a common port; passive
)

// Profile is a device model: how to talk to it and what it does. A profile is
// data; adding one needs no code when the dialect is known.
type Profile struct {
	Name string
	// Inherits names the profile whose fields hold where this one gives none.
	// It is resolved when the catalogue is read; the device codes of modes are
	// inherited too.
	Inherits string
	// OwnCodes says that the device codes of modes are not inherited: the same
	// numbers mean other modes on this device.
	OwnCodes bool
	Role     Role
	Driver   string // name in the driver registry, "gnmi"
	// Dialect names, for drivers that speak several, how the device is spoken to:
	// "cisco-iosxr" of driver cli.
	Dialect string
	Vendor  string // text for people
	// SafetyNote says in what the device is otherwise than its class; empty: in nothing.
	SafetyNote string
	Safety     string // A arbitrated and confirmed, B confirmed with candidate lock, C read-back and compensating undo
	Names      NameTemplates
	// LaserSwitch names the leaf that switches the laser: "physical-channel"
	// (the transceiver's tx-laser) or "logical-channel" (the line-side logical
	// channel's admin-state).
	LaserSwitch string
	// LineOnly says that the device has no logical channels: how clients get to
	// the line is not configured there. Lock and errors of its receivers are read
	// under the optical channel's name.
	LineOnly bool
	// ClientAssignments says that the line side's logical channel is assigned not
	// only to its optical channel but back to each of its client channels too.
	ClientAssignments bool
	// ModuleFunctionalType is what the transceiver's module-functional-type has
	// to be before the device takes settings of the optical channel: the name of
	// an identity, models.DigitalCoherentOptic. Empty: the leaf is left alone.
	ModuleFunctionalType string
	// FrequencyUnit is the unit in which the device has the frequency of optical
	// channels; zero is that of OpenConfig, MHz. One that is not a whole number
	// of it cannot be set.
	FrequencyUnit models.Frequency
	// FrequencyRaster is the raster, through 193.1 THz, of the centres that the
	// device can be given, where it is coarser than its unit; zero: it is not.
	FrequencyRaster models.Frequency
	// PowerDecimals is how many decimals of a dBm the device takes of an optical
	// channel's target power; zero is what OpenConfig has, two.
	PowerDecimals    int
	ProvenOffDbm     float64  // at or below this transmit power the laser counts as off
	AssignmentBase   int      // index of the first logical-channel assignment
	LogicalIndexBase int      // first logical channel index that Waveplane allocates
	MediaIndexBase   int      // first media channel index that Waveplane allocates
	Unsupported      []string // leaves the device refuses, see Refuses
	PowerStepDb      float64  // target power is quantised to this
	// ChannelPower is what the target power of a channel can be set to: the launch
	// power of a coherent port, the output of a wavelength switch. The zero value is
	// no limit beyond the mode's.
	ChannelPower PowerRange
	// Tune is what the centre of a coherent port can be set to, from Lower to Upper,
	// both included; empty is no limit beyond the mode's.
	Tune       models.Band
	Soak       string      // duration of error-free light asked for before InService
	Settle     string      // duration readings need after a change of light
	SampleFast string      // sampling interval while light is being brought up
	SampleSlow string      // sampling interval otherwise
	Band       models.Band // wavelength switches, filters
	// Roadm, amplifier: figures used for feasibility.
	InsertionLossDb      map[string]float64 // "add", "drop", "express"; of circuit switches and filters "through"
	AddDropOsnrDb        float64
	AmplifierType        string // type of an amplifier device's amplifiers, for prediction
	Timeout              string // deadline of one RPC
	Keepalive            string
	ArbitrationExtension bool // honours the gNMI master arbitration extension
	// DownValues lists per reading, keyed by its JSON name in package models
	// ("rxPower", "preFecBer"), the values that mean "no light" and are not a
	// measurement.
	DownValues map[string][]string
	Source     string
	Tags       map[string]Tag
}

// Passive reports whether there is nothing to talk to: such a device has no
// address, and nothing is configured on it.
func (p *Profile) Passive() bool { return p.Role == RoleFilter }

// The sides of a transponder's logical channels.
const (
	SideLine   = "line"
	SideClient = "client"
)

// Refuses reports whether the device refuses a leaf, by models.LeafName. What it
// refuses of logical channels of one side only is written "line/trib-protocol".
func (p *Profile) Refuses(side, leaf string) bool {
	return slices.Contains(p.Unsupported, leaf) || side != "" && slices.Contains(p.Unsupported, side+"/"+leaf)
}

// NameTemplates build component names from a port name; "{port}" is replaced
// by the port's name in the Device document, "{bare}" by the part after its
// first '-' (et-0/0/0 → 0/0/0).
type NameTemplates struct {
	OpticalChannel  string
	Transceiver     string
	Interface       string
	LinePort        string
	PhysicalChannel int // index of the coherent lane within the transceiver
}
