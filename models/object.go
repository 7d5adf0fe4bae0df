package models

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// ObjectKind says what sort of thing on a device is configured.
type ObjectKind string

// The kinds of objects, with what identifies one on its device. "Whole" kinds
// are entries that Waveplane creates and deletes; "shared" kinds exist without
// us, and only the leaves named for them are ours.
const (
	KindOpticalChannel ObjectKind = "optical-channel" // shared; key: component name of the optical channel
	KindLaser          ObjectKind = "laser"           // shared; key: "<transceiver component>/<physical channel index>"
	KindLogicalChannel ObjectKind = "logical-channel" // whole; key: index as decimal text
	KindMediaChannel   ObjectKind = "media-channel"   // whole; key: index as decimal text
	KindInterface      ObjectKind = "interface"       // shared; key: interface name
	KindModule         ObjectKind = "module"          // shared; key: component name of the transceiver
	KindAmplifier      ObjectKind = "amplifier"       // shared; key: amplifier name
	KindAttenuator     ObjectKind = "attenuator"      // shared; key: attenuator name
	KindCrossConnect   ObjectKind = "cross-connect"   // whole; key: input port of an optical circuit switch
)

// Whole reports whether Waveplane creates and deletes entries of this kind.
func (k ObjectKind) Whole() bool {
	return k == KindLogicalChannel || k == KindMediaChannel || k == KindCrossConnect
}

// LeafName names one setting of an object. The values are canonical text:
// what the String method of the type in the comment prints.
type LeafName string

// Leaves by kind.
const (
	// Optical channel.
	LeafFrequency   LeafName = "frequency"    // Frequency
	LeafTargetPower LeafName = "target-power" // Power
	LeafMode        LeafName = "mode"         // decimal uint16, the device's operational-mode code
	LeafLinePort    LeafName = "line-port"    // component name; only where the profile supports it

	// Laser, interface, amplifier, attenuator: "true" or "false".
	LeafEnabled LeafName = "enabled"

	// Module.
	LeafFunctionalType LeafName = "functional-type" // TYPE_DIGITAL_COHERENT_OPTIC | TYPE_STANDARD_OPTIC

	// Logical channel. Assignments: exactly one per channel in this model, and
	// on the line side of some devices those to the clients beside it.
	LeafDescription   LeafName = "description"       // carries the owner, so that our entries can be told from others'
	LeafAdmin         LeafName = "admin-state"       // ENABLED | DISABLED | MAINT; media channels too
	LeafLogicalType   LeafName = "logical-type"      // PROT_OTN | PROT_ETHERNET
	LeafTribProtocol  LeafName = "trib-protocol"     // PROT_400GE ...
	LeafRateClass     LeafName = "rate-class"        // TRIB_RATE_400G ...
	LeafIngressXcvr   LeafName = "ingress-xcvr"      // component name
	LeafIngressIf     LeafName = "ingress-interface" // interface name
	LeafAssignIndex   LeafName = "assign-index"      // decimal
	LeafAssignOptical LeafName = "assign-optical"    // component name of the optical channel
	LeafAssignLogical LeafName = "assign-logical"    // decimal index of the logical channel
	LeafAllocation    LeafName = "allocation-gbps"   // decimal Gbit/s
	LeafAssignClients LeafName = "assign-clients"    // Assignments; only where the profile asks for them

	// Media channel.
	LeafChannelName LeafName = "name"   // carries the owner
	LeafLower       LeafName = "lower"  // Frequency
	LeafUpper       LeafName = "upper"  // Frequency
	LeafSource      LeafName = "source" // port component name
	LeafDest        LeafName = "dest"   // port component name; of a cross-connect the output port
	// LeafTargetPower is the power of the channel at dest.

	// Amplifier: LeafEnabled, LeafTargetPower (constant power) and:
	LeafAmpMode    LeafName = "amp-mode"    // CONSTANT_GAIN | CONSTANT_POWER | DYNAMIC_GAIN
	LeafTargetGain LeafName = "target-gain" // Ratio
	LeafTargetTilt LeafName = "target-tilt" // Ratio

	// Attenuator: LeafEnabled and:
	LeafAttenuation LeafName = "attenuation" // Ratio
)

// Admin states shared by logical and media channels.
const (
	AdminEnabled  = "ENABLED"
	AdminDisabled = "DISABLED"
	AdminMaint    = "MAINT"
)

// DigitalCoherentOptic is the functional type of a module that can be tuned.
const DigitalCoherentOptic = "TYPE_DIGITAL_COHERENT_OPTIC"

// Leaves are the settings of one object; a leaf that is absent is not set.
type Leaves map[LeafName]string

