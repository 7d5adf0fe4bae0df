package preview

import (
	"strings"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
)

// Leaving answers for an intent that is being deleted: nothing is planned for it any
// more, and these are the wavelengths that are still to go.
func Leaving(ref records.IntentRef, decisions []records.Decision) records.CircuitPlan {
	cp := records.CircuitPlan{Kind: ref.Kind, Namespace: ref.Namespace, Name: ref.Name, Action: "remove"}
	for i := range decisions {
		cp.Wavelengths = append(cp.Wavelengths, planned(&decisions[i], "remove"))
	}
	return cp
}

// Explain answers why a request is as it is: what it has, and every route and
// mode between its ends with what speaks against it, as if it had nothing yet.
// The ledger stays as it is. It looks at far more than planning does: where
// others wait for the ledger, pass a copy (Ledger.Copy).
func Explain(w World, req plan.Request) records.CircuitPlan {
	e := plan.Explain(w.Network, w.Ledger, w.Estimator, req)
	cp := records.CircuitPlan{
		Kind: req.Intent.Kind, Namespace: req.Intent.Namespace, Name: req.Intent.Name, Action: "none", Refusal: e.Refusal, Pair: pairPlan(e.Pair),
	}
	for _, criterion := range e.Objective {
		cp.Objective = append(cp.Objective, string(criterion))
	}
	for i := range req.Current {
		cp.Wavelengths = append(cp.Wavelengths, planned(&req.Current[i], "keep"))
	}
	type words struct{ route, mode, reason, message, lost string }
	said := map[words]bool{} // kinds of ports at the ends that fare alike are one candidate
	for _, c := range e.Candidates {
		w := words{strings.Join(c.Route, " "), c.Mode, string(c.Reason), c.Message, c.Lost}
		if said[w] {
			continue
		}
		said[w] = true
		out := c.Candidate
		out.Lost = c.Lost
		if c.Slot.Valid() {
			out.CentreGHz, out.SlotGHz = c.Slot.Centre().GHz(), c.Slot.Width().GHz()
		}
		cp.Candidates = append(cp.Candidates, out)
	}
	return cp
}
