package models_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/models"
)

func TestAssignmentsKeepThroughText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		indices := rapid.SliceOfNDistinct(rapid.Uint32(), 1, 8, rapid.ID[uint32]).Draw(t, "indices")
		list := make(models.Assignments, len(indices))
		for i, index := range indices {
			list[i] = models.Assignment{Channel: index, Gbps: rapid.StringMatching(`([1-9][0-9]{0,3}(\.[0-9]{1,3})?)?`).Draw(t, "Gbit/s")}
		}
		back, err := models.ParseAssignments(list.String())
		if err != nil || back.String() != list.String() || len(back) != len(list) {
			t.Errorf("%v comes back as %v, %v", list, back, err)
		}
	})
}

func TestAssignmentsRefuse(t *testing.T) {
	for _, text := range []string{"", " ", "x", "-1", "01:400", "1:", ":400", "1:400 ", "1:400  2:400", "1:400 1:100", "4294967296"} {
		if got, err := models.ParseAssignments(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
