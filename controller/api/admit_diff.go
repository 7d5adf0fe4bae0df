package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/intents"
)

// diff compares documents with the stored ones. It judges nothing: what apply
// would refuse is shown all the same.
func (m *admission) diff(ctx context.Context, docs []intents.Document) (wire.ChangeReport, error) {
	keys := make([]string, 0, len(docs))
	for i := range docs {
		keys = append(keys, keyOf(&docs[i]))
	}
	report, err := m.change(ctx, terms{dryRun: true}, false, keys, func(_ context.Context, w *work) error {
		for i := range docs {
			if err := w.compare(&docs[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return report, err
}

func (w *work) compare(doc *intents.Document) error {
	item := wire.ItemChange{Kind: doc.Kind, Namespace: doc.Metadata.Namespace, Name: doc.Metadata.Name, Outcome: wire.Created}
	cur := w.current[keyOf(doc)]
	if cur == nil {
		item.Fields = fieldChanges(&intents.Document{}, doc)
		w.items = append(w.items, item)
		return nil
	}
	before, err := w.cfg.Documents.Of(cur)
	if err != nil {
		return err
	}
	item.UID, item.Generation, item.ResourceVersion = cur.Value.UID, cur.Value.Generation, strconv.FormatInt(cur.Revision, 10)
	item.Outcome = wire.Unchanged
	if !intents.EqualSpec(before, *doc) || !sameLabels(&before, doc) {
		item.Outcome = wire.Configured
		item.Fields = fieldChanges(&before, doc)
	}
	w.items = append(w.items, item)
	return nil
}

// fieldChanges lists the fields in which two documents differ in value.
func fieldChanges(before, after *intents.Document) []wire.FieldChange {
	var out []wire.FieldChange
	compareValues("metadata.labels", generic(before.Metadata.Labels), generic(after.Metadata.Labels), &out)
	compareValues("metadata.annotations", generic(before.Metadata.Annotations), generic(after.Metadata.Annotations), &out)
	compareValues("spec", generic(before.Spec), generic(after.Spec), &out)
	return out
}

// generic is a value as JSON has it.
func generic(v any) any {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var out any
	if json.Unmarshal(raw, &out) != nil {
		return nil
	}
	return out
}

func compareValues(path string, a, b any, out *[]wire.FieldChange) {
	am, aMap := a.(map[string]any)
	bm, bMap := b.(map[string]any)
	if (aMap || a == nil) && (bMap || b == nil) && (aMap || bMap) {
		var names []string
		for name := range am {
			names = append(names, name)
		}
		for name := range bm {
			if _, both := am[name]; !both {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			compareValues(path+"."+name, am[name], bm[name], out)
		}
		return
	}
	al, aList := a.([]any)
	bl, bList := b.([]any)
	if aList && bList {
		for i := range max(len(al), len(bl)) {
			compareValues(fmt.Sprintf("%s[%d]", path, i), at(al, i), at(bl, i), out)
		}
		return
	}
	x, y := shownValue(a), shownValue(b)
	if x != y {
		*out = append(*out, wire.FieldChange{Path: path, Stored: x, Wanted: y})
	}
}

func at(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

func shownValue(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return strconv.Quote(v)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}
