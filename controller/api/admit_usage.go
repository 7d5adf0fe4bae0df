package api

import (
	"context"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
)

// usage says which wavelengths stand on what part of the network.
type usage struct {
	links   map[string][]string // names of wavelengths
	devices map[string][]string
	ports   map[string][]string // device/port, and device/component for amplifiers
}

// usage reads all decisions, once per attempt.
func (w *work) usage(ctx context.Context) (*usage, error) {
	if w.use != nil {
		return w.use, nil
	}
	decisions, _, err := w.tables.Decisions.List(ctx, "")
	if err != nil {
		return nil, err
	}
	u := &usage{links: map[string][]string{}, devices: map[string][]string{}, ports: map[string][]string{}}
	for _, e := range decisions {
		d := &e.Value
		if d.Intent.Kind == "" {
			continue
		}
		name := wire.Ref(intents.KindWavelength, d.Intent.Namespace, d.Name)
		for _, leg := range d.Route {
			u.links[leg.Link] = append(u.links[leg.Link], name)
		}
		for _, end := range d.Ends {
			u.ports[end.Device+"/"+end.Port] = append(u.ports[end.Device+"/"+end.Port], name)
		}
		devices := d.Devices()
		for _, ref := range w.passed(d) {
			if !slices.Contains(u.ports[ref], name) {
				u.ports[ref] = append(u.ports[ref], name)
			}
			if device, _, _ := strings.Cut(ref, "/"); !slices.Contains(devices, device) {
				devices = append(devices, device)
			}
		}
		for _, hop := range d.Forecast {
			if !slices.Contains(devices, hop.Device) {
				devices = append(devices, hop.Device)
			}
		}
		for _, device := range devices {
			u.devices[device] = append(u.devices[device], name)
		}
	}
	w.use = u
	return u, nil
}

// passed lists the ports ("device/port") that the links of a wavelength's route end
// at: what it passes without writing to it, as a filter, too.
func (w *work) passed(d *records.Decision) []string {
	var out []string
	for _, leg := range d.Route {
		if s, ok := w.net.docs[store.DocumentKey(intents.KindLink, "", leg.Link)]; ok {
			out = append(out, s.doc.Spec.(*intents.LinkSpec).Ends[:]...)
		}
	}
	return out
}

// holdLink makes the transaction fail when the planner takes or gives spectrum
// on the link meanwhile.
func (w *work) holdLink(ctx context.Context, link string) error {
	key := store.Key(link)
	e, err := entry(ctx, w.tables.Spectrum, key)
	if err != nil {
		return err
	}
	w.guard("spectrum/"+key, unchangedSince(w.tables.Spectrum, key, e))
	return nil
}

// holdDevice does the same for what is allocated on a device.
func (w *work) holdDevice(ctx context.Context, device string) error {
	key := store.Key(device)
	e, err := entry(ctx, w.tables.Indices, key)
	if err != nil {
		return err
	}
	w.guard("indices/"+key, unchangedSince(w.tables.Indices, key, e))
	ports, _, err := w.tables.Ports.List(ctx, key)
	if err != nil {
		return err
	}
	for i := range ports {
		w.guard("ports/"+ports[i].Key, unchangedSince(w.tables.Ports, ports[i].Key, &ports[i]))
	}
	return nil
}

// lightOf is what is on, or may come on, for one Circuit or Wavelength.
type lightOf struct {
	lit  []string // names of wavelengths with light
	byWL map[string]bool
}

