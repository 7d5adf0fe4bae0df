package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/waveplane/waveplane/controller/records"
)

// Events is the table of what happened, in the order of time. It only grows at
// its end and is cut at its beginning.
type Events struct {
	*Table[records.Event]
}

func newEvents(s *Store) *Events { return &Events{NewTable[records.Event](s, "events")} }

// eventTime sorts as text; always UTC.
const eventTime = "20060102T150405.000000000"

// Append writes an event. It belongs into the transaction of the change that it
// tells of. An event without a time happens now.
func (t *Events) Append(e records.Event) Op {
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	// The number keeps events of the same instant apart and in order, the member
	// those of two writers: no key is used twice, and none has to be compared.
	n := strconv.FormatUint(t.s.eventSeq.Add(1), 36)
	id := fmt.Sprintf("%013s-%s", n, t.s.cfg.Member)
	return t.Put(Key(e.Time.UTC().Format(eventTime), id), e)
}

// Trim removes the oldest events: all that happened before a time (zero: none
// for their age), and then as many as are over keep (zero: none for their
// number). It returns how many.
func (t *Events) Trim(ctx context.Context, guard *Guard, before time.Time, keep int) (int, error) {
	start, _ := below(t.name, "")
	end := clientv3.GetPrefixRangeEnd(start)
	cut := start
	if !before.IsZero() {
		cut = start + before.UTC().Format(eventTime)
	}
	if keep > 0 {
		t.s.stats.reads.Add(1)
		resp, err := t.s.client.Get(ctx, start, clientv3.WithRange(end), clientv3.WithCountOnly())
		if err != nil {
			return 0, named("count events", err)
		}
		if over := resp.Count - int64(keep); over > 0 {
			if cut, err = t.after(ctx, start, end, over, cut); err != nil {
				return 0, err
			}
		}
	}
	if cut == start {
		return 0, nil
	}
	return t.deleteUpTo(ctx, guard, start, cut)
}

// after returns the key behind the first n events, or cut if that is later.
func (t *Events) after(ctx context.Context, start, end string, n int64, cut string) (string, error) {
	for n > 0 {
		t.s.stats.reads.Add(1)
		resp, err := t.s.client.Get(ctx, start, clientv3.WithRange(end), clientv3.WithKeysOnly(), clientv3.WithLimit(min(n, page)))
		if err != nil {
			return "", named("list events", err)
		}
		if len(resp.Kvs) == 0 {
			break
		}
		n -= int64(len(resp.Kvs))
		start = string(resp.Kvs[len(resp.Kvs)-1].Key) + "\x00"
	}
	return max(start, cut), nil
}

func (t *Events) deleteUpTo(ctx context.Context, guard *Guard, start, cut string) (int, error) {
	txn := t.s.client.Txn(ctx)
	if guard != nil {
		txn = txn.If(clientv3.Compare(clientv3.CreateRevision(guard.Key), "=", guard.CreateRevision))
	}
	resp, err := txn.Then(clientv3.OpDelete(start, clientv3.WithRange(cut))).Commit()
	if err != nil {
		return 0, named("trim events", err)
	}
	if !resp.Succeeded {
		t.s.stats.conflicts.Add(1)
		t.s.lost(guard)
		return 0, &ConflictError{Guard: shown(guard.Key)}
	}
	deleted := resp.Responses[0].GetResponseDeleteRange().Deleted
	t.s.stats.transactions.Add(1)
	t.s.stats.deletes.Add(uint64(deleted))
	return int(deleted), nil
}
