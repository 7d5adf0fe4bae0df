package gnmid

import (
	"slices"

	"github.com/waveplane/waveplane/models/openconfig"
)

// scope is what of a tree is looked at: the places that some paths name, laid
// over each other so that one walk serves them all.
type scope struct {
	step  Step
	whole bool     // everything at and below
	parts []*scope // what of it otherwise
}

// scopeOf is everything at and below the paths, wildcards included.
func scopeOf(paths ...path) *scope {
	all := &scope{}
	for _, p := range paths {
		all.add(p)
	}
	return all
}

func (s *scope) add(p path) {
	if s.whole {
		return
	}
	if len(p) == 0 {
		s.whole, s.parts = true, nil
		return
	}
	i := slices.IndexFunc(s.parts, func(part *scope) bool { return part.step.same(p[0]) })
	if i < 0 {
		i = len(s.parts)
		s.parts = append(s.parts, &scope{step: p[0]})
	}
	s.parts[i].add(p[1:])
}

// hasLeaves says whether leaves right here can be within the scope.
func (s *scope) hasLeaves() bool {
	return s.whole || slices.ContainsFunc(s.parts, func(part *scope) bool { return part.whole })
}

// admitsLeaf says whether a leaf right here is within the scope.
func (s *scope) admitsLeaf(n *openconfig.Node) bool {
	return s.whole || slices.ContainsFunc(s.parts, func(part *scope) bool {
		return part.whole && part.step.is(n) && part.step.Keys() == nil
	})
}
