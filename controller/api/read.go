package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
)

type listInput struct {
	Namespace       string `path:"namespace"`
	LabelSelector   string `query:"labelSelector" maxLength:"1024"`
	Watch           bool   `query:"watch"`
	ResourceVersion string `query:"resourceVersion" doc:"watch: changes after this revision; without it all documents first"`
}

// allInput is listInput for paths without a namespace.
type allInput struct {
	LabelSelector   string `query:"labelSelector" maxLength:"1024"`
	Watch           bool   `query:"watch"`
	ResourceVersion string `query:"resourceVersion" doc:"watch: changes after this revision; without it all documents first"`
}

// objectInput names one document.
type objectInput struct {
	Namespace string `path:"namespace"`
	Name      string `path:"name"`
}

// wideInput is objectInput for kinds without a namespace.
type wideInput struct {
	Name string `path:"name"`
}

type objectOutput struct{ Body wire.Object }

// listing chooses documents of one kind.
type listing struct {
	kind      wire.Kind
	namespace string // "": all
	labels    selector
}

func (l listing) holds(o *wire.Object) bool {
	return o.Kind == l.kind.Name && (l.namespace == "" || o.Metadata.Namespace == l.namespace) && l.labels.matches(o.Metadata.Labels)
}

func (a *API) list(kind wire.Kind) func(context.Context, *allInput) (*huma.StreamResponse, error) {
	return func(ctx context.Context, in *allInput) (*huma.StreamResponse, error) {
		return a.listOrWatch(ctx, kind, listInput{LabelSelector: in.LabelSelector, Watch: in.Watch, ResourceVersion: in.ResourceVersion})
	}
}

func (a *API) listNamespace(kind wire.Kind) func(context.Context, *listInput) (*huma.StreamResponse, error) {
	return func(ctx context.Context, in *listInput) (*huma.StreamResponse, error) {
		return a.listOrWatch(ctx, kind, *in)
	}
}

func (a *API) listOrWatch(ctx context.Context, kind wire.Kind, in listInput) (*huma.StreamResponse, error) {
	labels, err := parseSelector(in.LabelSelector)
	if err != nil {
		return nil, err
	}
	l := listing{kind: kind, namespace: in.Namespace, labels: labels}
	if in.Watch {
		return a.watchObjects(l, in.ResourceVersion)
	}
	items, revision, err := a.read(ctx, l)
	if err != nil {
		return nil, a.failureOf("list "+kind.Plural, err)
	}
	list := wire.List{APIVersion: intents.APIVersion, Kind: "List", Items: items}
	list.Metadata.ResourceVersion = strconv.FormatInt(revision, 10)
	return answer(list), nil
}

// read lists documents as the store has them now. The revision is one from
// which a watch misses nothing.
func (a *API) read(ctx context.Context, l listing) ([]wire.Object, int64, error) {
	prefix := store.Key(l.kind.Name)
	if l.namespace != "" {
		prefix = store.Key(l.kind.Name, l.namespace)
	}
	entries, revision, err := a.tables.Intents.List(ctx, prefix)
	if err != nil {
		return nil, 0, err
	}
	statuses, _, err := a.tables.Status.List(ctx, prefix)
	if err != nil {
		return nil, 0, err
	}
	status := map[string]*records.Status{}
	for i, s := range statuses {
		status[s.Key] = &statuses[i].Value
	}
	health := map[string]*records.DeviceHealth{}
	if l.kind.Name == intents.KindDevice {
		list, _, err := a.tables.Health.List(ctx, "")
		if err != nil {
			return nil, 0, err
		}
		for i, h := range list {
			health[h.Key] = &list[i].Value
		}
	}
	items := make([]wire.Object, 0, len(entries))
	for _, e := range entries {
		o, err := objectOf(e)
		if err != nil {
			return nil, 0, err
		}
		o.Status = statusOf(status[e.Key], health[store.Key(o.Metadata.Name)])
		items = append(items, o)
	}
	if l.kind.Name == intents.KindWavelength {
		if items, err = a.withMade(ctx, items); err != nil {
			return nil, 0, err
		}
	}
	kept := items[:0]
	for _, o := range items {
		if l.holds(&o) {
			kept = append(kept, o)
		}
	}
	sortObjects(kept)
	return kept, revision, nil
}

