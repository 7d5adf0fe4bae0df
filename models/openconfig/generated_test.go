package openconfig_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/waveplane/waveplane/models/openconfig"
	"github.com/waveplane/waveplane/models/openconfig/internal/codegen"
)

// TestGeneratedIsCurrent fails when a module was changed without running go generate. It works on a copy of the embedded
// modules, which also proves that the output doesn't depend on where they lie.
func TestGeneratedIsCurrent(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "yang")
	if err := os.CopyFS(dir, openconfig.YANG()); err != nil {
		t.Fatal(err)
	}
	want, err := codegen.Source(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := codegen.Source(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, again) {
		t.Error("two runs of the generator differ")
	}
	got, err := os.ReadFile("generated.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Error("generated.go is stale: run go generate in this directory")
	}
	if bytes.Contains(got, []byte(dir)) {
		t.Error("generated.go contains a path of this machine")
	}
}

func TestGeneratorRefusesAnEmptyDirectory(t *testing.T) {
	if src, err := codegen.Source(t.TempDir()); err == nil {
		t.Errorf("Source of an empty directory returned %d bytes, want an error", len(src))
	}
}

func TestYANGHoldsEveryModule(t *testing.T) {
	names, err := fs.Glob(openconfig.YANG(), "*.yang")
	if err != nil {
		t.Fatal(err)
	}
	index := newIndex(t)
	if len(names) != len(index.Modules()) {
		t.Errorf("%d files for %d modules", len(names), len(index.Modules()))
	}
	for _, name := range names {
		module, _, _ := bytes.Cut([]byte(name), []byte("."))
		if _, ok := index.Module(string(module)); !ok {
			t.Errorf("%s is not named after its module", name)
		}
	}
}
