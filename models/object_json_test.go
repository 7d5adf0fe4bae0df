package models_test

import (
	"encoding/json"
	"testing"

	"github.com/waveplane/waveplane/models"
)

func TestObjectKeepsItsLeavesThroughJSON(t *testing.T) {
	o := models.Object{ObjectID: models.ObjectID{Kind: models.KindLaser, Key: "xcvr-1/1"}, Leaves: models.Leaves{models.LeafEnabled: "true"}}
	b, err := json.Marshal([]models.Object{o})
	if err != nil {
		t.Fatal(err)
	}
	var back []models.Object
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if len(back) != 1 || back[0].ObjectID != o.ObjectID || !back[0].Leaves.Equal(o.Leaves) {
		t.Errorf("got %s", b)
	}
}
