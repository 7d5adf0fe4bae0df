package reconcile

import (
	"fmt"
	"strings"
	"time"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

func (l *lightpath) fromDrain() move {
	if _, why := l.refusal(" to drain"); why != "" {
		return l.stuck(why)
	}
	if l.yielded {
		if holder := l.loader(); holder != "" {
			return l.downWaits(l.waitsBehind(holder))
		}
	}
	if !l.allAcked() {
		return l.downWaits(l.away())
	}
	if m, waits := l.notDark(); waits {
		return m
	}
	if l.wanted {
		// It failed and nobody took it back: it ends as Failed with what led
		// here, so that the circuit can tell and a person can ask again.
		if l.phase.Step < l.drainSteps {
			return l.to(records.PhaseDrain, l.phase.Step+1, l.phase.Reason, l.heldFor())
		}
		return l.to(records.PhaseUndo, 0, l.phase.Reason, l.heldFor())
	}
	if l.phase.Step < l.drainSteps {
		return l.to(records.PhaseDrain, l.phase.Step+1, models.Deleting, fmt.Sprintf("draining, step %d of %d", l.phase.Step+1, l.drainSteps))
	}
	return l.to(records.PhaseRemove, 0, models.Deleting, "dark; removing what is ours")
}

// darkPause is how long a device is given to show that a laser went off before it is
// looked at again.
const darkPause = 100 * time.Millisecond

// notDark keeps a wavelength from being taken off a device that goes on sending its
// light, or may: acknowledging is not measuring, and nobody would know of that light
// any more.
func (l *lightpath) notDark() (move, bool) {
	for _, d := range l.devices {
		if d.lit == "" && d.unseen == "" {
			continue
		}
		if d.lost != "" {
			m := l.downWaits(d.lost)
			m.wake = l.settle
			return m, true
		}
		why, end := d.device+" goes on sending light: "+d.lit, "acknowledged the laser off and goes on sending light: "+d.lit+"; turn it off there, then retry"
		if d.lit == "" {
			why, end = d.device+" has yet to show its laser off: "+d.unseen, "acknowledged the laser off and does not show it: "+d.unseen+"; see there that it is off, then retry"
		}
		since := l.phase.Since
		if d.counting.After(since) {
			since = d.counting
		}
		switch waited := l.now.Sub(since); {
		case waited > launchBudget*l.settle:
			return l.stuck(d.device + " " + end), true
		case waited > quietBudget*l.settle:
			m := l.downWaits(why)
			m.wake = l.settle
			return m, true
		}
		return move{wake: darkPause}, true
	}
	return move{}, false
}

// fromStuck goes on where a device refused: with draining, in its order, or with
// the removal.
func (l *lightpath) fromStuck() move {
	if l.phase.Step > 0 {
		if l.shares() {
			if holder := l.loader(); holder != "" {
				return l.note(models.Progressing, waitingFor(holder))
			}
		}
		return l.to(records.PhaseDrain, l.phase.Step, models.Deleting, "trying again to drain")
	}
	if l.wanted {
		return l.to(records.PhaseUndo, 0, l.phase.Reason, l.phase.Message)
	}
	return l.to(records.PhaseRemove, 0, models.Deleting, "trying again to remove what is left")
}

func (l *lightpath) fromRemoval(end records.PhaseName) move {
	if _, why := l.refusal(" to remove"); why != "" {
		return l.stuck(why)
	}
	for _, d := range l.devices {
		if !d.empty {
			return l.downWaits(l.away())
		}
	}
	if l.phase.Again && l.wanted {
		return l.to(records.PhaseDark, 0, models.Progressing, aboutDark)
	}
	// What led here is worth keeping: a failed wavelength tells the device's words.
	reason, message := l.phase.Reason, l.heldFor()
	if end == records.PhaseGone {
		reason, message = models.Deleting, "nothing is left on devices"
		if off := l.writtenOff(); len(off) > 0 {
			message += ", but for what was written off: " + strings.Join(off, ", ")
		}
	}
	return l.to(end, 0, reason, message)
}

// away is the first device that is away and has yet to be told; "" when there is none.
func (l *lightpath) away() string {
	for _, d := range l.devices {
		if d.lost != "" && !d.acked {
			return d.lost
		}
	}
	return ""
}

// waitsBehind says why a wavelength that lost its sections does not go on: what stopped
// it first, and who has them.
func (l *lightpath) waitsBehind(holder string) string {
	if why := l.away(); why != "" {
		return why + "; and then " + waitingFor(holder)
	}
	return waitingFor(holder)
}

// writtenOff lists the devices that a person gave up.
func (l *lightpath) writtenOff() []string {
	var out []string
	for _, d := range l.devices {
		if d.off {
			out = append(out, d.device)
		}
	}
	return out
}

// downWaits says, beside what led here, what the way down waits for; "" for nothing.
func (l *lightpath) downWaits(why string) move {
	message := l.heldFor()
	if why != "" {
		message += waits + why
	}
	// Who is waited for counts to the letter; the words of a failed dial only move.
	who, words, _ := strings.Cut(why, ": ")
	_, said, _ := strings.Cut(l.phase.Message, waits)
	saidWho, saidWords, _ := strings.Cut(said, ": ")
	if who == saidWho && wording(words) == wording(saidWords) {
		return move{}
	}
	return l.note(l.phase.Reason, message)
}

func (l *lightpath) drain(message string) move { return l.drainWith(models.Deleting, message) }

func (l *lightpath) drainWith(reason models.Reason, message string) move {
	if l.shares() {
		if holder := l.loader(); holder != "" {
			return l.note(models.Progressing, waitingFor(holder))
		}
	}
	return l.to(records.PhaseDrain, plan.FirstDrainStep(l.decision, l.phase.Name, l.phase.Step), reason, message)
}

func (l *lightpath) stuck(message string) move {
	m := l.to(records.PhaseStuck, 0, models.UndoFailed, message)
	if l.phase.Name == records.PhaseDrain {
		m.to.Step = l.phase.Step // where a retry goes on
	}
	for _, d := range l.devices {
		if !d.empty {
			m.to.Residue = append(m.to.Residue, d.device)
		}
	}
	return m
}
