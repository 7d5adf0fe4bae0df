package api

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
)

// apply stores documents, all or none.
func (m *admission) apply(ctx context.Context, docs []intents.Document, t terms) (wire.ChangeReport, error) {
	keys, alone := make([]string, 0, len(docs)), false
	for i := range docs {
		keys = append(keys, keyOf(&docs[i]))
		alone = alone || docs[i].Kind != intents.KindCircuit
	}
	return m.change(ctx, t, alone, keys, func(ctx context.Context, w *work) error { return w.applyAll(ctx, docs) })
}

func (w *work) applyAll(ctx context.Context, docs []intents.Document) error {
	if !w.terms.unlit {
		if err := intents.Lightable(docs); err != nil {
			return err
		}
	}
	if err := intents.Check(docs, w.net.beside(docs), w.cfg.Catalogue); err != nil {
		return err
	}
	if err := w.names(ctx, docs); err != nil {
		return err
	}
	var faults intents.Faults
	for i := range docs {
		fs, err := w.applyOne(ctx, &docs[i])
		if err != nil {
			return err
		}
		faults = append(faults, fs...)
	}
	if len(faults) > 0 {
		return invalid(faults)
	}
	return nil
}

// applyOne judges one document and adds what storing it takes.
func (w *work) applyOne(ctx context.Context, doc *intents.Document) (intents.Faults, error) {
	kind, err := wire.KindNamed(doc.Kind)
	if err != nil {
		return nil, badRequest(err.Error())
	}
	key := keyOf(doc)
	body, err := encodeDocument(doc)
	if err != nil {
		return nil, err
	}
	item := wire.ItemChange{Kind: doc.Kind, Namespace: doc.Metadata.Namespace, Name: doc.Metadata.Name, Warnings: warnings(doc)}
	cur := w.current[key]
	if cur == nil {
		if doc.Metadata.ResourceVersion != "" {
			return nil, wire.NewFailure(http.StatusConflict, wire.Conflict, refOf(doc)+" was deleted since resourceVersion "+doc.Metadata.ResourceVersion)
		}
		rec := records.Intent{Document: body, UID: newUID(), Generation: 1, Created: w.now, Who: w.terms.who, When: w.now, Why: w.terms.why, Permission: w.terms.permissionFor(1)}
		w.ops = append(w.ops, w.tables.Intents.Create(key, rec))
		w.event(doc.Kind, doc.Metadata.Namespace, doc.Metadata.Name, "Created", w.because("created"))
		item.Outcome, item.UID, item.Generation = wire.Created, rec.UID, 1
		w.storing(doc, &rec)
		w.bump = w.bump || kind.Topology()
		w.items = append(w.items, item)
		return nil, nil
	}
	return w.update(ctx, kind, doc, cur, body, item)
}

// update judges a change of a stored document.
func (w *work) update(ctx context.Context, kind wire.Kind, doc *intents.Document, cur *store.Entry[records.Intent], body []byte, item wire.ItemChange) (intents.Faults, error) {
	if cur.Value.Deletion != nil {
		return nil, wire.NewFailure(http.StatusConflict, wire.Conflict,
			refOf(doc)+" is being deleted; the name is free once its light is down (`waveplane wait "+refOf(doc)+" --for=deleted`)")
	}
	before, err := w.cfg.Documents.Of(cur)
	if err != nil {
		return nil, err
	}
	if err := sameVersion(doc, &before, cur); err != nil {
		return nil, err
	}
	item.UID, item.Generation, item.ResourceVersion = cur.Value.UID, cur.Value.Generation, strconv.FormatInt(cur.Revision, 10)
	item.Outcome = wire.Unchanged
	same := intents.EqualSpec(before, *doc)
	if same && sameLabels(&before, doc) {
		w.items = append(w.items, item)
		return nil, nil
	}
	rec := cur.Value
	rec.Document, rec.Who, rec.When, rec.Why = body, w.terms.who, w.now, w.terms.why
	if !same {
		if faults := identity(&before, doc); len(faults) > 0 {
			return faults, nil
		}
		rec.Generation++
		rec.Permission = w.terms.permissionFor(rec.Generation)
		if err := w.disturbs(ctx, kind, &before, doc, cur); err != nil {
			return nil, err
		}
	}
	w.ops = append(w.ops, w.tables.Intents.Update(keyOf(doc), rec, cur.Revision))
	w.event(doc.Kind, doc.Metadata.Namespace, doc.Metadata.Name, "Configured", w.because(fmt.Sprintf("generation %d", rec.Generation)))
	w.bump = w.bump || kind.Topology()
	w.storing(doc, &rec)
	item.Outcome, item.Generation, item.ResourceVersion = wire.Configured, rec.Generation, ""
	if w.terms.dryRun {
		item.Fields = fieldChanges(&before, doc)
		item.ResourceVersion = strconv.FormatInt(cur.Revision, 10)
	}
	w.items = append(w.items, item)
	return nil, nil
}

