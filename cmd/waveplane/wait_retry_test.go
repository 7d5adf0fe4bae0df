package main

import (
	"testing"
	"time"
)

// An end is final when it is younger than the latest retry, or when the retry
// was served and the status has had its time to follow.
func TestRetrialFinal(t *testing.T) {
	asked := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	before, after := asked.Add(-time.Minute), asked.Add(time.Second)
	now := asked.Add(time.Hour)
	for name, c := range map[string]struct {
		retrial retrial
		since   time.Time
		want    bool
	}{
		"never asked for":              {retrial{served: now}, before, true},
		"pending":                      {retrial{at: asked, pending: true}, before, false},
		"pending, answered again":      {retrial{at: asked, pending: true}, after, true},
		"pending, failed again":        {retrial{at: asked, pending: true, moved: after}, before, true},
		"pending, not moved since":     {retrial{at: asked, pending: true, moved: before}, before, false},
		"just served":                  {retrial{at: asked, served: now}, before, false},
		"served, status not following": {retrial{at: asked, served: now.Add(-answerTime)}, before, true},
		"served and answered":          {retrial{at: asked, served: now}, after, true},
		"unknown when it ended":        {retrial{at: asked, pending: true}, time.Time{}, false},
	} {
		if got := c.retrial.final(c.since, now); got != c.want {
			t.Errorf("%s: want %v, got %v", name, c.want, got)
		}
	}
}
