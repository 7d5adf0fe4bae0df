package adopt

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Device is a picture of a device with its document.
type Device struct {
	Name    string
	Spec    intents.DeviceSpec
	Profile catalogue.Profile
	State   models.State
	// Ours are the optical and media channels that Waveplane set up.
	Ours map[models.ObjectID]bool
	// Beside says that the device is only looked at to see what may light what: no
	// document is made of it.
	Beside bool
}

// Read makes documents of pictures. Devices are taken in the order of their names;
// links are those that have documents already: the ends, and the name. Blind names
// devices of which there is no picture, and which may be what others light.
func Read(cat *catalogue.Catalogue, devices []Device, links map[[2]string]string, blind []string) (records.Adoption, error) {
	slices.SortFunc(devices, func(a, b Device) int { return strings.Compare(a.Name, b.Name) })
	r := &reader{cat: cat, devices: devices, links: links, blind: blind, out: records.Adoption{Documents: []records.AdoptedDocument{}}}
	for i := range devices {
		if err := r.device(&devices[i]); err != nil {
			return r.out, err
		}
	}
	return r.out, r.lights()
}

type reader struct {
	cat     *catalogue.Catalogue
	devices []Device
	links   map[[2]string]string
	blind   []string
	light   []light
	out     records.Adoption
}

func (r *reader) seen(format string, args ...any) {
	r.out.Seen = append(r.out.Seen, fmt.Sprintf(format, args...))
}

func (r *reader) untold(format string, args ...any) {
	r.out.Untold = append(r.out.Untold, fmt.Sprintf(format, args...))
}

// add puts a document out.
func (r *reader) add(kind, name string, spec any, fields []records.AdoptedField) error {
	doc := intents.Document{APIVersion: intents.APIVersion, Kind: kind, Metadata: intents.Metadata{Name: name}, Spec: spec}
	raw, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("adopt %s %s: %w", kind, name, err)
	}
	r.out.Documents = append(r.out.Documents, records.AdoptedDocument{Kind: kind, Name: name, Document: raw, Fields: fields})
	return nil
}

func (r *reader) device(d *Device) error {
	spec := d.Spec
	spec.Ports = maps.Clone(spec.Ports)
	if spec.Ports == nil {
		spec.Ports = map[string]intents.Port{}
	}
	fields := []records.AdoptedField{{Path: "spec", Confidence: records.ConfidenceHigh, From: "the document that is there"}}
	found := channels(d)
	if d.Beside {
		for _, channel := range found {
			if name, ok := portOf(d.Profile.Names, channel); ok {
				r.lightAt(d, name, channel)
			}
		}
		return nil
	}
	if len(found) == 0 && (d.Profile.Role == catalogue.RoleRouter || d.Profile.Role == catalogue.RoleTerminal) {
		r.untold("%s: no coherent port was found; over a command line only ports are looked at that spec.ports names", d.Name)
	}
	for _, channel := range found {
		name, ok := portOf(d.Profile.Names, channel)
		if !ok {
			r.untold("%s: optical channel %s fits no name of profile %s: which port it is", d.Name, channel, d.Profile.Name)
			continue
		}
		port, documented := spec.Ports[name]
		if !documented {
			fields = append(fields, field(records.ConfidenceHigh, "the device has optical channel "+channel, "spec.ports.%s", name))
		}
		l := r.lightAt(d, name, channel)
		if port.Pluggable == "" {
			parts := r.partsWith(d.Profile.Name, l.code)
			switch {
			case l.code == 0:
				r.untold("%s/%s: no mode is configured: which part is plugged", d.Name, name)
			case len(parts) == 1:
				port.Pluggable = parts[0]
				fields = append(fields, field(records.ConfidenceMedium, fmt.Sprintf("the only part of the catalogue with device mode %d", l.code), "spec.ports.%s.pluggable", name))
			case len(parts) == 0:
				r.untold("%s/%s: no part of the catalogue has device mode %d: which part is plugged", d.Name, name, l.code)
			default:
				r.untold("%s/%s: device mode %d is offered by %s: which part is plugged", d.Name, name, l.code, strings.Join(parts, ", "))
			}
		}
		spec.Ports[name] = port
	}
	r.line(d)
	return r.add(intents.KindDevice, d.Name, &spec, fields)
}

