package reconcile

import (
	"sync"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// rendering is what a wavelength wants on each of its devices in its phase.
type rendering struct {
	decision int64 // revision it was made from
	stage    plan.Stage
	cat      *catalogue.Catalogue
	objects  map[string][]models.Object
	digests  map[string]string
}

// renderings remembers the last rendering of each wavelength. Rendering is a
// pure function of decision, stage and catalogue, and every look at a device
// asks for it.
type renderings struct {
	mu  sync.Mutex
	all map[string]*rendering // by wavelength key
}

func newRenderings() *renderings { return &renderings{all: map[string]*rendering{}} }

// of returns the rendering of a wavelength; what it returns must not be changed.
func (r *renderings) of(cat *catalogue.Catalogue, d *store.Entry[records.Decision], p *store.Entry[records.Phase]) (*rendering, error) {
	stage := plan.StageOf(&d.Value, p.Value.Name, p.Value.Step)
	r.mu.Lock()
	known := r.all[d.Key]
	r.mu.Unlock()
	if known != nil && known.decision == d.Revision && known.stage == stage && known.cat == cat {
		return known, nil
	}
	fragments, err := plan.Render(cat, &d.Value, p.Value.Name, p.Value.Step)
	if err != nil {
		return nil, err
	}
	made := &rendering{decision: d.Revision, stage: stage, cat: cat, objects: map[string][]models.Object{}, digests: map[string]string{}}
	for _, f := range fragments {
		made.objects[f.Device] = f.Objects
		made.digests[f.Device] = models.Digest(f.Objects)
	}
	r.mu.Lock()
	r.all[d.Key] = made
	r.mu.Unlock()
	return made, nil
}

// digest returns what the device's part digests to; a device that only
// measures wants nothing.
func (r *rendering) digest(device string) string {
	if d, ok := r.digests[device]; ok {
		return d
	}
	return emptyDigest
}

func (r *renderings) forget(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.all, key)
}
