package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
)

type changeInput struct {
	ContentType string `header:"Content-Type"`
	DryRun      string `query:"dryRun" enum:"All" doc:"All: check and report, store nothing"`
	AllowOutage bool   `query:"allowOutage" doc:"light that is on may be disturbed; needs reason"`
	Reason      string `query:"reason" maxLength:"500"`
	Until       string `query:"until" doc:"end of the permission: a time or a duration; default 1h"`
	RawBody     []byte `contentType:"application/yaml"`
}

type changeOutput struct{ Body wire.ChangeReport }

func (in changeInput) terms(ctx context.Context, a *API) (terms, error) {
	who := callerOf(ctx)
	p, err := a.permission(in.AllowOutage, in.Reason, in.Until, who)
	return terms{dryRun: in.DryRun != "", who: who, why: in.Reason, permission: p}, err
}

// applyDocuments stores the documents of the body.
func (a *API) applyDocuments(ctx context.Context, in *changeInput) (*changeOutput, error) {
	bodyRead(ctx)
	docs, err := a.documents(in.ContentType, in.RawBody, true)
	if err != nil {
		return nil, a.failureOf("apply", err)
	}
	t, err := in.terms(ctx, a)
	if err != nil {
		return nil, err
	}
	report, err := a.admit.apply(ctx, docs, t)
	return a.changed("apply", report, err)
}

// deleteDocuments deletes the documents that the body names.
func (a *API) deleteDocuments(ctx context.Context, in *changeInput) (*changeOutput, error) {
	bodyRead(ctx)
	docs, err := a.documents(in.ContentType, in.RawBody, false)
	if err != nil {
		return nil, a.failureOf("delete", err)
	}
	t, err := in.terms(ctx, a)
	if err != nil {
		return nil, err
	}
	targets := make([]target, 0, len(docs))
	for _, d := range docs {
		kind, err := wire.KindNamed(d.Kind)
		if err != nil {
			return nil, badRequest(err.Error())
		}
		targets = append(targets, target{kind, d.Metadata.Namespace, d.Metadata.Name})
	}
	report, err := a.admit.remove(ctx, targets, t, false)
	return a.changed("delete", report, err)
}

type deleteInput struct {
	Namespace   string   `path:"namespace"`
	Name        string   `path:"name"`
	DryRun      string   `query:"dryRun" enum:"All"`
	AllowOutage bool     `query:"allowOutage"`
	Reason      string   `query:"reason" maxLength:"500"`
	Until       string   `query:"until"`
	WriteOff    []string `query:"writeOff,explode" doc:"device that will not come back: go on without it, whatever is on it stays there; needs reason"`
}

// deleteWideInput is deleteInput for kinds without a namespace.
type deleteWideInput struct {
	Name   string `path:"name"`
	DryRun string `query:"dryRun" enum:"All"`
	Reason string `query:"reason" maxLength:"500"`
}

func (a *API) deleteOne(kind wire.Kind) func(context.Context, *deleteInput) (*changeOutput, error) {
	return func(ctx context.Context, in *deleteInput) (*changeOutput, error) {
		t, err := changeInput{DryRun: in.DryRun, AllowOutage: in.AllowOutage, Reason: in.Reason, Until: in.Until}.terms(ctx, a)
		if err != nil {
			return nil, err
		}
		if t.writeOff = in.WriteOff; len(t.writeOff) > 0 && strings.TrimSpace(t.why) == "" {
			return nil, badRequest("writing off a device needs a reason")
		}
		if kind.Name == intents.KindWavelength {
			o, err := a.one(ctx, kind, in.Namespace, in.Name)
			if err == nil {
				err = notMade(o)
			}
			if err != nil {
				return nil, a.failureOf("delete", err)
			}
		}
		report, err := a.admit.remove(ctx, []target{{kind, in.Namespace, in.Name}}, t, true)
		return a.changed("delete", report, err)
	}
}

