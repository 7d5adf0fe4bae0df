package reconcile

import (
	"slices"
	"sync"

	"github.com/waveplane/waveplane/controller/records"
)

// ownerIndex knows which owners have something on a device.
type ownerIndex struct {
	mu       sync.RWMutex
	byDevice map[string]map[string]bool
}

func newOwnerIndex() *ownerIndex { return &ownerIndex{byDevice: map[string]map[string]bool{}} }

func (x *ownerIndex) add(d *records.Decision) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, device := range d.Witnesses() {
		if x.byDevice[device] == nil {
			x.byDevice[device] = map[string]bool{}
		}
		x.byDevice[device][d.Owner()] = true
	}
}

func (x *ownerIndex) remove(d *records.Decision) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, device := range d.Witnesses() {
		delete(x.byDevice[device], d.Owner())
	}
}

// on returns the owners on a device, sorted.
func (x *ownerIndex) on(device string) []string {
	x.mu.RLock()
	defer x.mu.RUnlock()
	out := make([]string, 0, len(x.byDevice[device]))
	for owner := range x.byDevice[device] {
		out = append(out, owner)
	}
	slices.Sort(out)
	return out
}
