package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/documents"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Planner answers questions about what would be. It writes nothing.
type Planner interface {
	// Plan compares the stored network with the network after docs are stored
	// and remove is deleted. With native, device changes come in the devices'
	// own form too.
	Plan(ctx context.Context, docs []intents.Document, remove []records.IntentRef, native bool) (records.PlanReport, error)
	// Why plans one stored Circuit or Wavelength again, explaining every
	// candidate.
	Why(ctx context.Context, kind, namespace, name string) (records.CircuitPlan, error)
	// Spectrum tells how full a link is, or the routes between two sites; with
	// both, those routes that pass the link. Link or between is empty when it is
	// not asked about. The error is store.ErrNotFound for a link or site that
	// the network does not have.
	Spectrum(ctx context.Context, link string, between []string) (records.SpectrumReport, error)
	// Replan plans one stored Circuit or Wavelength again beside what it has.
	// It changes nothing.
	Replan(ctx context.Context, kind, namespace, name string) (records.PlanReport, error)
}

// Prober answers questions about what is.
type Prober interface {
	// Drift compares what was applied with what was last heard, or with live
	// with what the devices answer now. Device limits it to one; "" means all.
	Drift(ctx context.Context, live bool, device string) (records.DriftReport, error)
	// Adopt reads what devices have and makes documents of it; none named means
	// all that are only observed. It changes nothing.
	Adopt(ctx context.Context, devices []string) (records.Adoption, error)
	// Wavelength tells everything known of one wavelength; store.ErrNotFound
	// when there is none of that name.
	Wavelength(ctx context.Context, namespace, name string) (records.WavelengthReport, error)
	// Ready returns nil when the controller serves.
	Ready() error
}

// Config is what the API needs. Store, Planner and Prober are required.
type Config struct {
	Store     *store.Store
	Catalogue *catalogue.Catalogue
	Planner   Planner
	Prober    Prober
	Version   string
	StateDir  string // shown to clients, so that they can tell daemons apart
	Log       *slog.Logger
	Now       func() time.Time // default time.Now
	// Documents are shared with whoever else reads stored documents; default: nobody.
	Documents *documents.Cache
	// Metrics are collectors to serve beside the API's own.
	Metrics []prometheus.Collector
}

// API serves requests. It is an http.Handler; Serve puts it behind a server
// with deadlines. Close ends its watches.
type API struct {
	cfg     Config
	log     *slog.Logger
	now     func() time.Time
	tables  *store.Tables
	handler http.Handler
	metrics *metrics
	admit   *admission
	feeds   *feeds
	people  people
}