func (a *API) deleteWide(kind wire.Kind) func(context.Context, *deleteWideInput) (*changeOutput, error) {
	return func(ctx context.Context, in *deleteWideInput) (*changeOutput, error) {
		t, err := changeInput{DryRun: in.DryRun, Reason: in.Reason}.terms(ctx, a)
		if err != nil {
			return nil, err
		}
		report, err := a.admit.remove(ctx, []target{{kind: kind, name: in.Name}}, t, true)
		return a.changed("delete", report, err)
	}
}

// changed answers a change and logs it, one line per request.
func (a *API) changed(op string, report wire.ChangeReport, err error) (*changeOutput, error) {
	if err != nil {
		return nil, a.failureOf(op, err)
	}
	counts := map[wire.Outcome]int{}
	for _, it := range report.Items {
		counts[it.Outcome]++
		a.metrics.changes.WithLabelValues(it.Kind, string(it.Outcome)).Inc()
	}
	if n := report.Differences(); n > 0 && !report.DryRun {
		a.log.Info("documents changed", "op", op, "revision", report.Revision, "created", counts[wire.Created],
			"configured", counts[wire.Configured], "deleting", counts[wire.Deleting]+counts[wire.Removed])
	}
	return &changeOutput{report}, nil
}

// diffDocuments compares the documents of the body with the stored ones.
func (a *API) diffDocuments(ctx context.Context, in *changeInput) (*changeOutput, error) {
	bodyRead(ctx)
	docs, err := a.documents(in.ContentType, in.RawBody, false)
	if err != nil {
		return nil, a.failureOf("diff", err)
	}
	report, err := a.admit.diff(ctx, docs)
	if err != nil {
		return nil, a.failureOf("diff", err)
	}
	return &changeOutput{report}, nil
}

type planInput struct {
	ContentType string   `header:"Content-Type"`
	Remove      []string `query:"remove,explode" doc:"circuit or wavelength, KIND/NAME or KIND/NAMESPACE/NAME, to leave out"`
	Native      bool     `query:"native" doc:"show changes in the devices' own form too"`
	RawBody     []byte   `contentType:"application/yaml"`
}

type planOutput struct{ Body wire.PlanReport }

// planDocuments plans the network after the documents of the body.
func (a *API) planDocuments(ctx context.Context, in *planInput) (*planOutput, error) {
	bodyRead(ctx)
	remove, err := a.removals(ctx, in.Remove)
	if err != nil {
		return nil, a.failureOf("plan", err)
	}
	docs, err := a.documents(in.ContentType, in.RawBody, true)
	if errors.Is(err, errEmptySet) && len(remove) > 0 {
		err = nil // what remains without those is asked for
	}
	if err == nil {
		err = planned(docs, remove)
	}
	if err == nil && len(docs) > 0 {
		// What apply would not take is not planned. Outages are: a plan shows them.
		_, err = a.admit.apply(ctx, docs, terms{dryRun: true, unlit: true, permission: &records.Permission{Until: a.now().Add(defaultPermission)}})
	}
	if err != nil {
		return nil, a.failureOf("plan", err)
	}
	report, err := a.cfg.Planner.Plan(ctx, docs, remove, in.Native)
	if err != nil {
		return nil, a.failureOf("plan", err)
	}
	return &planOutput{wire.NewPlanReport(report)}, nil
}

// removals finds the stored documents that a plan is to leave out, each once.
func (a *API) removals(ctx context.Context, names []string) ([]records.IntentRef, error) {
	var out []records.IntentRef
	for _, s := range names {
		ref, err := a.storedRef(ctx, s)
		if err != nil {
			return nil, err
		}
		if ref.Kind != intents.KindCircuit && ref.Kind != intents.KindWavelength {
			return nil, badRequest(fmt.Sprintf("%s: a plan leaves out circuits and wavelengths; delete says what stands on anything else", s))
		}
		if !slices.Contains(out, ref) {
			out = append(out, ref)
		}
	}
	return out, nil
}