// storing notes a document as it is read when it is stored.
func (w *work) storing(doc *intents.Document, rec *records.Intent) {
	d := *doc
	d.Origin, d.Places = keyOf(doc)+":1", nil
	m := &doc.Metadata
	d.Metadata = intents.Metadata{Name: m.Name, Namespace: m.Namespace, Labels: m.Labels, Annotations: m.Annotations, UID: rec.UID, Generation: rec.Generation}
	w.stores = append(w.stores, d)
}

func (w *work) because(what string) string {
	if w.terms.why == "" {
		return what
	}
	return what + ": " + w.terms.why
}

// sameVersion holds a document that names the version it was made from against
// the stored one.
func sameVersion(doc, before *intents.Document, cur *store.Entry[records.Intent]) error {
	m := doc.Metadata
	stale := m.ResourceVersion != "" && m.ResourceVersion != strconv.FormatInt(cur.Revision, 10)
	other := m.UID != "" && m.UID != cur.Value.UID
	if !stale && !other {
		return nil
	}
	message := fmt.Sprintf("%s has changed: it is at resourceVersion %d, the document was made from %s", refOf(doc), cur.Revision, m.ResourceVersion)
	if other {
		message = fmt.Sprintf("%s is another one: it was deleted and made again (uid %s, the document has %s)", refOf(doc), cur.Value.UID, m.UID)
	}
	f := wire.NewFailure(http.StatusConflict, wire.Conflict, message+"; get it again, or leave resourceVersion and uid out to overwrite")
	if changed := fieldChanges(before, doc); len(changed) > 0 {
		f.Details = &wire.Details{Changed: changed}
	}
	return f
}

// identity refuses changes that would make it another thing.
func identity(before, after *intents.Document) intents.Faults {
	var faults intents.Faults
	fixed := func(field, old, new string) {
		if old == new {
			return
		}
		f := after.FaultAt("spec", field)
		f.Message = fmt.Sprintf("cannot change from %q to %q: it is what makes this %s the one it is", old, new, after.Kind)
		f.Remedy = "store it under another name and delete this one"
		faults = append(faults, f)
	}
	switch b := before.Spec.(type) {
	case *intents.CircuitSpec:
		a := after.Spec.(*intents.CircuitSpec)
		fixed("from", b.From, a.From)
		fixed("to", b.To, a.To)
	case *intents.WavelengthSpec:
		a := after.Spec.(*intents.WavelengthSpec)
		fixed("from", b.From, a.From)
		fixed("to", b.To, a.To)
	}
	return faults
}

func sameLabels(a, b *intents.Document) bool {
	return equalMaps(a.Metadata.Labels, b.Metadata.Labels) && equalMaps(a.Metadata.Annotations, b.Metadata.Annotations)
}

func equalMaps(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if w, ok := b[k]; !ok || w != v {
			return false
		}
	}
	return true
}

// encodeDocument is what is stored: the document without what the server adds.
func encodeDocument(d *intents.Document) ([]byte, error) {
	clean := *d
	clean.Metadata = intents.Metadata{Name: d.Metadata.Name, Namespace: d.Metadata.Namespace, Labels: d.Metadata.Labels, Annotations: d.Metadata.Annotations}
	return intents.Encode(clean)
}

// newUID names an object for good. It is short because it becomes part of
// names on devices.
func newUID() string {
	return strings.ToLower(rand.Text()[:12]) // 60 random bits
}

// warnings tell what is allowed but may surprise.
func warnings(d *intents.Document) []string {
	if spec, ok := d.Spec.(*intents.DeviceSpec); ok && spec.Address != "" && spec.Mode != "manage" {
		return []string{"mode observe: nothing will be sent to this device, and circuits that would change it stay pending"}
	}
	return nil
}