// light reads the phases of a document's wavelengths. With hold the
// transaction fails when any of them moves, or the planner adds one.
func (w *work) light(ctx context.Context, uid string, hold bool) (lightOf, error) {
	out := lightOf{byWL: map[string]bool{}}
	circuit, err := entry(ctx, w.tables.Circuits, uid)
	if err != nil {
		return out, err
	}
	phases, _, err := w.tables.Phases.List(ctx, uid)
	if err != nil {
		return out, err
	}
	if hold {
		w.guard("circuits/"+uid, unchangedSince(w.tables.Circuits, uid, circuit))
	}
	for i, p := range phases {
		if hold {
			w.guard("phases/"+p.Key, unchangedSince(w.tables.Phases, p.Key, &phases[i]))
		}
		if !p.Value.Name.Lit() {
			continue
		}
		name := p.Key
		if d, err := entry(ctx, w.tables.Decisions, p.Key); err != nil {
			return out, err
		} else if d != nil {
			name = d.Value.Name
		}
		out.lit = append(out.lit, name+" ("+string(p.Value.Name)+")")
		out.byWL[name] = true
	}
	return out, nil
}

// references lists what a document refers to, as keys of documents.
func references(d *intents.Document) []string {
	var out []string
	add := func(kind string, names ...string) {
		for _, name := range names {
			if name != "" {
				out = append(out, store.DocumentKey(kind, "", name))
			}
		}
	}
	device := func(refs ...string) {
		for _, ref := range refs {
			name, _, _ := strings.Cut(ref, "/")
			add(intents.KindDevice, name)
		}
	}
	switch spec := d.Spec.(type) {
	case *intents.DeviceSpec:
		add(intents.KindSite, spec.Site)
	case *intents.LinkSpec:
		device(spec.Ends[:]...)
		for _, span := range spec.Spans {
			add(intents.KindSite, span.Site)
			add(intents.KindFiberType, strings.ToLower(span.Fiber))
			if a := span.Amplifier; a != nil {
				device(a.Az, a.Za)
				add(intents.KindAmplifierType, a.Type)
				for _, b := range a.Bands {
					add(intents.KindAmplifierType, b.Type)
				}
			}
		}
	case *intents.AmplifierTypeSpec:
		add(intents.KindAmplifierType, spec.Noise.Preamp, spec.Noise.Booster)
	case *intents.CircuitSpec:
		add(intents.KindSite, spec.From, spec.To)
		add(intents.KindMode, spec.Modes...)
		for _, kind := range []string{intents.KindSite, intents.KindDevice, intents.KindLink} {
			add(kind, spec.Via...) // a name of any of these kinds
		}
		if spec.Handoff != nil {
			device(spec.Handoff.From...)
			device(spec.Handoff.To...)
		}
	case *intents.WavelengthSpec:
		device(spec.From, spec.To)
		add(intents.KindLink, spec.Route...)
		add(intents.KindMode, spec.Mode)
	}
	return out
}

// dependants lists the documents that refer to any of the keys, by key. What
// is itself on its way out still counts: the controller needs the network to
// take its light down.
func (w *work) dependants(ctx context.Context, keys map[string]bool) (map[string][]string, error) {
	out := map[string][]string{}
	note := func(d *intents.Document) {
		own := keyOf(d)
		if keys[own] {
			return
		}
		for _, key := range references(d) {
			if keys[key] && !slices.Contains(out[key], refOf(d)) {
				out[key] = append(out[key], refOf(d))
			}
		}
	}
	for _, s := range w.net.docs {
		note(&s.doc)
	}
	for _, kind := range []string{intents.KindCircuit, intents.KindWavelength} {
		entries, _, err := w.tables.Intents.List(ctx, store.Key(kind))
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			doc, err := w.cfg.Documents.Of(&e)
			if err != nil {
				return nil, err
			}
			note(&doc)
		}
	}
	for _, names := range out {
		slices.Sort(names)
	}
	return out, nil
}

// onNetwork names the wavelengths that stand on a Link or Device.
func (u *usage) onNetwork(kind, name string) []string {
	switch kind {
	case intents.KindLink:
		return u.links[name]
	case intents.KindDevice:
		return u.devices[name]
	}
	return nil
}

// permissionFor is the permission of a change, bound to its generation.
func (t terms) permissionFor(generation int64) *records.Permission {
	if t.permission == nil {
		return nil
	}
	p := *t.permission
	p.Generation = generation
	return &p
}
