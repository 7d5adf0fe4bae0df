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
	mu    sync.Mutex
	until map[string]time.Time // by device
}

// Note says that a device may take something back until a moment.
func (c *Commits) Note(device string, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.until == nil {
		c.until = map[string]time.Time{}
	}
	c.until[device] = until
}

// Done says that nothing hangs there any more.
func (c *Commits) Done(device string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.until, device)
}

// Until returns until when a device may take something back, and false if it may
// not at that time.
func (c *Commits) Until(device string, now time.Time) (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	until, ok := c.until[device]
	if ok && now.After(until) {
		delete(c.until, device)
		return time.Time{}, false
	}
	return until, ok
}
