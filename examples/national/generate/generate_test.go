package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const topology = "testdata/coronet-conus.json"

// What is in the repository is what the generator writes, and nothing else.
func TestWritten(t *testing.T) {
	raw, err := os.ReadFile(topology)
	if err != nil {
		t.Fatal(err)
	}
	files, err := documents(raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != files[name] {
			t.Errorf("%s is not what the generator writes: run go generate ./examples", name)
		}
	}
	there, err := filepath.Glob("../*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(there) != len(files) {
		t.Errorf("%d files in the example, %d are written", len(there), len(files))
	}
}

// TestRun writes the files where it is told to.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	if err := run(topology, dir); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "network", "sites.yaml"))
	if err != nil || !strings.Contains(string(got), "name: salt-lake-city}") {
		t.Errorf("%v: %.200s", err, got)
	}
	if err := run("testdata/nowhere.json", dir); err == nil {
		t.Error("read a file that is not there")
	}
}

func TestSpans(t *testing.T) {
	for _, c := range []struct {
		km    float64
		spans int
		each  float64
	}{{24.214, 1, 24.214}, {80, 1, 80}, {80.001, 2, 40.001}, {1221.189, 16, 76.324}} {
		if n, km := spanLength(c.km); n != c.spans || km != c.each {
			t.Errorf("%g km: %d spans of %g km, want %d of %g", c.km, n, km, c.spans, c.each)
		}
	}
}

func TestBadTopologies(t *testing.T) {
	const nodes = `{"nodes": [{"id": "A_b", "lat": 1, "lon": 2}, {"id": "C", "lat": 3, "lon": 4}], "links": [`
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":      {"[", "JSON"},
		"unknown node": {nodes + `{"a": "A_b", "b": "D", "km": 1}]}`, "there is no node d"},
		"loop":         {nodes + `{"a": "C", "b": "C", "km": 1}]}`, "loops"},
		"parallel":     {nodes + `{"a": "C", "b": "A_b", "km": 1}, {"a": "A_b", "b": "C", "km": 1}]}`, "parallel"},
		"length":       {nodes + `{"a": "A_b", "b": "C", "km": 0}]}`, "no length"},
		"leaf":         {nodes + `{"a": "A_b", "b": "C", "km": 1}]}`, "node a-b has fewer than two links"},
		"place":        {`{"nodes": [{"id": "A", "lat": 91, "lon": 0}]}`, "want a name and degrees"},
		"twice":        {`{"nodes": [{"id": "A"}, {"id": "a"}]}`, "stands twice"},
		"empty":        {`{}`, "no links"},
	} {
		if _, err := documents([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestDucts: lines that leave a city side by side share a risk of one name,
// whichever of them is asked; lines in other directions have none.
func TestDucts(t *testing.T) {
	raw, err := os.ReadFile(topology)
	if err != nil {
		t.Fatal(err)
	}
	b, err := readBackbone(raw)
	if err != nil {
		t.Fatal(err)
	}
	at := b.city("dallas")
	shared := map[string]int{}
	for _, l := range b.lines {
		if l.ends[0] == at.name || l.ends[1] == at.name {
			for _, d := range b.ducts(at, l) {
				shared[d]++
			}
		}
	}
	if len(shared) != 1 || shared["duct-dallas-abilene-albuquerque"] != 2 {
		t.Errorf("ducts of %v: %v", at.degrees, shared)
	}
}
