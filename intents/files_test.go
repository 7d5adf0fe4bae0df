package intents

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecodeFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"b.yaml":       goodCircuit,
		"a.yml":        goodSite,
		"c.json":       `{"apiVersion":"waveplane.dev/v1alpha1","kind":"List","items":[{"apiVersion":"waveplane.dev/v1alpha1","kind":"Site","metadata":{"name":"dc-b"},"spec":{"role":"pop"},"status":{"any":["thing"]}}]}`,
		"notes.txt":    "not a document",
		"sub/d.yaml":   goodLink,
		".git/e.yaml":  "[",
		"sub/f.yaml~":  "[",
		"sub/.g/h.yml": "[",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	names := func(docs []Document) []string {
		var out []string
		for _, d := range docs {
			out = append(out, d.Kind+"/"+d.Metadata.Name)
		}
		return out
	}
	tests := []struct {
		name      string
		paths     []string
		recursive bool
		want      []string
	}{
		{"a directory", []string{dir}, false, []string{"Site/dc-a", "Circuit/c1", "Site/dc-b"}},
		{"with those inside", []string{dir}, true, []string{"Site/dc-a", "Circuit/c1", "Site/dc-b", "Link/a-b"}},
		{"a file and stdin", []string{filepath.Join(dir, "b.yaml"), "-"}, false, []string{"Circuit/c1", "Device/roadm-a1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			docs, err := DecodeFiles(tt.paths, tt.recursive, strings.NewReader(goodDevice))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, names(docs)); diff != "" {
				t.Error(diff)
			}
		})
	}

	t.Run("twice in the set", func(t *testing.T) {
		_, err := DecodeFiles([]string{filepath.Join(dir, "a.yml"), "-"}, false, strings.NewReader(goodSite))
		if err == nil || !strings.Contains(err.Error(), "stdin:3:18: metadata.name: Site \"dc-a\" stands twice, first at "+filepath.Join(dir, "a.yml")+":1") {
			t.Error(err)
		}
	})
	t.Run("missing", func(t *testing.T) {
		if _, err := DecodeFiles([]string{filepath.Join(dir, "x.yaml")}, false, nil); !errors.Is(err, os.ErrNotExist) {
			t.Error(err)
		}
	})
	t.Run("nothing in the directory", func(t *testing.T) {
		if _, err := DecodeFiles([]string{t.TempDir()}, false, nil); err == nil || !strings.Contains(err.Error(), "no *.yaml") {
			t.Error(err)
		}
	})
	t.Run("too much together", func(t *testing.T) {
		big := filepath.Join(dir, "big.yaml")
		if err := os.WriteFile(big, []byte(strings.Repeat("# comment\n", 1_200_000)+goodSite), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := DecodeFiles([]string{big, big, big}, false, nil)
		if err == nil || !strings.Contains(err.Error(), "more than 33554432 bytes together") {
			t.Error(err)
		}
	})
}

func TestDecodeSet(t *testing.T) {
	_, err := DecodeSet([]File{{"one.yaml", []byte("a: [")}, {"two.yaml", []byte(goodSite)}, {"three.yaml", []byte("kind: Sit")}})
	want := []string{
		`one.yaml:1:4: "[" is never closed`,
		`three.yaml:1:1: apiVersion: is required`,
		`three.yaml:1:1: metadata: is required`,
		`three.yaml:1:1: spec: is required`,
		`three.yaml:1:7: kind: unknown kind "Sit"; did you mean "Site"?`,
	}
	if err == nil {
		t.Fatal("accepted")
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
}

// TestStatusComesBack: what the server shows can be applied again.
func TestStatusComesBack(t *testing.T) {
	text := strings.Replace(goodCircuit, "namespace: tenant-x", `namespace: tenant-x, uid: abc123, generation: 4, resourceVersion: "77", creationTimestamp: 2026-11-21T08:00:00Z`, 1) +
		"status: {observedGeneration: 4, conditions: [{type: Ready}]}\n"
	docs, err := Decode([]byte(text), "")
	if err != nil {
		t.Fatal(err)
	}
	m := docs[0].Metadata
	if m.UID != "abc123" || m.Generation != 4 || m.ResourceVersion != "77" || m.CreationTimestamp == nil || m.CreationTimestamp.Hour() != 8 {
		t.Errorf("metadata: %+v", m)
	}
}

func TestModeSpecCatalogue(t *testing.T) {
	docs, err := Decode([]byte(goodMode), "")
	if err != nil {
		t.Fatal(err)
	}
	mode, err := docs[0].Spec.(*ModeSpec).Catalogue("my-400g")
	if err != nil {
		t.Fatal(err)
	}
	if mode.Usable() || !strings.Contains(mode.Unusable, "requiredOsnrDb, rxDbm, tuneTHz") {
		t.Errorf("a mode without figures: %q", mode.Unusable)
	}
	for _, doc := range goodSet(t) {
		s, ok := doc.Spec.(*ModeSpec)
		if !ok {
			continue
		}
		mode, err := s.Catalogue(doc.Metadata.Name)
		if err != nil || !mode.Usable() || mode.BaudMBd != 63_100 || mode.SlotWidth.GHz() != 87.5 || mode.Launch.Min.Dbm() != -5 || *mode.MaxDispersion != 20_000 {
			t.Errorf("%+v %v", mode, err)
		}
		if code, ok := mode.Code("generic-router-zr-openconfig"); !ok || code != 5 {
			t.Errorf("device code %d %v", code, ok)
		}
	}
}
