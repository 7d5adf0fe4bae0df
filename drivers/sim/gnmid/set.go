package gnmid

import (
	"context"
	"time"

	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/gnmi/proto/gnmi_ext"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Set carries out one transaction: deletes, then replaces, then updates, all or
// none.
func (s *service) Set(ctx context.Context, req *gpb.SetRequest) (*gpb.SetResponse, error) {
	t := s.target
	ops, err := t.schema.readOps(req)
	written := pathsWritten(ops)
	if faultErr := s.enter(ctx, "Set", written); faultErr != nil {
		return nil, faultErr
	}
	var done outcome
	if err == nil {
		done, err = s.set(ctx, req, ops)
	}
	t.stats.wrote(Write{
		Time:    time.Now(),
		Writer:  t.writer(ctx),
		Changed: done.changed,
		Code:    status.Code(err),
		Words:   status.Convert(err).Message(),
	}, written, done, contents(req) == 0)
	t.log.Debug("configuration written", "op", "set", "leaves", done.changed, "err", err)
	if err != nil {
		return nil, err
	}
	if err := s.drop(ctx, FaultDropAfter, "Set", written); err != nil {
		return nil, err
	}
	return setReply(req, t.current().at), nil
}

func (s *service) set(ctx context.Context, req *gpb.SetRequest, ops []op) (outcome, error) {
	t := s.target
	claim, err := t.readExtensions(req.GetExtension())
	if err != nil {
		return outcome{}, err
	}
	turn := func() error {
		if err := ctx.Err(); err != nil {
			return status.FromContextError(err).Err()
		}
		return t.arbitrate(claim)
	}
	return t.transact(SourceSet, t.writer(ctx), ops, turn, s.front.down)
}

func contents(req *gpb.SetRequest) int {
	return len(req.GetDelete()) + len(req.GetReplace()) + len(req.GetUpdate()) + len(req.GetUnionReplace())
}

func texts(paths []path) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = p.String()
	}
	return out
}

// readOps turns a request into operations, refusing what cannot be one.
func (s *Schema) readOps(req *gpb.SetRequest) ([]op, error) {
	if len(req.GetUnionReplace()) > 0 {
		return nil, status.Error(codes.Unimplemented, "union_replace is not supported")
	}
	var out []op
	for _, wire := range req.GetDelete() {
		p, err := s.resolveWire(req.GetPrefix(), wire)
		if err != nil {
			return out, err
		}
		if n := p.last(s); n != nil && !n.Config {
			return out, status.Errorf(codes.InvalidArgument, "%s: is state and cannot be deleted", p)
		}
		if len(p) > 1 && p[len(p)-2].node != nil && p[len(p)-1].node != nil && ownKey(p[len(p)-2].node, p[len(p)-1].node) {
			return out, status.Errorf(codes.InvalidArgument, "%s: is the key of a list entry and cannot be deleted by itself", p)
		}
		out = append(out, op{verb: verbDelete, at: p})
	}
	for _, part := range []struct {
		verb    verb
		updates []*gpb.Update
	}{{verbReplace, req.GetReplace()}, {verbUpdate, req.GetUpdate()}} {
		for _, u := range part.updates {
			o, err := s.readUpdate(part.verb, req.GetPrefix(), u)
			if err != nil {
				return out, err
			}
			out = append(out, o)
		}
	}
	return out, nil
}

func (s *Schema) readUpdate(v verb, prefix *gpb.Path, u *gpb.Update) (op, error) {
	p, err := s.resolveWire(prefix, u.GetPath())
	if err != nil {
		return op{}, err
	}
	if !p.concrete() {
		return op{}, status.Errorf(codes.InvalidArgument, "%s: wildcards and missing keys cannot be written", p)
	}
	n := p.last(s)
	if !n.Config {
		return op{}, status.Errorf(codes.InvalidArgument, "%s: is state and cannot be written", p)
	}
	o := op{verb: v, at: p}
	put := func(at path, value string) { o.leaves = append(o.leaves, setting{at: at.below(), value: value}) }
	switch value := u.GetVal().GetValue().(type) {
	case *gpb.TypedValue_JsonIetfVal:
		return o, s.flatten(p, value.JsonIetfVal, put)
	case nil:
		return op{}, status.Errorf(codes.InvalidArgument, "%s: the value is missing", p)
	}
	if n.Type == nil {
		return op{}, status.Errorf(codes.InvalidArgument, "%s: a %s takes json_ietf_val only", p, n.Kind)
	}
	text, err := fromScalar(n, u.GetVal())
	if err != nil {
		return op{}, status.Errorf(status.Code(err), "%s: %s", p, status.Convert(err).Message())
	}
	if key, ok := s.keyAbove(p); ok && key != text {
		return op{}, status.Errorf(codes.InvalidArgument, "%s: %q does not agree with the key %q", p, text, key)
	}
	put(p, text)
	return o, nil
}

// electionID orders clients that want to write; the greatest wins.
type electionID struct{ high, low uint64 }

func (e electionID) less(o electionID) bool {
	return e.high < o.high || e.high == o.high && e.low < o.low
}

// claim is what a Set says about its sender's standing.
type claim struct {
	made bool
	role string
	id   electionID
}

func (t *Target) readExtensions(extensions []*gnmi_ext.Extension) (claim, error) {
	var c claim
	for _, x := range extensions {
		switch x := x.GetExt().(type) {
		case *gnmi_ext.Extension_Commit:
			if t.config.RefuseCommitConfirmed {
				return c, status.Error(codes.Unimplemented, "the commit extension is not supported")
			}
		case *gnmi_ext.Extension_MasterArbitration:
			if t.config.IgnoreArbitration {
				continue
			}
			id := x.MasterArbitration.GetElectionId()
			if id == nil {
				return c, status.Error(codes.InvalidArgument, "master arbitration without an election id")
			}
			c = claim{made: true, role: x.MasterArbitration.GetRole().GetId(), id: electionID{id.GetHigh(), id.GetLow()}}
		}
	}
	return c, nil
}

// arbitrate lets the claim pass or not. The caller holds txMu.
func (t *Target) arbitrate(c claim) error {
	if !c.made {
		return nil
	}
	if c.id.less(t.arbitration[c.role]) {
		greatest := t.arbitration[c.role]
		return status.Errorf(codes.PermissionDenied, "election id %d/%d is smaller than %d/%d", c.id.high, c.id.low, greatest.high, greatest.low)
	}
	if t.arbitration == nil {
		t.arbitration = map[string]electionID{}
	}
	t.arbitration[c.role] = c.id
	return nil
}

func setReply(req *gpb.SetRequest, at time.Time) *gpb.SetResponse {
	out := &gpb.SetResponse{Prefix: req.GetPrefix(), Timestamp: at.UnixNano()}
	add := func(p *gpb.Path, operation gpb.UpdateResult_Operation) {
		out.Response = append(out.Response, &gpb.UpdateResult{Path: p, Op: operation})
	}
	for _, p := range req.GetDelete() {
		add(p, gpb.UpdateResult_DELETE)
	}
	for _, u := range req.GetReplace() {
		add(u.GetPath(), gpb.UpdateResult_REPLACE)
	}
	for _, u := range req.GetUpdate() {
		add(u.GetPath(), gpb.UpdateResult_UPDATE)
	}
	return out
}
