package preview

import (
	"errors"
	"fmt"
	"maps"
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

// Devices tells how devices are now. No method sends anything.
type Devices interface {
	// Found returns what the device shows of the objects of a fragment.
	Found(f models.Fragment) []models.Object
	// Removed returns what taking an owner off a device changes there: nothing
	// where it never got anything.
	Removed(device, owner string) []models.Change
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
	var added, removed []*records.Decision
	for i := range c.Remove {
		for j := range c.Remove[i].Decisions {
			removed = append(removed, &c.Remove[i].Decisions[j])
		}
	}
	for i := range outcomes {
		for j := range outcomes[i].Add {
			added = append(added, &outcomes[i].Add[j])
		}
		removed = append(removed, retired(&c.Requests[i], &outcomes[i])...)
		report.Circuits = append(report.Circuits, circuitPlan(&c.Requests[i], &outcomes[i], sum))
	}
	var errs []error
	come, err := w.coming(added)
	// Removals are sent first: they free what others may need.
	report.Devices = w.devicePlans(c.Native, w.going(removed), come)
	if err != nil {
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

// retired returns the decisions that an outcome gives up.
func retired(req *plan.Request, out *plan.Outcome) []*records.Decision {
	var list []*records.Decision
	for i := range req.Current {
		if slices.Contains(out.Retire, req.Current[i].WL) {
			list = append(list, &req.Current[i])
		}
	}
	return list
}

// devicePlans puts together what happens to each device, in the order of the lists.
func (w World) devicePlans(native bool, lists ...map[string][]models.Change) []records.DevicePlan {
	byDevice := map[string][][]models.Change{}
	for _, list := range lists {
		for device, changes := range list {
			byDevice[device] = append(byDevice[device], changes)
		}
	}
	var out []records.DevicePlan
	for _, device := range slices.Sorted(maps.Keys(byDevice)) {
		dp := records.DevicePlan{Device: device, Changes: slices.Concat(byDevice[device]...)}
		if native {
			dp.Native = w.native(device, byDevice[device]...)
		}
		out = append(out, dp)
	}
	return out
}

// coming lists by device what decisions in service mean for it.
func (w World) coming(decisions []*records.Decision) (map[string][]models.Change, error) {
	out := map[string][]models.Change{}
	var errs []error
	for _, d := range decisions {
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
			out[f.Device] = append(out[f.Device], plan.Diff(d.Owner(), found, f.Objects)...)
		}
	}
	return out, errors.Join(errs...)
}

// going lists by device what is left of decisions there and would go.
func (w World) going(decisions []*records.Decision) map[string][]models.Change {
	out := map[string][]models.Change{}
	if w.Devices == nil {
		return out
	}
	for _, d := range decisions {
		for _, device := range d.Devices() {
			if changes := w.Devices.Removed(device, d.Owner()); len(changes) > 0 {
				out[device] = append(out[device], changes...)
			}
		}
	}
	return out
}

// native shows changes in the device's own form. What comes and what goes is sent
// apart, and may be about the same objects.
func (w World) native(device string, lists ...[]models.Change) string {
	if w.Devices == nil {
		return NotConnected
	}
	lists = slices.DeleteFunc(lists, func(list []models.Change) bool { return len(list) == 0 })
	if len(lists) == 0 {
		lists = append(lists, nil) // nothing changes, which has a form too
	}
	var texts []string
	for _, list := range lists {
		text := w.Devices.Native(device, list)
		if text == NotConnected {
			return text
		}
		texts = append(texts, strings.TrimRight(text, "\n"))
	}
	return strings.Join(texts, "\n")
}
