package gnmid

import (
	"slices"

	gpb "github.com/openconfig/gnmi/proto/gnmi"
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
	compare(since, v.root, sub.at, d)
	return l.finish()
}

// tellGone sends only what is no longer there.
func (s *stream) tellGone(sub *subscription, v *version) error {
	l := &letter{stream: s, at: v.at.UnixNano()}
	compare(sub.told, v.root, sub.at, difference{
		want: sub.want,
		leaf: func(at path, _, _ string, _, has bool) {
			if !has {
				l.delete(at)
			}
		},
	})
	return l.finish()
}

// worthOwn is how many leaves of one container make a notification of their
// own, with the container as prefix: from then on the names saved outweigh the
// message added.
const worthOwn = 4

// letter gathers notifications of one moment and sends them as they fill up.
// Leaves come in the order of the tree, so those of a container come together
// and neighbours share most of their path.
type letter struct {
	stream *stream
	at     int64
	sheet  *gpb.Notification
	err    error

	place path            // of the container whose leaves are being gathered
	elems []*gpb.PathElem // of place
	run   []*gpb.Update   // its leaves, with paths below place
}

func (l *letter) update(at path, value string) {
	if l.err != nil {
		return
	}
	holder, leaf := at[:len(at)-1], at[len(at)-1]
	if len(l.run) > 0 && !slices.EqualFunc(l.place, holder, step.same) {
		l.fileRun()
	}
	if len(l.run) == 0 {
		l.moveTo(holder)
	}
	l.run = append(l.run, &gpb.Update{
		Path: &gpb.Path{Elem: []*gpb.PathElem{leaf.wire()}},
		Val:  toWire(leaf.node, value, l.stream.encoding),
	})
	if len(l.run) >= batch {
		l.fileRun()
	}
}

// moveTo makes a container the place, keeping the elements that it has in common
// with the last one.
func (l *letter) moveTo(holder path) {
	common := 0
	for common < min(len(l.place), len(holder)) && l.place[common].same(holder[common]) {
		common++
	}
	l.place = append(l.place[:common], holder[common:]...)
	l.elems = l.elems[:common:common] // messages under way hold on to the old ones
	for _, s := range holder[common:] {
		l.elems = append(l.elems, s.wire())
	}
}

// fileRun puts the gathered leaves into a notification of their own, or among
// the others with full paths.
func (l *letter) fileRun() {
	run := l.run
	l.run = nil
	if l.err != nil {
		return
	}
	if len(run) >= worthOwn {
		prefix := &gpb.Path{Origin: l.stream.prefix.GetOrigin(), Target: l.stream.prefix.GetTarget(), Elem: l.elems}
		l.err = l.post(&gpb.Notification{Timestamp: l.at, Prefix: prefix, Update: run})
		return
	}
	l.open()
	for _, u := range run {
		u.Path.Elem = slices.Concat(l.elems, u.Path.Elem)
	}
	l.sheet.Update = append(l.sheet.Update, run...)
	l.sendIfFull()
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
