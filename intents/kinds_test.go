package intents_test

import (
	"testing"

	"github.com/waveplane/waveplane/intents"
)

func TestEachKindIsFoundByItsName(t *testing.T) {
	for _, want := range intents.Kinds() {
		got, ok := intents.KindByName(want.Name)
		if !ok || got.Name != want.Name || got.Plural != want.Plural {
			t.Errorf("%s: found %q (%v)", want.Name, got.Name, ok)
		}
	}
	if k, ok := intents.KindByName("circuit"); ok {
		t.Errorf("names are exact, found %q", k.Name)
	}
}
