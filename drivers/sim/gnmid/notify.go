package gnmid

import (
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

// letter gathers notifications of one moment and sends them as they fill up.
type letter struct {
	stream *stream
	at     int64
	sheet  *gpb.Notification
	err    error
}

func (l *letter) update(at path, value string) {
	if l.err != nil {
		return
	}
	l.open()
	l.sheet.Update = append(l.sheet.Update, &gpb.Update{
		Path: at.wire(),
		Val:  toWire(at[len(at)-1].node, value, l.stream.encoding),
	})
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
		l.err = l.finish()
	}
}

func (l *letter) finish() error {
	if l.err != nil || l.sheet == nil {
		return l.err
	}
	n := l.sheet
	l.sheet = nil
	return l.stream.rpc.Send(&gpb.SubscribeResponse{Response: &gpb.SubscribeResponse_Update{Update: n}})
}
