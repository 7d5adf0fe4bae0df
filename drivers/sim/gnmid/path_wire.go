package gnmid

import (
	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/waveplane/waveplane/models/openconfig"
)

// resolveWire joins a request's prefix and path and resolves them. Errors are
// gRPC statuses: INVALID_ARGUMENT for a malformed path, NOT_FOUND for one that
// the schema doesn't have.
func (s *Schema) resolveWire(prefix, p *gpb.Path) (path, error) {
	//lint:ignore SA1019 the old form has to be recognised to be refused
	if len(prefix.GetElement())+len(p.GetElement()) > 0 {
		return nil, status.Error(codes.InvalidArgument, "path: the element field is obsolete, use elem")
	}
	for _, origin := range []string{prefix.GetOrigin(), p.GetOrigin()} {
		if origin != "" && origin != "openconfig" {
			return nil, status.Errorf(codes.InvalidArgument, "origin %q is not supported, only openconfig", origin)
		}
	}
	elements := make([]element, 0, len(prefix.GetElem())+len(p.GetElem()))
	for _, list := range [][]*gpb.PathElem{prefix.GetElem(), p.GetElem()} {
		for _, e := range list {
			keys := make([]keyValue, 0, len(e.GetKey()))
			for name, value := range e.GetKey() {
				keys = append(keys, keyValue{name, value})
			}
			elements = append(elements, element{name: e.GetName(), keys: keys})
		}
	}
	return s.resolve(elements)
}

// wire is the path as gNMI sends it, without an origin: that stands in the prefix.
func (p path) wire() *gpb.Path {
	out := &gpb.Path{Elem: make([]*gpb.PathElem, len(p))}
	for i, s := range p {
		out.Elem[i] = s.wire()
	}
	return out
}

// tail names the last elements of a leaf's path, as far as they have no keys:
// the schema knows them by the leaf and their number.
type tail struct {
	leaf   *openconfig.Node
	length int
}

// tailOf is the end of a path below a list entry as gNMI sends it.
func (s *Schema) tailOf(below path) *gpb.Path {
	t := tail{below[len(below)-1].node, len(below)}
	if p, ok := s.tails.Load(t); ok {
		return p.(*gpb.Path)
	}
	elems := make([]*gpb.PathElem, len(below))
	for i, st := range below {
		elems[i] = s.elements[st.node]
	}
	return s.shared(t, elems)
}

// shorter is a tail without its first elements.
func (s *Schema) shorter(leaf *openconfig.Node, p *gpb.Path, by int) *gpb.Path {
	t := tail{leaf, len(p.Elem) - by}
	if short, ok := s.tails.Load(t); ok {
		return short.(*gpb.Path)
	}
	return s.shared(t, p.Elem[by:])
}

// entryKey names an entry of a list with one key.
type entryKey struct {
	list *openconfig.Node
	key  string
}

// elementOf is a concrete step as gNMI sends it. Messages share it.
func (s *Schema) elementOf(st Step) *gpb.PathElem {
	if len(st.keys) == 0 {
		return s.elements[st.node]
	}
	if len(st.keys) > 1 {
		return st.wire()
	}
	at := entryKey{st.node, st.keys[0]}
	if e, ok := s.entries.Load(at); ok {
		return e.(*gpb.PathElem)
	}
	e := st.wire()
	if s.entriesCount.Add(1) <= maxRemembered {
		s.entries.Store(at, e)
	}
	return e
}

// shared keeps a tail: all messages share it.
func (s *Schema) shared(t tail, elems []*gpb.PathElem) *gpb.Path {
	p, _ := s.tails.LoadOrStore(t, &gpb.Path{Elem: elems})
	return p.(*gpb.Path)
}

func (s Step) wire() *gpb.PathElem {
	e := &gpb.PathElem{Name: s.node.Name}
	if len(s.keys) > 0 {
		e.Key = make(map[string]string, len(s.keys))
		for i, k := range s.keys {
			e.Key[s.node.Keys[i]] = k
		}
	}
	return e
}