func field(c records.Confidence, from, path string, args ...any) records.AdoptedField {
	return records.AdoptedField{Path: fmt.Sprintf(path, args...), Confidence: c, From: from}
}

// channels lists the optical channels of a device.
func channels(d *Device) []string {
	found := map[string]bool{}
	for id := range d.State.Objects {
		if id.Kind == models.KindOpticalChannel {
			found[id.Key] = true
		}
	}
	for name := range d.State.Readings.Channels {
		found[name] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// portOf turns the name of an optical channel back into that of its port.
func portOf(names catalogue.NameTemplates, channel string) (string, bool) {
	before, after, ok := strings.Cut(names.OpticalChannel, "{port}")
	if !ok {
		return "", false
	}
	port, ok1 := strings.CutPrefix(channel, before)
	port, ok2 := strings.CutSuffix(port, after)
	return port, ok1 && ok2 && port != ""
}

// partsWith lists the pluggables that have a mode of that device code.
func (r *reader) partsWith(profile string, code uint16) []string {
	var out []string
	for name, p := range r.cat.Pluggables {
		if slices.ContainsFunc(p.Modes, func(mode string) bool { return r.cat.Modes[mode].DeviceCodes[profile] == code && code != 0 }) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// modeOf names the mode of a device code.
func (r *reader) modeOf(profile string, code uint16) string {
	for name, m := range r.cat.Modes {
		if c, ok := m.DeviceCodes[profile]; ok && c == code && code != 0 {
			return name
		}
	}
	return ""
}

// line tells of cross-connects and amplifiers.
func (r *reader) line(d *Device) {
	ids := slices.SortedFunc(maps.Keys(d.State.Objects), func(a, b models.ObjectID) int { return strings.Compare(a.String(), b.String()) })
	for _, id := range ids {
		l := d.State.Objects[id]
		switch {
		case d.Ours[id]:
		case id.Kind == models.KindMediaChannel:
			r.seen("%s: media channel %s %q from %s to %s, %s to %s, %s", d.Name, id.Key, l[models.LeafChannelName], or(l[models.LeafSource], "?"), or(l[models.LeafDest], "?"),
				or(l[models.LeafLower], "?"), or(l[models.LeafUpper], "?"), or(l[models.LeafAdmin], "ENABLED"))
		case id.Kind == models.KindCrossConnect:
			r.seen("%s: input %s is connected to output %s", d.Name, id.Key, l[models.LeafDest])
			r.fibres(d, id.Key, l[models.LeafDest])
		case id.Kind == models.KindAmplifier:
			said := []string{or(l[models.LeafAmpMode], "mode not told")}
			if g := l[models.LeafTargetGain]; g != "" {
				said = append(said, "target "+g)
			}
			if g := d.State.Readings.Amplifiers[id.Key].Gain; g != nil {
				said = append(said, "gain "+g.String())
			}
			r.seen("%s: amplifier %s, %s", d.Name, id.Key, strings.Join(said, ", "))
			r.untold("%s: which fibres are before and behind amplifier %s", d.Name, id.Key)
		}
	}
	if d.Profile.Role == catalogue.RoleRoadm {
		r.untold("%s: which ports face which fibres", d.Name)
	}
}

// fibres tells of fibres of a circuit switch that its document does not name.
func (r *reader) fibres(d *Device, in, out string) {
	var input, output bool
	for _, p := range d.Spec.Ports {
		input, output = input || p.Rx == in, output || p.Tx == out
	}
	if !input {
		r.untold("%s: which port input %s belongs to, and which fibre is in it", d.Name, in)
	}
	if !output {
		r.untold("%s: which port output %s belongs to, and which fibre is in it", d.Name, out)
	}
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func codeOf(text string) uint16 {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return uint16(n)
}
