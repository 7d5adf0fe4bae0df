package reconcile

import (
	"fmt"
	"strings"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
)

// review looks at light that was decided with another model: what this one
// predicts below its floor is said, and stays as it is. The caller holds
// planner.mu.
func (s *Stages) review(w *planWork, network *plan.Network) {
	if w.deleting || w.request != nil {
		return
	}
	var low []string
	for _, wl := range w.rec.Live {
		e, ok := get(s.caches.decisions, records.WavelengthKey(w.ref.UID, wl))
		if !ok || e.Value.Estimator == s.cfg.Estimator.Name() {
			continue
		}
		d := &e.Value
		now, ok := s.planner.ledger.Predicted(network, s.cfg.Estimator, d.Owner())
		if margin := now.Worst().MarginDb; ok && margin < d.Floor.Db() {
			low = append(low, fmt.Sprintf("%s is predicted with %.2f dB of margin by %s, %v asked for (%v by %s when it was decided)",
				d.Name, margin, s.cfg.Estimator.Name(), d.Floor, d.Margin, d.Estimator))
		}
	}
	if text := strings.Join(low, "; "); text != w.rec.Suggestion {
		w.rec.Suggestion, w.changed = text, true
	}
}
