package gnmid

import (
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/waveplane/waveplane/models/openconfig"
)

// Source says what made a transaction.
type Source string

// The sources of change.
const (
	SourceSet     Source = "set"     // a gNMI client
	SourceTamper  Source = "tamper"  // another user of the device
	SourceReboot  Source = "reboot"  // the start-up configuration came back
	SourceStartup Source = "startup" // LoadStartup
)

// Change is one configuration leaf that a transaction changes. Had and Has tell
// whether there is a value before and after.
type Change struct {
	Old, New string
	Had, Has bool

	at path
}

// Path is where the leaf stands, as text.
func (c Change) Path() string { return c.at.String() }

// Leaf is the name of the leaf.
func (c Change) Leaf() string { return c.at[len(c.at)-1].Name() }

// Steps is the path taken apart. It must not be changed.
func (c Change) Steps() []Step { return c.at }

// Tx is one transaction as the hooks see it. It is valid during the hook only.
type Tx struct {
	Source Source
	Writer string // user, or address of the client

	schema     *Schema
	base, next *branch
	changes    []Change
}

// Changes lists the configuration leaves that change, sorted by path. In
// Validate these are the ones asked for; in Commit the ones in force, after
// faults had their way. The list must not be changed.
func (tx *Tx) Changes() []Change { return tx.changes }

// Before is the value of a leaf before the transaction.
func (tx *Tx) Before(path string) (string, bool) { return lookup(tx.schema, tx.base, path) }

// After is the value of a leaf after the transaction, as asked for.
func (tx *Tx) After(path string) (string, bool) { return lookup(tx.schema, tx.next, path) }

// Entries lists the keys of a list's entries after the transaction.
func (tx *Tx) Entries(path string) [][]string { return entries(tx.schema, tx.next, path) }

func lookup(s *Schema, root *branch, text string) (string, bool) {
	p, err := s.parse(text)
	if err != nil || !p.concrete() {
		return "", false
	}
	return root.value(p)
}

func entries(s *Schema, root *branch, text string) [][]string {
	p, err := s.parse(text)
	if err != nil || len(p) == 0 {
		return nil
	}
	parent := root.at(p[:len(p)-1])
	if parent == nil {
		return nil
	}
	var out [][]string
	for _, kid := range narrow(parent.kids, p[len(p)-1]) {
		out = append(out, append([]string(nil), kid.keys...))
	}
	return out
}

// verb is what an operation does at its path.
type verb int

const (
	verbDelete verb = iota
	verbReplace
	verbUpdate
)

// op is one operation of a transaction; leaves are what it writes.
type op struct {
	verb   verb
	at     path
	leaves []setting
}

type setting struct {
	at    path
	value string
}

// prepare carries out the operations on a copy of base.
func (s *Schema) prepare(base *branch, ops []op) (*branch, []Change) {
	e := &edit{schema: s, configuration: true}
	next := base
	for _, o := range ops {
		if o.verb != verbUpdate {
			next = e.cutRoot(next, o.at, writable)
		}
		for _, l := range o.leaves {
			next = e.put(next, s.throughKey(l.at), l.value)
		}
	}
	next = s.restoreDefaults(e, base, next)
	return next, s.settingsChanged(base, next, nil)
}

func writable(n *openconfig.Node) bool { return n.Config }

func anyLeaf(*openconfig.Node) bool { return true }

// cutRoot is cut for a whole tree, which is never nil.
func (e *edit) cutRoot(root *branch, p path, take func(*openconfig.Node) bool) *branch {
	after, _ := e.cut(root, p, take)
	if after == nil {
		return &branch{node: root.node, owner: e}
	}
	return after
}

// throughKey turns the path of an entry's own key leaf into that of its copy in
// config, which is where the entry's existence is written down.
func (s *Schema) throughKey(p path) path {
	if len(p) < 2 || p[len(p)-2].keys == nil {
		return p
	}
	config, ok := s.settings[p[len(p)-2].node]
	leaf := p[len(p)-1].node
	if !ok || !ownKey(p[len(p)-2].node, leaf) {
		return p
	}
	twin, ok := childLeaf(config, leaf.Name)
	if !ok {
		return p
	}
	return p[:len(p)-1].below(Step{node: config}, Step{node: twin})
}

