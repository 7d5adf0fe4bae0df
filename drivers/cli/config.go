package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// config is a device's configuration as it was read: by place, the lines there.
type config struct {
	places  map[string][]string
	entries entries
	rest    []string // lines of no place of ours, in their order
	broken  error    // why the text is no configuration at all
}

// readConfig takes the text of a configuration apart. What is of no place that
// the dialect knows is kept as it stands.
func (p *platform) readConfig(text string) *config {
	c := &config{places: map[string][]string{}, entries: entries{}}
	if p.Config.Style == tree {
		text, c.broken = treeLines(text)
	}
	here, ours := "", false
	var inactive []string
	for raw := range strings.SplitSeq(text, "\n") {
		line := strings.TrimRight(raw, " \t")
		bare := strings.TrimSpace(line)
		if at, ok := strings.CutPrefix(bare, p.Config.Inactive); ok && p.Config.Inactive != "" {
			inactive = append(inactive, at)
			c.rest = append(c.rest, bare)
			continue
		}
		if p.Entries != nil {
			if rest, ok := strings.CutPrefix(bare, p.Entries.Add+" "); ok {
				c.entries.read(rest)
				continue
			}
		}
		if bare == "" || bare == "!" || bare == "end" || !strings.HasPrefix(bare, p.Config.Only) {
			continue
		}
		switch {
		case p.Config.Style != blocks:
			key, rest, found := p.splitFlat(bare)
			if !found {
				c.rest = append(c.rest, bare)
				continue
			}
			c.places[key] = append(c.places[key], rest)
		case line == bare: // a block opens, or a line of its own
			key, found := p.keyOf(bare)
			if here, ours = key, found; !found {
				c.rest = append(c.rest, bare)
			} else if _, known := c.places[here]; !known {
				c.places[here] = nil
			}
		case ours:
			c.places[here] = append(c.places[here], bare)
		default:
			c.rest = append(c.rest, line)
		}
	}
	for _, at := range inactive {
		p.deactivate(c, at)
	}
	return c
}

// deactivate drops the lines at or below a place that is shown and not in force.
func (p *platform) deactivate(c *config, at string) {
	for key, lines := range c.places {
		place := strings.TrimPrefix(strings.ReplaceAll(p.Config.Place, "{key}", key), p.Config.Only)
		c.places[key] = slices.DeleteFunc(lines, func(line string) bool { return below(place+" "+line, at) })
	}
}

// below reports whether a line stands at a place of a hierarchy or under it.
func below(line, place string) bool {
	rest, ok := strings.CutPrefix(line, place)
	return ok && (rest == "" || rest[0] == ' ')
}

// empty reports whether nothing is configured at all.
func (c *config) empty() bool { return len(c.places) == 0 && len(c.rest) == 0 && len(c.entries) == 0 }

// keyOf finds the name that stands at a place's line.
func (p *platform) keyOf(line string) (string, bool) {
	before, after, _ := strings.Cut(p.Config.Place, "{key}")
	name, ok := strings.CutPrefix(line, before)
	if !ok {
		return "", false
	}
	if name, ok = strings.CutSuffix(name, after); !ok || name == "" || strings.ContainsAny(name, " \t") {
		return "", false
	}
	return name, true
}

// splitFlat divides a line into the name of its place and the rest.
func (p *platform) splitFlat(line string) (key, rest string, ok bool) {
	before, after, _ := strings.Cut(p.Config.Place, "{key}")
	line, ok = strings.CutPrefix(line, before)
	if !ok {
		return "", "", false
	}
	key, rest, ok = strings.Cut(line, " ")
	if !ok {
		return "", "", false
	}
	rest, ok = strings.CutPrefix(rest, strings.TrimPrefix(after, " "))
	return key, strings.TrimSpace(rest), ok
}

// objects tells what of the configuration is of a kind that models knows. Names
// are those of line ports that exist whether or not anything is configured there.
func (p *platform) objects(c *config, names []name) (map[models.ObjectID]models.Leaves, []string) {
	out := map[models.ObjectID]models.Leaves{}
	foreign := slices.Clone(c.rest)
	for _, n := range names {
		for _, kind := range []models.ObjectKind{models.KindOpticalChannel, models.KindLaser, models.KindInterface, models.KindModule} {
			key, place := n.of(kind)
			leaves, _ := p.leavesAt(kind, c.places[place])
			if key != "" && leaves != nil {
				out[models.ObjectID{Kind: kind, Key: key}] = leaves
			}
		}
	}
	if p.Entries != nil {
		made, rest := p.Entries.objects(c.entries)
		maps.Copy(out, made)
		foreign = append(foreign, rest...)
	}
	for place, lines := range c.places {
		for _, line := range lines {
			if !p.owned(line) {
				foreign = append(foreign, place+" "+line)
			}
		}
	}
	slices.Sort(foreign)
	return out, foreign
}

