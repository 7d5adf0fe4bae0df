package preview

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// World is what a preview starts from.
type World struct {
	Network   *plan.Network
	Ledger    *plan.Ledger // reserved in on the way, and given back
	Estimator plan.Estimator
	Devices   Devices // nil means that no device is connected
}

// Devices tells how devices are now. Neither method sends anything.
type Devices interface {
	// Found returns what the device shows of the objects of a fragment.
	Found(f models.Fragment) []models.Object
	// Native shows changes as the device would get them, or says why it cannot.
	Native(device string, changes []models.Change) string
}

// NotConnected is what stands for the form of a device that cannot be asked.
const NotConnected = "not connected"

// Change is what is asked about.
type Change struct {
	Remove   []Removal
	Requests []plan.Request
	// Native asks for the changes in the devices' own form too.
	Native bool
}

// Removal is a stored intent that is to go, with the decisions it has.
type Removal struct {
	Intent    records.IntentRef
	Decisions []records.Decision
}

// Plan answers what a change would make of the network. The ledger is as it was
// when Plan returns. The report is whole even with an error, which then names
// what could not be rendered or given back: a fault of the program, not of the
// documents.
func Plan(w World, c Change) (records.PlanReport, error) {
	report := records.PlanReport{Estimator: w.Estimator.Name(), Circuits: []records.CircuitPlan{}}
	sum := &report.Summary
	for i := range c.Remove {
		r := &c.Remove[i]
		for j := range r.Decisions {
			w.Ledger.Release(&r.Decisions[j])
			sum.Remove++
			sum.SpectrumGHz -= spectrumOf(&r.Decisions[j])
		}
		report.Circuits = append(report.Circuits, records.CircuitPlan{Kind: r.Intent.Kind, Namespace: r.Intent.Namespace, Name: r.Intent.Name, Action: "remove"})
	}
	outcomes := plan.Compute(w.Network, w.Ledger, w.Estimator, c.Requests)
	var added []*records.Decision
	for i := range outcomes {
		for j := range outcomes[i].Add {
			added = append(added, &outcomes[i].Add[j])
		}
		report.Circuits = append(report.Circuits, circuitPlan(&c.Requests[i], &outcomes[i], sum))
	}
	var errs []error
	var err error
	if report.Devices, err = w.devicePlans(added, c.Native); err != nil {
		errs = append(errs, err)
	}
	for _, d := range added {
		w.Ledger.Release(d)
	}
	for i := range c.Remove {
		errs = append(errs, w.giveBack(c.Remove[i].Decisions))
	}
	sum.Text = summaryText(&report)
	return report, errors.Join(errs...)
}

// giveBack reserves again what was released to plan without it.
func (w World) giveBack(decisions []records.Decision) error {
	var errs []error
	for i := range decisions {
		if _, err := w.Ledger.Reserve(w.Network, &decisions[i]); err != nil {
			errs = append(errs, fmt.Errorf("give back what a preview released: %w", err))
		}
	}
	return errors.Join(errs...)
}

// spectrumOf is the slot width times the links it is taken on.
func spectrumOf(d *records.Decision) float64 {
	return d.Slot.Width().GHz() * float64(len(d.Route))
}

func circuitPlan(req *plan.Request, out *plan.Outcome, sum *records.PlanSummary) records.CircuitPlan {
	cp := records.CircuitPlan{
		Kind: req.Intent.Kind, Namespace: req.Intent.Namespace, Name: req.Intent.Name, Refusal: out.Refusal, Candidates: out.Reasons.Candidates, More: out.Reasons.More,
	}
	retire := map[int]bool{}
	for _, wl := range out.Retire {
		retire[wl] = true
		cp.Retire = append(cp.Retire, fmt.Sprintf("%s-%d", req.Intent.Name, wl))
		sum.Remove++
	}
	for i := range req.Current {
		d := &req.Current[i]
		action := "keep"
		if retire[d.WL] {
			action = "remove"
			sum.SpectrumGHz -= spectrumOf(d)
		} else {
			sum.Keep++
		}
		cp.Wavelengths = append(cp.Wavelengths, planned(d, action))
	}
	for i := range out.Add {
		d := &out.Add[i]
		cp.Wavelengths = append(cp.Wavelengths, planned(d, "add"))
		sum.Add++
		sum.SpectrumGHz += spectrumOf(d)
	}
	cp.Pair = pairPlan(out.Pair)
	switch {
	case out.Refusal != nil:
		cp.Action = "refused"
		sum.Refused++
	case len(req.Current) == 0:
		cp.Action = "add"
	case len(out.Add)+len(out.Retire) > 0:
		cp.Action = "change"
	default:
		cp.Action = "none"
	}
	return cp
}

func planned(d *records.Decision, action string) records.PlannedWavelength {
	p := records.PlannedWavelength{
		Name: d.Name, Action: action, Mode: d.Mode, CapacityGbps: d.CapacityGbps, CentreGHz: d.Slot.Centre().GHz(), SlotGHz: d.Slot.Width().GHz(),
		LaunchDbm: d.LaunchPower.Dbm(), LengthKm: d.LengthKm, LatencyMs: d.LatencyMs, OsnrDb: d.Osnr.Db(), MarginDb: d.Margin.Db(), Forecast: d.Forecast,
		WorstNeighbour: d.WorstNeighbour, NeighbourLossDb: d.NeighbourLoss.Db(),
	}
	for i, end := range d.Ends {
		p.Ends[i] = end.Device + "/" + end.Port
	}
	for _, leg := range d.Route {
		p.Route = append(p.Route, leg.Link)
	}
	return p
}

// pairPlan says what a circuit with protection 1+1 would get.
func pairPlan(p *plan.Pair) *records.PlannedPair {
	if p == nil {
		return nil
	}
	out := &records.PlannedPair{Disjoint: p.Disjoint, LatencyMs: p.LatencyMs, LeastMs: p.LeastMs, Proven: p.Proven}
	for i, leg := range p.Legs {
		to := &out.Legs[i]
		to.Route, to.LengthKm, to.LatencyMs = leg.Route, leg.LengthKm, leg.LatencyMs
		for j := range leg.Wavelengths {
			to.Wavelengths = append(to.Wavelengths, planned(&leg.Wavelengths[j], "plan"))
		}
	}
	return out
}

// devicePlans renders what the added wavelengths would put on each device by
// the time they are in service.
func (w World) devicePlans(added []*records.Decision, native bool) ([]records.DevicePlan, error) {
	changes := map[string][]models.Change{}
	var errs []error
	for _, d := range added {
		fragments, err := plan.Render(w.Network.Catalogue(), d, records.PhaseInService, 0)
		if err != nil {
			errs = append(errs, fmt.Errorf("render %s: %w", d.Name, err))
			continue
		}
		for _, f := range fragments {
			if len(f.Objects) == 0 {
				continue
			}
			var found []models.Object
			if w.Devices != nil {
				found = w.Devices.Found(f)
			}
			changes[f.Device] = append(changes[f.Device], plan.Diff(d.Owner(), found, f.Objects)...)
		}
	}
	var out []records.DevicePlan
	for device, list := range changes {
		dp := records.DevicePlan{Device: device, Changes: list}
		switch {
		case native && w.Devices != nil:
			dp.Native = w.Devices.Native(device, list)
		case native:
			dp.Native = NotConnected
		}
		out = append(out, dp)
	}
	slices.SortFunc(out, func(a, b records.DevicePlan) int { return strings.Compare(a.Device, b.Device) })
	return out, errors.Join(errs...)
}
