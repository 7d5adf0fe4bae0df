package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/models"
)

// TestAppliedIsWholeAfterARestart reads an attempt back from another process's
// point of view: nothing of it is in memory.
func TestAppliedIsWholeAfterARestart(t *testing.T) {
	laser := func(on string) models.Object {
		return models.Object{ObjectID: models.ObjectID{Kind: models.KindLaser, Key: "xcvr-1/1"}, Leaves: models.Leaves{models.LeafEnabled: on}}
	}
	channel := models.Object{ObjectID: models.ObjectID{Kind: models.KindOpticalChannel, Key: "oc-1"}, Leaves: models.Leaves{models.LeafFrequency: "193100 GHz"}}
	want := records.Applied{
		Acked:   &records.Image{Objects: []models.Object{channel, laser("false")}, Digest: "a", Phase: records.PhaseDark},
		Attempt: &records.Attempt{Image: records.Image{Objects: []models.Object{channel, laser("true")}, Digest: "b", Phase: records.PhaseLaunch}, Pass: "1-1", Term: 1},
	}
	cfg := store.Config{Dir: t.TempDir()}
	t.Run("write", func(t *testing.T) {
		s := open(t, cfg)
		if _, err := s.Commit(t.Context(), nil, s.Tables().Applied.Create("router-a/circuit/c/1", want)); err != nil {
			t.Fatal(err)
		}
	})
	got, err := open(t, cfg).Tables().Applied.Get(t.Context(), "router-a/circuit/c/1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.Value); diff != "" {
		t.Errorf("record differs (-want +got):\n%s", diff)
	}
}