// leavesAt reads the leaves of a kind out of the lines of a place; nil where the
// dialect has none of that kind.
func (p *platform) leavesAt(kind models.ObjectKind, lines []string) (models.Leaves, bool) {
	leaves, any := models.Leaves{}, false
	for i := range p.Config.Rows {
		r := &p.Config.Rows[i]
		if r.Kind != kind {
			continue
		}
		any = true
		value, there := r.find(lines)
		switch r.Codec {
		case "unless", "if":
			leaves[r.Leaf] = strconv.FormatBool(there == (r.Codec == "if"))
			continue
		}
		if !there {
			continue
		}
		if canonical, err := r.codec.read(value); err == nil {
			leaves[r.Leaf] = canonical
		}
	}
	if kind == models.KindOpticalChannel && len(p.Config.Modes) > 0 {
		any = true
		if code, ok := p.modeOf(lines); ok {
			leaves[models.LeafMode] = strconv.Itoa(int(code))
		}
	}
	if !any {
		return nil, false
	}
	return leaves, len(leaves) > 0
}

// find looks for the row's line and returns its value.
func (r *fieldRow) find(lines []string) (string, bool) {
	for _, line := range lines {
		if m := r.line.FindStringSubmatch(line); m != nil {
			if len(m) > 1 {
				return strings.Trim(m[1], `"`), true
			}
			return "", true
		}
	}
	return "", false
}

// modeOf finds the mode all of whose lines are there; of several, the one with
// most lines.
func (p *platform) modeOf(lines []string) (uint16, bool) {
	best, most := uint16(0), 0
	for code, want := range p.Config.Modes {
		there := !slices.ContainsFunc(want, func(line string) bool { return !slices.Contains(lines, line) })
		if there && (len(want) > most || len(want) == most && code < best) {
			best, most = code, len(want)
		}
	}
	return best, most > 0
}

// owned reports whether a line sets something that models knows.
func (p *platform) owned(line string) bool {
	for i := range p.Config.Rows {
		if p.Config.Rows[i].line.MatchString(line) {
			return true
		}
	}
	for _, want := range p.Config.Modes {
		if slices.Contains(want, line) {
			return true
		}
	}
	return false
}

// digest is Rest: it tells that something of other people's changed.
func digest(lines []string) string {
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:12])
}

// name is a line port by its names on the device.
type name struct {
	port, channel, transceiver, iface string
	physical                          int
}

// of returns the key of an object of the port and the place where it stands.
func (n name) of(kind models.ObjectKind) (key, place string) {
	switch kind {
	case models.KindOpticalChannel:
		return n.channel, n.channel
	case models.KindLaser:
		return n.transceiver + "/" + strconv.Itoa(n.physical), n.transceiver
	case models.KindInterface:
		return n.iface, n.iface
	case models.KindModule:
		return n.transceiver, n.transceiver
	}
	return "", ""
}

// namesOf fills the name templates of a profile for its coherent ports.
func namesOf(profile catalogue.Profile, ports []string) []name {
	if profile.Names.OpticalChannel == "" {
		return nil // none of its ports is coherent
	}
	out := make([]name, 0, len(ports))
	for _, port := range ports {
		_, bare, ok := strings.Cut(port, "-")
		if !ok {
			bare = port
		}
		fill := strings.NewReplacer("{port}", port, "{bare}", bare)
		n := profile.Names
		out = append(out, name{
			port: port, channel: fill.Replace(n.OpticalChannel), transceiver: fill.Replace(n.Transceiver), iface: fill.Replace(n.Interface), physical: n.PhysicalChannel,
		})
	}
	return out
}

// placeOf is where an object stands in the configuration.
func placeOf(id models.ObjectID) string {
	if id.Kind == models.KindLaser {
		if i := strings.LastIndexByte(id.Key, '/'); i >= 0 {
			return id.Key[:i]
		}
	}
	return id.Key
}
