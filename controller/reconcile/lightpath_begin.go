package reconcile

import (
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/models"
)

// begin enters a new wavelength with its first step taken: nothing but a pause or a
// device that is only observed keeps it from being configured at once.
func (s *Stages) begin(d *records.Decision) []store.Op {
	now := s.now()
	l := &lightpath{decision: d, wanted: true, now: now, phase: records.Phase{
		Name: records.PhasePlanned, DecisionRev: d.Rev, Since: now.UTC(), Reason: models.Planned,
	}}
	s.blocked(l)
	m := l.next()
	if m.to == nil {
		return []store.Op{s.tables.Phases.Create(d.Key(), l.phase)}
	}
	ops := []store.Op{s.tables.Phases.Create(d.Key(), *m.to)}
	if m.why != "" {
		ops = append(ops, s.stepEvent(l, m))
	}
	return ops
}

// stepEvent tells a step in the log and as an event.
func (s *Stages) stepEvent(l *lightpath, m move) store.Op {
	s.log.Info("phase", "intent", intentKey(l.decision.Intent), "op", "advance", "wavelength", l.decision.Name,
		"from", l.phase.Name, "to", m.to.Name, "step", m.to.Step, "reason", m.to.Reason, "message", m.to.Message)
	return s.event(l.decision.Intent, string(m.to.Name), l.decision.Name+": "+m.why, "")
}
