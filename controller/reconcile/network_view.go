package reconcile

import (
	"log/slog"
	"strings"
	"sync"

	"github.com/waveplane/waveplane/controller/documents"
	"github.com/waveplane/waveplane/controller/engine"
	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// networkView keeps the planner's picture of sites, devices, links and modes.
// It is rebuilt when first asked for after a change, so that a thousand
// documents applied together cost one rebuild.
type networkView struct {
	base    *catalogue.Catalogue
	intents *engine.Cache[records.Intent]
	docs    *documents.Cache
	log     *slog.Logger
	changed chan struct{} // one pending signal at most

	mu      sync.Mutex
	dirty   bool
	network *plan.Network
	cat     *catalogue.Catalogue
	rev     int64
	err     error
}

func newNetworkView(base *catalogue.Catalogue, c *engine.Cache[records.Intent], docs *documents.Cache, log *slog.Logger) *networkView {
	return &networkView{base: base, cat: base, intents: c, docs: docs, log: log, changed: make(chan struct{}, 1), dirty: true}
}

// note is told of every change of a topology document.
func (v *networkView) note(key string, _, now *store.Entry[records.Intent]) {
	v.mu.Lock()
	v.dirty = true
	v.mu.Unlock()
	if now == nil {
		v.docs.Forget(key)
	}
	select {
	case v.changed <- struct{}{}:
	default:
	}
}

// current returns the network, the catalogue with the modes of documents in
// it, and the topology revision they stand for. The revision is the largest
// mod revision among the documents that were used.
func (v *networkView) current() (*plan.Network, *catalogue.Catalogue, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.dirty {
		return v.network, v.cat, v.err
	}
	v.dirty = false
	var docs []intents.Document
	modes := map[string]catalogue.Mode{}
	for _, kind := range plan.Kinds() {
		for _, e := range v.intents.List(kind + "/") {
			if e.Value.Deletion != nil {
				continue
			}
			doc, err := v.docs.Of(e)
			if err != nil {
				v.err = err
				return nil, v.cat, err
			}
			docs = append(docs, doc)
			if spec, ok := doc.Spec.(*intents.ModeSpec); ok {
				mode, err := spec.Catalogue(doc.Metadata.Name)
				if err != nil {
					v.err = err
					return nil, v.cat, err
				}
				modes[mode.Name] = mode
			}
		}
	}
	v.cat = v.base
	if len(modes) > 0 {
		v.cat = v.base.WithModes(modes)
	}
	v.rev++
	v.network, v.err = plan.NewNetwork(docs, v.cat, v.rev)
	if v.err != nil {
		// The network leaves out the documents that the error names; the rest
		// of it goes on working.
		v.log.Error("documents of the network are left out", "err", v.err)
		v.err = nil
	}
	return v.network, v.cat, nil
}

// device returns the document of a device.
func (v *networkView) device(name string) (*intents.DeviceSpec, bool) {
	e, ok := get(v.intents, intents.KindDevice+"/_/"+name)
	if !ok || e.Value.Deletion != nil {
		return nil, false
	}
	doc, err := v.docs.Of(e)
	if err != nil {
		return nil, false
	}
	spec, ok := doc.Spec.(*intents.DeviceSpec)
	return spec, ok
}

// catalogue returns the catalogue with the modes of documents in it.
func (v *networkView) catalogue() *catalogue.Catalogue {
	_, cat, _ := v.current()
	return cat
}

// parseIntentKey splits kind/namespace/name.
func parseIntentKey(key string) (kind, namespace, name string) {
	parts := strings.SplitN(key, "/", 3)
	if len(parts) != 3 {
		return key, "", ""
	}
	return parts[0], parts[1], parts[2]
}
