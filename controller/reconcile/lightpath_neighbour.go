package reconcile

import (
	"strconv"
	"sync"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// neighbourMemory keeps the Q that neighbours had before a wavelength's light
// reached them. It is lost with the process; the Q of their acceptance then
// stands in for it.
type neighbourMemory struct {
	mu     sync.Mutex
	before map[string]map[string]models.Ratio // wavelength → neighbour → Q
}

// hurtNeighbours returns the lit wavelengths sharing a section with d that
// have lost more Q than they may since before its light came on: what was
// predicted for the worst of them when d was decided, and the limit besides.
func (s *Stages) hurtNeighbours(d *records.Decision) []records.Neighbour {
	var hurt []records.Neighbour
	for _, n := range s.neighbours(d) {
		if n.QBefore-n.QAfter > lossLimit+d.NeighbourLoss {
			hurt = append(hurt, n)
		}
	}
	return hurt
}

// neighbours compares every lit wavelength on shared sections with what it was.
func (s *Stages) neighbours(d *records.Decision) []records.Neighbour {
	mine := map[string]bool{}
	for _, section := range sectionsOf(d) {
		mine[section] = true
	}
	if len(mine) == 0 {
		return nil
	}
	var out []records.Neighbour
	for _, p := range s.caches.phases.List("") {
		if p.Value.Name != records.PhaseInService || p.Value.Acceptance == nil || p.Key == d.Key() {
			continue
		}
		other, ok := get(s.caches.decisions, p.Key)
		if !ok || !sharesSection(&other.Value, mine) {
			continue
		}
		if n, ok := s.compareQ(d, &other.Value, p.Value.Acceptance); ok {
			out = append(out, n)
		}
	}
	return out
}

func sharesSection(d *records.Decision, sections map[string]bool) bool {
	for _, section := range sectionsOf(d) {
		if sections[section] {
			return true
		}
	}
	return false
}

// compareQ takes the worse of a neighbour's two ends.
func (s *Stages) compareQ(d, other *records.Decision, a *records.Acceptance) (records.Neighbour, bool) {
	worst, found := records.Neighbour{Wavelength: other.Name}, false
	for i, end := range other.Ends {
		view := s.board.view(end.Device)
		now := view.State.Readings.Logical[end.Receiver()].Q
		before := s.qBefore(d.Key(), other.Key(), i, now, a.Ends[i].Q)
		if now == nil || before == nil {
			continue
		}
		if !found || *before-*now > worst.QBefore-worst.QAfter {
			worst.QBefore, worst.QAfter, found = *before, *now, true
		}
	}
	return worst, found
}

// qBefore returns the Q remembered when d was first compared with a neighbour.
func (s *Stages) qBefore(key, other string, end int, now, accepted *models.Ratio) *models.Ratio {
	s.memory.neighbours.mu.Lock()
	defer s.memory.neighbours.mu.Unlock()
	if s.memory.neighbours.before[key] == nil {
		return accepted
	}
	q, ok := s.memory.neighbours.before[key][other+"#"+strconv.Itoa(end)]
	if !ok {
		return accepted
	}
	return &q
}

// rememberNeighbours notes the Q of every neighbour before the first section
// is opened for d.
func (s *Stages) rememberNeighbours(d *records.Decision) {
	mine := map[string]bool{}
	for _, section := range sectionsOf(d) {
		mine[section] = true
	}
	before := map[string]models.Ratio{}
	for _, p := range s.caches.phases.List("") {
		other, ok := get(s.caches.decisions, p.Key)
		if !ok || p.Value.Name != records.PhaseInService || p.Key == d.Key() || !sharesSection(&other.Value, mine) {
			continue
		}
		for i, end := range other.Value.Ends {
			if q := s.board.view(end.Device).State.Readings.Logical[end.Receiver()].Q; q != nil {
				before[p.Key+"#"+strconv.Itoa(i)] = *q
			}
		}
	}
	s.memory.neighbours.mu.Lock()
	defer s.memory.neighbours.mu.Unlock()
	s.memory.neighbours.before[d.Key()] = before
}

func (s *Stages) forgetNeighbours(key string) {
	s.memory.neighbours.mu.Lock()
	defer s.memory.neighbours.mu.Unlock()
	delete(s.memory.neighbours.before, key)
}

// acceptanceOf builds the proof that would be kept if the light were accepted
// now.
func (s *Stages) acceptanceOf(l *lightpath) *records.Acceptance {
	d := l.decision
	judged := s.verdicts(d)
	a := &records.Acceptance{
		At: l.now.UTC(), SoakS: l.soak.Seconds(), Predicted: d.Margin, Estimator: d.Estimator, Generation: d.Intent.Generation,
		Neighbours: s.neighbours(d),
	}
	if e, ok := get(s.caches.intents, intentKey(d.Intent)); ok {
		a.ApprovedBy = e.Value.Who
	}
	for _, device := range d.Witnesses() {
		v := judged[device]
		a.Readings = append(a.Readings, v.Hops...)
		for i, end := range d.Ends {
			if end.Device == device && v.End != nil && v.End.Port == end.Port {
				a.Ends[i] = *v.End
			}
		}
	}
	return a
}