// planned refuses to plan a document with and without it.
func planned(docs []intents.Document, remove []records.IntentRef) error {
	for _, ref := range remove {
		for i := range docs {
			m := docs[i].Metadata
			if docs[i].Kind == ref.Kind && m.Name == ref.Name && cmp.Or(m.Namespace, wire.DefaultNamespace) == ref.Namespace {
				return badRequest(fmt.Sprintf("%s is among the documents and is to be left out: which of the two", wire.Ref(ref.Kind, ref.Namespace, ref.Name)))
			}
		}
	}
	return nil
}

// storedRef finds the stored document that a reference names.
func (a *API) storedRef(ctx context.Context, s string) (records.IntentRef, error) {
	ref, err := parseRef(s)
	if err != nil {
		return ref, err
	}
	e, err := a.tables.Intents.Get(ctx, store.DocumentKey(ref.Kind, ref.Namespace, ref.Name))
	if missing(err) {
		return ref, absent(ctx, a.tables, ref.Kind, ref.Namespace, ref.Name)
	}
	if err != nil {
		return ref, err
	}
	ref.UID, ref.Generation = e.Value.UID, e.Value.Generation
	return ref, nil
}

func parseRef(s string) (records.IntentRef, error) {
	parts := strings.Split(s, "/")
	if len(parts) < 2 || len(parts) > 3 {
		return records.IntentRef{}, badRequest(fmt.Sprintf("%q: want KIND/NAME or KIND/NAMESPACE/NAME", s))
	}
	kind, err := wire.KindNamed(parts[0])
	if err != nil {
		return records.IntentRef{}, badRequest(err.Error())
	}
	ref := records.IntentRef{Kind: kind.Name, Name: parts[len(parts)-1]}
	if kind.Namespaced {
		ref.Namespace = wire.DefaultNamespace
		if len(parts) == 3 {
			ref.Namespace = parts[1]
		}
	}
	return ref, nil
}

// errEmptySet says that a FileSet has no file.
var errEmptySet = errors.New("the file set is empty")

// documents reads the body with the one decoder: a FileSet, or documents as
// they are. All faults of all files are reported together.
func (a *API) documents(contentType string, body []byte, judge bool) ([]intents.Document, error) {
	var opts []intents.Option
	if judge {
		opts = []intents.Option{intents.WithCatalogue(a.cfg.Catalogue), intents.WithPlaces()}
	}
	files := []wire.File{{Name: "body", Content: string(body)}}
	media, _, err := mime.ParseMediaType(contentType)
	if err == nil && media == wire.FileSetType {
		var set wire.FileSet
		if err := json.Unmarshal(body, &set); err != nil {
			return nil, badRequest("the file set cannot be read: " + err.Error())
		}
		if len(set.Files) == 0 {
			return nil, errEmptySet
		}
		files = set.Files
	}
	var docs []intents.Document
	var faults intents.Faults
	for _, f := range files {
		some, err := intents.Decode([]byte(f.Content), f.Name, opts...)
		var fs intents.Faults
		switch {
		case errors.As(err, &fs):
			faults = append(faults, fs...)
		case err != nil:
			return nil, err
		}
		docs = append(docs, some...)
	}
	first := make(map[string]string, len(docs))
	for i := range docs {
		intents.Default(&docs[i])
		key := keyOf(&docs[i])
		if origin, twice := first[key]; twice {
			f := docs[i].FaultAt("metadata", "name")
			f.Message, f.Remedy = refOf(&docs[i])+" stands twice, first at "+origin, "leave one out"
			faults = append(faults, f)
			continue
		}
		first[key] = docs[i].Origin
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return docs, nil
}

type connKey struct{}

// bodyRead lifts the deadline for reading: the body is in, and what follows
// may take longer.
func bodyRead(ctx context.Context) {
	if rc, ok := ctx.Value(connKey{}).(*http.ResponseController); ok {
		_ = rc.SetReadDeadline(time.Time{}) // without deadlines there is none to lift
	}
}
