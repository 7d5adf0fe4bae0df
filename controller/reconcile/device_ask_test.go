package reconcile

import (
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/drivers"
)

// TestLightRisesFromTheAcknowledgement checks that a device which takes long to
// commit has as long as any other to show its light.
func TestLightRisesFromTheAcknowledgement(t *testing.T) {
	start := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	attempted := start.Add(10 * time.Millisecond)
	acked := (&records.Attempt{Image: records.Image{At: attempted}}).Acknowledged(start.Add(40 * time.Second))
	for _, tt := range []struct {
		name  string
		phase records.PhaseName
		acked *records.Image
		now   time.Duration
		want  time.Duration
	}{
		{"launched a second ago", records.PhaseLaunch, nil, time.Second, litLimit - time.Second},
		{"launched long ago", records.PhaseLaunch, nil, 41 * time.Second, 0},
		{"launched long ago, acknowledged a second ago", records.PhaseLaunch, acked, 41 * time.Second, litLimit - time.Second},
		{"opened, acknowledged a second ago", records.PhaseOpen, acked, 41 * time.Second, litLimit - time.Second},
		{"dark", records.PhaseDark, acked, 41 * time.Second, 0},
		{"in service", records.PhaseInService, acked, 41 * time.Second, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &Stages{now: func() time.Time { return start.Add(tt.now) }}
			sh := &share{phase: &store.Entry[records.Phase]{Value: records.Phase{Name: tt.phase, Since: start}}}
			sh.applied.Value.Acked = tt.acked
			if got := s.rising(sh); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestDarknessIsAskedFor: what was sampled of a laser that is acknowledged off may be
// from before, and the next sample is far.
func TestDarknessIsAskedFor(t *testing.T) {
	for name, tt := range map[string]struct {
		phase    records.PhaseName
		found    plan.Verdict
		readBack bool
		want     bool
	}{
		"acknowledged off, seen on":        {records.PhaseDrain, plan.Verdict{Lit: true}, true, true},
		"acknowledged off, nothing told":   {records.PhaseDrain, plan.Verdict{}, true, true},
		"seen off":                         {records.PhaseDrain, plan.Verdict{Good: true}, true, false},
		"not acknowledged yet":             {records.PhaseDrain, plan.Verdict{Lit: true}, false, false},
		"not on its way down":              {records.PhaseDark, plan.Verdict{Lit: true}, true, false},
		"removed: nothing to ask any more": {records.PhaseRemove, plan.Verdict{Lit: true}, true, false},
	} {
		s := &Stages{memory: newJudgeMemory()}
		s.memory.verdicts["r1/circuit/u/1"] = tt.found
		sh := &share{owner: "circuit/u/1", key: "r1/circuit/u/1", phase: &store.Entry[records.Phase]{Value: records.Phase{Name: tt.phase}}}
		if got := s.justDrained(sh, records.Evidence{ReadBack: tt.readBack}); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}

func TestAwaySaysWhatIsTheMatter(t *testing.T) {
	for _, tt := range []struct {
		kind    drivers.Kind
		message string
		want    string
	}{
		{drivers.KindUnreachable, "dial refused", "eos-b is out of reach: dial refused"},
		{drivers.KindConflict, "locked", "eos-b takes no change now: locked"},
		{"", "", "eos-b is being connected anew"}, // condemned a moment ago
	} {
		if got := (&deviceView{Device: "eos-b", Kind: tt.kind, Message: tt.message}).away(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
