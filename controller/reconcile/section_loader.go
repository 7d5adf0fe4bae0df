package reconcile

import (
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
// It lives in memory; restore rebuilds it from the phases on record.
type sectionLoader struct {
	mu     sync.Mutex
	holder map[string]string          // section → wavelength key
	queue  map[string]map[string]bool // wavelength → sections it waits for
}

func newSectionLoader() *sectionLoader {
	return &sectionLoader{holder: map[string]string{}, queue: map[string]map[string]bool{}}
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
// fresh. Otherwise it returns the key of who holds one of them.
func (l *sectionLoader) acquire(d *records.Decision) (holder string, fresh bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key, sections := d.Key(), sectionsOf(d)
	for _, s := range sections {
		if h := l.holder[s]; h != "" && h != key {
			wait := map[string]bool{}
			for _, s := range sections {
				wait[s] = true
			}
			l.queue[key] = wait
			return h, false
		}
	}
	for _, s := range sections {
		fresh = fresh || l.holder[s] != key
		l.holder[s] = key
	}
	delete(l.queue, key)
	return "", fresh
}

// release gives the sections back and returns the wavelengths to wake.
func (l *sectionLoader) release(key string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.queue, key)
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

// restore rebuilds the holders after a start.
func (l *sectionLoader) restore(phases *engine.Cache[records.Phase], decisions *engine.Cache[records.Decision]) {
	for _, p := range phases.List("") {
		if d, ok := get(decisions, p.Key); ok && loads(&d.Value, p.Value.Name) {
			l.acquire(&d.Value)
		}
	}
}
