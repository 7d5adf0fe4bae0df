package gnmid

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/waveplane/waveplane/models/openconfig"
)

// checkRules refuses a transaction that would leave the configuration invalid
// in a way it was not before: the conditions of the models that types don't
// express.
func (s *Schema) checkRules(base, next *branch, changes []Change) error {
	if len(changes) == 0 {
		return nil
	}
	if err := s.checkMandatory(next, changes); err != nil {
		return err
	}
	after := s.assignmentFaults(next)
	if len(after) == 0 {
		return nil
	}
	before := s.assignmentFaults(base)
	for _, words := range after {
		if !slices.Contains(before, words) {
			return status.Error(codes.InvalidArgument, words)
		}
	}
	return nil
}

// checkMandatory looks at the entries that the transaction makes and at the
// leaves that it takes away.
func (s *Schema) checkMandatory(next *branch, changes []Change) error {
	for _, c := range changes {
		n := c.at.last(s)
		holder := next.at(c.at[:len(c.at)-1])
		if !c.Has && n.Mandatory && holder != nil {
			return status.Errorf(codes.InvalidArgument, "%s: is mandatory", c.at)
		}
		if !s.keyed[n] || c.Had || !c.Has {
			continue
		}
		for _, sibling := range c.at[len(c.at)-2].node.Children() {
			if !sibling.Mandatory || sibling.Type == nil {
				continue
			}
			if _, ok := holder.findLeaf(sibling.Name); !ok {
				return status.Errorf(codes.InvalidArgument, "%s/%s: is mandatory", c.at[:len(c.at)-1], sibling.Name)
			}
		}
	}
	return nil
}

// assignmentFaults lists what is wrong with the assignments of logical
// channels: the two must conditions, and references to what isn't there.
func (s *Schema) assignmentFaults(root *branch) []string {
	channels := kidNamed(kidNamed(root, "terminal-device"), "logical-channels")
	var out []string
	for _, channel := range kidsOf(channels) {
		for _, assignment := range kidsOf(kidNamed(channel, "logical-channel-assignments")) {
			config := kidNamed(assignment, "config")
			if config == nil {
				continue
			}
			fault := func(leaf, format string, args ...any) {
				at := fmt.Sprintf("/terminal-device/logical-channels/channel[index=%s]/logical-channel-assignments/assignment[index=%s]/config/%s",
					strings.Join(channel.keys, ","), strings.Join(assignment.keys, ","), leaf)
				out = append(out, at+": "+fmt.Sprintf(format, args...))
			}
			kind := leafNamed(config, "assignment-type")
			if index := leafNamed(config, "logical-channel"); index != "" {
				if kind != "LOGICAL_CHANNEL" {
					fault("logical-channel", "must have assignment-type LOGICAL_CHANNEL, it is %s", orNone(kind))
				}
				if target := entryNamed(channels, "channel", index); target == nil || kidNamed(target, "config") == nil {
					fault("logical-channel", "there is no logical channel %s", index)
				}
			}
			if name := leafNamed(config, "optical-channel"); name != "" {
				if kind != "OPTICAL_CHANNEL" {
					fault("optical-channel", "must have assignment-type OPTICAL_CHANNEL, it is %s", orNone(kind))
				}
				if entryNamed(kidNamed(root, "components"), "component", name) == nil {
					fault("optical-channel", "there is no component %q", name)
				}
			}
		}
	}
	return out
}

func orNone(text string) string {
	if text == "" {
		return "not set"
	}
	return text
}

func kidNamed(b *branch, name string) *branch { return entryNamed(b, name, "") }

// entryNamed finds a container, or a list entry by its single key.
func entryNamed(b *branch, name, key string) *branch {
	if b == nil {
		return nil
	}
	node, ok := b.node.Child(name)
	if !ok {
		return nil
	}
	var keys []string
	if node.Kind == openconfig.List {
		keys = []string{key}
	}
	if i, ok := b.findKid(node, keys); ok {
		return b.kids[i]
	}
	return nil
}

func leafNamed(b *branch, name string) string {
	if i, ok := b.findLeaf(name); ok {
		return b.leaves[i].value
	}
	return ""
}
