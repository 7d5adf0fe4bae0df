package main

import (
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

func TestJudge(t *testing.T) {
	circuit, err := wire.KindNamed("circuit")
	if err != nil {
		t.Fatal(err)
	}
	object := func(observed int64, waves []records.WavelengthStatus, conditions ...models.Condition) *wire.Object {
		o := &wire.Object{Kind: "Circuit", Status: &wire.Status{}}
		o.Metadata.Name, o.Metadata.UID, o.Metadata.Generation = "c", "u1", 2
		o.Status.ObservedGeneration, o.Status.Conditions, o.Status.Wavelengths = observed, conditions, waves
		return o
	}
	condition := func(t models.ConditionType, status string, reason models.Reason) models.Condition {
		return models.Condition{Type: t, Status: status, Reason: reason, Message: "why"}
	}
	deleted := object(2, []records.WavelengthStatus{{Name: "c-1", Phase: records.PhaseDrain}})
	now := time.Now()
	deleted.Metadata.DeletionTimestamp = &now
	stuck := object(2, []records.WavelengthStatus{{Name: "c-1", Phase: records.PhaseStuck, Message: "r1: channel 7"}})
	stuck.Metadata.DeletionTimestamp = &now

	for name, c := range map[string]struct {
		object *wire.Object
		goal   waitGoal
		uid    string
		done   bool
		code   code
		unmet  string
	}{
		"not there yet":                   {nil, untilReady, "", false, codeDone, "does not exist yet"},
		"another of that name":            {object(2, nil), untilReady, "u2", false, codeDone, "does not exist yet"},
		"not looked at":                   {object(1, nil, condition(models.Ready, "True", models.LightVerified)), untilReady, "u1", false, codeDone, "not looked at"},
		"ready":                           {object(2, nil, condition(models.Ready, "True", models.LightVerified)), untilReady, "u1", true, codeDone, ""},
		"not ready":                       {object(2, nil, condition(models.Ready, "False", models.Progressing)), untilReady, "u1", false, codeDone, "Ready is False: Progressing: why"},
		"other condition":                 {object(2, nil, condition(models.Ready, "True", models.LightVerified)), "InSync", "u1", false, codeDone, "no condition InSync"},
		"goal False":                      {object(2, nil, condition(models.Ready, "False", models.LossOfSignal)), "Ready=False", "u1", true, codeDone, ""},
		"refused":                         {object(2, nil, condition(models.Ready, "False", models.NoRoute), condition(models.IsPlanned, "False", models.NoRoute)), untilReady, "u1", true, codeRefused, "refused: NoRoute"},
		"lit as before, refused as asked": {object(2, nil, condition(models.Ready, "True", models.LightVerified), condition(models.IsPlanned, "False", models.LatencyTooHigh)), untilReady, "u1", true, codeRefused, "refused: LatencyTooHigh"},
		"refused, not for goal":           {object(2, nil, condition(models.Ready, "True", models.LightVerified), condition(models.IsPlanned, "False", models.NoRoute)), "Ready=False", "u1", false, codeDone, "Ready is True"},
		"held": {object(2, []records.WavelengthStatus{{Name: "c-1", Phase: records.PhaseHeld, Reason: models.LightNotSeen}}, condition(models.Ready, "False", models.LightNotSeen)),
			untilReady, "u1", true, codeError, "c-1 is Held: LightNotSeen"},
		"held, and drifted": {object(2, []records.WavelengthStatus{{Name: "c-1", Phase: records.PhaseHeld, Reason: models.LightNotSeen}}, condition(models.Ready, "False", models.LightNotSeen), condition(models.InSync, "False", models.DriftHeld)),
			untilReady, "u1", true, codeError, "configuration differs, see drift"},
		"rejected":         {object(2, nil, condition(models.Ready, "False", models.DeviceRejected), condition(models.Stalled, "True", models.DeviceRejected)), untilReady, "u1", true, codeError, "stalled: DeviceRejected"},
		"gone":             {nil, untilDeleted, "u1", true, codeDone, ""},
		"made again":       {object(1, nil), untilDeleted, "u0", true, codeDone, ""},
		"still there":      {deleted, untilDeleted, "u1", false, codeDone, "c-1 in Drain"},
		"never deleted":    {object(2, nil), untilDeleted, "u1", false, codeDone, "not being deleted"},
		"stuck on its way": {stuck, untilDeleted, "u1", true, codeError, "r1: channel 7"},
	} {
		t.Run(name, func(t *testing.T) {
			got := judge(waitItem{subject: subject{kind: circuit, namespace: "default", name: "c"}, uid: c.uid, generation: 2}, c.object, c.goal)
			if got.done != c.done || got.code != c.code || !strings.Contains(got.unmet, c.unmet) {
				t.Errorf("want done %v, code %d, %q; got %+v", c.done, c.code, c.unmet, got)
			}
		})
	}
}

func TestParseGoal(t *testing.T) {
	for in, want := range map[string]waitGoal{
		"Ready": untilReady, "ready": untilReady, "condition=Ready": untilReady, "Ready=True": untilReady, "condition=ready=false": "Ready=False",
		"delete": untilDeleted, "deleted": untilDeleted, "InSync=Unknown": "InSync=Unknown",
	} {
		if got, err := parseGoal(in); err != nil || got != want {
			t.Errorf("%s: want %s, got %s, %v", in, want, got, err)
		}
	}
	for _, in := range []string{"", "Happy", "Ready=", "Ready=maybe", "condition="} {
		if got, err := parseGoal(in); codeOf(err) != codeUsage {
			t.Errorf("%q: want a usage error, got %s, %v", in, got, err)
		}
	}
}

func TestSubjects(t *testing.T) {
	a := &app{}
	for arg, want := range map[string]string{
		"circuit/c": "circuit/c", "ckt/c": "circuit/c", "CIRCUITS/c": "circuit/c", "wl/x/c-1": "wavelength/x/c-1", "dev/r1": "device/r1",
	} {
		if s, err := a.subject(arg); err != nil || s.ref() != want {
			t.Errorf("%s: want %s, got %s, %v", arg, want, s.ref(), err)
		}
	}
	for _, arg := range []string{"c", "circuit/", "thing/c", "dev/x/r1", "circuit/a/b/c"} {
		if _, err := a.subject(arg); codeOf(err) != codeUsage {
			t.Errorf("%q: want a usage error, got %v", arg, err)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain → text": "plain → text", "a\x1b[2Jb": `a\x1b[2Jb`, "a\nb": `a\nb`, "a\u202eb": `a\u202eb`, "\u0085": `\u0085`,
	} {
		if got := clean(in); got != want {
			t.Errorf("%q: want %q, got %q", in, want, got)
		}
	}
}
