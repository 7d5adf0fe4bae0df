package api

import (
	"context"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
)

type eventsInput struct {
	About           string `query:"about" maxLength:"200" doc:"only events of this document or device: NAME or KIND/NAME"`
	Limit           int    `query:"limit" minimum:"1" maximum:"10000" default:"500"`
	Watch           bool   `query:"watch"`
	ResourceVersion string `query:"resourceVersion" doc:"watch: events after this revision; without it only new ones"`
}

// events lists what happened, oldest first, or streams what happens.
func (a *API) events(ctx context.Context, in *eventsInput) (*huma.StreamResponse, error) {
	revision, err := parseRevision(in.ResourceVersion)
	if err != nil {
		return nil, err
	}
	if in.Watch {
		return a.streaming(func(ctx context.Context, out *stream) error {
			f, release, err := a.feeds.enter(ctx)
			if err != nil {
				return err
			}
			defer release()
			t := &f.events
			s := f.now(t)
			if in.ResourceVersion != "" {
				f.leave(t, s)
				var ok bool
				if s, ok = f.subscribe(t, revision); !ok {
					return tooOld(in.ResourceVersion)
				}
			}
			defer f.leave(t, s)
			return a.follow(ctx, s, out, revision, func(c change) (wire.WatchType, bool) { return c.kind, concerns(*c.event, in.About) })
		}), nil
	}
	entries, listed, err := a.tables.Events.List(ctx, "")
	if err != nil {
		return nil, a.failureOf("list events", err)
	}
	items := make([]records.Event, 0, min(len(entries), in.Limit))
	for _, e := range entries {
		if concerns(e.Value, in.About) {
			items = append(items, e.Value)
		}
	}
	if len(items) > in.Limit {
		items = items[len(items)-in.Limit:]
	}
	return answer(wire.EventList{APIVersion: intents.APIVersion, Kind: "List", Metadata: wire.ListMeta{ResourceVersion: strconv.FormatInt(listed, 10)}, Items: items}), nil
}

// concerns reports whether an event tells of what about names.
func concerns(e records.Event, about string) bool {
	if about == "" {
		return true
	}
	kind, name, found := strings.Cut(about, "/")
	if !found {
		kind, name = "", about
	}
	k, err := wire.KindNamed(kind)
	if kind != "" && err == nil {
		kind = k.Name
	}
	namespaced := e.Namespace + "/" + e.Name
	if (name == e.Name || name == namespaced) && (kind == "" || strings.EqualFold(kind, e.Kind)) {
		return true
	}
	if kind == intents.KindWavelength && e.Kind == intents.KindCircuit {
		// What happens to a wavelength of a circuit is told of the circuit, by its name.
		wavelength := name
		if tenant, bare, given := strings.Cut(name, "/"); given {
			if tenant != e.Namespace {
				return false
			}
			wavelength = bare
		}
		return strings.HasPrefix(e.Message, wavelength+": ")
	}
	return name == e.Device && (kind == "" || kind == intents.KindDevice)
}
