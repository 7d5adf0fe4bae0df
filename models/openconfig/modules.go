package openconfig

import (
	"embed"
	"fmt"
	"io/fs"
	"sort"

	"github.com/openconfig/goyang/pkg/yang"
)

//go:embed yang/*.yang
var yangFiles embed.FS

// YANG returns the modules the package is built from, one file per module at the root, for tools that read YANG.
func YANG() fs.FS {
	sub, err := fs.Sub(yangFiles, "yang")
	if err != nil {
		return yangFiles // fs.Sub refuses malformed names only, which "yang" is not
	}
	return sub
}

// Module says how a YANG module is named on the wire.
type Module struct {
	Name      string // RFC 7951 prefix and gNMI model name
	Namespace string // XML namespace; openconfig-optical-amplifier's is misspelt in the standard
	Prefix    string
	Revision  string // date of the published module the subset was taken from
}

// parseModules reads every module of the subset.
func parseModules() (*yang.Modules, error) {
	files := YANG()
	names, err := fs.Glob(files, "*.yang")
	if err != nil {
		return nil, fmt.Errorf("list modules: %w", err)
	}
	set := yang.NewModules()
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read module: %w", err)
		}
		if err := set.Parse(string(text), name); err != nil {
			return nil, fmt.Errorf("parse module: %w", err)
		}
	}
	for _, err := range set.Process() {
		return nil, fmt.Errorf("resolve modules: %w", err)
	}
	return set, nil
}

// describeModules lists the modules of a parsed set by name. The set knows each module twice, with and without its
// revision.
func describeModules(set *yang.Modules) []Module {
	var modules []Module
	for key, m := range set.Modules {
		if key != m.Name {
			continue
		}
		d := Module{Name: m.Name, Prefix: m.GetPrefix(), Revision: m.Current()}
		if m.Namespace != nil {
			d.Namespace = m.Namespace.Name
		}
		modules = append(modules, d)
	}
	sort.Slice(modules, func(i, j int) bool { return modules[i].Name < modules[j].Name })
	return modules
}
