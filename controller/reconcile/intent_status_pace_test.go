package reconcile

import (
	"fmt"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// TestProgressOfACrowdIsPaced asks for a thousand turns at once, and again
// whenever there may be news: one alone never waits, the burst is served at
// once, and then everyone in the order of asking, at the rate.
func TestProgressOfACrowdIsPaced(t *testing.T) {
	const crowd = 1000
	p := newStatusPace()
	start := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	if wait := p.wait("alone", start); wait != 0 {
		t.Errorf("one alone waits %v", wait)
	}
	p.take([]string{"alone"}, start)
	start = start.Add(time.Minute)
	served := map[string]time.Duration{}
	last := time.Duration(0)
	for at := time.Duration(0); len(served) < crowd && at < time.Minute; at += 10 * time.Millisecond {
		for i := range crowd {
			key := fmt.Sprint(i)
			if _, done := served[key]; done {
				continue
			}
			if p.wait(key, start.Add(at)) > 0 {
				continue
			}
			p.take([]string{key}, start.Add(at))
			if at < last {
				t.Fatalf("%s has its turn after %v, one before it after %v", key, at, last)
			}
			served[key], last = at, at
		}
	}
	if first := served[fmt.Sprint(progressBurst-1)]; first != 0 {
		t.Errorf("the last of the burst waits %v", first)
	}
	if first := served[fmt.Sprint(progressBurst)]; first == 0 {
		t.Error("nobody waits")
	}
	if want := time.Second * (crowd - progressBurst) / progressRate; last < want-10*time.Millisecond || last > want+10*time.Millisecond {
		t.Errorf("the last waits %v, want %v", last, want)
	}
	if len(p.turns)+len(p.line) != 0 {
		t.Errorf("%d turns are left", len(p.turns))
	}
}

// TestProgressGivesUpItsTurn has ten thousand ask whose news is then told for
// another reason: whoever comes after them must not wait for them.
func TestProgressGivesUpItsTurn(t *testing.T) {
	p, now := newStatusPace(), time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	var waiting, served []string
	for i := range 10_000 {
		if key := fmt.Sprint(i); p.wait(key, now) > 0 {
			waiting = append(waiting, key)
		} else {
			served = append(served, key)
		}
	}
	if want := 10_000 - progressBurst; len(waiting) != want {
		t.Fatalf("%d wait, want %d", len(waiting), want)
	}
	if again := p.wait(served[0], now); again != 0 { // its transaction failed
		t.Errorf("one whose turn has come waits %v", again)
	}
	p.take(served, now)
	if wait, want := p.wait("late", now), time.Second*10_001/progressRate-time.Second*progressBurst/progressRate; wait < want-time.Millisecond || wait > want+time.Millisecond {
		t.Errorf("the last to come waits %v, want %v", wait, want)
	}
	for _, key := range waiting {
		p.told(key)
	}
	if wait := p.wait("late", now); wait > time.Second/progressRate {
		t.Errorf("it still waits %v when nobody is before it", wait)
	}
	if wait := p.wait("late", now.Add(time.Second/progressRate)); wait != 0 {
		t.Errorf("it waits another %v", wait)
	}
	p.take([]string{"late"}, now.Add(time.Second/progressRate))
	if len(p.turns)+len(p.line) != 0 {
		t.Errorf("%d turns are left", len(p.turns))
	}
}

func TestOnlyProgress(t *testing.T) {
	status := func(edit func(*records.Status)) records.Status {
		st := records.Status{
			ObservedGeneration: 1, Capacity: &records.Capacity{AskedGbps: 800, ReadyGbps: 400},
			Conditions: []models.Condition{
				{Type: models.IsPlanned, Status: "True", Reason: models.Planned, Message: "2 wavelengths"},
				{Type: models.Ready, Status: "False", Reason: models.Progressing, Message: "wl-1 is in Dark"},
			},
			Wavelengths: []records.WavelengthStatus{{Name: "wl-1", Phase: records.PhaseDark}},
		}
		if edit != nil {
			edit(&st)
		}
		return st
	}
	old := status(nil)
	for _, tt := range []struct {
		name string
		old  *records.Status
		edit func(*records.Status)
		want bool
	}{
		{"a phase and its message", &old, func(st *records.Status) {
			st.Wavelengths[0].Phase, st.Conditions[1].Message = records.PhaseLaunch, "wl-1 is in Launch"
		}, true},
		{"ready", &old, func(st *records.Status) { st.Conditions[1].Status = "True" }, false},
		{"another reason", &old, func(st *records.Status) { st.Conditions[1].Reason = models.LightNotSeen }, false},
		{"one more condition", &old, func(st *records.Status) {
			st.Conditions = append(st.Conditions, models.Condition{Type: models.Stalled, Status: "True"})
		}, false},
		{"more is ready", &old, func(st *records.Status) { st.Capacity.ReadyGbps = 800 }, false},
		{"a new generation", &old, func(st *records.Status) { st.ObservedGeneration = 2 }, false},
		{"the first, planned", nil, nil, false},
		{"the first, before planning", nil, func(st *records.Status) { st.Conditions[0].Status = "Unknown" }, true},
		{"the first of what is not planned", nil, func(st *records.Status) { st.Conditions = st.Conditions[1:] }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := onlyProgress(tt.old, status(tt.edit)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
