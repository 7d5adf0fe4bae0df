package gnmid

import (
	"maps"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
)

// Counters is what has happened to a target since it was made.
type Counters struct {
	Sets     int // Set RPCs with content that were accepted
	NoopSets int // of those, the ones whose content was all there already: writes nobody needed
	// EmptySets had no content: a client announcing its election id.
	EmptySets   int
	RefusedSets int
	// ConfigurationCommands counts whatever came that belongs to configuring, over any
	// face, when it came: also what was refused or had no effect, locks, commits and
	// what takes a candidate back, and a command that the face does not know to read.
	ConfigurationCommands int
	Leaves                map[string]int // changed configuration leaves by path without keys
	Gets                  int
	Connections           int // opened
	Connected             int // open now
	Streams               int // Subscribe RPCs opened
	Streaming             int // open now
	LastWriter            string
}

// Write is one Set with content.
type Write struct {
	Time    time.Time
	Writer  string
	Paths   []string // as named by the client, leaf by leaf for what it wrote
	Changed int      // leaves that took another value; zero is a write nobody needed
	Code    codes.Code
	Words   string
}

// Counters returns a copy of the counters.
func (t *Target) Counters() Counters {
	t.stats.mu.Lock()
	defer t.stats.mu.Unlock()
	c := t.stats.counters
	c.Leaves = maps.Clone(c.Leaves)
	if c.Leaves == nil {
		c.Leaves = map[string]int{}
	}
	if f, ok := t.config.Face.(visited); ok {
		c.Connections, c.Connected = f.Connections()
	}
	return c
}

// logged is a Write whose paths nobody has read yet.
type logged struct {
	Write
	paths []path
}

// Writes lists the last Sets with content, oldest first.
func (t *Target) Writes() []Write {
	t.stats.mu.Lock()
	defer t.stats.mu.Unlock()
	out := make([]Write, 0, len(t.stats.writes))
	for _, list := range [][]logged{t.stats.writes[t.stats.oldest:], t.stats.writes[:t.stats.oldest]} {
		for _, w := range list {
			w.Paths = texts(w.paths)
			out = append(out, w.Write)
		}
	}
	return out
}

type statistics struct {
	mu       sync.Mutex
	counters Counters
	writes   []logged // a ring once it is full
	oldest   int
	limit    int
}

func (s *statistics) connected(by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counters.Connected += by
	if by > 0 {
		s.counters.Connections++
	}
}

func (s *statistics) streaming(by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counters.Streaming += by
	if by > 0 {
		s.counters.Streams++
	}
}

func (s *statistics) commanded() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counters.ConfigurationCommands++
}

func (s *statistics) got() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counters.Gets++
}

// wrote counts one Set that got as far as being understood, and what it wrote.
func (s *statistics) wrote(w Write, paths []path, o outcome, empty bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &s.counters
	switch {
	case w.Code != codes.OK:
		c.RefusedSets++
	case empty:
		c.EmptySets++
	default:
		c.Sets++
		c.LastWriter = w.Writer
		if o.asked == 0 {
			c.NoopSets++
		}
		for _, class := range o.classes {
			if c.Leaves == nil {
				c.Leaves = map[string]int{}
			}
			c.Leaves[class]++
		}
	}
	if empty {
		return
	}
	if len(s.writes) < s.limit {
		s.writes = append(s.writes, logged{w, paths})
		return
	}
	s.writes[s.oldest] = logged{w, paths}
	s.oldest = (s.oldest + 1) % s.limit
}
