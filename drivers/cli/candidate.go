package cli

import (
	"slices"
	"strings"
	"sync"
)

// leftovers remembers configuration sessions that ended with their connection.
// Devices keep such sessions, and allow few.
type leftovers struct {
	mu       sync.Mutex
	sessions map[string][]string // names, by device; guarded by mu
}

func (l *leftovers) add(device, name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sessions == nil {
		l.sessions = map[string][]string{}
	}
	l.sessions[device] = append(l.sessions[device], name)
}

func (l *leftovers) drop(device, name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sessions[device] = slices.DeleteFunc(l.sessions[device], func(n string) bool { return n == name })
}

func (l *leftovers) of(device string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.sessions[device])
}

// remember keeps the name of the configuration session that is neither committed
// nor aborted when the connection has ended.
func (s *Session) remember() {
	if s.candidate != "" && s.conn.Cause() != nil {
		s.left.add(s.device.Name, s.candidate)
	}
	s.candidate = ""
}

// discard aborts what earlier connections left. One that cannot be entered is not
// there any more.
func (s *Session) discard() error {
	for _, name := range s.left.of(s.device.Name) {
		text, err := s.shell.run(strings.ReplaceAll(s.platform.Commit.Enter, "{session}", name), s.platform.Prompts.any)
		if err != nil {
			return err
		}
		if _, no := s.platform.failure(text); !no && s.platform.Prompts.config.MatchString(s.shell.prompt) {
			for _, line := range s.platform.Commit.Abort {
				if _, err := s.shell.run(line, s.platform.Prompts.any); err != nil {
					return err
				}
			}
		}
		s.left.drop(s.device.Name, name)
	}
	return nil
}
