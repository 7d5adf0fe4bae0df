package reconcile

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/waveplane/waveplane/controller/adopt"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// Adopt asks devices what they have and makes documents of it; none named means
// all that are only observed. It writes to no device and stores nothing.
func (s *Stages) Adopt(ctx context.Context, names []string) (records.Adoption, error) {
	if len(names) == 0 {
		for _, name := range s.deviceNames() {
			if spec, ok := s.network.device(name); ok && spec.Mode != "manage" {
				names = append(names, name)
			}
		}
	}
	for _, name := range names {
		if _, ok := s.network.device(name); !ok {
			return records.Adoption{}, fmt.Errorf("no device named %q", name)
		}
	}
	// All devices are looked at: the other end of a light may be where nobody asked.
	all := s.deviceNames()
	views := make([]*deviceView, len(all))
	var asked sync.WaitGroup
	for i, name := range all {
		asked.Go(func() { views[i] = s.refresh(ctx, name) })
	}
	asked.Wait()
	cat := s.network.catalogue()
	var pictures []adopt.Device
	var unknown []records.UnknownDevice
	var blind []string
	for i, name := range all {
		wanted := slices.Contains(names, name)
		spec, ok := s.network.device(name)
		if !ok {
			continue // deleted meanwhile
		}
		view := views[i]
		if !view.Synced {
			message := view.Message
			if message == "" {
				message = "not connected yet"
			}
			if blind = append(blind, name); !wanted {
				continue
			}
			unknown = append(unknown, records.UnknownDevice{Device: name, Kind: string(view.Kind), Message: message, Since: view.Since})
			continue
		}
		profile, err := cat.Profile(spec.Profile)
		if err != nil {
			return records.Adoption{}, fmt.Errorf("adopt %s: %w", name, err)
		}
		pictures = append(pictures, adopt.Device{Name: name, Spec: *spec, Profile: profile, State: view.State, Ours: s.oursOn(name), Beside: !wanted})
	}
	links, err := s.linkEnds()
	if err != nil {
		return records.Adoption{}, err
	}
	out, err := adopt.Read(cat, pictures, links, blind)
	out.At, out.Unknown = s.now().UTC(), unknown
	return out, err
}

// oursOn lists the channels on a device that belong to circuits.
func (s *Stages) oursOn(device string) map[models.ObjectID]bool {
	out := map[models.ObjectID]bool{}
	for _, owner := range s.owners.on(device) {
		a, ok := get(s.caches.applied, device+"/"+owner)
		if !ok {
			continue
		}
		var objects []models.Object
		if a.Value.Acked != nil {
			objects = a.Value.Acked.Objects
		}
		if a.Value.Attempt != nil {
			objects = append(slices.Clone(objects), a.Value.Attempt.Image.Objects...)
		}
		for _, o := range objects {
			out[o.ObjectID] = true
		}
	}
	return out
}

// linkEnds are the ends of the links that have documents.
func (s *Stages) linkEnds() (map[[2]string]string, error) {
	out := map[[2]string]string{}
	for _, e := range s.caches.intents.List(intents.KindLink) {
		doc, err := s.cfg.Documents.Of(e)
		if err != nil {
			return nil, fmt.Errorf("adopt: %w", err)
		}
		if spec, ok := doc.Spec.(*intents.LinkSpec); ok {
			out[spec.Ends] = doc.Metadata.Name
		}
	}
	return out, nil
}
