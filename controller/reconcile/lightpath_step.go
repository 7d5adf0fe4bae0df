package reconcile

import (
	"fmt"
	"strings"
	"time"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// lightpath is all that decides about the next phase of one wavelength. It is
// filled from the records and the board; next is a pure function of it.
type lightpath struct {
	decision *records.Decision
	phase    records.Phase
	now      time.Time

	wanted   bool          // in the circuit's live set
	retry    bool          // a person asked to try again
	blocked  string        // why nothing new may start: paused, observed device
	blockWhy models.Reason // reason word of blocked
	devices  []deviceShare // in the order of Decision.Devices

	steps      int // Open steps
	drainSteps int
	settle     time.Duration
	soak       time.Duration

	badHop     string              // first bad hop in the order of light, for people
	restored   bool                // what was held for drift shows none any more
	txDark     bool                // a transmitter that is told to be on sends nothing
	acceptance *records.Acceptance // what would be kept if it were accepted now
	hurt       []records.Neighbour // neighbours that lost more than they may
	loader     func() string       // takes the route's sections; who has one of them, when it cannot
	loading    bool                // loader took them
	yielded    bool                // another took those that this phase is to have
}

// move is what next decided. A zero move means: stay; look again after wake.
type move struct {
	to    *records.Phase
	wake  time.Duration
	why   string // for the event
	stand bool   // what the phase says of itself is so still
}

// Budgets for light to come up, in units of the profile's settle time: the
// waits of field tests are minutes for a settle of ten seconds.
const (
	launchBudget = 20
	verifyBudget = 30
	quietBudget  = 3                // nothing is said before that: most light has come up
	lossLimit    = models.Ratio(30) // a neighbour may lose 0.3 dB of Q
)

// next decides the next phase. See records.PhaseName for the map. Where it stays, and
// what stopped it is over, it says again what it is about.
func (l *lightpath) next() move {
	m := l.step()
	if m.to != nil || m.stand || l.phase.Reason == models.Progressing {
		return m
	}
	if about := l.about(); about != "" {
		m.to = l.note(models.Progressing, about).to
	}
	return m
}

// about is what a phase on the way to service is about; "" of the others.
func (l *lightpath) about() string {
	switch l.phase.Name {
	case records.PhaseDark:
		return aboutDark
	case records.PhaseLaunch:
		return aboutLaunch
	case records.PhaseOpen:
		return fmt.Sprintf("opening section %d of %d", l.phase.Step, l.steps)
	case records.PhaseVerify:
		return aboutVerify
	}
	return ""
}

const (
	aboutDark   = "configuring with the laser off"
	aboutLaunch = "laser on"
	aboutVerify = "judging the light"
)

func (l *lightpath) step() move {
	p := l.phase
	switch p.Name {
	case records.PhasePlanned:
		if !l.wanted {
			return l.to(records.PhaseRemove, 0, models.Deleting, "no longer wanted; nothing was sent")
		}
		if l.blocked != "" {
			return l.note(l.blockWhy, l.blocked)
		}
		return l.to(records.PhaseDark, 0, models.Progressing, aboutDark)
	case records.PhaseDark:
		return l.fromDark()
	case records.PhaseLaunch, records.PhaseOpen, records.PhaseVerify:
		return l.fromRising()
	case records.PhaseInService:
		if !l.wanted {
			return l.drain("no longer wanted")
		}
	case records.PhaseHeld:
		return l.fromHeld()
	case records.PhaseDrain:
		return l.fromDrain()
	case records.PhaseRemove:
		return l.fromRemoval(records.PhaseGone)
	case records.PhaseUndo:
		return l.fromRemoval(records.PhaseFailed)
	case records.PhaseStuck:
		if l.retry {
			return l.fromStuck()
		}
	}
	return move{}
}

func (l *lightpath) fromDark() move {
	if !l.wanted {
		return l.to(records.PhaseRemove, 0, models.Deleting, "no longer wanted; still dark")
	}
	if reason, why := l.refusal(""); reason != "" {
		return l.to(records.PhaseUndo, 0, reason, why)
	}
	if l.blocked != "" {
		return l.note(l.blockWhy, l.blocked)
	}
	if !l.allAcked() {
		if out := l.keptOut(); out.why != "" {
			return l.note(out.reason, out.why)
		}
		return l.untold()
	}
	if !l.allGood() {
		return l.overdue(launchBudget, models.LightNotSeen, "not proven dark: "+l.firstFault())
	}
	if len(l.decision.Shared) > 0 {
		if holder := l.loader(); holder != "" {
			return l.note(models.Progressing, waitingFor(holder))
		}
	}
	return l.to(records.PhaseLaunch, 0, models.Progressing, aboutLaunch)
}

// untold waits for devices to acknowledge, and says which one is away.
func (l *lightpath) untold() move {
	if why := l.away(); why != "" {
		return l.note(models.DeviceUnreachable, why)
	}
	return move{}
}

// waitingFor is why a wavelength waits for another.
func waitingFor(holder string) string {
	return "waiting for " + holder + " to finish loading a section of the route"
}

// shares reports whether the light goes where other light is.
func (l *lightpath) shares() bool { return l.steps > 0 || len(l.decision.Shared) > 0 }

func (l *lightpath) fromRising() move {
	if !l.wanted {
		return l.drain("no longer wanted")
	}
	if reason, why := l.refusal(""); reason != "" {
		return l.halt(reason, why)
	}
	if len(l.hurt) > 0 { // before a pause: somebody else's light suffers
		n := l.hurt[0]
		return l.drainWith(models.NeighbourMargin, fmt.Sprintf("%s lost %v of Q when this light came on (limit %v); if something else did that, retry", n.Wavelength, n.QBefore-n.QAfter, lossLimit))
	}
	if l.blocked != "" {
		return l.note(l.blockWhy, l.blocked)
	}
	if l.yielded {
		if holder := l.loader(); holder != "" {
			return l.note(models.Progressing, l.waitsBehind(holder))
		}
		if m := l.note(models.Progressing, l.about()); m.to != nil {
			return m // it waits for nobody any more
		}
	}
	if !l.allAcked() {
		out := l.keptOut()
		switch out.reason {
		case "":
			return l.untold()
		case models.DriftHeld:
			// Not to be waited out: a repair that comes meanwhile is not to go on to
			// the laser by itself.
			return l.halt(out.reason, out.why)
		}
		return l.overdue(verifyBudget, out.reason, out.why)
	}
	budget := launchBudget
	if l.phase.Name == records.PhaseVerify {
		budget = verifyBudget
	}
	if !l.allGood() {
		return l.overdue(budget, models.LightNotSeen, l.worst())
	}
	switch l.phase.Name {
	case records.PhaseLaunch:
		if l.steps == 0 {
			return l.to(records.PhaseVerify, 0, models.Progressing, aboutVerify)
		}
		if holder := l.loader(); holder != "" {
			return l.note(models.Progressing, waitingFor(holder))
		}
		return l.to(records.PhaseOpen, 1, models.Progressing, "opening the first section")
	case records.PhaseOpen:
		if l.phase.Step < l.steps {
			return l.to(records.PhaseOpen, l.phase.Step+1, models.Progressing, fmt.Sprintf("opening section %d of %d", l.phase.Step+1, l.steps))
		}
		return l.to(records.PhaseVerify, 0, models.Progressing, aboutVerify)
	}
	// Verify: good without a break for the whole soak, at every device.
	if left := l.soakLeft(); left > 0 {
		return move{wake: left}
	}
	m := l.to(records.PhaseInService, 0, models.LightVerified, "light verified at every hop and both ends")
	m.to.Acceptance = l.acceptance
	return m
}

// halt ends the way up where a device refused, or may not be sent what is next.
func (l *lightpath) halt(reason models.Reason, why string) move {
	if l.phase.Name == records.PhaseLaunch && len(l.decision.Shared) > 0 {
		// Held would want the laser on, and nobody would watch the line then.
		return l.drainWith(reason, why)
	}
	return l.hold(reason, why)
}

// overdue waits for light within a budget and holds the wavelength after it.
func (l *lightpath) overdue(settles int, reason models.Reason, message string) move {
	from := l.phase.Since
	for _, d := range l.devices {
		if d.lost != "" { // no evidence is no evidence against the light
			return l.note(models.DeviceUnreachable, d.lost)
		}
		if !d.judged && d.acked { // what it acknowledged has yet to be looked at
			return move{wake: quietBudget * l.settle} // its evidence wakes us
		}
		if d.counting.After(from) {
			from = d.counting
		}
	}
	waited := l.now.Sub(from)
	if left := time.Duration(settles)*l.settle + l.soak - waited; left > 0 {
		return l.patient(waited, left, message)
	}
	if l.phase.Name == records.PhaseDark {
		return l.to(records.PhaseUndo, 0, reason, message+"; see there that it is off, then retry")
	}
	return l.hold(reason, message)
}

// patient goes on waiting, and says what for once it takes longer than light does.
func (l *lightpath) patient(waited, left time.Duration, message string) move {
	if soon := quietBudget*l.settle + l.soak - waited; soon > 0 {
		return move{wake: min(soon, left)}
	}
	if l.phase.Reason != models.Progressing {
		return move{wake: left} // it is still to say again what it is about
	}
	const missing = "; not yet: "
	stage, said, _ := strings.Cut(l.phase.Message, missing)
	if message == "" || wording(said) == wording(message) {
		return move{wake: left}
	}
	m := l.note(models.Progressing, stage+missing+message)
	m.wake = left
	return m
}

func (l *lightpath) hold(reason models.Reason, message string) move {
	if l.decision.OnVerifyFailure == "undo" {
		return l.drainWith(reason, message)
	}
	return l.to(records.PhaseHeld, plan.HeldStep(l.decision, l.phase.Name, l.phase.Step), reason, message)
}

func (l *lightpath) to(name records.PhaseName, step int, reason models.Reason, message string) move {
	next := records.Phase{
		Name: name, Step: step, DecisionRev: l.decision.Rev, Since: l.now.UTC(), Reason: reason, Message: message,
		Acceptance: l.phase.Acceptance, FailedAt: l.phase.FailedAt, Again: l.phase.Again && (name == records.PhaseDrain || name == records.PhaseUndo),
	}
	switch name {
	case records.PhaseUndo, records.PhaseHeld, records.PhaseStuck, records.PhaseDrain, records.PhaseFailed:
		if next.FailedAt == nil {
			next.FailedAt = &next.Since
		}
	case records.PhaseRemove, records.PhaseGone:
	default:
		next.FailedAt = nil
	}
	return move{to: &next, why: message}
}

// note changes reason and message without leaving the phase; saying the same
// again is no move.
func (l *lightpath) note(reason models.Reason, message string) move {
	if l.phase.Reason == reason && l.phase.Message == message {
		return move{stand: true}
	}
	next := l.phase
	next.Reason, next.Message = reason, message
	return move{to: &next}
}
