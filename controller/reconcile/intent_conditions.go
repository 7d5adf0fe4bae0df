package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/models"
)

// conditions collects the conditions of one document.
type conditions struct {
	list       []models.Condition
	generation int64
	stages     *Stages
}

func (c *conditions) set(t models.ConditionType, status string, reason models.Reason, message string) {
	c.list, _ = models.SetCondition(c.list, models.Condition{
		Type: t, Status: status, Reason: reason, Message: message, LastTransitionTime: c.stages.now().UTC(), ObservedGeneration: c.generation,
	})
}

func (s *Stages) conditionsOf(e *store.Entry[records.Intent], old records.Status) *conditions {
	return &conditions{list: append([]models.Condition(nil), old.Conditions...), generation: e.Value.Generation, stages: s}
}

func (s *Stages) setProgrammed(c *conditions, sum *summary) {
	switch {
	case sum.live+sum.retiring == 0:
		c.set(models.Programmed, "False", models.Progressing, "nothing is decided")
	case sum.unknown != "":
		c.set(models.Programmed, "Unknown", models.DeviceUnreachable, sum.unknown)
	case sum.refused != "":
		c.set(models.Programmed, "False", models.DeviceRejected, sum.refused)
	case sum.pending != "" || sum.retiring > 0:
		c.set(models.Programmed, "False", models.Progressing, sum.pending)
	default:
		c.set(models.Programmed, "True", models.AllAcknowledged, "")
	}
}

func (s *Stages) setReady(c *conditions, e *store.Entry[records.Intent], rec records.Circuit, sum *summary, asked int) {
	deleting := "being deleted"
	if off := e.Value.WrittenOff; len(off) > 0 {
		deleting += " without " + strings.Join(off, ", ")
	}
	switch {
	case e.Value.Deletion != nil && sum.stalled != "":
		c.set(models.Ready, "False", sum.stalledWhy, sum.stalled)
	case e.Value.Deletion != nil && sum.unknown != "":
		c.set(models.Ready, "False", models.DeviceUnreachable, deleting+"; "+sum.unknown)
	case e.Value.Deletion != nil && sum.pending != "":
		c.set(models.Ready, "False", models.Deleting, deleting+"; "+sum.pending)
	case e.Value.Deletion != nil:
		c.set(models.Ready, "False", models.Deleting, deleting)
	case sum.live == 0 && rec.Refusal != nil:
		c.set(models.Ready, "False", rec.Refusal.Reason, rec.Refusal.Message)
	case sum.dark != "" && sum.unknown != "" && sum.inService < sum.live && sum.stalled == "":
		text := sum.dark
		if !strings.Contains(text, sum.unknown) { // the phase may say so itself
			text += "; " + sum.unknown
		}
		c.set(models.Ready, "False", models.DeviceUnreachable, text)
	case sum.dark != "":
		reason := sum.darkReason
		if reason == "" {
			reason = models.Progressing
		}
		c.set(models.Ready, "False", reason, sum.dark+sum.changed())
	case sum.unknown != "" && sum.live > 0:
		c.set(models.Ready, "Unknown", models.DeviceUnreachable, sum.unknown)
	case sum.live > 0 && sum.readyGbps >= asked:
		text := fmt.Sprintf("%d Gbit/s on %s, light verified", sum.readyGbps, plural(sum.live, "wavelength"))
		if sum.plant != "" {
			text += "; " + sum.plant
		}
		c.set(models.Ready, "True", models.LightVerified, text)
	case sum.live > 0:
		c.set(models.Ready, "False", models.Progressing, fmt.Sprintf("%d of %d Gbit/s ready", sum.readyGbps, asked))
	case len(rec.Tombstones) > 0 && rec.Generation == e.Value.Generation:
		t := rec.Tombstones[len(rec.Tombstones)-1]
		c.set(models.Ready, "False", t.Reason, t.Words)
	default:
		c.set(models.Ready, "False", models.Progressing, "nothing is lit")
	}
}

// changed points to differences in configuration, which may be why light is missing.
func (sum *summary) changed() string {
	if len(sum.drift) == 0 {
		return ""
	}
	var devices []string
	for _, d := range sum.drift {
		if !slices.Contains(devices, d.Device) {
			devices = append(devices, d.Device)
		}
	}
	return "; configuration differs on " + strings.Join(devices, ", ") + ", see drift"
}

func (s *Stages) setInSync(c *conditions, sum *summary) {
	switch {
	case len(sum.drift) > 0:
		d := sum.drift[0]
		c.set(models.InSync, "False", models.DriftHeld, fmt.Sprintf("%s, first on %s: %s applied %s, found %s", plural(len(sum.drift), "difference"), d.Device, d.Path, d.Applied, d.Found))
	case sum.unknown != "":
		c.set(models.InSync, "Unknown", models.DeviceUnreachable, sum.unknown)
	default:
		c.set(models.InSync, "True", models.NoDrift, "")
	}
}

func (s *Stages) setStalled(c *conditions, e *store.Entry[records.Intent], rec records.Circuit, sum *summary, asked int) {
	answered := rec.Generation == e.Value.Generation
	switch {
	case sum.stalled != "":
		c.set(models.Stalled, "True", sum.stalledWhy, sum.stalled)
	case e.Value.Deletion == nil && answered && rec.Refusal != nil:
		c.set(models.Stalled, "True", rec.Refusal.Reason, rec.Refusal.Message)
	case e.Value.Deletion == nil && answered && (sum.live == 0 || sum.liveGbps < asked) && len(rec.Tombstones) > 0:
		t := rec.Tombstones[len(rec.Tombstones)-1]
		c.set(models.Stalled, "True", t.Reason, t.Words)
	default:
		c.set(models.Stalled, "False", models.Progressing, "")
	}
}
