package gnmi

import (
	"context"
	"slices"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"

	"github.com/waveplane/waveplane/models"

	"github.com/waveplane/waveplane/drivers/internal/ocmap"
)

// Measure reads the states and measurements of the named objects once. What a
// wavelength switch measures stands at its monitors and not at the media
// channels, so there everything that Sample reads is read.
func (s *Session) Measure(ctx context.Context, objects []models.ObjectID) (models.Readings, error) {
	request := s.caps.subscribe(gnmipb.SubscriptionList_ONCE, 0, true)
	if !slices.ContainsFunc(objects, func(id models.ObjectID) bool { return id.Kind == models.KindMediaChannel }) {
		paths := s.pathsOf(objects, func(n ocmap.Nature) bool { return n != ocmap.Configuration })
		if len(paths) == 0 {
			return models.Readings{}, nil
		}
		request = s.caps.read(paths)
	}
	ctx, end, err := s.begin(ctx, "measure", s.timeout)
	if err != nil {
		return models.Readings{}, err
	}
	defer end()
	v, err := s.once(ctx, request)
	if err != nil {
		return models.Readings{}, s.failure("measure", err, reading)
	}
	return v.Take(true).Readings, nil
}

// manyObjects is the number of objects of one kind beyond which the whole list
// is read instead of single entries: a path for each leaf of each entry costs
// both sides more than the entries that were not asked for.
const manyObjects = 6

// pathsOf lists what has to be subscribed to for the named objects.
func (s *Session) pathsOf(objects []models.ObjectID, wanted func(ocmap.Nature) bool) []*gnmipb.Path {
	count := map[models.ObjectKind]int{}
	for _, id := range objects {
		count[id.Kind]++
	}
	var paths []*gnmipb.Path
	for _, id := range objects {
		if count[id.Kind] == 0 {
			continue // the whole list is read already
		}
		keys := ocmap.ObjectKeys(id)
		if count[id.Kind] > manyObjects {
			count[id.Kind], keys = 0, nil
		}
		for _, sub := range s.caps.paths {
			if wanted(sub.Nature) && ocmap.Covers(ocmap.ObjectPaths[id.Kind].Schema, sub.Schema) {
				paths = append(paths, pathOf(sub.Schema, keys...))
			}
		}
	}
	return paths
}
