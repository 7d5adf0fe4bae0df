package ocmap

import (
	"strings"
)

// Paths are handled in two parts: the schema path, which is the names of the
// elements joined by "/" without keys or prefixes, and the keys in the order
// in which they occur. "terminal-device/logical-channels/channel/config" with
// ["7"] is /terminal-device/logical-channels/channel[index=7]/config.

// Wildcard stands for every entry of a list.
const Wildcard = "*"

// ListKeys names the keys of every list that is handled here, by schema path.
var ListKeys = map[string][]string{
	ComponentPath:                          {"name"},
	LanePath:                               {"index"},
	ComponentPath + "/properties/property": {"name"},
	ComponentPath + "/subcomponents/subcomponent": {"name"},
	LogicalPath:      {"index"},
	AssignmentPath:   {"index"},
	MediaPath:        {"index"},
	DistributionPath: {"lower-frequency", "upper-frequency"},
	InterfacePath:    {"name"},
	AmplifierPath:    {"name"},
	AttenuatorPath:   {"name"},
	MonitorPath:      {"name"},
	MonitoredPath:    {"lower-frequency", "upper-frequency"},
}

// The lists and containers that matter.
const (
	ComponentPath    = "components/component"
	OpticalPath      = ComponentPath + "/optical-channel"
	LanePath         = ComponentPath + "/transceiver/physical-channels/channel"
	ModulePath       = ComponentPath + "/transceiver/config"
	OpticalPortPath  = ComponentPath + "/port/optical-port"
	LogicalPath      = "terminal-device/logical-channels/channel"
	AssignmentPath   = LogicalPath + "/logical-channel-assignments/assignment"
	MediaPath        = "wavelength-router/media-channels/channel"
	DistributionPath = MediaPath + "/spectrum-power-profile/distribution"
	InterfacePath    = "interfaces/interface"
	AmplifierPath    = "optical-amplifier/amplifiers/amplifier"
	AttenuatorPath   = "optical-attenuator/attenuators/attenuator"
	MonitorPath      = "channel-monitors/channel-monitor"
	MonitoredPath    = MonitorPath + "/channels/channel"
)

// PathText writes a path as people do: /a/b[k=v]/c.
func PathText(schema string, keys ...string) string {
	var b strings.Builder
	end := -1
	for name := range strings.SplitSeq(schema, "/") {
		end += len(name) + 1
		b.WriteString("/" + name)
		for _, key := range ListKeys[schema[:end]] {
			value := Wildcard
			if len(keys) > 0 {
				value, keys = keys[0], keys[1:]
			}
			b.WriteString("[" + key + "=" + keyEscape.Replace(value) + "]")
		}
	}
	return b.String()
}

var keyEscape = strings.NewReplacer(`\`, `\\`, `]`, `\]`)

// Place is a position while a path is walked: the schema path so far and the
// keys met. It is reused from leaf to leaf, so walking allocates nothing.
type Place struct {
	schema []byte
	keys   []string
	// complete is false once a list was entered without all its keys: such a
	// path names many entries (or none) and never a leaf.
	complete bool
}

// Reset goes back to the root.
func (p *Place) Reset() {
	p.schema, p.keys, p.complete = p.schema[:0], p.keys[:0], true
}

// Mark and Back let a walker descend and return.
type Mark struct {
	schema, keys int
	complete     bool
}

// Mark returns where the place is now.
func (p *Place) Mark() Mark { return Mark{len(p.schema), len(p.keys), p.complete} }

// Back returns to a mark.
func (p *Place) Back(m Mark) {
	p.schema, p.keys, p.complete = p.schema[:m.schema], p.keys[:m.keys], m.complete
}

// Enter descends into a child, whose name may carry a module prefix.
func (p *Place) Enter(name string) {
	if len(p.schema) > 0 {
		p.schema = append(p.schema, '/')
	}
	p.schema = append(p.schema, WithoutModule(name)...)
}

// Key gives the value of the next key of the list that was just entered; one
// that is missing makes the place incomplete.
func (p *Place) Key(value string, ok bool) {
	if !ok || value == Wildcard {
		value, p.complete = Wildcard, false
	}
	p.keys = append(p.keys, value)
}

// Keys names the keys of the list that the place is at; nil for no list.
func (p *Place) Keys() []string { return ListKeys[string(p.schema)] }

// Text writes the place for people.
func (p *Place) Text() string { return PathText(string(p.schema), p.keys...) }

// WithoutModule cuts the module prefix off a name or an identity.
func WithoutModule(name string) string {
	if i := strings.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}
