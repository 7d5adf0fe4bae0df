// Package layering holds the test that keeps the house in order: a package
// imports only what stands before it.
package layering

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/waveplane/waveplane/"

// rule says which packages of the module and which outside ones the packages
// below a path may import. The first rule whose path matches counts. Names
// ending in "/..." stand for everything below. Outside packages are listed only
// where the choice is part of the design; "*" permits all.
type rule struct {
	path    string
	may     []string
	outside []string
}

// rules in the order of docs/design.md, most special first.
func rules() []rule {
	models := []string{"models", "models/openconfig", "models/catalogue"}
	return []rule{
		{"models/openconfig/...", []string{"models/openconfig/..."}, []string{"github.com/openconfig/ygot", "github.com/openconfig/goyang", "github.com/openconfig/gnmi"}},
		{"models/catalogue", []string{"models"}, []string{"github.com/goccy/go-yaml"}},
		{"models", nil, nil},
		{"intents/gnpy", []string{"intents", "models", "models/catalogue"}, nil},
		{"intents", []string{"models", "models/catalogue"}, []string{"github.com/invopop/jsonschema", "github.com/pb33f/ordered-map/v2"}},
		{"drivers/internal/sshsession", append([]string{"drivers", "drivers/internal/sshdial"}, models...), nil},
		{"drivers/internal/turns", append([]string{"drivers"}, models...), nil},
		{"drivers/internal/ocmap", append([]string{"drivers"}, models...), nil},
		{"drivers/internal/...", []string{"drivers/internal/..."}, []string{"google.golang.org/grpc", "golang.org/x/crypto"}},
		{"drivers/sim/...", append([]string{"intents", "drivers/sim/..."}, models...), []string{"google.golang.org/grpc", "google.golang.org/protobuf", "github.com/openconfig/gnmi", "github.com/goccy/go-yaml", "golang.org/x/crypto/ssh"}},
		{"drivers/drivertest/golden", nil, []string{"github.com/google/go-cmp"}},
		{"drivers/drivertest/idle", []string{"drivers"}, nil},
		{"drivers/drivertest/wire", nil, nil},
		{"drivers/drivertest/devices", append([]string{"drivers", "drivers/drivertest", "drivers/sim/gnmid", "drivers/sim/quirks"}, models...), nil},
		{"drivers/netconf", append([]string{"drivers", "drivers/internal/..."}, models...), []string{"golang.org/x/crypto/ssh"}},
		{"drivers/drivertest", append([]string{"drivers"}, models...), []string{"github.com/google/go-cmp", "go.uber.org/goleak"}},
		{"drivers/all", []string{"drivers", "drivers/gnmi", "drivers/cli", "drivers/netconf", "drivers/tl1"}, nil},
		{"drivers/tl1", append([]string{"drivers", "drivers/internal/..."}, models...), []string{"github.com/goccy/go-yaml"}},
		{"drivers/cli", append([]string{"drivers", "drivers/internal/..."}, models...), []string{"github.com/scrapli/scrapligo", "golang.org/x/crypto/ssh", "github.com/goccy/go-yaml"}},
		{"drivers/gnmi/...", append([]string{"drivers", "drivers/internal/..."}, models...), []string{"google.golang.org/grpc", "google.golang.org/protobuf", "github.com/openconfig/gnmi", "github.com/openconfig/ygot"}},
		{"drivers", []string{"models", "models/catalogue"}, nil},
		{"controller/records", []string{"models"}, nil},
		{"controller/store/...", []string{"controller/records", "controller/store", "models"}, []string{"go.etcd.io", "google.golang.org/grpc", "go.uber.org/zap", "github.com/google/go-cmp", "golang.org/x/sys"}},
		{"controller/documents", []string{"intents", "controller/records", "controller/store", "models"}, nil},
		{"controller/plan/...", append([]string{"intents", "controller/records", "controller/plan/..."}, models...), []string{"gonum.org/v1/gonum"}},
		{"controller/preview", append([]string{"intents", "controller/records", "controller/plan"}, models...), nil},
		{"controller/adopt", append([]string{"intents", "controller/records"}, models...), nil},
		{"controller/engine", []string{"controller/store"}, []string{"k8s.io/client-go/util/workqueue", "k8s.io/utils"}},
		{"controller/reconcile", append([]string{"intents", "drivers", "controller/records", "controller/store", "controller/documents", "controller/plan", "controller/preview", "controller/adopt", "controller/engine"}, models...), []string{"golang.org/x/time/rate"}},
		{"controller/api/wire", append([]string{"intents", "controller/records"}, models...), nil},
		{"controller/api/endpoint", nil, nil},
		{"controller/api/client", append([]string{"intents", "controller/records", "controller/api/wire", "controller/api/endpoint"}, models...), nil},
		{"controller/api", append([]string{"intents", "controller/records", "controller/store", "controller/documents", "controller/api/wire"}, models...), []string{"github.com/danielgtaylor/huma/v2", "github.com/prometheus/client_golang"}},
		{"controller", append([]string{"intents", "drivers", "controller/..."}, models...), nil},
		{"examples/...", nil, nil},
		{"cmd/waveplane/...", append([]string{"intents/...", "controller", "controller/records", "controller/plan", "controller/plan/qot/gn", "controller/preview", "controller/api", "controller/api/client", "controller/api/wire", "controller/api/endpoint", "drivers/all", "drivers", "drivers/sim/...", "examples", "cmd/waveplane/..."}, models...), []string{"*"}},
		{"internal/...", []string{"*"}, []string{"*"}},
	}
}

