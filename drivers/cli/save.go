package cli

import (
	"errors"
	"sync"

	"github.com/waveplane/waveplane/drivers"
)

// unsaved remembers the devices on which something of ours is in effect, or may
// be, that a restart would lose. It outlives sessions: the connection may end
// between a commit and its saving.
type unsaved struct {
	mu      sync.Mutex
	devices map[string]bool // guarded by mu
	heirs   map[string]bool // guarded by mu; devices of which inherit was told
}

// inherit notes that an earlier process may have put something into effect and ended
// before it was saved. It does so once: what is saved then is saved.
func (u *unsaved) inherit(device string) {
	u.mu.Lock()
	known := u.heirs[device]
	if u.heirs == nil {
		u.heirs = map[string]bool{}
	}
	u.heirs[device] = true
	u.mu.Unlock()
	if !known {
		u.set(device, true)
	}
}

func (u *unsaved) set(device string, is bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.devices == nil {
		u.devices = map[string]bool{}
	}
	if is {
		u.devices[device] = true
	} else {
		delete(u.devices, device)
	}
}

func (u *unsaved) has(device string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.devices[device]
}

// keep saves what a change has put into effect. After a refusal there is nothing
// to save. Where the outcome is unknown nothing is saved either, for the device may
// be taking it back; the next session, which is let in when that is over, saves what is.
func (s *Session) keep(wrote bool, err error) {
	var no *refusal
	if !wrote || errors.As(err, &no) || len(s.platform.Commit.Save) == 0 {
		return
	}
	s.unsaved.set(s.device.Name, true)
	if err == nil {
		s.save()
	}
}

// saveWhatIsLeft saves what an earlier change put into effect and could not save.
func (s *Session) saveWhatIsLeft() {
	if s.unsaved.has(s.device.Name) {
		s.save()
	}
}

// save makes what is in effect outlive a restart. That it fails changes nothing of
// what is in effect, so it is no error of the change: people are warned, and the
// next session or pass tries again.
func (s *Session) save() {
	for _, line := range s.platform.Commit.Save {
		text, err := s.shell.run(line, s.platform.Prompts.exec)
		words, no := s.platform.failure(text)
		if err != nil {
			words, no = err.Error(), true
		}
		if no {
			s.log.Warn("in effect, but not saved: a restart would lose it; tried again with the next change or connection",
				"op", "apply", "device", s.device.Name, "line", line, "words", drivers.CleanWords(s.conn.Clean(words)))
			return
		}
	}
	s.unsaved.set(s.device.Name, false)
}
