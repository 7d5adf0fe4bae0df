package ocmap

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// View is what one subscription has told so far. Updates go in leaf by leaf;
// take returns what is new since the last take as a delta in the vocabulary of
// package models. A view belongs to one goroutine.
type View struct {
	// Now is when the batch under way arrived.
	Now     time.Time
	profile catalogue.Profile

	entries  map[models.ObjectID]*entry
	rest     map[string]string // path → value of foreign configuration
	readings models.Readings
	lanes    map[string]*lane // by laser key
	ports    map[string]string
	spectrum map[string]map[span]seen // by channel monitor
	chassis  string
	identity map[string]models.Identity // by component

	// News since the last take.
	touched       map[models.ObjectID]bool
	news          models.Readings
	restTouched   bool
	seenTouched   bool // a channel monitor measured, or its port became known
	identityKnown bool

	// Measured: a measurement came; a device that gives none may be silent.
	Measured bool
	// Ignored counts what could not be used.
	Ignored uint64

	leaves int // in entries and rest, against maxLeaves
	at     Place
}

// maxLeaves bounds what one device can make us keep.
const maxLeaves = 200_000

// entry is the configuration of one object as the device told it. Sub-entries
// are the assignments of a logical channel or the power distributions of a
// media channel, by their keys.
type entry struct {
	leaves models.Leaves
	subs   map[string]models.Leaves
}

// lane is a physical channel of a transceiver; what it measures belongs to the
// optical channel that it carries.
type lane struct {
	channel string // optical channel component
	total   *models.Power
	los     *bool
	laser   *bool
}

// span is a stretch of spectrum as a channel monitor reports it.
type span struct{ lower, upper models.Frequency }

// overlaps reports whether two stretches have more than an edge in common.
func (s span) overlaps(o span) bool { return s.lower < o.upper && o.lower < s.upper }

// seen is what a channel monitor measured in a stretch, and when.
type seen struct {
	power *models.Power
	at    time.Time
}

// NewView makes the view of a device that has told nothing yet.
func NewView(profile catalogue.Profile) *View {
	return &View{
		profile: profile,
		entries: map[models.ObjectID]*entry{}, rest: map[string]string{},
		lanes: map[string]*lane{}, ports: map[string]string{}, spectrum: map[string]map[span]seen{},
		identity: map[string]models.Identity{}, touched: map[models.ObjectID]bool{},
	}
}

// At is the place where the next leaf is filed.
func (v *View) At() *Place { return &v.at }

// setConfig files a configuration leaf that has a row.
func (v *View) setConfig(row configRow, keys []string, value Scalar) {
	text, err := row.codecOn(v.profile).read(value)
	if err != nil {
		v.Ignored++
		return
	}
	id := models.ObjectID{Kind: row.kind, Key: ObjectKey(row.kind, keys)}
	e := v.entries[id]
	if e == nil {
		e = &entry{leaves: models.Leaves{}}
	}
	leaves := e.leaves
	if own := ObjectPaths[row.kind].Keys; len(keys) > own {
		sub := strings.Join(keys[own:], "/")
		if e.subs == nil {
			e.subs = map[string]models.Leaves{}
		}
		if leaves = e.subs[sub]; leaves == nil {
			leaves = models.Leaves{}
			e.subs[sub] = leaves
		}
	}
	old, had := leaves[row.leaf]
	if had && old == text {
		return
	}
	if !had && !v.room() {
		return
	}
	leaves[row.leaf] = text
	v.entries[id] = e
	v.touched[id] = true
}

// setRest files a configuration leaf of no kind of ours.
func (v *View) setRest(value Scalar) {
	path := v.at.Text()
	old, had := v.rest[path]
	if had && old == value.text || !had && !v.room() {
		return
	}
	v.rest[path] = value.text
	v.restTouched = true
}

func (v *View) room() bool {
	if v.leaves >= maxLeaves {
		v.Ignored++
		return false
	}
	v.leaves++
	return true
}