// New returns an API. Close it to end what its watches started.
func New(cfg Config) (*API, error) {
	if cfg.Store == nil || cfg.Planner == nil || cfg.Prober == nil {
		return nil, errors.New("api: store, planner and prober are required")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Documents == nil {
		cfg.Documents = &documents.Cache{}
	}
	a := &API{cfg: cfg, log: cfg.Log, now: cfg.Now, tables: cfg.Store.Tables()}
	var err error
	if a.metrics, err = newMetrics(cfg); err != nil {
		return nil, err
	}
	a.admit = newAdmission(cfg)
	a.feeds = newFeeds(cfg.Store, cfg.Log)
	mux := http.NewServeMux()
	h := humago.New(mux, openAPI(cfg.Version))
	a.register(h)
	mux.HandleFunc("GET /healthz", a.healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.HandleFunc("GET /version", a.version)
	mux.Handle("GET /metrics", a.metrics.handler())
	a.handler = a.guarded(mux)
	return a, nil
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Close ends all watches and waits for what feeds them.
func (a *API) Close() { a.feeds.close() }

// openAPI is the description that huma fills.
func openAPI(version string) huma.Config {
	c := huma.DefaultConfig("Waveplane", version)
	c.Info.Description = "Optical provisioning for data-centre interconnect: documents in, measured light out."
	c.DocsPath = ""    // the page would load scripts from elsewhere
	c.SchemasPath = "" // everything stands in /openapi.json
	c.CreateHooks = nil
	c.Transformers = []huma.Transformer{asFailure}
	return c
}

// register lists every operation.
func (a *API) register(h huma.API) {
	for _, kind := range wire.Kinds() {
		a.registerKind(h, kind)
	}
	changing := func(id, path, summary, about string) huma.Operation {
		op := operation(id, http.MethodPost, wire.Base+path, summary, about)
		op.MaxBodyBytes = wire.MaxBody
		op.BodyReadTimeout = bodyTimeout
		op.SkipValidateBody = true
		return op
	}
	huma.Register(h, changing("apply", "/apply", "Store documents", "All documents of the body in one transaction, or none. Only what differs in value is written."), a.applyDocuments)
	huma.Register(h, changing("delete", "/delete", "Delete documents", "All documents that the body names, in one transaction. What carries light is taken down first by the controller."), a.deleteDocuments)
	huma.Register(h, changing("diff", "/diff", "Compare documents with the stored ones", "Writes nothing."), a.diffDocuments)
	huma.Register(h, changing("plan", "/plan", "Plan", "The stored network compared with the network after these documents. Writes nothing."), a.planDocuments)
	huma.Register(h, operation("drift", http.MethodGet, wire.Base+"/drift", "Drift", "What was applied compared with what the devices say. Changes nothing."), a.drift)
	huma.Register(h, operation("adopt", http.MethodGet, wire.Base+"/adoption", "Adoption", "What devices have, as documents to review. Changes nothing."), a.adopt)
	huma.Register(h, operation("spectrum", http.MethodGet, wire.Base+"/spectrum", "Spectrum", "How full a link is, or the routes between two sites, and how many wavelengths of each mode still fit. Changes nothing."), a.spectrum)
	huma.Register(h, operation("events", http.MethodGet, wire.Base+"/events", "Events", "What happened, oldest first; with watch=true as it happens."), a.events)
	huma.Register(h, operation("listRequests", http.MethodGet, wire.Base+"/requests", "What people asked for and is not served yet", ""), a.listRequests)
	huma.Register(h, operation("getRequest", http.MethodGet, wire.Base+"/requests/{id}", "One request; 404 once it is served", ""), a.getRequest)
	for _, verb := range []string{"repair", "retry", "pause", "resume"} {
		huma.Register(h, operation(verb, http.MethodPost, wire.Base+"/"+verb, requestSummary(verb), ""), a.request(verb))
	}
}

func (a *API) registerKind(h huma.API, kind wire.Kind) {
	all := wire.Base + "/" + kind.Plural
	listed := func(id, path, summary string) huma.Operation {
		op := operation(id, http.MethodGet, path, summary, "With watch=true a stream of changes, one JSON object a line.")
		op.Responses = map[string]*huma.Response{"200": {
			Description: "A list, or with watch=true a stream of watch events",
			Content:     map[string]*huma.MediaType{"application/json": {Schema: h.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[wire.List](), true, "List")}},
		}}
		return op
	}
	huma.Register(h, listed("listAll"+kind.Name, all, "List "+kind.Plural), a.list(kind))
	if !kind.Namespaced {
		one := all + "/{name}"
		huma.Register(h, operation("get"+kind.Name, http.MethodGet, one, "Get one of "+kind.Plural, ""), a.getWide(kind))
		huma.Register(h, operation("delete"+kind.Name, http.MethodDelete, one, "Delete one of "+kind.Plural, ""), a.deleteWide(kind))
		return
	}
	some := wire.Base + "/namespaces/{namespace}/" + kind.Plural
	one := some + "/{name}"
	huma.Register(h, listed("list"+kind.Name, some, "List "+kind.Plural+" of a namespace"), a.listNamespace(kind))
	huma.Register(h, operation("get"+kind.Name, http.MethodGet, one, "Get one of "+kind.Plural, ""), a.get(kind))
	huma.Register(h, operation("delete"+kind.Name, http.MethodDelete, one, "Delete one of "+kind.Plural, ""), a.deleteOne(kind))
	huma.Register(h, operation("replan"+kind.Name, http.MethodGet, one+"/replan", "What would be decided today, beside what is there", ""), a.replan(kind))
	huma.Register(h, operation("why"+kind.Name, http.MethodGet, one+"/why", "Why it was planned as it is", ""), a.why(kind))
	if kind.Name == intents.KindWavelength {
		huma.Register(h, operation("report"+kind.Name, http.MethodGet, one+"/report", "Everything known of a wavelength, with its acceptance record", ""), a.report)
	}
}

func operation(id, method, path, summary, about string) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Description: about,
		MaxBodyBytes: smallBody, BodyReadTimeout: bodyTimeout, Errors: []int{http.StatusBadRequest, http.StatusNotFound, http.StatusConflict}}
}

func requestSummary(verb string) string {
	return map[string]string{
		"repair": "Permit once that what devices acknowledged is sent again",
		"retry":  "Forget refusals and failures and try again",
		"pause":  "Send nothing to the target until resumed",
		"resume": "Take the target's pauses away",
	}[verb]
}
