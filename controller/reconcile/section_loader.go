package reconcile

import (
	"maps"
	"slices"
	"sync"

	"github.com/waveplane/waveplane/controller/engine"
	"github.com/waveplane/waveplane/controller/records"
)

// sectionLoader lets one wavelength at a time change the load of an optical
// section and direction: adding or taking channels one by one keeps the total
// power of a section from jumping. A wavelength takes all sections of its
// route together or none, so two of them can never wait for each other.
//
// A wavelength that cannot move, because a device is away or a person paused it,
// keeps nobody waiting: another takes its sections, and it gets them back before
// anything more is sent for it.
//
// It lives in memory; restore rebuilds it from the phases on record.
type sectionLoader struct {
	mu     sync.Mutex
	holder map[string]string          // section → wavelength key
	queue  map[string]map[string]bool // wavelength → sections it waits for
	first  map[string]bool            // of those in the queue, who had them before and goes first
	passes map[string]int             // wavelength → passes that send something for it
}

func newSectionLoader() *sectionLoader {
	return &sectionLoader{holder: map[string]string{}, queue: map[string]map[string]bool{}, first: map[string]bool{}, passes: map[string]int{}}
}

// sectionsOf lists the sections that carry other channels too: those entered
// through a wavelength switch or a fixed filter.
func sectionsOf(d *records.Decision) []string {
	out := slices.Clone(d.Shared)
	for _, m := range d.Media {
		if m.Link != "" {
			out = append(out, m.Link+" from "+m.Device)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// loads reports whether a wavelength changes the load of its sections in a phase:
// where a wavelength switch lets its light in, or where its laser does.
func loads(d *records.Decision, phase records.PhaseName) bool {
	switch phase {
	case records.PhaseOpen, records.PhaseDrain:
		return true
	case records.PhaseLaunch:
		return len(d.Shared) > 0
	}
	return false
}

// acquire takes all sections of a wavelength; holding them already counts, and is not
// fresh. Otherwise it returns the key of who holds one of them, or goes first because
// it lost them to another. Holders for which nothing is being sent lose theirs if idle,
// which may be nil, says that they cannot move; idle is asked under the lock, so no
// pass of theirs begins meanwhile.
func (l *sectionLoader) acquire(d *records.Decision, idle func(key string) bool) (holder string, fresh bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key, sections := d.Key(), sectionsOf(d)
	if h := l.before(key, sections, idle); h != "" {
		l.wait(key, sections)
		return h, false
	}
	var others []string
	for _, s := range sections {
		h := l.holder[s]
		if h == "" || h == key || slices.Contains(others, h) {
			continue
		}
		if idle == nil || l.passes[h] > 0 || !idle(h) {
			l.wait(key, sections)
			return h, false
		}
		others = append(others, h)
	}
	for _, h := range others {
		l.yield(h)
	}
	for _, s := range sections {
		fresh = fresh || l.holder[s] != key
		l.holder[s] = key
	}
	l.leave(key)
	return "", fresh
}

// before returns who lost one of the sections to another and can have it back now; it
// does not queue behind those that come after it.
func (l *sectionLoader) before(key string, sections []string, idle func(key string) bool) string {
	if idle == nil || l.first[key] {
		return ""
	}
	for _, h := range slices.Sorted(maps.Keys(l.first)) {
		if slices.ContainsFunc(sections, func(s string) bool { return l.queue[h][s] && l.holder[s] != key }) && !idle(h) {
			return h
		}
	}
	return ""
}

func (l *sectionLoader) leave(key string) {
	delete(l.queue, key)
	delete(l.first, key)
}

func (l *sectionLoader) wait(key string, sections []string) {
	l.queue[key] = make(map[string]bool, len(sections))
	for _, s := range sections {
		l.queue[key][s] = true
	}
}

// yield takes all sections from their holder, who waits for them from now on.
func (l *sectionLoader) yield(key string) {
	var had []string
	for s, h := range l.holder {
		if h == key {
			had = append(had, s)
			delete(l.holder, s)
		}
	}
	l.wait(key, had)
	l.first[key] = true
}

// holds reports whether a wavelength has all sections of its route.
func (l *sectionLoader) holds(d *records.Decision) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.has(d)
}

func (l *sectionLoader) has(d *records.Decision) bool {
	for _, s := range sectionsOf(d) {
		if l.holder[s] != d.Key() {
			return false
		}
	}
	return true
}

// begin is called before something is sent that changes the load of a wavelength's
// sections. It reports whether that may be; if so, nobody takes them before done.
func (l *sectionLoader) begin(d *records.Decision) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.has(d) {
		return false
	}
	l.passes[d.Key()]++
	return true
}

func (l *sectionLoader) done(d *records.Decision) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.passes[d.Key()]--; l.passes[d.Key()] == 0 {
		delete(l.passes, d.Key())
	}
}

// release gives the sections back and returns the wavelengths to wake.
func (l *sectionLoader) release(key string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leave(key)
	var wake []string
	for s, h := range l.holder {
		if h != key {
			continue
		}
		delete(l.holder, s)
		for waiting, sections := range l.queue {
			if sections[s] {
				wake = append(wake, waiting)
			}
		}
	}
	slices.Sort(wake)
	return slices.Compact(wake)
}

// restore rebuilds the holders after a start. Who was being sent something comes
// first: should two be on their way, the other one yielded.
func (l *sectionLoader) restore(phases *engine.Cache[records.Phase], decisions *engine.Cache[records.Decision], sent func(*records.Decision) bool) {
	var later []*records.Decision
	for _, p := range phases.List("") {
		d, ok := get(decisions, p.Key)
		switch {
		case !ok || !loads(&d.Value, p.Value.Name):
		case sent(&d.Value):
			l.acquire(&d.Value, nil)
		default:
			later = append(later, &d.Value)
		}
	}
	for _, d := range later {
		if holder, _ := l.acquire(d, nil); holder != "" {
			l.mu.Lock()
			l.first[d.Key()] = true
			l.mu.Unlock()
		}
	}
}
