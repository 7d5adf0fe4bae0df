package api

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
)

// storedDocument is the part of a stored document that is shown as it is.
type storedDocument struct {
	APIVersion string           `json:"apiVersion"`
	Kind       string           `json:"kind"`
	Metadata   intents.Metadata `json:"metadata"`
	Spec       json.RawMessage  `json:"spec"`
}

// objectOf shows a stored document with what the server knows beside it.
func objectOf(e store.Entry[records.Intent]) (wire.Object, error) {
	var d storedDocument
	if err := json.Unmarshal(e.Value.Document, &d); err != nil {
		return wire.Object{}, fmt.Errorf("stored document %s: %w", e.Key, err)
	}
	o := wire.Object{APIVersion: d.APIVersion, Kind: d.Kind, Metadata: d.Metadata, Spec: d.Spec}
	m := &o.Metadata
	m.UID, m.Generation, m.ResourceVersion = e.Value.UID, e.Value.Generation, strconv.FormatInt(e.Revision, 10)
	created := e.Value.Created
	m.CreationTimestamp, m.DeletionTimestamp = &created, e.Value.Deletion
	return o, nil
}

// wavelengthOf shows a decision as a read-only Wavelength. Phase may be nil.
func wavelengthOf(d store.Entry[records.Decision], phase *store.Entry[records.Phase]) (wire.Object, error) {
	dec := d.Value
	route := make([]string, 0, len(dec.Route))
	for _, leg := range dec.Route {
		route = append(route, leg.Link)
	}
	centre, width, tx, floor := dec.Slot.Centre().GHz(), dec.Slot.Width().GHz(), dec.LaunchPower.Dbm(), dec.Floor.Db()
	spec, err := json.Marshal(intents.WavelengthSpec{
		From: dec.Ends[0].Device + "/" + dec.Ends[0].Port, To: dec.Ends[1].Device + "/" + dec.Ends[1].Port,
		Route: route, CentreGHz: &centre, SlotGHz: &width, Mode: dec.Mode, TxDbm: &tx, MinMarginDb: &floor,
	})
	if err != nil {
		return wire.Object{}, fmt.Errorf("wavelength %s: %w", dec.Name, err)
	}
	revision := d.Revision
	o := wire.Object{
		APIVersion: intents.APIVersion, Kind: intents.KindWavelength, Spec: spec,
		Metadata: intents.Metadata{Name: dec.Name, Namespace: dec.Intent.Namespace, UID: dec.Key(), Generation: dec.Rev,
			Labels: map[string]string{wire.LabelCircuit: dec.Intent.Name}},
		Status: &wire.Status{CapacityGbps: dec.CapacityGbps, LatencyMs: dec.LatencyMs, MarginDb: dec.Margin.Db(), Estimator: dec.Estimator},
	}
	o.Status.ObservedGeneration = dec.Rev
	if phase != nil {
		showPhase(o.Status, phase.Value)
		revision = max(revision, phase.Revision)
	}
	o.Metadata.ResourceVersion = strconv.FormatInt(revision, 10)
	return o, nil
}

func showPhase(s *wire.Status, p records.Phase) {
	since := p.Since
	s.Phase, s.Since, s.Reason, s.Message = p.Name, &since, p.Reason, p.Message
}

// fillWavelength puts what was decided for a hand-written Wavelength into its
// status.
func fillWavelength(o *wire.Object, made wire.Object) {
	if o.Status == nil {
		o.Status = &wire.Status{}
	}
	s, m := o.Status, made.Status
	s.Phase, s.Since, s.Reason, s.Message = m.Phase, m.Since, m.Reason, m.Message
	s.CapacityGbps, s.LatencyMs, s.MarginDb, s.Estimator = m.CapacityGbps, m.LatencyMs, m.MarginDb, m.Estimator
}

// selector is a parsed labelSelector: all its terms must hold.
type selector []term

type term struct {
	key, value string
	has        bool // the key is there (with the value, unless any)
	any        bool
}

// parseSelector reads "a=b,c!=d,e,!f".
func parseSelector(s string) (selector, error) {
	var out selector
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		t := term{has: true}
		var found bool
		switch {
		case strings.Contains(part, "!="):
			t.key, t.value, _ = strings.Cut(part, "!=")
			t.has = false
		case strings.Contains(part, "="):
			t.key, t.value, _ = strings.Cut(part, "=")
			t.value = strings.TrimPrefix(t.value, "=")
		default:
			t.any = true
			t.key, found = strings.CutPrefix(part, "!")
			t.has = !found
		}
		t.key, t.value = strings.TrimSpace(t.key), strings.TrimSpace(t.value)
		if t.key == "" || strings.ContainsAny(t.key+t.value, "()=! ") {
			return nil, badRequest(fmt.Sprintf("labelSelector %q: want terms such as a=b, a!=b, a or !a, parted by commas", s))
		}
		out = append(out, t)
	}
	return out, nil
}

func (s selector) matches(labels map[string]string) bool {
	for _, t := range s {
		value, ok := labels[t.key]
		if (ok && (t.any || value == t.value)) != t.has {
			return false
		}
	}
	return true
}

func sortObjects(items []wire.Object) {
	slices.SortFunc(items, func(a, b wire.Object) int {
		if c := strings.Compare(a.Metadata.Namespace, b.Metadata.Namespace); c != 0 {
			return c
		}
		return naturalCompare(a.Metadata.Name, b.Metadata.Name)
	})
}

// naturalCompare orders x-2 before x-10.
func naturalCompare(a, b string) int {
	for a != "" && b != "" {
		da, db := digits(a), digits(b)
		if da > 0 && db > 0 {
			na, nb := strings.TrimLeft(a[:da], "0"), strings.TrimLeft(b[:db], "0")
			if len(na) != len(nb) {
				return len(na) - len(nb)
			}
			if c := strings.Compare(na, nb); c != 0 {
				return c
			}
			a, b = a[da:], b[db:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
