package openconfig

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/openconfig/goyang/pkg/yang"
)

// plainReferences are the leafref targets the subset replaces by the type they resolve to, with the reason. References
// from a list key to the leaf of the same name in config or state are kept.
var plainReferences = map[string]string{
	"/oc-platform:components/oc-platform:component/oc-platform:name": "devices refer to components they don't list, and " +
		"checking hundreds of references dominates the cost of validation",
	"/oc-if:interfaces/oc-if:interface/oc-if:name":                                                    "as for components: the interface may be outside what was read",
	"/oc-opt-term:terminal-device/oc-opt-term:logical-channels/oc-opt-term:channel/oc-opt-term:index": "a payload holds one layer of the stack, the other may be on the device already",
	"../../../component/config/name":                                                                  "a parent may be left out of a filtered read",
	"../../../../../component/config/name":                                                            "a contained part may be left out of a filtered read",
	"../name":                                                                                         "points back at the component itself",
	"../../../channel/config/index":                                                                   "the parent of a super-channel may already be on the device",
	"/oc-platform:components/oc-platform:component/oc-transceiver:transceiver/oc-transceiver:physical-channels/oc-transceiver:channel/oc-transceiver:index": "would tie the client side " +
		"to lanes that routers don't list",
	"/oc-platform:components/oc-platform:component[oc-platform:name=current()/../oc-transceiver:transceiver]/oc-transceiver:transceiver/oc-transceiver:physical-channels/oc-transceiver:channel/oc-transceiver:index": "as above, and " +
		"the predicate would need the whole inventory",
	"/oc-platform:components/oc-platform:component[oc-platform:name=current()/../oc-port:hardware-port]/oc-platform:subcomponents/oc-platform:subcomponent/oc-platform:name": "as above",
}

// droppedConstraints are constraints the subset doesn't repeat, with the reason.
var droppedConstraints = []struct{ pattern, reason string }{
	{`^when: `, "conditions compare identities without their module, which validators read differently"},
	{`^mandatory; when: `, "as above"},
}

// leftOut are nodes that belong to containers of the subset but are not in it, with the reason.
var leftOut = []struct{ pattern, reason string }{
	{`component\[name=\]/state/pcie`, "error counters of the host bus"},
	{`component\[name=\]/(chassis|controller-card|cpu|fabric|fan|power-supply|properties|openconfig-platform-linecard:linecard)$`, "no optical data"},
	{`openconfig-qos:`, "packet queues"},
	{`openconfig-if-aggregate:`, "link aggregation"},
	{`openconfig-alarms:`, "flags of a module about alarms"},
	{`openconfig-platform-ext:`, "number used by SNMP"},
	{`transport-line-common:sonet$`, "empty in the published module"},
	{`logical-channels/channel\[index=\]/ethernet/lldp$`, "neighbour discovery"},
}

type factRow struct {
	path, kind, config, typ, units, def, module, constraints string
}

func TestSubsetMatchesFacts(t *testing.T) {
	facts := map[string]factRow{}
	for _, r := range readTable(t, "paths.tsv", 9) {
		facts[r[0]] = factRow{path: r[0], kind: r[1], config: r[2], typ: r[3], units: r[4], def: r[5], module: r[6], constraints: r[8]}
	}
	set, err := parseModules()
	if err != nil {
		t.Fatal(err)
	}
	index, err := NewIndex()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	usedReferences := map[string]bool{}
	var walk func(e *yang.Entry, n *Node, parentPath string)
	walk = func(e *yang.Entry, n *Node, parentPath string) {
		path := parentPath + "/" + n.QualifiedName() + keyPredicates(n)
		seen[path] = true
		fact, ok := facts[path]
		if !ok {
			t.Errorf("%s is in the subset but not in the facts", path)
			return
		}
		want := factRow{path: path, kind: fact.kind, config: fact.config, typ: wholeRangesDropped(fact.typ), units: fact.units,
			def: fact.def, module: fact.module, constraints: fact.constraints}
		if target, resolved, ok := leafref(want.typ); ok && plainReferences[target] != "" {
			usedReferences[target] = true
			want.typ = resolved
		}
		want.constraints = keptConstraints(want)
		got := factRow{path: path, kind: n.Kind.String(), config: fmt.Sprint(n.Config), units: n.Units, def: n.Default,
			module: n.Module, constraints: constraintsOf(e)}
		if e.Type != nil {
			got.typ = typeText(t, e, e.Type)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(factRow{})); diff != "" {
			t.Errorf("%s differs from the facts (-want +got):\n%s", path, diff)
		}
		checkIndexType(t, path, want.typ, n)
		if len(e.Dir) != len(n.Children()) {
			t.Errorf("%s: the index has %d children, the modules %d", path, len(n.Children()), len(e.Dir))
		}
		for _, child := range n.Children() {
			walk(e.Dir[child.Name], child, path)
		}
	}
	for _, top := range index.Root().Children() {
		walk(yang.ToEntry(set.Modules[top.Module]).Dir[top.Name], top, "")
	}
	if len(seen) != index.Len() || len(seen) < 900 {
		t.Errorf("compared %d nodes, the index counts %d; want the same and at least 900", len(seen), index.Len())
	}
	checkComplete(t, facts, seen)
	for target := range plainReferences {
		if !usedReferences[target] {
			t.Errorf("plainReferences lists %s, which nothing uses", target)
		}
	}
}

