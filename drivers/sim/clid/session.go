package clid

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/sshd"
)

// session is one shell.
type session struct {
	face    *Face
	user    string
	guest   sshd.Guest
	out     io.Writer
	in      *bufio.Reader
	dialect dialect

	pageLines int // 0: no paging
}

func newReader(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, 512) }

// run prompts, echoes and answers until the client goes.
func (s *session) run(ctx context.Context) {
	defer s.dialect.gone()
	s.say("\r\n" + s.dialect.prompt())
	for {
		line, err := s.line()
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		if line != "" && s.dialect.configures(line) {
			s.face.cfg.Target.Commanded()
		}
		text, err := s.dialect.handle(ctx, line)
		switch {
		case errors.Is(err, gnmid.ErrDropped):
			s.guest.Reset()
			return
		case err != nil:
			s.say(crlf(text))
			return
		}
		if !s.page(text) {
			return
		}
		s.say(s.dialect.prompt())
		s.unasked()
	}
}

// begins reports whether a line's first words are some of those given.
func begins(line string, with ...string) bool {
	for _, words := range with {
		if line == words || strings.HasPrefix(line, words+" ") {
			return true
		}
	}
	return false
}

// line reads up to a return and echoes every character.
func (s *session) line() (string, error) {
	var b strings.Builder
	for {
		c, err := s.in.ReadByte()
		if err != nil {
			return "", err
		}
		switch c {
		case '\r', '\n':
			s.say("\r\n")
			return b.String(), nil
		case 0x03: // an interrupt drops what was typed
			s.say("^C\r\n" + s.dialect.prompt())
			b.Reset()
		case 0x7f, 0x08:
			if text := b.String(); text != "" {
				b.Reset()
				b.WriteString(text[:len(text)-1])
				s.say("\b \b")
			}
		default:
			b.WriteByte(c)
			s.say(string(rune(c)))
		}
	}
}

// page writes an answer, a screenful at a time where paging is on.
func (s *session) page(text string) bool {
	if text == "" {
		return true
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	screen := s.pageLines
	if s.annoying().Pages {
		screen = long
	}
	for i, line := range lines {
		s.interrupt(i, len(lines))
		if screen > 0 && i > 0 && i%screen == 0 {
			s.say(" --More-- ")
			if _, err := s.in.ReadByte(); err != nil {
				return false
			}
			s.say("\r          \r")
		}
		s.say(line + "\r\n")
	}
	return true
}

func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

// seize takes the exclusive configuration, if nobody has it.
func (s *session) seize() bool {
	s.face.mu.Lock()
	defer s.face.mu.Unlock()
	if s.face.lock != nil && s.face.lock != s {
		return false
	}
	s.face.lock = s
	return true
}

func (s *session) yield() {
	s.face.mu.Lock()
	defer s.face.mu.Unlock()
	if s.face.lock == s {
		s.face.lock = nil
	}
}

// port finds a port by its name in documents.
func (s *session) port(name string) (Port, bool) {
	for _, p := range s.face.cfg.Ports {
		if p.Name == name {
			return p, true
		}
	}
	return Port{}, false
}

func (s *session) value(path string) string {
	v, _ := s.face.cfg.Target.Value(path)
	return v
}

// undo returns the edits that bring leaves back to what they are now.
func (s *session) undo(edits []gnmid.Edit) []gnmid.Edit {
	out := make([]gnmid.Edit, 0, len(edits))
	for _, e := range edits {
		if v, ok := s.face.cfg.Target.Value(e.Path); ok {
			out = append(out, gnmid.Edit{Path: e.Path, Value: v})
		} else {
			out = append(out, gnmid.Edit{Path: e.Path, Delete: true})
		}
	}
	return out
}

// pending is a commit that takes itself back.
type pending struct {
	timer  *time.Timer
	back   []gnmid.Edit
	forget func() // what the face kept of it
}

// arm takes edits back after d unless it is confirmed.
func (s *session) arm(d time.Duration, back []gnmid.Edit, forget func()) *pending {
	p := &pending{back: back, forget: forget}
	target := s.face.cfg.Target
	p.timer = time.AfterFunc(d, func() { p.takeBack(target) })
	return p
}

func (p *pending) takeBack(target *gnmid.Target) {
	_ = target.TakeBack(p.back...)
	p.forget()
}

// confirm lets a commit stay.
func (p *pending) confirm() {
	if p != nil {
		p.timer.Stop()
	}
}

// now takes a commit back at once, if it still hangs.
func (p *pending) now(target *gnmid.Target) {
	if p != nil && p.timer.Stop() {
		p.takeBack(target)
	}
}
