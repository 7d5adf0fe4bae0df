package gnmid

import (
	"slices"

	gpb "github.com/openconfig/gnmi/proto/gnmi"

	"github.com/waveplane/waveplane/models/openconfig"
)

// batch is how many updates one notification carries at most.
const batch = 128

// tell sends what differs, within a subscription, between an older tree and
// that of v. No older tree means everything.
func (s *stream) tell(since *branch, v *version, sub *subscription) error {
	l := &letter{stream: s, at: v.at.UnixNano()}
	d := difference{
		want: sub.want,
		leaf: func(at path, _, value string, _, has bool) {
			if has {
				l.update(at, value)
			} else {
				l.delete(at)
			}
		},
	}
	if sub.want == nil {
		d.branch = l.delete
	}
	compare(since, v.root, sub.in, d)
	return l.finish()
}

// tellGone sends only what is no longer there.
func (s *stream) tellGone(sub *subscription, v *version) error {
	l := &letter{stream: s, at: v.at.UnixNano()}
	compare(sub.told, v.root, sub.in, difference{
		want: sub.want,
		leaf: func(at path, _, _ string, _, has bool) {
			if !has {
				l.delete(at)
			}
		},
	})
	return l.finish()
}

// worthOwn is how many leaves of one list entry make a notification of their
// own, with what their paths have in common as prefix: from then on the names
// and keys saved outweigh the message added.
const worthOwn = 3

// letter gathers notifications of one moment and sends them as they fill up.
// Leaves come in the order of the tree, so those of a list entry come together.
type letter struct {
	stream *stream
	at     int64
	sheet  *gpb.Notification
	err    error

	entry path            // whose leaves are being gathered; empty outside of all lists
	elems []*gpb.PathElem // of entry
	run   []told          // its leaves
}

// told is a leaf that is being gathered, with its path below the entry.
type told struct {
	leaf  *openconfig.Node
	below *gpb.Path
	value string
}

func (l *letter) update(at path, value string) {
	if l.err != nil {
		return
	}
	entry, below := at.split()
	if len(l.run) > 0 && !slices.EqualFunc(l.entry, entry, Step.same) {
		l.fileRun()
	}
	if len(l.run) == 0 {
		l.moveTo(entry)
	}
	l.run = append(l.run, told{at[len(at)-1].node, l.stream.target.schema.tailOf(below), value})
	if len(l.run) >= batch {
		l.fileRun()
	}
}

// moveTo makes a list entry the one whose leaves are gathered, keeping the
// elements that it has in common with the last one.
func (l *letter) moveTo(entry path) {
	common := 0
	for common < min(len(l.entry), len(entry)) && l.entry[common].same(entry[common]) {
		common++
	}
	l.entry = append(l.entry[:common], entry[common:]...)
	l.elems = l.elems[:common:common] // messages under way hold on to the old ones
	for _, s := range entry[common:] {
		l.elems = append(l.elems, l.stream.target.schema.elementOf(s))
	}
}

// fileRun puts the gathered leaves into a notification of their own, or among
// the others with full paths.
func (l *letter) fileRun() {
	run := l.run
	l.run = l.run[:0]
	if l.err != nil {
		return
	}
	updates := make([]gpb.Update, len(run))
	list := make([]*gpb.Update, len(run))
	for i, u := range run {
		updates[i].Val = toWire(u.leaf, u.value, l.stream.encoding)
		list[i] = &updates[i]
	}
	if len(run) >= worthOwn {
		common := commonElems(run)
		prefix := &gpb.Path{
			Origin: l.stream.prefix.GetOrigin(), Target: l.stream.prefix.GetTarget(),
			Elem: slices.Concat(l.elems, run[0].below.Elem[:common]),
		}
		for i, u := range run {
			updates[i].Path = l.stream.target.schema.shorter(u.leaf, u.below, common)
		}
		l.err = l.post(&gpb.Notification{Timestamp: l.at, Prefix: prefix, Update: list})
		return
	}
	l.open()
	for i, u := range run {
		updates[i].Path = &gpb.Path{Elem: slices.Concat(l.elems, u.below.Elem)}
	}
	l.sheet.Update = append(l.sheet.Update, list...)
	l.sendIfFull()
}

// commonElems counts the containers that all leaves of one entry stand in.
func commonElems(run []told) int {
	first := run[0].below.Elem
	common := len(first) - 1
	for _, u := range run[1:] {
		at := 0
		for at < min(common, len(u.below.Elem)-1) && u.below.Elem[at] == first[at] {
			at++
		}
		common = at
	}
	return common
}

func (l *letter) delete(at path) {
	if l.err != nil {
		return
	}
	l.open()
	l.sheet.Delete = append(l.sheet.Delete, at.wire())
	l.sendIfFull()
}

func (l *letter) open() {
	if l.sheet == nil {
		l.sheet = &gpb.Notification{Timestamp: l.at, Prefix: l.stream.prefix}
	}
}

func (l *letter) sendIfFull() {
	if len(l.sheet.Update)+len(l.sheet.Delete) >= batch {
		l.err = l.send()
	}
}

// finish sends what has been gathered.
func (l *letter) finish() error {
	if len(l.run) > 0 {
		l.fileRun()
	}
	return l.send()
}

func (l *letter) send() error {
	if l.err != nil || l.sheet == nil {
		return l.err
	}
	n := l.sheet
	l.sheet = nil
	return l.post(n)
}

func (l *letter) post(n *gpb.Notification) error {
	return l.stream.rpc.Send(&gpb.SubscribeResponse{Response: &gpb.SubscribeResponse_Update{Update: n}})
}
