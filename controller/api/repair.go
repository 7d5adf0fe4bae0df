package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// repairOutlook is what is known about a repair before it is asked for. The
// devices are asked anew: one that is only polled may have been changed since it
// last told. They have the last word when they are compared once more.
type repairOutlook struct {
	denied []string // per device, why it would be refused
	idle   []string // devices that are as they were acknowledged
	away   []string // devices that cannot be asked
	asked  int      // all of them
}

// outlook looks at every wavelength that a repair of the target covers.
func (a *API) outlook(ctx context.Context, t target, allowOutage bool) (repairOutlook, error) {
	var out repairOutlook
	decisions, _, err := a.tables.Decisions.List(ctx, "")
	if err != nil {
		return out, err
	}
	differs := map[string]bool{}            // by device; false: nothing does
	told := map[string][]models.DriftItem{} // by device that answered
	answers := func(device string) ([]models.DriftItem, bool) {
		if _, asked := told[device]; !asked {
			told[device] = nil
			// One without an address is neither checked nor unknown: there is nothing to ask.
			if r, err := a.cfg.Prober.Drift(ctx, true, device); err == nil && len(r.Unknown) == 0 {
				told[device] = append([]models.DriftItem{}, r.Items...)
			}
		}
		return told[device], told[device] != nil
	}
	for _, d := range decisions {
		if d.Value.Intent.Kind == "" {
			continue // settings of a section, not a wavelength
		}
		for _, device := range coveredBy(t, &d.Value) {
			items, _ := answers(device)
			drifted := slices.ContainsFunc(items, func(it models.DriftItem) bool { return it.Owner == d.Value.Owner() && repairable(it) })
			differs[device] = differs[device] || drifted
			if !drifted || allowOutage {
				continue
			}
			phase, err := optional(a.tables.Phases.Get(ctx, d.Key))
			if err != nil {
				return out, err
			}
			if phase != nil && phase.Name.Lit() {
				out.denied = append(out.denied, fmt.Sprintf("%s: refused: %s: %s carries light: repeat with --allow-outage", device, models.OutageNotAllowed, d.Value.Name))
			}
		}
	}
	if t.kind.Name == intents.KindDevice && !differs[t.name] {
		differs[t.name] = false // nothing of ours may be on it at all
	}
	out.asked = len(differs)
	for device, drifted := range differs {
		if _, ok := answers(device); !ok {
			out.away = append(out.away, device)
		} else if !drifted {
			out.idle = append(out.idle, device)
		}
	}
	slices.Sort(out.idle)
	slices.Sort(out.away)
	slices.Sort(out.denied)
	return out, nil
}

// coveredBy returns the devices on which a repair of t writes for a decision.
func coveredBy(t target, d *records.Decision) []string {
	switch {
	case t.kind.Name == intents.KindDevice && slices.Contains(d.Devices(), t.name):
		return []string{t.name}
	case t.kind.Namespaced && d.Intent.Namespace == t.namespace && d.Intent.Name == t.name:
		return d.Devices()
	}
	return nil
}

// repairable reports whether sending configuration again would change what was
// found. Light is no configuration, and what waits is not a device's drift.
func repairable(it models.DriftItem) bool {
	return it.Class == models.DriftConfiguration || it.Class == models.DriftMissing
}

// unseen refuses a repair of the devices that cannot be asked: a person permits to
// undo what is seen, not what somebody does there until they are back.
func (o *repairOutlook) unseen(t target) (map[string]string, error) {
	if len(o.away) == 0 {
		return nil, nil
	}
	if len(o.away) == o.asked {
		f := wire.NewFailure(http.StatusConflict, wire.Conflict, o.nobody(t))
		return nil, f
	}
	refused := map[string]string{}
	for _, device := range o.away {
		refused[device] = string(models.DeviceUnreachable) + ": cannot be asked, so what differs is not known; repair it when it is back"
	}
	return refused, nil
}

// nobody says that none of the devices can be asked.
func (o *repairOutlook) nobody(t target) string {
	if t.kind.Name == intents.KindDevice {
		return t.ref() + " cannot be asked, so what differs on it is not known; repair it when it is back"
	}
	return fmt.Sprintf("%s: none of its devices can be asked (%s), so what differs is not known; repair it when they are back", t.ref(), strings.Join(o.away, ", "))
}

func repairDenied(t target, denied []string) error {
	f := wire.NewFailure(http.StatusForbidden, wire.OutageNotAllowed, t.ref()+" carries light; a repair of it needs --allow-outage")
	f.Details = &wire.Details{Names: denied}
	return f
}
