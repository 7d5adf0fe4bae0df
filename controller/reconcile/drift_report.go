package reconcile

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// A difference must stand this long before it is called drift: a notification
// that was under way while we wrote must not look like somebody's edit.
const driftHold = 300 * time.Millisecond

// ownerTag is what our whole objects carry in description or name.
const ownerTag = "waveplane:"

// driftOp compares what was acknowledged with what the device shows. It is not
// judged while an attempt is open.
func (s *Stages) driftOp(w *deviceWorker, sh *share, diffs []difference) ([]store.Op, time.Duration) {
	old, exists := get(s.caches.observed, sh.key)
	if sh.applied.Value.Attempt != nil {
		return nil, 0
	}
	items := s.driftItems(w, sh, diffs)
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	if len(items) == 0 {
		delete(s.memory.driftSince, sh.key)
		delete(s.memory.driftShown, sh.key)
		if exists && len(old.Value.Drift) > 0 {
			return []store.Op{s.tables.Observed.Put(sh.key, records.Observed{At: s.now().UTC()}), s.event(sh.decision.Intent, string(models.NoDrift), sh.decision.Name+": "+w.device.Name+" is again as acknowledged", w.device.Name)}, 0
		}
		return nil, 0
	}
	now := s.now().UTC()

	since, seen := s.memory.driftSince[sh.key]
	if !seen {
		s.memory.driftSince[sh.key] = now
		return nil, driftHold
	}
	if wait := driftHold - now.Sub(since); wait > 0 {
		return nil, wait
	}
	if exists && sameItems(old.Value.Drift, items) {
		return nil, 0
	}
	first := items[0]
	return []store.Op{
		s.tables.Observed.Put(sh.key, records.Observed{At: now, Drift: items}),
		s.event(sh.decision.Intent, "Drift", fmt.Sprintf("%s: %s on %s, first: %s applied %s, found %s", sh.decision.Name, plural(len(items), "difference"), w.device.Name, first.Path, first.Applied, first.Found), w.device.Name),
	}, 0
}

// driftItems words differences for people, with the device's own paths.
func (s *Stages) driftItems(w *deviceWorker, sh *share, diffs []difference) []models.DriftItem {
	if len(diffs) == 0 {
		return nil
	}
	pather, _ := w.current().(drivers.Pather)
	impact := models.Dark
	if sh.phase.Value.Name.Lit() {
		impact = models.Hit
	}
	var out []models.DriftItem
	for _, d := range diffs {
		item := models.DriftItem{
			Device: w.device.Name, Owner: sh.owner, Wavelength: sh.decision.Name, Path: d.id.String(), Applied: d.applied, Found: d.found,
			Since: s.now().UTC(), Class: models.DriftConfiguration, Impact: impact, Message: sh.decision.Name,
		}
		if d.leaf == "" {
			item.Class, item.Found = models.DriftMissing, "absent"
		} else if item.Found == "" {
			item.Found = "absent"
		}
		if (d.applied == "true" || d.applied == models.AdminEnabled) && d.found != "" {
			item.Message = fmt.Sprintf("%s: %s", sh.decision.Name, models.PossiblyManned)
		}
		if pather != nil {
			item.Path = pather.Path(d.id, d.leaf)
		} else if d.leaf != "" {
			item.Path += "/" + string(d.leaf)
		}
		out = append(out, item)
	}
	return out
}

// strangers finds objects that carry our name but stand in no record, and what is left
// of wavelengths that ended without the device.
func (s *Stages) strangers(w *deviceWorker, view *deviceView) []models.DriftItem {
	extra := func(owner string, id models.ObjectID, message string) models.DriftItem {
		return models.DriftItem{
			Device: w.device.Name, Owner: owner, Path: id.String(), Applied: "absent", Found: "present", Since: view.Since.UTC(),
			Class: models.DriftExtra, Impact: models.Dark, Message: message,
		}
	}
	var out []models.DriftItem
	for id, leaves := range view.State.Objects {
		if !id.Kind.Whole() {
			continue
		}
		tag := leaves[models.LeafDescription]
		if id.Kind == models.KindMediaChannel {
			tag = leaves[models.LeafChannelName]
		}
		owner, ours := strings.CutPrefix(tag, ownerTag)
		if !ours {
			continue
		}
		if _, known := get(s.caches.applied, w.device.Name+"/"+owner); known {
			continue
		}
		if key, ok := strings.CutPrefix(owner, "circuit/"); ok {
			if _, decided := get(s.caches.decisions, key); decided {
				continue
			}
		}
		out = append(out, extra(owner, id, "carries Waveplane's name but stands in no record"))
	}
	for _, e := range s.leftOn(w.device.Name) {
		for _, id := range s.stillLeft(w.device.Name, e.Value, view.State) {
			_, owner := splitOwnerKey(e.Key)
			item := extra(owner, id, "left on the device when it was written off")
			item.Wavelength = e.Value.Left
			if o := (models.Object{ObjectID: id, Leaves: view.State.Objects[id]}); carries(o) || lights(o, lasersApart(e.Value.Acked.Objects)) {
				item.Impact, item.Message = models.Hit, item.Message+", and lets light through"
			}
			out = append(out, item)
		}
	}
	slices.SortFunc(out, func(a, b models.DriftItem) int { return strings.Compare(a.Path, b.Path) })
	return out
}

