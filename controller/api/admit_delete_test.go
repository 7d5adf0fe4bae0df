package api

import (
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
)

// TestOnlyWhatAnswersNothingIsWrittenOff: a device that was asked a moment ago, or is
// there and lets nobody in, is not given up.
func TestOnlyWhatAnswersNothingIsWrittenOff(t *testing.T) {
	now := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	w := &work{now: now}
	for _, c := range []struct {
		health *records.DeviceHealth
		want   string // "" is written off
	}{
		{nil, "has yet to be asked"},
		{&records.DeviceHealth{Reachable: true, Since: now.Add(-time.Hour)}, "answers"},
		{&records.DeviceHealth{Kind: "Denied", Message: "wrong password", Since: now.Add(-time.Hour)}, "is there (Denied: wrong password)"},
		{&records.DeviceHealth{Kind: "Conflict", Message: "locked", Since: now.Add(-time.Hour)}, "is there (Conflict: locked)"},
		{&records.DeviceHealth{Since: now.Add(-time.Hour)}, "is there"},
		{&records.DeviceHealth{Kind: records.Unreachable, Since: now.Add(-9 * time.Second)}, "was in reach until 9s ago"},
		{&records.DeviceHealth{Kind: records.Unreachable, Since: now.Add(-10 * time.Second)}, ""},
	} {
		var e *store.Entry[records.DeviceHealth]
		if c.health != nil {
			e = &store.Entry[records.DeviceHealth]{Value: *c.health}
		}
		if got := w.mayAnswer(e); (got == "") != (c.want == "") || !strings.HasPrefix(got, c.want) {
			t.Errorf("%+v: %q, want %q", c.health, got, c.want)
		}
	}
}
