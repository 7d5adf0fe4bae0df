package preview

import (
	"fmt"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
)

// Replan answers what would be decided for a stored request today, make before
// break: what it has keeps its place until the new light is in service, so the
// new is planned beside it. The ledger is as it was when Replan returns; an
// error is as that of Plan.
func Replan(w World, req plan.Request, native bool) (records.PlanReport, error) {
	report := records.PlanReport{Estimator: w.Estimator.Name()}
	fresh := req
	fresh.Current, fresh.Lit = nil, nil
	for i := range req.Current {
		fresh.NextWL = max(fresh.NextWL, req.Current[i].WL+1)
	}
	out := plan.Compute(w.Network, w.Ledger, w.Estimator, []plan.Request{fresh})[0]
	var added []*records.Decision
	for i := range out.Add {
		added = append(added, &out.Add[i])
	}
	if out.Refusal == nil {
		for i := range req.Current {
			out.Retire = append(out.Retire, req.Current[i].WL)
		}
	}
	come, err := w.coming(added)
	report.Devices = w.devicePlans(native, come, w.going(retired(&req, &out)))
	for _, d := range added {
		w.Ledger.Release(d)
	}
	report.Circuits = []records.CircuitPlan{circuitPlan(&req, &out, &report.Summary)}
	report.Summary.Text = summaryText(&report)
	if out.Refusal == nil {
		report.Steps = steps(&req, added)
	}
	return report, err
}

// steps lists what would happen, in order.
func steps(req *plan.Request, added []*records.Decision) []string {
	var out []string
	for _, d := range added {
		out = append(out, fmt.Sprintf("light %s beside what is there: dark, launch, open, verify, in service", d.Name))
	}
	for i := range req.Current {
		out = append(out, fmt.Sprintf("drain and remove %s, once the new light is in service", req.Current[i].Name))
	}
	return out
}

// summaryText is the last line of a plan.
func summaryText(r *records.PlanReport) string {
	sum := &r.Summary
	text := fmt.Sprintf("%d add, %d keep, %d remove, %d refused; spectrum %+g GHz", sum.Add, sum.Keep, sum.Remove, sum.Refused, sum.SpectrumGHz)
	worst, who := 0.0, ""
	for _, c := range r.Circuits {
		for _, w := range c.Wavelengths {
			if w.Action == "add" && w.NeighbourLossDb > worst {
				worst, who = w.NeighbourLossDb, w.WorstNeighbour
			}
		}
	}
	if who != "" {
		text += fmt.Sprintf("; worst neighbour -%g dB (%s)", worst, who)
	}
	return text
}