// checkComplete asks that a container of the subset has every leaf the facts list in it, apart from leftOut.
func checkComplete(t *testing.T, facts map[string]factRow, seen map[string]bool) {
	t.Helper()
	for path := range facts {
		parent := path[:strings.LastIndex(path, "/")]
		if seen[path] || !seen[parent] || matchesAny(path, leftOut) {
			continue
		}
		t.Errorf("%s is missing although its parent is in the subset", path)
	}
}

// checkIndexType compares what the index says about a leaf's type with the facts' text of it.
func checkIndexType(t *testing.T, path, fact string, n *Node) {
	t.Helper()
	if n.Type == nil {
		if fact != "" {
			t.Errorf("%s has no type in the index, want %s", path, fact)
		}
		return
	}
	if _, resolved, ok := leafref(fact); ok {
		fact = resolved
	}
	got := n.Type.Base
	switch got {
	case "decimal64":
		got += fmt.Sprintf(" fraction-digits=%d", n.Type.FractionDigits)
	case "enumeration":
		got += "{" + strings.Join(n.Type.Enums, ",") + "}"
	case "identityref":
		got += "<" + n.Type.IdentityBase + ">"
	}
	if !strings.HasPrefix(fact, got) {
		t.Errorf("%s: the index says %s, want %s", path, got, fact)
	}
	if narrow := strings.Contains(fact, " range="); narrow != (len(n.Type.values) > 0) {
		t.Errorf("%s: the index has ranges %v, want %s", path, n.Type.Ranges, fact)
	}
}

func TestModulesMatchFacts(t *testing.T) {
	facts := map[string]Module{}
	for _, r := range readTable(t, "modules.tsv", 6) {
		facts[r[0]] = Module{Name: r[0], Namespace: r[1], Prefix: r[2], Revision: r[3]}
	}
	index, err := NewIndex()
	if err != nil {
		t.Fatal(err)
	}
	if len(index.Modules()) < 15 {
		t.Errorf("the subset has %d modules, want at least 15", len(index.Modules()))
	}
	for _, m := range index.Modules() {
		if diff := cmp.Diff(facts[m.Name], m); diff != "" {
			t.Errorf("module %s differs from the facts (-want +got):\n%s", m.Name, diff)
		}
	}
}

// intermediateIdentities stand between a base and the identities the facts list, and are not facts themselves.
var intermediateIdentities = map[string]string{
	"iana-if-type:iana-interface-type": "the facts keep only the interface types, not the identity that groups them",
}