// sorted appends the names of the leaves to room, in order.
func (l Leaves) sorted(room []LeafName) []LeafName {
	for name := range l {
		room = append(room, name)
	}
	slices.Sort(room)
	return room
}

// ObjectID identifies an object on its device.
type ObjectID struct {
	Kind ObjectKind `json:"kind"`
	Key  string     `json:"key"`
}

// String prints "optical-channel[oc-1]".
func (id ObjectID) String() string { return string(id.Kind) + "[" + id.Key + "]" }

// MarshalText prints the id as String does, so that it can key a JSON object.
func (id ObjectID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText prints.
func (id *ObjectID) UnmarshalText(b []byte) error {
	kind, rest, ok := strings.Cut(string(b), "[")
	key, ok2 := strings.CutSuffix(rest, "]")
	if !ok || !ok2 || kind == "" || key == "" {
		return fmt.Errorf("object id %q: want kind[key]", b)
	}
	*id = ObjectID{Kind: ObjectKind(kind), Key: key}
	return nil
}

// Object is one thing on a device with the leaves that are ours.
type Object struct {
	ObjectID
	Leaves Leaves `json:"leaves"`
}

// MarshalJSON writes kind, key and leaves.
func (o Object) MarshalJSON() ([]byte, error) {
	size := len(`{"kind":"","key":"","leaves":{}}`) + len(o.Kind) + len(o.Key)
	for leaf, value := range o.Leaves {
		size += len(`"":"",`) + len(leaf) + len(value)
	}
	return o.AppendJSON(make([]byte, 0, size)), nil
}

// AppendJSON appends the object as encoding/json would write it. Records hold
// objects by the thousand, so they are written without reflection.
func (o Object) AppendJSON(b []byte) []byte {
	b = AppendText(append(b, `{"kind":`...), string(o.Kind))
	b = AppendText(append(b, `,"key":`...), o.Key)
	if o.Leaves == nil {
		return append(b, `,"leaves":null}`...)
	}
	b = append(b, `,"leaves":{`...)
	for i, leaf := range o.Leaves.sorted(make([]LeafName, 0, 16)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(AppendText(b, string(leaf)), ':')
		b = AppendText(b, o.Leaves[leaf])
	}
	return append(b, "}}"...)
}

// AppendText appends a text as encoding/json would write it.
func AppendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || strings.IndexByte(`"\\<>&`, c) >= 0 {
			text, _ := json.Marshal(s) // of a text it can't fail
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// objectJSON is Object without the text form that it would inherit from its id.
type objectJSON struct {
	Kind   ObjectKind `json:"kind"`
	Key    string     `json:"key"`
	Leaves Leaves     `json:"leaves"`
}

// UnmarshalJSON reads what MarshalJSON writes.
func (o *Object) UnmarshalJSON(b []byte) error {
	var v objectJSON
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*o = Object{ObjectID: ObjectID{v.Kind, v.Key}, Leaves: v.Leaves}
	return nil
}

// Fragment is what one owner wants on one device. Objects are sorted by id.
type Fragment struct {
	Device  string   `json:"device"`
	Owner   string   `json:"owner"`
	Objects []Object `json:"objects"`
}

// Digest identifies the content of a set of objects, whatever their order.
func Digest(objects []Object) string {
	type named struct {
		id     string
		leaves Leaves
	}
	list := make([]named, len(objects))
	for i, o := range objects {
		list[i] = named{o.String(), o.Leaves}
	}
	slices.SortFunc(list, func(a, b named) int { return strings.Compare(a.id, b.id) })
	text, names := make([]byte, 0, 2048), make([]LeafName, 0, 16)
	for i, o := range list {
		if i > 0 {
			text = append(text, '\n')
		}
		text = append(text, o.id...)
		names = o.leaves.sorted(names[:0])
		for _, name := range names {
			text = append(append(append(text, '\n'), o.id...), 0)
			text = strconv.AppendQuote(append(append(text, name...), 0), o.leaves[name])
		}
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12])
}

// Change is one object brought from Before to After for an owner. Before nil:
// the object was not there (or not ours). After nil: a whole object is
// deleted; of a shared one, the leaves in Before are given up.
type Change struct {
	Owner  string   `json:"owner"`
	Object ObjectID `json:"object"`
	Before Leaves   `json:"before,omitempty"`
	After  Leaves   `json:"after,omitempty"`
}

// Equal reports whether two sets of leaves are the same.
func (l Leaves) Equal(m Leaves) bool { return maps.Equal(l, m) }

// Restrict returns the leaves of l whose names also stand in m. What a device
// says beyond what we own is not ours to compare.
func (l Leaves) Restrict(m Leaves) Leaves {
	out := Leaves{}
	for name := range m {
		if v, ok := l[name]; ok {
			out[name] = v
		}
	}
	return out
}
