package gnmid

import (
	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
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

func (s step) wire() *gpb.PathElem {
	e := &gpb.PathElem{Name: s.node.Name}
	if len(s.keys) > 0 {
		e.Key = make(map[string]string, len(s.keys))
		for i, k := range s.keys {
			e.Key[s.node.Keys[i]] = k
		}
	}
	return e
}
