package intents

import (
	"strings"
	"testing"
)

func TestApartFromNamesCircuits(t *testing.T) {
	text := strings.Replace(goodCircuit, "400", "400\n  diversity: {apartFrom: [c9]}", 1)
	docs, err := Decode([]byte(text), "f.yaml", WithPlaces())
	if err != nil {
		t.Fatal(err)
	}
	other := docs[0]
	other.Metadata.Name = "c8"
	err = Check(docs, []Document{other}, nil)
	if err == nil || !strings.Contains(err.Error(), `f.yaml:8:27: spec.diversity.apartFrom[0]: unknown circuit "c9"`) {
		t.Errorf("got %v", err)
	}
	other.Metadata.Name = "c9"
	if err = Check(docs, []Document{other}, nil); err != nil && strings.Contains(err.Error(), "c9") {
		t.Errorf("it is there: %v", err)
	}
	other.Metadata.Namespace = "another"
	if err = Check(docs, []Document{other}, nil); err == nil || !strings.Contains(err.Error(), `unknown circuit "c9"`) {
		t.Errorf("it is in another namespace: %v", err)
	}
}

func TestLightable(t *testing.T) {
	for text, want := range map[string]string{
		goodCircuit: "",
		strings.Replace(goodCircuit, "400", "400\n  protection: {type: none}", 1): "",
		strings.Replace(goodCircuit, "400", "400\n  protection: {type: 1+1}", 1):  "f.yaml:8:22: spec.protection.type: not supported yet: protection 1+1 can be planned, not lit; see both routes with plan; to have light, write type: none",
		goodSite: "",
	} {
		docs, err := Decode([]byte(text), "f.yaml", WithPlaces())
		if err != nil {
			t.Fatal(err)
		}
		err = Lightable(docs)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("got %v, want %q\n%s", err, want, text)
		}
	}
}

// TestDefaultsOfProtection: what a document leaves out is filled in.
func TestDefaultsOfProtection(t *testing.T) {
	docs, err := Decode([]byte(strings.Replace(goodCircuit, "400", "400\n  protection: {type: 1+1}\n  diversity: {apartFrom: [c9]}", 1)), "f.yaml")
	if err != nil {
		t.Fatal(err)
	}
	Default(&docs[0])
	s := docs[0].Spec.(*CircuitSpec)
	if *s.Protection != (Protection{Type: "1+1", At: "client", Disjoint: "sharedRisk"}) || s.Diversity.By != "sharedRisk" {
		t.Errorf("%+v, %+v", *s.Protection, *s.Diversity)
	}
}
