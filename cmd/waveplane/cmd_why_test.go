package main

import (
	"testing"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// What is taken comes first, then what would do, then what is refused.
func TestBestCandidates(t *testing.T) {
	var list []records.Candidate
	for range 40 {
		list = append(list, records.Candidate{Reason: models.MarginTooLow}, records.Candidate{Lost: "worse"})
	}
	list = append(list, records.Candidate{Reason: models.Planned})
	best, rest := bestCandidates(list)
	if best[0].Reason != models.Planned || best[1].Lost == "" || len(best)+len(rest) != len(list) || len(rest) == 0 {
		t.Errorf("%+v …, %d and %d of %d", best[:2], len(best), len(rest), len(list))
	}
	if last := rest[len(rest)-1]; last.Reason != models.MarginTooLow {
		t.Errorf("last %+v, want a refused one", last)
	}
	if best, rest := bestCandidates(list[:3]); len(best) != 3 || len(rest) != 0 {
		t.Errorf("%d and %d of 3", len(best), len(rest))
	}
}