func sameItems(a, b []models.DriftItem) bool {
	return slices.EqualFunc(a, b, func(x, y models.DriftItem) bool {
		x.Since, y.Since = time.Time{}, time.Time{}
		return x == y
	})
}

// Drift reports what was applied against what the devices say. Live asks every
// device anew before it answers. It cannot change anything.
func (s *Stages) Drift(ctx context.Context, live bool, device string) (records.DriftReport, error) {
	report := records.DriftReport{At: s.now().UTC(), Live: live, Items: []models.DriftItem{}}
	for _, name := range s.deviceNames() {
		if device != "" && name != device {
			continue
		}
		view := s.board.view(name)
		if live {
			view = s.refresh(ctx, name)
		}
		if !view.Synced {
			since := view.Since
			message := view.Message
			if message == "" {
				message = "not connected yet"
			}
			report.Unknown = append(report.Unknown, records.UnknownDevice{Device: name, Kind: string(view.Kind), Message: message, Since: since})
			continue
		}
		report.Checked++
		report.Items = append(report.Items, s.driftOn(name, view, live)...)
	}
	if spec, known := s.network.device(device); known && spec.Address == "" {
		return report, nil // glass differs from nothing
	}
	if device != "" && report.Checked == 0 && len(report.Unknown) == 0 {
		return report, fmt.Errorf("no device named %q", device)
	}
	return report, nil
}

// driftOn returns the drift of one device: from the records, or, live, from
// the picture just taken.
func (s *Stages) driftOn(device string, view *deviceView, live bool) []models.DriftItem {
	worker := s.worker(device)
	if worker == nil {
		return nil
	}
	cat := s.network.catalogue()
	var out []models.DriftItem
	for _, owner := range s.owners.on(device) {
		key := device + "/" + owner
		if !live {
			if o, ok := get(s.caches.observed, key); ok && len(o.Value.Drift) > 0 {
				out = append(out, o.Value.Drift...)
			} else {
				out = append(out, s.memory.shown(key)...)
			}
			continue
		}
		sh, ok := s.shareFor(cat, device, owner)
		if !ok || sh.applied.Value.Attempt != nil || sh.applied.Value.Acked == nil {
			continue
		}
		items := s.driftItems(worker, sh, view.differences(sh.applied.Value.Acked))
		if o, ok := get(s.caches.observed, key); ok && sameItems(o.Value.Drift, items) {
			items = o.Value.Drift // keeps since
		} else {
			s.memory.show(key, items)
		}
		out = append(out, items...)
	}
	return append(out, s.strangers(worker, view)...)
}

// askAgain bounds how often a device is asked that tells of changes at the same
// time. After that what it told is as good as an answer.
const askAgain = 3

// refresh asks a device for a full picture now.
func (s *Stages) refresh(ctx context.Context, device string) *deviceView {
	worker := s.worker(device)
	if worker == nil {
		return s.board.view(device)
	}
	session := worker.current()
	if session == nil {
		return s.board.view(device)
	}
	for counts, tries := false, 0; !counts && tries < askAgain; tries++ {
		before := s.board.view(device)
		state, err := session.Observe(ctx)
		if err != nil {
			if ctx.Err() == nil { // who has no patience must not cost the session, in which a change may be under way
				worker.condemn(err)
			}
			return &deviceView{Device: device, Kind: drivers.KindOf(err), Message: err.Error(), Since: s.now().UTC()}
		}
		counts = s.board.answer(before, fullDelta(state))
	}
	s.judgeQueue.Add(device)
	return s.board.view(device)
}
