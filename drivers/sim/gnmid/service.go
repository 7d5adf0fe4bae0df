package gnmid

import (
	"context"
	"crypto/subtle"

	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"github.com/waveplane/waveplane/models/openconfig"
)

// gnmiVersion is the version of the service the protos were taken from.
const gnmiVersion = "0.10.0"

// service answers the RPCs of one front.
type service struct {
	gpb.UnimplementedGNMIServer
	target *Target
	front  *front
}

var _ gpb.GNMIServer = (*service)(nil)

// admitUnary lets in who has the right name and password.
func (t *Target) admitUnary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	if info.FullMethod == gpb.GNMI_Set_FullMethodName {
		t.Commanded()
	}
	if err := t.authenticate(ctx); err != nil {
		return nil, err
	}
	return handle(ctx, req)
}

// admitStream is admitUnary for streams.
func (t *Target) admitStream(srv any, s grpc.ServerStream, _ *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	if err := t.authenticate(s.Context()); err != nil {
		return err
	}
	return handle(srv, s)
}

func (t *Target) authenticate(ctx context.Context) error {
	if t.config.User == "" {
		return nil
	}
	md, _ := metadata.FromIncomingContext(ctx)
	same := func(name, want string) int {
		got := md.Get(name)
		if len(got) != 1 {
			return 0
		}
		return subtle.ConstantTimeCompare([]byte(got[0]), []byte(want))
	}
	if same("username", t.config.User)&same("password", t.config.Password) != 1 {
		return status.Error(codes.Unauthenticated, "user name or password is wrong")
	}
	return nil
}

// remote is the address of the client.
func remote(ctx context.Context) string {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return ""
	}
	return p.Addr.String()
}

// writer names the client: its user, or its address where nobody logs in.
func (t *Target) writer(ctx context.Context) string {
	md, _ := metadata.FromIncomingContext(ctx)
	if user := md.Get("username"); len(user) == 1 {
		return user[0]
	}
	return remote(ctx)
}

// drop resets the client's connection, if a fault says so.
func (s *service) drop(ctx context.Context, kind FaultKind, rpc string, written []path) error {
	if _, ok := s.target.onRPC(kind, rpc, written); !ok {
		return nil
	}
	s.front.door.reset(remote(ctx))
	return status.Error(codes.Unavailable, "the connection was reset")
}

// Capabilities tells the models and encodings.
func (s *service) Capabilities(ctx context.Context, _ *gpb.CapabilityRequest) (*gpb.CapabilityResponse, error) {
	if err := s.enter(ctx, "Capabilities", nil); err != nil {
		return nil, err
	}
	out := &gpb.CapabilityResponse{
		SupportedEncodings: []gpb.Encoding{gpb.Encoding_JSON_IETF, gpb.Encoding_PROTO},
		GNMIVersion:        gnmiVersion,
	}
	for _, m := range s.target.schema.index.Modules() {
		out.SupportedModels = append(out.SupportedModels, &gpb.ModelData{
			Name:         m.Name,
			Organization: "OpenConfig working group",
			Version:      m.Revision,
		})
	}
	return out, nil
}

// enter spends the delays and drops that faults ask for.
func (s *service) enter(ctx context.Context, rpc string, written []path) error {
	if err := s.target.delay(ctx, rpc, written); err != nil {
		return err
	}
	return s.drop(ctx, FaultDropBefore, rpc, written)
}

