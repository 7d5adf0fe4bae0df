package records

import (
	"slices"
	"strconv"
	"time"

	"github.com/waveplane/waveplane/models"
)

// IntentRef names the document a record exists for.
type IntentRef struct {
	Kind       string `json:"kind"` // Circuit | Wavelength
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
	UID        string `json:"uid"`
	Generation int64  `json:"generation"` // the generation that was decided for
}

// Direction of light along a wavelength or a link.
type Direction string

// AZ is from the first end to the second, ZA back.
const (
	AZ Direction = "az"
	ZA Direction = "za"
)

// Reverse returns the other direction.
func (d Direction) Reverse() Direction {
	if d == AZ {
		return ZA
	}
	return AZ
}

// Decision is one wavelength as decided: everything that is needed to write it
// to devices and to judge its light. Route, mode, slot and ports never change;
// any change of them is a new wavelength number.
type Decision struct {
	Intent IntentRef `json:"intent"`
	WL     int       `json:"wl"`   // number within the circuit, never reused
	Name   string    `json:"name"` // <circuit>-<wl>; of a hand-written Wavelength its own name
	Rev    int64     `json:"rev"`  // counts changes of powers, starting at 1

	Ends         [2]End         `json:"ends"`
	Route        []Leg          `json:"route"` // from Ends[0] to Ends[1]
	Mode         string         `json:"mode"`
	CapacityGbps int            `json:"capacityGbps"`
	Slot         models.Slot    `json:"slot"`
	LaunchPower  models.Power   `json:"launchPower"`
	Media        []MediaChannel `json:"media,omitempty"`
	// Joins are connections through circuit switches: made and taken away in the
	// dark.
	Joins []CrossConnect `json:"joins,omitempty"`

	// Shared are the sections that the light enters through fixed filters, as "link
	// from device": they carry other light too, and it is the laser that loads them.
	Shared []string `json:"shared,omitempty"`

	// Forecast lists the points at which light can be measured, in the order
	// of light, first AZ then ZA.
	Forecast  []Hop        `json:"forecast"`
	LengthKm  float64      `json:"lengthKm"`
	LatencyMs float64      `json:"latencyMs"` // one way
	Osnr      models.Ratio `json:"osnr"`      // predicted at the worse end, 0.1 nm
	Margin    models.Ratio `json:"margin"`    // over the mode's required OSNR, penalties taken off
	Floor     models.Ratio `json:"floor"`     // least margin that was asked for
	Estimator string       `json:"estimator"` // which model predicted
	// WorstNeighbour is the wavelength that loses the most margin by this light, and
	// NeighbourLoss what it loses; empty where nobody loses anything.
	WorstNeighbour string       `json:"worstNeighbour,omitempty"`
	NeighbourLoss  models.Ratio `json:"neighbourLoss,omitempty"`

	OnVerifyFailure string `json:"onVerifyFailure,omitempty"` // hold | undo
	TopologyRev     int64  `json:"topologyRev"`
}

// Called is what people call the wavelength: namespace/name.
func (d *Decision) Called() string { return d.Intent.Namespace + "/" + d.Name }

// End is one terminal of a wavelength with the names and numbers allocated on it.
type End struct {
	Device          string `json:"device"`
	Port            string `json:"port"`
	Profile         string `json:"profile"`
	OpticalChannel  string `json:"opticalChannel"` // component name
	Transceiver     string `json:"transceiver"`
	PhysicalChannel int    `json:"physicalChannel"`
	LinePort        string `json:"linePort,omitempty"`
	Interface       string `json:"interface,omitempty"`
	OwnsInterface   bool   `json:"ownsInterface,omitempty"`
	ModeCode        uint16 `json:"modeCode"`
	// LineOnly: the device has no logical channels, and no numbers are allocated.
	LineOnly     bool  `json:"lineOnly,omitempty"`
	OtnIndex     int   `json:"otnIndex"`
	EthIndices   []int `json:"ethIndices"` // one per host channel
	HostRateGbps int   `json:"hostRateGbps"`
}

// Receiver is the key under which the device reports lock and errors: the index
// of the line's logical channel, or of a device without any the optical channel.
func (e *End) Receiver() string {
	if e.LineOnly {
		return e.OpticalChannel
	}
	return strconv.Itoa(e.OtnIndex)
}

// Leg is a link on the route and the direction in which AZ light crosses it.
type Leg struct {
	Link      string    `json:"link"`
	Direction Direction `json:"direction"`
}

// MediaChannel is one cross-connection of a wavelength through a ROADM.
type MediaChannel struct {
	Device      string       `json:"device"`
	Profile     string       `json:"profile"`
	Index       int          `json:"index"`
	Name        string       `json:"name"`
	Source      string       `json:"source"` // component name of the port light comes from
	Dest        string       `json:"dest"`
	TargetPower models.Power `json:"targetPower"` // at Dest
	Direction   Direction    `json:"direction"`
	Step        int          `json:"step"` // 1 opens first, in the direction of light; both directions share numbers
	// Link is the section that the light enters at Dest; empty for a drop.
	Link string `json:"link,omitempty"`
}

// CrossConnect is one connection of a wavelength through an optical circuit switch.
type CrossConnect struct {
	Device    string    `json:"device"`
	Profile   string    `json:"profile"`
	Source    string    `json:"source"` // input that light comes in by
	Dest      string    `json:"dest"`   // output that it leaves by
	Direction Direction `json:"direction"`
}