func TestIdentitiesMatchFacts(t *testing.T) {
	facts := map[string][]string{}
	for _, r := range readTable(t, "identities.tsv", 3) {
		facts[r[0]] = append(facts[r[0]], r[1])
	}
	set, err := parseModules()
	if err != nil {
		t.Fatal(err)
	}
	bases, identities := 0, 0
	for _, m := range describeModules(set) {
		for _, base := range set.Modules[m.Name].Identity {
			name := qualifiedIdentity(base)
			identities++
			if len(base.Values) == 0 || intermediateIdentities[name] != "" {
				continue
			}
			bases++
			var got []string
			for _, i := range base.Values {
				if q := qualifiedIdentity(i); intermediateIdentities[q] == "" {
					got = append(got, q)
				}
			}
			want := append([]string(nil), facts[name]...)
			sort.Strings(want)
			sort.Strings(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("identities derived from %s (-want +got):\n%s", name, diff)
			}
		}
	}
	if bases < 25 || identities < 250 {
		t.Errorf("compared %d bases and %d identities, want at least 25 and 250", bases, identities)
	}
}

func readTable(t *testing.T, name string, columns int) [][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for _, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")[1:] {
		row := strings.Split(line, "\t")
		if len(row) != columns {
			t.Fatalf("%s: %d columns, want %d: %q", name, len(row), columns, line)
		}
		rows = append(rows, row)
	}
	return rows
}

func keyPredicates(n *Node) string {
	var b strings.Builder
	for _, k := range n.Keys {
		b.WriteString("[" + k + "=]")
	}
	return b.String()
}

// wholeRangesDropped removes the range that spans all of decimal64 with 18 digits, which restricts nothing.
func wholeRangesDropped(typ string) string {
	return strings.ReplaceAll(typ, " range=-9.223372036854775808..9.223372036854775807", "")
}

func leafref(typ string) (target, resolved string, ok bool) {
	m := regexp.MustCompile(`^leafref<(.*)> => (.*)$`).FindStringSubmatch(typ)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

// keptConstraints is what the subset should say where the facts give constraints: when conditions are dropped, and so is
// mandatory in state, because partial readings would be refused.
func keptConstraints(r factRow) string {
	if matchesAny(r.constraints, droppedConstraints) || r.constraints == "mandatory" && r.config == "false" {
		return ""
	}
	return r.constraints
}

func matchesAny(s string, table []struct{ pattern, reason string }) bool {
	for _, row := range table {
		if regexp.MustCompile(row.pattern).MatchString(s) {
			return true
		}
	}
	return false
}

func constraintsOf(e *yang.Entry) string {
	var all []string
	if e.Mandatory == yang.TSTrue {
		all = append(all, "mandatory")
	}
	if leaf, ok := e.Node.(*yang.Leaf); ok {
		for _, m := range leaf.Must {
			all = append(all, "must: "+m.Name)
		}
		if leaf.Status != nil && leaf.Status.Name != "current" {
			all = append(all, "status: "+leaf.Status.Name)
		}
	}
	return strings.Join(all, "; ")
}

// typeText writes a resolved type the way the facts do.
func typeText(t *testing.T, e *yang.Entry, typ *yang.YangType) string {
	t.Helper()
	text := typ.Kind.String()
	switch typ.Kind {
	case yang.Yleafref:
		target := e.Find(typ.Path)
		if target == nil || target.Type == nil {
			t.Fatalf("%s: leafref %s leads nowhere", e.Path(), typ.Path)
		}
		return "leafref<" + typ.Path + "> => " + typeText(t, target, target.Type)
	case yang.Yunion:
		var members []string
		for _, m := range typ.Type {
			members = append(members, typeText(t, e, m))
		}
		return "union{" + strings.Join(members, " | ") + "}"
	case yang.Yenum:
		names := append([]string(nil), typ.Enum.Names()...)
		sort.Strings(names)
		return "enumeration{" + strings.Join(names, ",") + "}"
	case yang.Yidentityref:
		return "identityref<" + qualifiedIdentity(typ.IdentityBase) + ">"
	case yang.Ydecimal64:
		text += fmt.Sprintf(" fraction-digits=%d", typ.FractionDigits)
	}
	if r := narrowed(typ); len(r) > 0 {
		text += " range=" + r.String()
	}
	if len(typ.Length) > 0 {
		text += " length=" + typ.Length.String()
	}
	if len(typ.Pattern) > 0 {
		text += " pattern"
	}
	if name := typ.Name[strings.Index(typ.Name, ":")+1:]; name != typ.Kind.String() && typ.Kind != yang.Ydecimal64 {
		text += " (typedef " + name + ")"
	}
	return text
}
