package route

import "github.com/waveplane/waveplane/controller/plan/route/mesh"

// stream is the answer to a question, as far as anybody wanted to know it. The
// Finder's lock guards it.
type stream struct {
	graph  *graph
	view   *view
	query  mesh.Query
	limit  int // sequences
	found  []Line
	search *mesh.Search // nil before the first line, after the last, and when put to rest
	pulled int          // sequences taken from the search
	dry    bool         // the search has no more
	open   []*sequence
}

// more finds another line and reports whether there was one. The sequences come
// in the order of their best lines, so that the best line of all is the best of
// those begun, as long as the last of them has not been touched.
func (s *stream) more() bool {
	for {
		from, at := s.best()
		if from != nil && (s.dry || s.open[len(s.open)-1].taken == 0) {
			s.found = append(s.found, from.take(at))
			return true
		}
		if s.dry {
			return false
		}
		s.pull()
	}
}

// best returns the sequence that has the best line left, and its place there.
func (s *stream) best() (from *sequence, at int) {
	for _, q := range s.open {
		i := q.best()
		if i >= 0 && (from == nil || compareLines(q.open[i].line, from.open[at].line) < 0) {
			from, at = q, i
		}
	}
	return from, at
}

// pull asks the search for another sequence.
func (s *stream) pull() {
	if s.search == nil {
		s.wake()
	}
	p, ok := mesh.Path{}, false
	if s.search != nil && s.pulled < s.limit {
		p, ok = s.search.Next()
	}
	if !ok {
		s.dry = true
		s.rest()
		return
	}
	s.pulled++
	s.open = append(s.open, newSequence(s.view.along(s.graph.mesh, p)))
}

// wake begins the search, or brings it back to where it was put to rest.
func (s *stream) wake() {
	search, err := s.graph.mesh.Search(s.query)
	if err != nil {
		return // the same switch at both ends
	}
	for range s.pulled {
		search.Next()
	}
	s.search = search
}

// rest gives the memory of the search back. It can be woken.
func (s *stream) rest() {
	if s.search != nil {
		s.search.Close()
		s.search = nil
	}
}