// restoreDefaults gives leaves that lost their value their default again, as
// long as the entry they belong to is still there.
func (s *Schema) restoreDefaults(e *edit, base, next *branch) *branch {
	lost := func(n *openconfig.Node, has bool) bool { return !has && n.Default != "" }
	for _, c := range s.settingsChanged(base, next, lost) {
		entry := len(c.at) - 1
		for entry > 0 && c.at[entry-1].keys == nil {
			entry--
		}
		if next.at(c.at[:entry]) == nil {
			continue
		}
		if value, err := checkText(c.at.last(s), c.at.last(s).Default); err == nil {
			next = e.put(next, c.at, value)
		}
	}
	return next
}

// settingsChanged lists the configuration leaves that differ, sorted; of those,
// if interesting is set, the ones that it admits.
func (s *Schema) settingsChanged(base, next *branch, interesting func(n *openconfig.Node, has bool) bool) []Change {
	var out []Change
	compare(base, next, &scope{whole: true}, difference{
		want: writable,
		leaf: func(at path, old, new string, had, has bool) {
			if len(at) > 1 && ownKey(at[len(at)-2].node, at[len(at)-1].node) {
				return
			}
			if interesting != nil && !interesting(at[len(at)-1].node, has) {
				return
			}
			out = append(out, Change{at: at.below(), Old: old, New: new, Had: had, Has: has})
		},
	})
	return out
}

// outcome tells a transaction's caller what came of it.
type outcome struct {
	asked   int      // leaves that were to take another value, or to be applied at last
	changed int      // leaves that took another value in the configuration
	classes []string // of those, as paths without keys
}

// transact runs one transaction. It holds txMu, so transactions and their hooks
// come one after the other. arbitrate, when given, is asked once the turn has
// come. down aborts it before it takes effect.
func (t *Target) transact(source Source, writer string, ops []op, arbitrate func() error, down <-chan struct{}) (outcome, error) {
	t.txMu.Lock()
	defer t.txMu.Unlock()
	if arbitrate != nil {
		if err := arbitrate(); err != nil {
			return outcome{}, err
		}
	}
	base := t.current().root
	next, changes := t.schema.prepare(base, ops)
	tx := &Tx{Source: source, Writer: writer, schema: t.schema, base: base, next: next, changes: changes}
	if source == SourceSet {
		if err := t.refusal(ops, changes); err != nil {
			return outcome{}, err
		}
		if err := t.schema.checkRules(base, next, changes); err != nil {
			return outcome{}, err
		}
		if t.hooks.Validate != nil && len(changes) > 0 {
			if err := t.hooks.Validate(tx); err != nil {
				return outcome{}, asRefusal(err)
			}
		}
	}
	again := t.unapplied(ops, next, changes)
	plan := t.bend(source, changes, again)
	if source == SourceSet && !t.commitPause(down) {
		return outcome{}, status.Error(codes.Unavailable, "the device is going down")
	}
	t.takeEffect(plan)
	if l, ok := t.config.Face.(listener); ok && len(plan.shown) > 0 {
		l.Changed()
	}
	out := outcome{asked: len(changes) + len(again), changed: len(plan.shown)}
	for _, c := range plan.shown {
		out.classes = append(out.classes, t.schema.class[c.at.last(t.schema)])
	}
	if tx.changes = plan.told; len(tx.changes) > 0 && source != SourceStartup && t.hooks.Commit != nil {
		t.hooks.Commit(tx)
	}
	return out, nil
}

// asRefusal keeps the status of an error that has one; other errors mean that
// the device doesn't accept the values.
func asRefusal(err error) error {
	if _, ok := status.FromError(err); ok {
		return err
	}
	return status.Error(codes.InvalidArgument, err.Error())
}

// commitPause spends the time the device needs to commit. It reports false if
// the device went down meanwhile.
func (t *Target) commitPause(down <-chan struct{}) bool {
	d := time.Duration(t.commitTime.Load())
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-down:
		return false
	}
}

// takeEffect writes the effect into the tree of now, which may have got new
// readings since the transaction was prepared.
func (t *Target) takeEffect(f effect) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.held) > 0 {
		for _, list := range [][]Change{f.shown, f.told} {
			for _, c := range list {
				delete(t.held, c.at.String())
			}
		}
	}
	for p, v := range f.held {
		if t.held == nil {
			t.held = map[string]heldValue{}
		}
		t.held[p] = v
	}
	e := &edit{schema: t.schema}
	root := t.current().root
	write := func(at path, c Change) {
		if c.Has {
			root = e.put(root, at, c.New)
		} else {
			root = e.cutRoot(root, at, anyLeaf)
		}
	}
	for _, c := range f.shown {
		write(c.at, c)
	}
	var room path
	for _, c := range f.mirrored {
		room = twinPath(room, c.at, t.schema.mirror[c.at.last(t.schema)])
		write(room, c)
	}
	t.publish(root)
}
