package tl1_test

import (
	"context"
	"io"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// TestReadingSCPI is the fault matrix of SCPI for questions: an answer has no tag, so
// that one out of step must cost the connection and is never taken for another.
func TestReadingSCPI(t *testing.T) {
	for name, c := range map[string]struct {
		bend bend
		kind drivers.Kind // empty: it is read as it is
		says string
	}{
		"as it should be":    {func(_ string, usual func() string, _ func(string)) (string, error) { return usual(), nil }, "", ""},
		"one byte at a time": {bytewise, "", ""},
		"blanks and CR LF":   {only(scpiList, says(" (@2, 3) , (@18, 20)\r\n")), "", ""},
		"slow, but in time": {only(scpiList, func(_ string, usual func() string, send func(string)) (string, error) {
			send(usual()[:9])
			<-time.After(200 * time.Millisecond) // that long is what is tested
			return usual()[9:], nil
		}), "", ""},
		"silence":             {only(scpiList, says("")), drivers.KindUnreachable, "in time"},
		"no end":              {only(scpiList, says("(@2,3),(@18")), drivers.KindUnreachable, "in time"},
		"cut in the answer":   {only(scpiList, func(string, func() string, func(string)) (string, error) { return "(@2,3),(@18", io.EOF }), drivers.KindUnreachable, "ended"},
		"a line without end":  {only(scpiList, says("(@"+strings.Repeat("1", 1<<17))), drivers.KindUnreachable, "longer than 64 KiB"},
		"an output is absent": {only(scpiList, says("(@2,3),(@18)\n")), drivers.KindRejected, "not understood"},
		"one field of two":    {only(scpiList, says("(@2,3)\n")), drivers.KindRejected, "not understood"},
		"an empty answer":     {only(scpiList, says("\n")), drivers.KindRejected, "not understood"},
		"another question's answer is left over": {only("*idn?", func(_ string, usual func() string, _ func(string)) (string, error) {
			return usual() + "16,16\n", nil
		}), drivers.KindUnreachable, "nobody asked"},
		"the answer to another question": {only(scpiList, func(string, func() string, func(string)) (string, error) {
			return "16,16\n0,\"No error\"\n", nil
		}), drivers.KindUnreachable, "nobody asked"},
	} {
		t.Run(name, func(t *testing.T) {
			p, bar := instrument(t, c.bend)
			s := opened(t, p)
			state, err := s.Observe(t.Context())
			if c.kind == "" {
				wantConnections(t, state, err)
				if state.Identity.Model != "OST-16×16" {
					t.Errorf("model %q", state.Identity.Model)
				}
				return
			}
			wantKind(t, err, c.kind, c.says)
			bar.heal()
			state, err = s.Observe(t.Context())
			if c.kind == drivers.KindRejected { // what is not understood is still in step
				wantConnections(t, state, err)
				return
			}
			wantKind(t, err, drivers.KindUnreachable, c.says)
			state, err = opened(t, p).Observe(t.Context())
			wantConnections(t, state, err)
		})
	}
}

// wantConnections compares a picture with what a crossbar has at first.
func wantConnections(t *testing.T, state models.State, err error) {
	t.Helper()
	got := map[string]string{}
	for id, leaves := range state.Objects {
		got[id.Key] = leaves[models.LeafDest]
	}
	if want := newCrossbar().made; err != nil || !maps.Equal(got, want) {
		t.Errorf("connections %v, %v; want %v", got, err, want)
	}
}

// TestChangingSCPI is the fault matrix of SCPI for changes: nothing counts as made or
// as refused that the device does not show so afterwards.
func TestChangingSCPI(t *testing.T) {
	asked := func(b bend) bend { return only(scpiQueue, b) }
	for name, c := range map[string]struct {
		bend func(*crossbar) bend
		kind drivers.Kind // empty: it is made
		says string
		made bool
	}{
		"as it should be": {func(*crossbar) bend { return bytewise }, "", "", true},
		"refused": {func(*crossbar) bend {
			b := only(scpiAdd, says(""))
			return func(command string, usual func() string, send func(string)) (string, error) {
				if command == scpiQueue {
					return "-200,\"Execution error; stuck\",-113,\"Undefined header\"\r\n", nil
				}
				return b(command, usual, send)
			}
		}, drivers.KindRejected, "Execution error; stuck", false},
		"taken and nothing done": {func(*crossbar) bend { return only(scpiAdd, says("")) }, drivers.KindRejected, "does not show it", false},
		"an error of somebody else's in the queue": {func(bar *crossbar) bend {
			bar.queue = []string{`-113,"Undefined header"`}
			return bytewise
		}, drivers.KindOutcomeUnknown, "Undefined header", true},
		"the queue never answers":            {func(*crossbar) bend { return asked(says("")) }, drivers.KindOutcomeUnknown, "deadline", true},
		"the queue answers nothing":          {func(*crossbar) bend { return asked(says("\n")) }, drivers.KindOutcomeUnknown, "nobody asked", true},
		"the queue answers another question": {func(*crossbar) bend { return asked(says("(@2,3),(@18,20)\n")) }, drivers.KindOutcomeUnknown, "nobody asked", true},
		"the queue answers twice":            {func(*crossbar) bend { return asked(says("0,\"No error\"\n0,\"No error\"\n")) }, drivers.KindOutcomeUnknown, "nobody asked", true},
		"an answer that nobody asked for": {func(*crossbar) bend {
			return only(scpiAdd, func(_ string, usual func() string, _ func(string)) (string, error) { return usual() + "done\n", nil })
		}, drivers.KindOutcomeUnknown, "nobody asked", true},
		"reset before it is done":             {func(*crossbar) bend { return only(scpiAdd, ends(false)) }, drivers.KindOutcomeUnknown, "ended", false},
		"reset when it is done":               {func(*crossbar) bend { return only(scpiAdd, ends(true)) }, drivers.KindOutcomeUnknown, "ended", true},
		"reset in the answer of the queue":    {func(*crossbar) bend { return asked(ends(true)) }, drivers.KindOutcomeUnknown, "ended", true},
		"read back with a field too few":      {afterwards("(@1,2,3),(@19,18)\n"), drivers.KindOutcomeUnknown, "not understood", true},
		"read back with the size of a switch": {afterwards("16,16\n0,\"No error\"\n"), drivers.KindOutcomeUnknown, "nobody asked", true},
	} {
		t.Run(name, func(t *testing.T) {
			var b bend
			p, bar := instrument(t, func(command string, usual func() string, send func(string)) (string, error) {
				return b(command, usual, send)
			})
			b = c.bend(bar)
			p.Profile.Timeout = "300ms"
			s := opened(t, p)
			result, err := s.Apply(t.Context(), passOf("circuit/a/1", "1", "19", nil))
			wantKind(t, err, c.kind, c.says)
			if bar.shows("1", "19") != c.made {
				t.Errorf("connected %v, want %v", !c.made, c.made)
			}
			wantResult(t, result, c.kind)
			bar.heal()
			state, err := opened(t, p).Observe(t.Context())
			if _, there := state.Objects[models.ObjectID{Kind: models.KindCrossConnect, Key: "1"}]; err != nil || there != c.made {
				t.Errorf("read back %v, %v", state.Objects, err)
			}
		})
	}
}

// ends breaks the connection off, when the command is done or before.
func ends(done bool) bend {
	return func(_ string, usual func() string, _ func(string)) (string, error) {
		if done {
			return strings.TrimSuffix(usual(), "\n"), io.EOF
		}
		return "", io.EOF
	}
}

// afterwards answers the list of connections in a certain way from the second time.
func afterwards(text string) func(*crossbar) bend {
	return func(*crossbar) bend {
		lists := 0
		return only(scpiList, func(_ string, usual func() string, _ func(string)) (string, error) {
			if lists++; lists > 1 {
				return text, nil
			}
			return usual(), nil
		})
	}
}

// wantResult tells whether a result claims no more than is known.
func wantResult(t *testing.T, r drivers.Result, kind drivers.Kind) {
	t.Helper()
	applied, refused := len(r.Applied) > 0, len(r.Refused) > 0
	if applied != (kind == "") || refused != (kind == drivers.KindRejected) {
		t.Errorf("kind %q and result %+v", kind, r)
	}
}

// TestALateAnswerAnswersNothingElse: a caller without patience does not cost the
// session, and what is answered later than the limit is never heard.
func TestALateAnswerAnswersNothingElse(t *testing.T) {
	for name, limit := range map[string]bool{"the caller's patience": false, "the limit": true} {
		t.Run(name, func(t *testing.T) {
			late := make(chan struct{})
			p, bar := instrument(t, only(scpiList, func(string, func() string, func(string)) (string, error) {
				<-late
				return "(@),(@)\n", nil // a list of old
			}))
			s := opened(t, p)
			ctx, stop := context.WithTimeout(t.Context(), soon)
			defer stop()
			if !limit {
				ctx, stop = context.WithTimeout(t.Context(), 50*time.Millisecond)
				defer stop()
			}
			_, err := s.Observe(ctx)
			wantKind(t, err, drivers.KindUnreachable, "")
			bar.heal()
			close(late)
			if limit {
				_, err := s.Observe(t.Context())
				wantKind(t, err, drivers.KindUnreachable, "in time")
				s = opened(t, p)
			}
			state, err := s.Observe(t.Context())
			wantConnections(t, state, err)
		})
	}
}
