package clid

import (
	"io"
	"strings"
	"time"
)

// Nuisance is what real command lines do to those who read them. The zero value
// does nothing.
type Nuisance struct {
	// Crumbs sends every byte alone: echoes, line ends and letters of several
	// bytes arrive in pieces.
	Crumbs bool
	// Aside is printed on the device's own account in the middle of answers.
	Aside string
	// Unasked is printed after an answer and its prompt, with another prompt.
	Unasked string
	// Pages shows answers by the screenful, whatever was asked for.
	Pages bool
	// Feint is how long the device rests after a line in the middle of an answer
	// that looks like its prompt.
	Feint time.Duration
}

// long is from how many lines on an answer is disturbed.
const long = 4

// Annoy makes every shell a nuisance from its next line on.
func (f *Face) Annoy(n Nuisance) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nuisance = n
}

func (s *session) annoying() Nuisance {
	s.face.mu.Lock()
	defer s.face.mu.Unlock()
	return s.face.nuisance
}

// say prints. The reader of the connection notices a client that is gone.
func (s *session) say(text string) {
	if !s.annoying().Crumbs {
		_, _ = io.WriteString(s.out, text)
		return
	}
	for i := range len(text) {
		_, _ = io.WriteString(s.out, text[i:i+1])
	}
}

// interrupt is what gets in between line i and the one before it.
func (s *session) interrupt(i, lines int) {
	n := s.annoying()
	if lines < long || i != lines/2 {
		return
	}
	if n.Aside != "" {
		s.say(n.Aside + "\r\n")
	}
	if n.Feint > 0 {
		s.say(strings.TrimLeft(s.dialect.prompt(), "\r\n"))
		time.Sleep(n.Feint)
		s.say("\r\n")
	}
}

// unasked is what comes after an answer.
func (s *session) unasked() {
	if text := s.annoying().Unasked; text != "" {
		s.say("\r\n" + text + "\r\n" + s.dialect.prompt())
	}
}
