package gnmid

import (
	"slices"
	"time"

	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/waveplane/waveplane/models/openconfig"
)

// manner is how a subscription is told about.
type manner struct {
	leaves    selection
	interval  time.Duration // of samples; zero is on change
	heartbeat time.Duration
	suppress  bool // samples tell only what differs from the last
}

// selection is a part of the leaves at and below a path.
type selection int

const (
	everyLeaf selection = iota
	readingLeaves
	steadyLeaves // all others
)

// subscription is all paths of a list that are told about in the same manner:
// they are due at the same moments, so one walk tells them all.
type subscription struct {
	manner
	in   *scope
	want func(*openconfig.Node) bool // nil is all

	told *branch   // the tree of the last telling
	due  time.Time // of the next sample
	beat time.Time // of the next heartbeat
}

func (t *Target) readSubscriptions(request *gpb.SubscriptionList) ([]*subscription, error) {
	if len(request.GetSubscription()) == 0 {
		return nil, status.Error(codes.InvalidArgument, "the subscription list is empty")
	}
	stream := request.GetMode() == gpb.SubscriptionList_STREAM
	var out []*subscription
	for _, wire := range request.GetSubscription() {
		p, err := t.schema.resolveWire(request.GetPrefix(), wire.GetPath())
		if err != nil {
			return nil, err
		}
		manners := []manner{{}}
		if stream {
			if manners, err = t.readManners(p, wire); err != nil {
				return nil, err
			}
		}
		for _, m := range manners {
			i := slices.IndexFunc(out, func(sub *subscription) bool { return sub.manner == m })
			if i < 0 {
				i = len(out)
				out = append(out, &subscription{manner: m, in: &scope{}, want: t.schema.selected(m.leaves)})
			}
			out[i].in.add(p)
		}
	}
	return out, nil
}

// readManners reads how a path is to be told about. Where that is left to the
// target there are two manners, for readings and for the rest.
func (t *Target) readManners(p path, wire *gpb.Subscription) ([]manner, error) {
	sample, err := nanoseconds(wire.GetSampleInterval())
	if err != nil {
		return nil, err
	}
	heartbeat, err := nanoseconds(wire.GetHeartbeatInterval())
	if err != nil {
		return nil, err
	}
	least := t.config.MinSample
	if heartbeat != 0 && heartbeat < least {
		return nil, status.Errorf(codes.InvalidArgument, "%s: heartbeat interval %s is below %s", p, heartbeat, least)
	}
	switch wire.GetMode() {
	case gpb.SubscriptionMode_ON_CHANGE:
		return []manner{{heartbeat: heartbeat}}, nil
	case gpb.SubscriptionMode_SAMPLE:
		if sample != 0 && sample < least {
			return nil, status.Errorf(codes.InvalidArgument, "%s: sample interval %s is below %s", p, sample, least)
		}
		return []manner{{interval: max(sample, least), heartbeat: heartbeat, suppress: wire.GetSuppressRedundant()}}, nil
	case gpb.SubscriptionMode_TARGET_DEFINED:
		if sample != 0 {
			return nil, status.Errorf(codes.InvalidArgument, "%s: a sample interval makes no sense where the target decides", p)
		}
		return []manner{
			{leaves: steadyLeaves, heartbeat: heartbeat},
			{leaves: readingLeaves, interval: max(t.config.TargetSample, least)},
		}, nil
	}
	return nil, status.Errorf(codes.InvalidArgument, "%s: stream mode %d is unknown", p, wire.GetMode())
}

// selected is the selection as a condition, nil for all leaves.
func (s *Schema) selected(leaves selection) func(*openconfig.Node) bool {
	switch leaves {
	case readingLeaves:
		return s.moves
	case steadyLeaves:
		return func(n *openconfig.Node) bool { return !s.moves(n) }
	}
	return nil
}

func nanoseconds(n uint64) (time.Duration, error) {
	const longest = uint64(365 * 24 * time.Hour)
	if n > longest {
		return 0, status.Errorf(codes.InvalidArgument, "interval %d ns is longer than a year", n)
	}
	return time.Duration(n), nil
}

// moves says whether a leaf is a reading: a number of the device's own.
func (s *Schema) moves(n *openconfig.Node) bool {
	if n.Config || s.repeats[n] || s.keyed[n] {
		return false
	}
	switch scalarKind(n.Type) {
	case "decimal", "uint", "int":
		return true
	}
	return false
}
