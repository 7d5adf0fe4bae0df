package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// waitGoal is what is waited for: a condition that is to be True (Ready) or
// something else (Ready=False), or that the document is gone (deleted).
type waitGoal string

// condition splits a goal into the condition and its status.
func (g waitGoal) condition() (models.ConditionType, string) {
	name, status, found := strings.Cut(string(g), "=")
	if !found {
		status = "True"
	}
	return models.ConditionType(name), status
}

const (
	untilReady   waitGoal = waitGoal(models.Ready)
	untilDeleted waitGoal = "deleted"
)

// waitItem is one document to wait for. With a uid it is that very document,
// with a generation at least that one.
type waitItem struct {
	subject
	uid        string
	generation int64
}

// verdict is how far one document is.
type verdict struct {
	done  bool
	code  code   // what it ends with when done
	unmet string // for people, when not done, or done badly
	// since is when what ended it badly came to be, as far as the status tells;
	// wavelength names the one that is in the way.
	since      time.Time
	wavelength string
}

// judge compares a document with the goal. A nil object does not exist.
func judge(it waitItem, o *wire.Object, goal waitGoal) verdict {
	gone := o == nil || (it.uid != "" && o.Metadata.UID != it.uid)
	if goal == untilDeleted {
		if gone {
			return verdict{done: true}
		}
		return deletion(*o)
	}
	if gone {
		return verdict{unmet: "does not exist yet"}
	}
	if o.Status == nil || o.Status.ObservedGeneration < max(it.generation, o.Metadata.Generation) {
		return verdict{unmet: "the controller has not looked at it yet"}
	}
	if o.Kind == "Wavelength" && o.Status.Phase != "" && len(o.Status.Conditions) == 0 {
		if goal != untilReady {
			return verdict{done: true, code: codeUsage, unmet: "a wavelength of a circuit has a phase and no conditions; wait for it to be Ready, or for a condition of its circuit"}
		}
		return phaseVerdict(*o)
	}
	condition, status := goal.condition()
	c := o.Condition(condition)
	if c == nil {
		return verdict{unmet: fmt.Sprintf("has no condition %s yet", condition)}
	}
	if c.Status == status {
		if v := refusedVerdict(*o); v.done && condition == models.Ready && status == "True" {
			return v // what is lit is what was asked for before
		}
		return verdict{done: true}
	}
	v := verdict{unmet: fmt.Sprintf("%s is %s: %s", condition, c.Status, reasonAndMessage(c))}
	if condition == models.Stalled || status != "True" {
		return v
	}
	return hopeless(*o, v)
}

// hopeless ends the waiting when nothing more will be tried.
func hopeless(o wire.Object, v verdict) verdict {
	if refused := refusedVerdict(o); refused.done {
		return refused
	}
	for _, w := range o.Status.Wavelengths {
		if w.Phase == records.PhaseHeld || w.Phase == records.PhaseStuck {
			unmet := fmt.Sprintf("%s is %s: %s: %s", w.Name, w.Phase, w.Reason, w.Message)
			if c := o.Condition(models.InSync); c != nil && c.Status == "False" {
				unmet += "; configuration differs, see drift: " + c.Message
			}
			return verdict{done: true, code: codeError, unmet: unmet, since: stalledSince(o), wavelength: w.Name}
		}
	}
	if s := o.Condition(models.Stalled); s != nil && s.Status == "True" {
		c := codeError
		if s.Reason.Refusal() {
			c = codeRefused
		}
		return verdict{done: true, code: c, unmet: "stalled: " + reasonAndMessage(s), since: s.LastTransitionTime}
	}
	return v
}

// refusedVerdict ends the waiting for what the planner refused.
func refusedVerdict(o wire.Object) verdict {
	if p := o.Condition(models.IsPlanned); p != nil && p.Status == "False" && p.Reason.Refusal() {
		return verdict{done: true, code: codeRefused, unmet: "refused: " + reasonAndMessage(p), since: p.LastTransitionTime}
	}
	return verdict{}
}

// stalledSince is when nothing more was tried; zero when that is not so.
func stalledSince(o wire.Object) time.Time {
	if s := o.Condition(models.Stalled); s != nil && s.Status == "True" {
		return s.LastTransitionTime
	}
	return time.Time{}
}

// phaseVerdict judges a wavelength that the planner made.
func phaseVerdict(o wire.Object) verdict {
	s := o.Status
	word := fmt.Sprintf("is in %s: %s: %s", s.Phase, s.Reason, s.Message)
	switch s.Phase {
	case records.PhaseInService:
		return verdict{done: true}
	case records.PhaseHeld, records.PhaseStuck, records.PhaseFailed:
		v := verdict{done: true, code: codeError, unmet: word}
		if s.Since != nil {
			v.since = *s.Since
		}
		return v
	}
	return verdict{unmet: word}
}

func deletion(o wire.Object) verdict {
	if o.Metadata.DeletionTimestamp == nil {
		return verdict{unmet: "is not being deleted"}
	}
	var left []string
	if o.Status != nil {
		for _, w := range o.Status.Wavelengths {
			if w.Phase == records.PhaseStuck {
				return verdict{done: true, code: codeError, unmet: fmt.Sprintf("%s is Stuck: %s", w.Name, w.Message), since: stalledSince(o), wavelength: w.Name}
			}
			left = append(left, fmt.Sprintf("%s in %s", w.Name, w.Phase))
		}
	}
	if len(left) == 0 {
		return verdict{unmet: "nothing is lit; its records are being removed"}
	}
	unmet := "still " + strings.Join(left, ", ")
	if c := o.Condition(models.Ready); c != nil {
		if how, why, waits := strings.Cut(c.Message, "; "); waits && strings.HasPrefix(how, "being deleted") {
			unmet += "; " + why
		}
	}
	return verdict{unmet: unmet}
}

func reasonAndMessage(c *models.Condition) string {
	if c.Message == "" {
		return string(c.Reason)
	}
	return string(c.Reason) + ": " + c.Message
}
