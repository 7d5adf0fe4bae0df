package reconcile

import (
	"fmt"
	"strings"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// fromHeld waits for light to be good, or for a person.
func (l *lightpath) fromHeld() move {
	if !l.wanted {
		return l.drain("no longer wanted")
	}
	if l.retry {
		return l.fromHeldRetry()
	}
	if l.allAcked() && l.allGood() {
		if left := l.soakLeft(); left > 0 {
			return move{wake: left}
		}
		return l.onward(l.phase.Step+1, "the light is good now")
	}
	if l.badHop != "" && wording(l.badHop) != wording(l.phase.Message) && l.phase.Reason == models.LightNotSeen {
		return l.note(models.LightNotSeen, l.badHop)
	}
	if l.restored {
		return l.note(models.DriftHeld, "its configuration is again as it was acknowledged; retry goes on to the light")
	}
	if why := l.heldFor(); why != l.phase.Message { // it waits for nothing any more
		return l.note(l.phase.Reason, why)
	}
	return move{}
}

// fromHeldRetry goes back to where a person's retry can change something: to
// the step that a device refused or has yet to take, to the one in which light
// was not seen, or to judging the light. A transmitter that is told to be on and
// sends nothing would not hear of what it is told already: where no other light is
// on the way, all is taken off the devices and sent anew.
func (l *lightpath) fromHeldRetry() move {
	if l.txDark && l.allAcked() && l.phase.Step == 0 && len(l.decision.Shared) == 0 {
		if l.blocked != "" {
			return l.note(l.phase.Reason, l.heldFor()+waits+l.blocked)
		}
		if l.shares() {
			if holder := l.loader(); holder != "" {
				return l.note(l.phase.Reason, l.heldFor()+waits+waitingFor(holder))
			}
		}
		m := l.to(records.PhaseDrain, plan.FirstDrainStep(l.decision, l.phase.Name, l.phase.Step), models.Progressing, "all is taken off and sent anew, as asked")
		m.to.Again = true
		return m
	}
	refused := l.phase.Reason == models.DeviceRejected || !l.allAcked() // or kept out, which is refused by us
	if refused || l.phase.Step < l.steps {
		return l.onward(l.phase.Step, "as asked")
	}
	return l.onward(l.steps+1, "as asked")
}

// onward takes held light to opening a section of its route: 0 is to launching
// it, one behind the last to judging it. To judge light whose last section was
// never opened would be to wait for what cannot come.
func (l *lightpath) onward(step int, why string) move {
	if l.blocked != "" {
		return l.note(l.phase.Reason, l.heldFor()+waits+l.blocked)
	}
	if step > l.steps {
		return l.to(records.PhaseVerify, 0, models.Progressing, "judging the light again, "+why)
	}
	if step > 0 || len(l.decision.Shared) > 0 {
		if holder := l.loader(); holder != "" {
			return l.note(l.phase.Reason, l.heldFor()+waits+waitingFor(holder))
		}
	}
	if step == 0 {
		return l.to(records.PhaseLaunch, 0, models.Progressing, "launching again, "+why)
	}
	return l.to(records.PhaseOpen, step, models.Progressing, fmt.Sprintf("opening section %d of %d again, %s", step, l.steps, why))
}

// waits is what stands between why light is held and what keeps it from going on.
const waits = "; to go on: "

// heldFor is why light is held, without what it waits for.
func (l *lightpath) heldFor() string {
	why, _, _ := strings.Cut(l.phase.Message, waits)
	return why
}

// wording is a message without its numbers: readings that only move are no news.
func wording(message string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("0123456789.-", r) {
			return -1
		}
		return r
	}, message)
}