func statusOf(s *records.Status, h *records.DeviceHealth) *wire.Status {
	if s == nil && h == nil {
		return nil
	}
	out := &wire.Status{Device: h}
	if s != nil {
		out.Status = *s
	}
	return out
}

// one reads one document.
func (a *API) one(ctx context.Context, kind wire.Kind, namespace, name string) (wire.Object, error) {
	key := store.DocumentKey(kind.Name, namespace, name)
	e, err := a.tables.Intents.Get(ctx, key)
	switch {
	case missing(err) && kind.Name == intents.KindWavelength:
		return a.madeWavelength(ctx, namespace, name)
	case missing(err):
		return wire.Object{}, absent(ctx, a.tables, kind.Name, namespace, name)
	case err != nil:
		return wire.Object{}, err
	}
	o, err := objectOf(e)
	if err != nil {
		return o, err
	}
	status, err := optional(a.tables.Status.Get(ctx, key))
	if err != nil {
		return o, err
	}
	var health *records.DeviceHealth
	if kind.Name == intents.KindDevice {
		if health, err = optional(a.tables.Health.Get(ctx, store.Key(name))); err != nil {
			return o, err
		}
	}
	o.Status = statusOf(status, health)
	if kind.Name != intents.KindWavelength {
		return o, nil
	}
	rec, err := optional(a.tables.Circuits.Get(ctx, e.Value.UID))
	if err != nil || rec == nil {
		return o, err
	}
	for _, wl := range append(slices.Clone(rec.Retiring), rec.Live...) {
		made, err := a.decided(ctx, records.WavelengthKey(e.Value.UID, wl))
		if err != nil && !missing(err) {
			return o, err
		}
		if err == nil {
			fillWavelength(&o, made)
		}
	}
	return o, nil
}

// missing reports whether a record is not there, or cannot be: its key is none.
func missing(err error) bool {
	return errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrKey)
}

// optional turns a missing record into nil.
func optional[T any](e store.Entry[T], err error) (*T, error) {
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &e.Value, nil
}

func (a *API) get(kind wire.Kind) func(context.Context, *objectInput) (*objectOutput, error) {
	return func(ctx context.Context, in *objectInput) (*objectOutput, error) {
		o, err := a.one(ctx, kind, in.Namespace, in.Name)
		if err != nil {
			return nil, a.failureOf("get", err)
		}
		return &objectOutput{o}, nil
	}
}

func (a *API) getWide(kind wire.Kind) func(context.Context, *wideInput) (*objectOutput, error) {
	get := a.get(kind)
	return func(ctx context.Context, in *wideInput) (*objectOutput, error) {
		return get(ctx, &objectInput{Name: in.Name})
	}
}

func notFound(kind, namespace, name string) *wire.Failure {
	return wire.NewFailure(http.StatusNotFound, wire.NotFound, wire.Ref(kind, namespace, name)+" does not exist")
}

// absent is notFound with the namespaces in which a document of that name is.
func absent(ctx context.Context, tables *store.Tables, kind, namespace, name string) *wire.Failure {
	f := notFound(kind, namespace, name)
	if namespace == "" {
		return f
	}
	what, others := "it exists", namespacesWith(ctx, tables, kind, name)
	if circuit, _, ok := madeName(name); ok && kind == intents.KindWavelength && len(others) == 0 {
		what, others = wire.Ref(intents.KindCircuit, "", circuit)+" exists", namespacesWith(ctx, tables, intents.KindCircuit, circuit)
		others = slices.DeleteFunc(others, func(other string) bool { return other == namespace })
	}
	switch len(others) {
	case 0:
	case 1:
		f.Message += "; " + what + " in namespace " + others[0]
	default:
		f.Message += "; " + what + " in the namespaces " + strings.Join(others, ", ")
	}
	return f
}

// namespacesWith lists the namespaces that have a document of a name, none when
// that cannot be told: a hint is not worth another failure.
func namespacesWith(ctx context.Context, tables *store.Tables, kind, name string) []string {
	entries, _, err := tables.Intents.List(ctx, store.Key(kind))
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if names, err := store.SplitKey(e.Key); err == nil && len(names) == 3 && names[2] == name {
			out = append(out, names[1])
		}
	}
	return out
}