// compose returns the leaves of an object as package models has them: of the
// sub-entries, the one that counts, and where the profile asks for them the
// assignments to clients.
func (e *entry) compose(kind models.ObjectKind, profile catalogue.Profile) models.Leaves {
	leaves := maps.Clone(e.leaves)
	if sub, ok := e.chosen(kind); ok {
		maps.Copy(leaves, e.subs[sub])
		if kind == models.KindLogicalChannel {
			leaves[models.LeafAssignIndex] = sub
			if list := e.assigned(e.clients(kind, profile)); len(list) > 0 {
				leaves[models.LeafAssignClients] = list.String()
			}
		}
	}
	return leaves
}

// chosen picks the sub-entry that counts: the assignment with the lowest index;
// the distribution that Covers the media channel's own slot, or the only one.
func (e *entry) chosen(kind models.ObjectKind) (string, bool) {
	if len(e.subs) == 0 {
		return "", false
	}
	if kind == models.KindMediaChannel {
		own := rawMHz(e.leaves[models.LeafLower]) + "/" + rawMHz(e.leaves[models.LeafUpper])
		if _, ok := e.subs[own]; ok {
			return own, true
		}
		if len(e.subs) > 1 {
			return "", false
		}
	}
	return slices.MinFunc(slices.Collect(maps.Keys(e.subs)), byIndex), true
}

// byIndex compares numbers without leading zeros.
func byIndex(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }

// Take returns the news since the last take. With full it returns everything
// as the answer to a resynchronisation.
func (v *View) Take(full bool) models.Delta {
	d := models.Delta{Full: full, At: v.Now, Objects: map[models.ObjectID]models.Leaves{}}
	ids := maps.Keys(v.touched)
	if full {
		ids = maps.Keys(v.entries)
	}
	mediaTouched := full || v.seenTouched
	amplifierTouched := full || len(v.news.Amplifiers) > 0
	for id := range ids {
		mediaTouched = mediaTouched || id.Kind == models.KindMediaChannel
		amplifierTouched = amplifierTouched || id.Kind == models.KindAmplifier
		leaves := v.entries[id].compose(id.Kind, v.profile)
		if len(leaves) > 0 {
			d.Objects[id] = leaves
			continue
		}
		delete(v.entries, id)
		if !full {
			d.Gone = append(d.Gone, id)
		}
	}
	slices.SortFunc(d.Gone, func(a, b models.ObjectID) int { return cmp.Compare(a.String(), b.String()) })
	if mediaTouched {
		v.measureMedia()
	}
	if amplifierTouched {
		v.noteReduction()
	}
	if full || v.restTouched {
		digest := v.restDigest()
		d.Rest = &digest
	}
	if full || v.identityKnown {
		identity := v.identity[v.chassis]
		d.Identity = &identity
		maps.DeleteFunc(v.identity, func(component string, _ models.Identity) bool {
			return v.chassis != "" && component != v.chassis
		})
	}
	d.Readings = v.news
	if full {
		d.Readings = models.State{Readings: v.readings}.Clone().Readings
	}
	v.touched, v.news = map[models.ObjectID]bool{}, models.Readings{}
	v.restTouched, v.seenTouched, v.identityKnown = false, false, false
	return d
}

// HasNews reports whether Take would return anything.
func (v *View) HasNews() bool {
	return len(v.touched) > 0 || v.restTouched || v.seenTouched || v.identityKnown ||
		len(v.news.Channels)+len(v.news.Logical)+len(v.news.Media)+len(v.news.Amplifiers)+len(v.news.Ports)+len(v.news.Interfaces) > 0
}

// restDigest is the same for the same configuration, whatever the order in
// which it was told. Sub-entries that are of a kind of ours but do not count
// are foreign too.
func (v *View) restDigest() string {
	lines := make([]string, 0, len(v.rest))
	for path, value := range v.rest {
		lines = append(lines, path+"\x00"+value)
	}
	for id, e := range v.entries {
		chosen, _ := e.chosen(id.Kind)
		clients := e.clients(id.Kind, v.profile)
		for sub, leaves := range e.subs {
			if sub == chosen || slices.Contains(clients, sub) {
				continue
			}
			for leaf, value := range leaves {
				lines = append(lines, id.String()+"\x00"+sub+"\x00"+string(leaf)+"\x00"+value)
			}
		}
	}
	if len(lines) == 0 {
		return ""
	}
	slices.Sort(lines)
	sum := sha256.New()
	for _, line := range lines {
		sum.Write([]byte(line))
		sum.Write([]byte{'\n'})
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}