// Get reads leaves and subtrees, each path answered by one notification.
func (s *service) Get(ctx context.Context, req *gpb.GetRequest) (*gpb.GetResponse, error) {
	t := s.target
	t.stats.got()
	if err := s.enter(ctx, "Get", nil); err != nil {
		return nil, err
	}
	if err := checkEncoding(req.GetEncoding()); err != nil {
		return nil, err
	}
	for _, m := range req.GetUseModels() {
		if _, ok := t.schema.index.Module(m.GetName()); !ok {
			return nil, status.Errorf(codes.InvalidArgument, "model %q is not supported", m.GetName())
		}
	}
	want, err := t.schema.wanted(req.GetType())
	if err != nil {
		return nil, err
	}
	paths := req.GetPath()
	if len(paths) == 0 {
		paths = []*gpb.Path{{}}
	}
	v := t.current()
	out := &gpb.GetResponse{}
	for _, wire := range paths {
		p, err := t.schema.resolveWire(req.GetPrefix(), wire)
		if err != nil {
			return nil, err
		}
		n := &gpb.Notification{Timestamp: v.at.UnixNano(), Prefix: replyPrefix(req.GetPrefix())}
		if req.GetEncoding() == gpb.Encoding_PROTO {
			n.Update = protoUpdates(v.root, p, want)
		} else {
			n.Update = jsonUpdates(v.root, p, want)
		}
		if len(n.Update) == 0 && p.concrete() && len(p) > 0 {
			return nil, status.Errorf(codes.NotFound, "%s: there is nothing", p)
		}
		out.Notification = append(out.Notification, n)
	}
	return out, nil
}

func checkEncoding(e gpb.Encoding) error {
	if e != gpb.Encoding_JSON_IETF && e != gpb.Encoding_PROTO {
		return status.Errorf(codes.Unimplemented, "encoding %s is not supported, only JSON_IETF and PROTO", e)
	}
	return nil
}

// wanted says which leaves a Get of the type means. Operational leaves are the
// state that repeats no configuration.
func (s *Schema) wanted(kind gpb.GetRequest_DataType) (func(*openconfig.Node) bool, error) {
	switch kind {
	case gpb.GetRequest_ALL:
		return anyLeaf, nil
	case gpb.GetRequest_CONFIG:
		return writable, nil
	case gpb.GetRequest_STATE:
		return func(n *openconfig.Node) bool { return !n.Config }, nil
	case gpb.GetRequest_OPERATIONAL:
		return func(n *openconfig.Node) bool { return !n.Config && !s.repeats[n] }, nil
	}
	return nil, status.Errorf(codes.InvalidArgument, "data type %d is unknown", kind)
}

// replyPrefix is what answers carry: the origin, and the target if the client
// named one.
func replyPrefix(asked *gpb.Path) *gpb.Path {
	return &gpb.Path{Origin: "openconfig", Target: asked.GetTarget()}
}

func protoUpdates(root *branch, p path, want func(*openconfig.Node) bool) []*gpb.Update {
	var out []*gpb.Update
	list(root, p, want, func(at path, value string) {
		out = append(out, &gpb.Update{Path: at.wire(), Val: toWire(at[len(at)-1].node, value, gpb.Encoding_PROTO)})
	})
	return out
}

// jsonUpdates gives one update for each place the path means.
func jsonUpdates(root *branch, p path, want func(*openconfig.Node) bool) []*gpb.Update {
	var out []*gpb.Update
	places(root, p, nil, func(at path, b *branch, l *leaf) {
		var raw []byte
		switch {
		case l != nil:
			if !want(l.node) && !ownKey(b.node, l.node) {
				return
			}
			raw = appendLeaf(nil, l.node, l.value)
		case holds(b, want):
			raw = render(b, want)
		default:
			return
		}
		out = append(out, &gpb.Update{
			Path: at.wire(),
			Val:  &gpb.TypedValue{Value: &gpb.TypedValue_JsonIetfVal{JsonIetfVal: raw}},
		})
	})
	return out
}

// places calls each for every branch or leaf that the path means; for a leaf
// the branch is the one that holds it.
func places(b *branch, p, at path, each func(at path, b *branch, l *leaf)) {
	if len(p) == 0 {
		each(at, b, nil)
		return
	}
	if len(p) == 1 {
		for i := range b.leaves {
			if p[0].is(b.leaves[i].node) {
				each(at.below(Step{node: b.leaves[i].node}), b, &b.leaves[i])
			}
		}
	}
	for _, kid := range narrow(b.kids, p[0]) {
		if p[0].is(kid.node) && p[0].admits(kid.keys) {
			places(kid, p[1:], at.below(Step{node: kid.node, keys: kid.keys}), each)
		}
	}
}
