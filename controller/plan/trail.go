package plan

import (
	"encoding/json"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// Limits of what is kept as an explanation.
const (
	maxCandidates = 8
	maxReasons    = 1024 // bytes of JSON
)

// trail remembers what was tried for one request, and of the refusals the one
// that got furthest: that is the one a person can do something about.
type trail struct {
	candidates []records.Candidate
	seen       map[string]bool
	worst      *records.Refusal
}

// begin starts the search for another wavelength: earlier refusals no longer
// explain what comes now.
func (t *trail) begin() { t.worst = nil }

// tried notes a candidate and what became of it.
func (t *trail) tried(w *way, mode string, margin *models.Ratio, r models.Reason, message string) {
	if r != models.Planned {
		t.fail(r, message)
	}
	key := w.name + "\x00" + mode + "\x00" + string(r)
	if t.seen[key] {
		return
	}
	if t.seen == nil {
		t.seen = map[string]bool{}
	}
	t.seen[key] = true
	t.candidates = append(t.candidates, records.Candidate{
		Route: w.links(), Mode: mode, LengthKm: w.lengthKm, LatencyMs: w.latencyMs, Margin: margin, Reason: r, Message: message,
	})
}

// fail notes a refusal.
func (t *trail) fail(r models.Reason, message string) {
	if t.worst == nil || rank(r) > rank(t.worst.Reason) {
		t.worst = &records.Refusal{Reason: r, Message: message}
	}
}

func (t *trail) refusal() *records.Refusal {
	if t.worst == nil {
		return &records.Refusal{Reason: models.NoRoute, Message: "no route is left to try"}
	}
	r := *t.worst
	return &r
}

// rank orders refusals by how far a candidate got.
func rank(r models.Reason) int {
	for i, x := range []models.Reason{
		models.NoTransceiver, models.NoRoute, models.NoDisjointRoute, models.LatencyTooHigh, models.NoPort, models.ModeMismatch, models.DispersionTooHigh,
		models.RxPowerLow, models.RxPowerHigh, models.MarginTooLow, models.NeighbourMargin, models.NoSpectrum, models.SpectrumFragmented,
	} {
		if x == r {
			return i
		}
	}
	return -1
}

// reasons returns the chosen candidates and the best of the others, within
// 1 KiB of JSON; the rest is counted.
func (t *trail) reasons(generation int64) records.Reasons {
	out := records.Reasons{Generation: generation}
	drop := func(c records.Candidate) {
		if out.More == nil {
			out.More = map[models.Reason]int{}
		}
		out.More[c.Reason]++
	}
	for _, chosen := range []bool{true, false} {
		for _, c := range t.candidates {
			if (c.Reason == models.Planned) != chosen {
				continue
			}
			if len(out.Candidates) < maxCandidates {
				out.Candidates = append(out.Candidates, c)
			} else {
				drop(c)
			}
		}
	}
	for len(out.Candidates) > 0 && size(out) > maxReasons {
		last := len(out.Candidates) - 1
		if c := &out.Candidates[last]; c.Message != "" && last < 2 {
			c.Message = ""
			continue
		}
		drop(out.Candidates[last])
		out.Candidates = out.Candidates[:last]
	}
	return out
}

func size(r records.Reasons) int {
	b, err := json.Marshal(r)
	if err != nil {
		return maxReasons + 1
	}
	return len(b)
}
