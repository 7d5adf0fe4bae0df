package netconfd

import (
	"maps"
	"strings"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/models/openconfig"
)

// editor turns the tree of an edit-config into edits of leaves.
type editor struct {
	face  *Face
	edits []gnmid.Edit
}

// place is where the editor is.
type place struct {
	schema   *openconfig.Node
	path     string // as text, with keys
	names    []string
	doing    string // the operation in force
	prefixes map[string]string
}

func (e *editor) tree(n *node, at place) *fault {
	for _, k := range n.Kids {
		if err := e.element(k, at); err != nil {
			return err
		}
	}
	return nil
}

func (e *editor) element(n *node, at place) *fault {
	child, ok := at.schema.Child(n.XMLName.Local)
	here := at.path + "/" + n.XMLName.Local
	switch {
	case !ok:
		return contentFault("unknown-element", "there is no such node", here)
	case n.XMLName.Space != e.face.namespace(child.Module):
		return contentFault("unknown-namespace", "the node is of another namespace", here)
	case !child.Config:
		return contentFault("invalid-value", "state cannot be written", here)
	}
	next := place{schema: child, path: here, names: append(at.names[:len(at.names):len(at.names)], child.Name), doing: at.doing, prefixes: at.prefixes}
	if op := n.attr(baseNS, "operation"); op != "" {
		next.doing = op
	}
	for _, a := range n.Attrs {
		if a.Name.Space == "xmlns" {
			next.prefixes = maps.Clone(next.prefixes)
			if next.prefixes == nil {
				next.prefixes = map[string]string{}
			}
			next.prefixes[a.Name.Local] = a.Value
		}
	}
	for _, key := range child.Keys {
		k := n.kid(key)
		if k == nil {
			return contentFault("missing-element", "the key "+key+" is missing", here)
		}
		next.path += "[" + key + "=" + strings.NewReplacer(`\`, `\\`, `]`, `\]`).Replace(k.text()) + "]"
	}
	if child.Type != nil {
		return e.leaf(n, next)
	}
	switch next.doing {
	case "delete", "remove":
		return e.remove(next)
	case "create":
		if e.face.exists(next.path) {
			return contentFault("data-exists", "it is there already", next.path)
		}
	case "replace":
		e.edits = append(e.edits, gnmid.Edit{Path: next.path, Delete: true})
	}
	inside := next
	inside.doing = "merge"
	rest := 0
	for _, k := range n.Kids {
		if child.IsKey(k.XMLName.Local) {
			continue
		}
		rest++
		if err := e.element(k, inside); err != nil {
			return err
		}
	}
	if rest == 0 && len(child.Keys) > 0 { // an entry that is only to be there
		key := child.Keys[0]
		e.edits = append(e.edits, gnmid.Edit{Path: next.path + "/" + key, Value: n.kid(key).text()})
	}
	return nil
}

func (e *editor) remove(at place) *fault {
	if at.doing == "delete" && !e.face.exists(at.path) {
		return contentFault("data-missing", "there is nothing to delete", at.path)
	}
	e.edits = append(e.edits, gnmid.Edit{Path: at.path, Delete: true})
	return nil
}

func (e *editor) leaf(n *node, at place) *fault {
	if at.doing == "delete" || at.doing == "remove" {
		return e.remove(at)
	}
	value := n.text()
	if at.schema.Type.Base == "identityref" {
		prefix, name, ok := strings.Cut(value, ":")
		module := e.face.module(at.prefixes[prefix])
		if !ok || module == "" {
			return contentFault("invalid-value", "the prefix of the identity stands for no module", at.path)
		}
		value = module + ":" + name
	}
	if _, err := e.face.cfg.Index.CheckText(at.names, value); err != nil {
		return contentFault("invalid-value", err.Error(), at.path)
	}
	e.edits = append(e.edits, gnmid.Edit{Path: at.path, Value: value})
	return nil
}

func (f *Face) module(namespace string) string {
	for _, m := range f.cfg.Index.Modules() {
		if m.Namespace == namespace {
			return m.Name
		}
	}
	return ""
}

// exists reports whether there is configuration at or below a path.
func (f *Face) exists(path string) bool {
	found := false
	err := f.cfg.Target.Walk(path, func(at, _ string) { found = found || strings.Contains(at, "/config/") })
	return err == nil && found
}

// undo returns the edits that bring back what edits change.
func (f *Face) undo(edits []gnmid.Edit) []gnmid.Edit {
	var out []gnmid.Edit
	for _, e := range edits {
		out = append(out, gnmid.Edit{Path: e.Path, Delete: true})
	}
	for _, e := range edits {
		// An error means that nothing is there to come back.
		_ = f.cfg.Target.Walk(e.Path, func(at, value string) {
			if strings.Contains(at, "/config/") {
				out = append(out, gnmid.Edit{Path: at, Value: value})
			}
		})
	}
	return out
}