func TestPackagesImportOnlyWhatStandsBefore(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for dec := json.NewDecoder(bytes.NewReader(out)); ; seen++ {
		var pkg struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		path := strings.TrimPrefix(pkg.ImportPath, module)
		r, ok := ruleFor(path)
		if !ok {
			t.Errorf("%s has no place in the order of packages: add a rule here and a line to docs/design.md", path)
			continue
		}
		for _, imported := range pkg.Imports {
			if why := r.forbids(imported); why != "" {
				t.Errorf("%s imports %s: %s", path, imported, why)
			}
		}
	}
	if seen < 15 {
		t.Errorf("looked at %d packages only", seen)
	}
}

func TestRuleForbids(t *testing.T) {
	for _, c := range []struct {
		path, imported string
		ok             bool
	}{
		{"models", "fmt", true},
		{"models", "github.com/goccy/go-yaml", false},
		{"models", module + "intents", false},
		{"controller/plan/qot", module + "controller/store", false},
		{"controller/plan", module + "controller/plan/qot", true},
		{"controller/reconcile", module + "drivers/gnmi", false},
		{"controller/reconcile", module + "drivers/sim", false},
		{"drivers/sim/gnmid", module + "drivers/gnmi", false},
		{"drivers/gnmi", module + "drivers/sim/gnmid", false},
	} {
		r, found := ruleFor(c.path)
		if !found {
			t.Fatalf("no rule for %s", c.path)
		}
		if got := r.forbids(c.imported) == ""; got != c.ok {
			t.Errorf("%s may import %s: got %v, want %v", c.path, c.imported, got, c.ok)
		}
	}
}

func ruleFor(path string) (rule, bool) {
	for _, r := range rules() {
		if matches(r.path, path) {
			return r, true
		}
	}
	return rule{}, false
}

func (r rule) forbids(imported string) string {
	if local, ok := strings.CutPrefix(imported, module); ok {
		for _, m := range r.may {
			if m == "*" || matches(m, local) {
				return ""
			}
		}
		return "it stands after it, or beside it"
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		return "" // standard library
	}
	for _, o := range r.outside {
		if o == "*" || imported == o || strings.HasPrefix(imported, o+"/") {
			return ""
		}
	}
	return "this dependency is not for this package"
}

func matches(pattern, path string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == base || strings.HasPrefix(path, base+"/")
	}
	return path == pattern
}
