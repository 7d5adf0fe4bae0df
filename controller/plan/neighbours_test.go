package plan

import (
	"testing"

	"github.com/waveplane/waveplane/models"
)

// TestWeigh: what a new channel may take of a neighbour's margin. One that is at
// its floor but for rounding may lose nothing: the tolerance for those below it
// holds for every new channel anew, and many of them would add up.
func TestWeigh(t *testing.T) {
	for name, c := range map[string]struct {
		before, after float64
		ok            bool
	}{
		"above the floor":              {3, 2.1, true},
		"down to the floor":            {2.5, 2, true},
		"below the floor":              {2.5, 1.99, false},
		"at the floor":                 {2, 1.99, false},
		"rounded below the floor":      {2 - 1e-7, 1.99, false},
		"not worth mentioning":         {2 - 1e-7, 2 - 2e-7, true},
		"below already, a little less": {1.8, 1.75, true},
		"below already, much less":     {1.8, 1.65, false},
		"below already, below zero":    {0.05, -0.01, false},
	} {
		var h neighbourhood
		h.weigh("circuit/x/1", &lit{floor: 2}, c.before, c.after)
		if got := h.reason == ""; got != c.ok || !c.ok && h.reason != models.NeighbourMargin {
			t.Errorf("%s: from %.7f to %.7f dB: allowed %v (%s), want %v", name, c.before, c.after, got, h.reason, c.ok)
		}
	}
}
