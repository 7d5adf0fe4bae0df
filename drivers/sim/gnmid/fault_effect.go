package gnmid

import (
	"math"
	"slices"
	"strconv"

	"github.com/waveplane/waveplane/models/openconfig"
)

// effect is what a transaction does to the tree.
type effect struct {
	shown    []Change // configuration leaves
	mirrored []Change // what their state twins are to show, by the paths of the leaves
	told     []Change // what the owner hears of: values in force
	held     map[string]heldValue
}

// heldValue is what is in force for a leaf whose configuration says otherwise.
type heldValue struct {
	value string
	has   bool
}

// bend works out what a transaction does, faults included. Changes in again are
// leaves whose configuration stays but that an earlier fault kept from being
// applied.
func (t *Target) bend(source Source, changes, again []Change) effect {
	out := effect{
		shown: make([]Change, 0, len(changes)), mirrored: make([]Change, 0, len(changes)), told: make([]Change, 0, len(changes)),
		held: map[string]heldValue{},
	}
	used := map[FaultID]bool{} // a fault counts once per transaction, not per leaf
	for _, c := range changes {
		t.bendLeaf(&out, source, c, used, true)
	}
	for _, c := range again {
		t.bendLeaf(&out, source, c, used, false)
	}
	t.spend(used)
	return out
}

func (t *Target) bendLeaf(out *effect, source Source, c Change, used map[FaultID]bool, show bool) {
	shown, state, told := c, c, c
	apply, tell := true, true
	if f, ok := t.contentFault(source, c.at, used); ok {
		switch f.Kind {
		case FaultIgnore:
			show, apply, tell = false, false, false
		case FaultConfigOnly:
			apply, tell = false, false
			out.held[c.at.String()] = t.inForce(c.at)
		case FaultInert:
			tell = false
			out.held[c.at.String()] = t.inForce(c.at)
		case FaultAlter, FaultRound:
			if c.Has {
				value := f.bent(c.at.last(t.schema), c.New)
				state.New, told.New = value, value
				if f.Shown {
					shown.New = value
				}
			}
		}
	}
	if show {
		out.shown = append(out.shown, shown)
	}
	if apply {
		out.mirrored = t.appendMirror(out.mirrored, state)
	}
	if tell {
		out.told = append(out.told, told)
	}
}

func (t *Target) contentFault(source Source, at path, used map[FaultID]bool) (Fault, bool) {
	if source != SourceSet {
		return Fault{}, false
	}
	t.faultMu.Lock()
	defer t.faultMu.Unlock()
	for _, f := range t.faults {
		switch f.Kind {
		case FaultIgnore, FaultConfigOnly, FaultInert, FaultAlter, FaultRound:
			if f.at.covers(at) {
				used[f.id] = true
				return f.Fault, true
			}
		}
	}
	return Fault{}, false
}

// spend counts one use of each fault.
func (t *Target) spend(used map[FaultID]bool) {
	t.faultMu.Lock()
	defer t.faultMu.Unlock()
	t.faults = slices.DeleteFunc(t.faults, func(f *injected) bool {
		if !used[f.id] || f.Times == 0 {
			return false
		}
		f.left--
		return f.left == 0
	})
}

// bent is the value a fault makes of the one asked for.
func (f Fault) bent(n *openconfig.Node, asked string) string {
	text := f.Value
	if f.Kind == FaultRound {
		v, err := strconv.ParseFloat(asked, 64)
		if err != nil {
			return asked
		}
		text = strconv.FormatFloat(math.RoundToEven(v/f.Step)*f.Step, 'f', n.Type.FractionDigits, 64)
	}
	value, err := checkText(n, text)
	if err != nil {
		return asked
	}
	return value
}

// appendMirror adds what the state twin is to show, if the leaf has one.
func (t *Target) appendMirror(list []Change, c Change) []Change {
	if _, ok := t.schema.mirror[c.at.last(t.schema)]; !ok {
		return list
	}
	if t.hooks.Mirror != nil {
		shown, ok := t.hooks.Mirror(c)
		if !ok {
			return list
		}
		c.New = shown
	}
	return append(list, c)
}

// twinPath writes the path of a config leaf's state twin into room, which grows
// as needed. Trees keep no paths, so one room serves for many.
func twinPath(room, p path, twin *openconfig.Node) path {
	holder := len(p) - 3
	state, _ := p[holder].node.Child("state")
	return append(append(room[:0], p[:holder+1]...), Step{node: state}, Step{node: twin})
}

// inForce is the value the device works with for a configuration leaf.
func (t *Target) inForce(p path) heldValue {
	if held, ok := t.heldAt(p); ok {
		return held
	}
	root := t.current().root
	if twin, ok := t.schema.mirror[p.last(t.schema)]; ok {
		if value, has := root.value(twinPath(make(path, 0, 12), p, twin)); has {
			return heldValue{value: value, has: true}
		}
	}
	value, has := root.value(p)
	return heldValue{value: value, has: has}
}

func (t *Target) heldAt(p path) (heldValue, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.held) == 0 { // nearly always: the name is not worth writing
		return heldValue{}, false
	}
	held, ok := t.held[p.String()]
	return held, ok
}

// unapplied lists the leaves that operations write again although their
// configuration is already there, because a fault kept them from being applied.
func (t *Target) unapplied(ops []op, next *branch, changes []Change) []Change {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.held) == 0 {
		return nil
	}
	changing := map[string]bool{}
	for _, c := range changes {
		changing[c.at.String()] = true
	}
	var out []Change
	for _, o := range ops {
		for _, l := range o.leaves {
			name := l.at.String()
			held, ok := t.held[name]
			if !ok || changing[name] {
				continue
			}
			changing[name] = true
			value, has := next.value(l.at)
			out = append(out, Change{at: l.at, Old: held.value, Had: held.has, New: value, Has: has})
		}
	}
	return out
}