// HopKind says what is measured at a hop.
type HopKind string

// The kinds of hops.
const (
	HopTx        HopKind = "tx"        // transmit power of the optical channel
	HopMedia     HopKind = "media"     // channel power at a media channel's Dest
	HopAmplifier HopKind = "amplifier" // output of a managed amplifier; at least this channel's power
	HopPort      HopKind = "port"      // light leaving a circuit switch; Key is the output
	HopRx        HopKind = "rx"        // received power of the optical channel
)

// Hop is a point at which a device can tell about the light.
type Hop struct {
	Direction Direction    `json:"direction"`
	Kind      HopKind      `json:"kind"`
	Device    string       `json:"device"`
	Key       string       `json:"key"`           // object key on the device
	Expected  models.Power `json:"expected"`      // of this channel
	Via       string       `json:"via,omitempty"` // what lies before it, for people: "link a-b span s1 az"
	Link      string       `json:"link,omitempty"`
	// LinkDirection is the direction of the link's own ends, not of the wavelength.
	LinkDirection Direction `json:"linkDirection,omitempty"`
	Spans         []string  `json:"spans,omitempty"` // ids of the spans between the previous hop and this one
	// Before is the managed amplifier (device/amplifier) whose output reaches
	// this one over nothing but fibre and patches, and LossDb what the documents
	// say is lost between them; of amplifiers only.
	Before string  `json:"before,omitempty"`
	LossDb float64 `json:"lossDb,omitempty"`
}

// Owner returns the owner name of the wavelength: circuit/<uid>/<wl>.
func (d *Decision) Owner() string { return CircuitOwner(d.Intent.UID, d.WL) }

// Witnesses returns every device that can tell about the wavelength: those of
// Devices, then those that only measure, such as managed amplifiers.
func (d *Decision) Witnesses() []string {
	out := d.Devices()
	for _, h := range d.Forecast {
		if !slices.Contains(out, h.Device) {
			out = append(out, h.Device)
		}
	}
	return out
}

// Key returns the key under which decision and phase are stored: <uid>/<wl>.
func (d *Decision) Key() string { return WavelengthKey(d.Intent.UID, d.WL) }

// Devices returns the devices that have something to configure, ends first.
func (d *Decision) Devices() []string {
	out := []string{d.Ends[0].Device}
	add := func(name string) {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	add(d.Ends[1].Device)
	for _, m := range d.Media {
		add(m.Device)
	}
	for _, c := range d.Joins {
		add(c.Device)
	}
	return out
}

// CircuitOwner builds an owner name.
func CircuitOwner(uid string, wl int) string { return "circuit/" + WavelengthKey(uid, wl) }

// WavelengthKey builds the key of a decision or phase.
func WavelengthKey(uid string, wl int) string { return uid + "/" + strconv.Itoa(wl) }

// Circuit is the chosen set of wavelengths of one intent.
type Circuit struct {
	Intent IntentRef `json:"intent"`
	// Live lists the wavelengths that count for the accepted generation,
	// Retiring those on their way out.
	Live     []int `json:"live"`
	Retiring []int `json:"retiring,omitempty"`
	NextWL   int   `json:"nextWL"`
	// Generation and Refusal tell the last answer of the planner. A refusal
	// leaves Live as it was.
	Generation int64       `json:"generation"`
	Refusal    *Refusal    `json:"refusal,omitempty"`
	Tombstones []Tombstone `json:"tombstones,omitempty"`
	// Suggestion says which light the planner would not decide again as it is.
	Suggestion string `json:"suggestion,omitempty"`
}

// Refusal is why the planner said no.
type Refusal struct {
	Reason  models.Reason `json:"reason"`
	Message string        `json:"message"`
	Nearest string        `json:"nearest,omitempty"` // smallest relaxation that would pass
	At      time.Time     `json:"at"`                // when it was first said
}

// Tombstone remembers a choice that a device refused, so that it is not made
// again for the same generation.
type Tombstone struct {
	Generation int64         `json:"generation"`
	WL         int           `json:"wl"`
	Digest     string        `json:"digest"`
	Reason     models.Reason `json:"reason"`
	Words      string        `json:"words"`
	At         time.Time     `json:"at"`
	Ports      []string      `json:"ports,omitempty"` // device/port excluded
	Slot       models.Slot   `json:"slot"`
}

// Reasons is the planner's explanation of one circuit, at most 1 KiB as JSON.
type Reasons struct {
	Generation int64       `json:"generation"`
	Candidates []Candidate `json:"candidates"`
	// More counts the candidates that are left out, by reason.
	More map[models.Reason]int `json:"more,omitempty"`
}

// Candidate is one route and mode that was tried. CentreGHz, SlotGHz and Lost
// stand in full explanations only.
type Candidate struct {
	Route     []string      `json:"route"`
	Mode      string        `json:"mode,omitempty"`
	LengthKm  float64       `json:"lengthKm"`
	LatencyMs float64       `json:"latencyMs"`
	Margin    *models.Ratio `json:"margin,omitempty"`
	Reason    models.Reason `json:"reason"` // Planned for the chosen one; empty where it would do too
	Message   string        `json:"message,omitempty"`
	CentreGHz float64       `json:"centreGHz,omitempty"` // of the first slot in which its light arrives
	SlotGHz   float64       `json:"slotGHz,omitempty"`
	Lost      string        `json:"lost,omitempty"` // in what it is worse than what is taken
}
