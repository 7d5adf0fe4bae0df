package gnmi

import (
	"strings"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"
)

// Paths are handled in two parts: the schema path, which is the names of the
// elements joined by "/" without keys or prefixes, and the keys in the order
// in which they occur. "terminal-device/logical-channels/channel/config" with
// ["7"] is /terminal-device/logical-channels/channel[index=7]/config.

// wildcard stands for every entry of a list.
const wildcard = "*"

// origin is that of all our paths. Devices default to it; saying so is safer.
const origin = "openconfig"

// listKeys names the keys of every list that is handled here, by schema path.
var listKeys = map[string][]string{
	componentPath:                          {"name"},
	lanePath:                               {"index"},
	componentPath + "/properties/property": {"name"},
	componentPath + "/subcomponents/subcomponent": {"name"},
	logicalPath:      {"index"},
	assignmentPath:   {"index"},
	mediaPath:        {"index"},
	distributionPath: {"lower-frequency", "upper-frequency"},
	interfacePath:    {"name"},
	amplifierPath:    {"name"},
	attenuatorPath:   {"name"},
	monitorPath:      {"name"},
	monitoredPath:    {"lower-frequency", "upper-frequency"},
}

// The lists and containers that matter.
const (
	componentPath    = "components/component"
	opticalPath      = componentPath + "/optical-channel"
	lanePath         = componentPath + "/transceiver/physical-channels/channel"
	opticalPortPath  = componentPath + "/port/optical-port"
	logicalPath      = "terminal-device/logical-channels/channel"
	assignmentPath   = logicalPath + "/logical-channel-assignments/assignment"
	mediaPath        = "wavelength-router/media-channels/channel"
	distributionPath = mediaPath + "/spectrum-power-profile/distribution"
	interfacePath    = "interfaces/interface"
	amplifierPath    = "optical-amplifier/amplifiers/amplifier"
	attenuatorPath   = "optical-attenuator/attenuators/attenuator"
	monitorPath      = "channel-monitors/channel-monitor"
	monitoredPath    = monitorPath + "/channels/channel"
)

// pathOf builds the gNMI path of a schema path; lists beyond the given keys
// get wildcards.
func pathOf(schema string, keys ...string) *gnmipb.Path {
	names := strings.Split(schema, "/")
	p := &gnmipb.Path{Elem: make([]*gnmipb.PathElem, 0, len(names))}
	end := -1
	for _, name := range names {
		end += len(name) + 1
		elem := &gnmipb.PathElem{Name: name}
		for _, key := range listKeys[schema[:end]] {
			value := wildcard
			if len(keys) > 0 {
				value, keys = keys[0], keys[1:]
			}
			if elem.Key == nil {
				elem.Key = make(map[string]string, 2)
			}
			elem.Key[key] = value
		}
		p.Elem = append(p.Elem, elem)
	}
	return p
}

// pathText writes a path as people do: /a/b[k=v]/c.
func pathText(schema string, keys ...string) string {
	var b strings.Builder
	end := -1
	for name := range strings.SplitSeq(schema, "/") {
		end += len(name) + 1
		b.WriteString("/" + name)
		for _, key := range listKeys[schema[:end]] {
			value := wildcard
			if len(keys) > 0 {
				value, keys = keys[0], keys[1:]
			}
			b.WriteString("[" + key + "=" + keyEscape.Replace(value) + "]")
		}
	}
	return b.String()
}

var keyEscape = strings.NewReplacer(`\`, `\\`, `]`, `\]`)

// place is a position while a path is walked: the schema path so far and the
// keys met. It is reused from leaf to leaf, so walking allocates nothing.
type place struct {
	schema []byte
	keys   []string
	// complete is false once a list was entered without all its keys: such a
	// path names many entries (or none) and never a leaf.
	complete bool
}

func (p *place) reset() {
	p.schema, p.keys, p.complete = p.schema[:0], p.keys[:0], true
}

// mark and back let a walker descend and return.
type mark struct {
	schema, keys int
	complete     bool
}

func (p *place) mark() mark { return mark{len(p.schema), len(p.keys), p.complete} }

func (p *place) back(m mark) {
	p.schema, p.keys, p.complete = p.schema[:m.schema], p.keys[:m.keys], m.complete
}

// enter descends into a child, whose name may carry a module prefix.
func (p *place) enter(name string) {
	if len(p.schema) > 0 {
		p.schema = append(p.schema, '/')
	}
	p.schema = append(p.schema, withoutModule(name)...)
}

// walk descends along the elements of a path.
func (p *place) walk(path *gnmipb.Path) {
	for _, elem := range path.GetElem() {
		p.enter(elem.GetName())
		for _, key := range listKeys[string(p.schema)] {
			value, ok := elem.GetKey()[key]
			if !ok || value == wildcard {
				value, p.complete = wildcard, false
			}
			p.keys = append(p.keys, value)
		}
	}
}

// text writes the place for people.
func (p *place) text() string { return pathText(string(p.schema), p.keys...) }

// withoutModule cuts the module prefix off a name or an identity.
func withoutModule(name string) string {
	if i := strings.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}
