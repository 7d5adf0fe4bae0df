package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers"
)

// armedCommits remembers commits that were armed and never heard of again. Until
// such a one has run out, what the device shows may still be taken back, so
// nobody is to read it as the truth.
type armedCommits struct {
	mu    sync.Mutex
	until map[string]time.Time // by device
}

func (a *armedCommits) note(device string, until time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.until == nil {
		a.until = map[string]time.Time{}
	}
	a.until[device] = until
}

func (a *armedCommits) done(device string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.until, device)
}

// hanging returns KindConflict while a commit of ours may still take itself back.
func (a *armedCommits) hanging(d drivers.Device, now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	until, ok := a.until[d.Name]
	if !ok || now.After(until) {
		delete(a.until, d.Name)
		return nil
	}
	return openError(d, drivers.KindConflict, fmt.Errorf("a commit that was never confirmed takes itself back by %s", until.UTC().Format("15:04:05 UTC")))
}
