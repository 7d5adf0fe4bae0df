// Package hanging remembers commits that were armed and never heard of again.
// Until such a one has run out, what the device shows may still be taken back, so
// nobody is to read it as the truth.
package hanging

import (
	"sync"
	"time"
)

// Commits are the commits of a driver's devices. The zero value is ready; it is
// safe for concurrent use.
type Commits struct {
	mu   sync.Mutex
	hang map[string]Commit // by device
}

// Commit is one that hangs.
type Commit struct {
	Until time.Time
	Why   string // it was not confirmed; empty where nobody knows
}

// Note says that a device may take something back until a moment.
func (c *Commits) Note(device string, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hang == nil {
		c.hang = map[string]Commit{}
	}
	c.hang[device] = Commit{Until: until}
}

// Because says why what hangs on a device was not confirmed.
func (c *Commits) Because(device, why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h, ok := c.hang[device]; ok {
		h.Why = why
		c.hang[device] = h
	}
}

// Done says that nothing hangs there any more.
func (c *Commits) Done(device string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.hang, device)
}

// Until returns what a device may take back and until when, and false if there is
// nothing at that time.
func (c *Commits) Until(device string, now time.Time) (Commit, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, ok := c.hang[device]
	if ok && now.After(h.Until) {
		delete(c.hang, device)
		return Commit{}, false
	}
	return h, ok
}
