package gnmid

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc/status"
)

// ErrDropped says that a fault wants the client's connection reset.
var ErrDropped = errors.New("the connection is to be reset")

// listener is a Face that wants to know when the configuration has changed. It is
// told in the middle of a transaction and must not wait for anything.
type listener interface{ Changed() }

// visited is a Face that counts its connections: those so far, and those open now.
type visited interface{ Connections() (opened, open int) }

// Write carries out a client's transaction that came over another protocol than
// gNMI: it is validated, refused, delayed, bent and counted as a Set is. After
// ErrDropped the caller resets the client's connection without an answer.
func (t *Target) Write(ctx context.Context, writer string, edits ...Edit) error {
	ops, err := t.ops(edits)
	if err != nil {
		return err
	}
	written := pathsWritten(ops)
	if err := t.delay(ctx, "Set", written); err != nil {
		return err
	}
	if _, drop := t.onRPC(FaultDropBefore, "Set", written); drop {
		return ErrDropped
	}
	done, err := t.transact(SourceSet, writer, ops, nil, nil)
	t.stats.wrote(Write{
		Time: time.Now(), Writer: writer, Changed: done.changed, Code: status.Code(err), Words: status.Convert(err).Message(),
	}, written, done, len(edits) == 0)
	if err != nil {
		return errors.New(status.Convert(err).Message())
	}
	if _, drop := t.onRPC(FaultDropAfter, "Set", written); drop {
		return ErrDropped
	}
	return nil
}

// Commanded counts a client's command that belongs to configuring. A face calls it
// before it judges the command: whoever only observes must not even try.
func (t *Target) Commanded() { t.stats.commanded() }

// TakeBack undoes what a client's confirmed commit did: nobody's write.
func (t *Target) TakeBack(edits ...Edit) error {
	ops, err := t.ops(edits)
	if err != nil {
		return err
	}
	_, err = t.transact(SourceTamper, "roll-back", ops, nil, nil)
	return err
}

// Read spends the delays that faults ask of a client's reading.
func (t *Target) Read(ctx context.Context) error { return t.delay(ctx, "Get", nil) }

// ops turns edits into operations.
func (t *Target) ops(edits []Edit) ([]op, error) {
	var ops []op
	for _, e := range edits {
		if e.Delete {
			p, err := t.schema.parse(e.Path)
			if err != nil {
				return nil, err
			}
			ops = append(ops, op{verb: verbDelete, at: p})
			continue
		}
		l, err := t.setting(e.Path, e.Value)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op{verb: verbUpdate, at: l.at, leaves: []setting{l}})
	}
	return ops, nil
}
