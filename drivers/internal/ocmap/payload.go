package ocmap

import (
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Payloads are RFC 7951 JSON. They are put together from the table of
// config_rows.go, so that what is written is what is read. All members of one
// payload are of one module, so only the outermost carry its name. Tests read
// every payload back through the generated structs and lint it.

// moduleOf is the module that the members of a payload belong to.
var moduleOf = map[models.ObjectKind]string{
	models.KindOpticalChannel: TerminalModule,
	models.KindLogicalChannel: TerminalModule,
	models.KindMediaChannel:   RouterModule,
}

// opticalPayload is the container optical-channel/config.
func opticalPayload(leaves models.Leaves, profile catalogue.Profile) string {
	tree := &jsonTree{}
	tree.addRows(models.KindOpticalChannel, OpticalPath+"/config", leaves, profile)
	return tree.object(OpticalPath+"/config", TerminalModule)
}

// entryPayload is a whole list entry: its keys, its settings and its
// sub-entries, of which most have one.
func entryPayload(id models.ObjectID, leaves models.Leaves, profile catalogue.Profile) string {
	schema := ObjectPaths[id.Kind].Schema
	tree := &jsonTree{}
	tree.add("index", id.Key)
	tree.add("config/index", id.Key)
	switch id.Kind {
	case models.KindLogicalChannel:
		addAssignment(tree, leaves, profile)
	case models.KindMediaChannel:
		addDistribution(tree, leaves)
	}
	tree.addRows(id.Kind, schema, leaves, profile)
	return tree.object(schema, moduleOf[id.Kind])
}

// addAssignment adds what an assignment needs beyond its rows: the key and the
// type, which follows from what is assigned. A change that gives no index gets
// the profile's first.
func addAssignment(tree *jsonTree, leaves models.Leaves, profile catalogue.Profile) {
	kind := ""
	if _, ok := leaves[models.LeafAssignOptical]; ok {
		kind = "OPTICAL_CHANNEL"
	} else if _, ok := leaves[models.LeafAssignLogical]; ok {
		kind = "LOGICAL_CHANNEL"
	}
	if kind == "" {
		return
	}
	index, ok := leaves[models.LeafAssignIndex]
	if !ok {
		index = strconv.Itoa(profile.AssignmentBase)
	}
	addKeys(tree, strings.TrimPrefix(AssignmentPath, LogicalPath+"/")+"/", index, kind)
	addClients(tree, leaves, index, profile)
}

// addKeys adds key and type of an assignment.
func addKeys(tree *jsonTree, at, index, kind string) {
	tree.add(at+"index", index)
	tree.add(at+"config/index", index)
	tree.add(at+"config/assignment-type", strconv.Quote(kind))
}

// addDistribution adds the keys of the power distribution, which are the edges
// of the media channel.
func addDistribution(tree *jsonTree, leaves models.Leaves) {
	if _, ok := leaves[models.LeafTargetPower]; !ok {
		return
	}
	lower, upper := strconv.Quote(rawMHz(leaves[models.LeafLower])), strconv.Quote(rawMHz(leaves[models.LeafUpper]))
	at := strings.TrimPrefix(DistributionPath, MediaPath+"/")
	tree.add(at+"/lower-frequency", lower)
	tree.add(at+"/upper-frequency", upper)
	tree.add(at+"/config/lower-frequency", lower)
	tree.add(at+"/config/upper-frequency", upper)
}

// mustWrite renders a leaf that check has accepted.
func mustWrite(row configRow, value string, profile catalogue.Profile) string {
	text, err := row.codecOn(profile).write(value)
	if err != nil {
		// check writes every leaf once before anything is built.
		return "null"
	}
	return text
}

// jsonTree is a JSON object whose members keep the order in which they were
// added. Paths are relative schema paths.
type jsonTree struct {
	name    string
	members []*jsonTree
	value   string      // of a leaf
	more    []*jsonTree // of a list: the entries behind the first
}

// addRows adds the leaves that have a place of their own; a row that stands at a
// list is written entry by entry elsewhere.
func (t *jsonTree) addRows(kind models.ObjectKind, below string, leaves models.Leaves, profile catalogue.Profile) {
	for _, row := range configRows {
		if value, ok := leaves[row.leaf]; ok && row.kind == kind && ListKeys[row.schema] == nil {
			t.add(strings.TrimPrefix(row.schema, below+"/"), mustWrite(row, value, profile))
		}
	}
}

// entry adds one more entry to a list that has its first.
func (t *jsonTree) entry(path string, entry *jsonTree) {
	for name := range strings.SplitSeq(path, "/") {
		t = t.members[t.member(name)]
	}
	t.more = append(t.more, entry)
}

// member is the place of a member, or -1.
func (t *jsonTree) member(name string) int {
	return slices.IndexFunc(t.members, func(m *jsonTree) bool { return m.name == name })
}

func (t *jsonTree) add(path, value string) {
	name, rest, deeper := strings.Cut(path, "/")
	i := t.member(name)
	if i < 0 {
		i = len(t.members)
		t.members = append(t.members, &jsonTree{name: name})
	}
	if deeper {
		t.members[i].add(rest, value)
		return
	}
	t.members[i].value = value
}

// object writes the tree found at a schema path.
func (t *jsonTree) object(schema, module string) string {
	return string(t.appendTo(make([]byte, 0, 1024), append(make([]byte, 0, 128), schema...), module))
}

// appendTo writes the tree as an object. What stands at the schema path at ends
// there; its room is used for the paths below. Names are YANG identifiers, which
// JSON need not escape.
func (t *jsonTree) appendTo(b, at []byte, module string) []byte {
	b = append(b, '{')
	for i, m := range t.members {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		if module != "" {
			b = append(append(b, module...), ':')
		}
		b = append(append(b, m.name...), `":`...)
		below := append(append(at, '/'), m.name...)
		switch {
		case len(m.members) == 0:
			b = append(b, m.value...)
		case ListKeys[string(below)] != nil:
			b = m.appendTo(append(b, '['), below, "")
			for _, entry := range m.more {
				b = entry.appendTo(append(b, ','), below, "")
			}
			b = append(b, ']')
		default:
			b = m.appendTo(b, below, "")
		}
	}
	return append(b, '}')
}
