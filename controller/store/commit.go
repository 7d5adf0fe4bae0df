package store

import (
	"context"
	"fmt"
	"strings"

	"go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// Guard is the key that grants the right to write. A guarded transaction goes
// through only while the key is the one that was created at CreateRevision.
type Guard struct {
	Key            string // in full, as etcd has it
	CreateRevision int64
}

// Op is one operation of a transaction, with the comparison that it needs.
// Tables build them; the zero Op does nothing.
type Op struct {
	key     string // in full
	compare compare
	rev     int64 // for compareMod
	act     act
	value   []byte
	err     error // why the operation cannot be carried out
	// committed, if set, is told the revision of the transaction.
	committed func(revision int64)
}

type compare byte

const (
	compareNone    compare = iota
	compareAbsent          // the key does not exist
	comparePresent         // the key exists
	compareMod             // the key was last written at rev
)

type act byte

const (
	actNone act = iota
	actPut
	actDelete
)

// Commit carries out all operations in one transaction, or none of them, and
// returns the revision it made.
//
// A *ConflictError says which comparisons failed; it matches ErrConflict, and
// ErrNotOwner when the guard is no longer valid. ErrTooLarge, ErrKey and
// encoding errors come before anything is sent. After any other error the
// outcome is unknown: read again before deciding what to do. A nil guard is for
// writers that need no grant.
func (s *Store) Commit(ctx context.Context, guard *Guard, ops ...Op) (revision int64, err error) {
	txn, err := s.build(guard, ops)
	if err != nil {
		return 0, err
	}
	// The reads that tell why a comparison failed are as large as the comparisons
	// and hardly ever needed: they go along only the second time. Should the
	// comparisons hold by then, the transaction has just taken place later.
	resp, err := s.client.Txn(ctx).If(txn.compares...).Then(txn.then...).Commit()
	if err == nil && !resp.Succeeded {
		resp, err = s.client.Txn(ctx).If(txn.compares...).Then(txn.then...).Else(txn.otherwise()...).Commit()
	}
	if err != nil {
		return 0, named("commit", err)
	}
	if !resp.Succeeded {
		s.stats.conflicts.Add(1)
		return 0, s.conflict(guard, txn, resp.Responses)
	}
	s.stats.transactions.Add(1)
	s.stats.puts.Add(txn.puts)
	s.stats.deletes.Add(txn.deletes)
	for _, op := range ops {
		if op.committed != nil {
			op.committed(resp.Header.Revision)
		}
	}
	return resp.Header.Revision, nil
}

type transaction struct {
	guard    *Guard
	compares []clientv3.Cmp
	then     []clientv3.Op
	compared []Op // parallel to compares, after the guard
	puts     uint64
	deletes  uint64
}

// otherwise reads what was compared, to name what failed.
func (t transaction) otherwise() []clientv3.Op {
	var out []clientv3.Op
	if t.guard != nil {
		out = append(out, clientv3.OpGet(t.guard.Key, clientv3.WithKeysOnly()))
	}
	for _, op := range t.compared {
		out = append(out, clientv3.OpGet(op.key, clientv3.WithKeysOnly()))
	}
	return out
}

func (s *Store) build(guard *Guard, ops []Op) (transaction, error) {
	t := transaction{guard: guard, compares: make([]clientv3.Cmp, 0, len(ops)+1), then: make([]clientv3.Op, 0, len(ops)), compared: make([]Op, 0, len(ops))}
	bytes := 0
	if guard != nil {
		t.compares = append(t.compares, clientv3.Compare(clientv3.CreateRevision(guard.Key), "=", guard.CreateRevision))
	}
	written := make(map[string]bool, len(ops))
	for _, op := range ops {
		if op.err != nil {
			return t, fmt.Errorf("store: commit %s: %w", shown(op.key), op.err)
		}
		if op.act != actNone {
			if written[op.key] {
				return t, fmt.Errorf("store: commit: %w: %s is written twice", ErrKey, shown(op.key))
			}
			written[op.key] = true
		}
		bytes += len(op.key) + len(op.value)
		switch op.act {
		case actPut:
			put := clientv3.OpPut(op.key, "")
			put.WithValueBytes(op.value) // not copied: nobody changes it
			t.then = append(t.then, put)
			t.puts++
		case actDelete:
			t.then = append(t.then, clientv3.OpDelete(op.key))
			t.deletes++
		}
		switch op.compare {
		case compareNone:
			continue
		case compareAbsent:
			t.compares = append(t.compares, clientv3.Compare(clientv3.CreateRevision(op.key), "=", 0))
		case comparePresent:
			t.compares = append(t.compares, clientv3.Compare(clientv3.CreateRevision(op.key), ">", 0))
		case compareMod:
			t.compares = append(t.compares, clientv3.Compare(clientv3.ModRevision(op.key), "=", op.rev))
		}
		t.compared = append(t.compared, op)
	}
	if n := max(len(t.compares), len(t.then)); n > s.limits.TxnOps {
		return t, fmt.Errorf("store: commit: %w: %d operations, the server takes %d", ErrTooLarge, n, s.limits.TxnOps)
	}
	if bytes > s.limits.RequestBytes {
		return t, fmt.Errorf("store: commit: %w: %d bytes, the server takes %d", ErrTooLarge, bytes, s.limits.RequestBytes)
	}
	return t, nil
}

// conflict compares once more, here, to name the keys; the reads are of the
// same transaction and so of the revision at which the comparison failed.
func (s *Store) conflict(guard *Guard, t transaction, reads []*etcdserverpb.ResponseOp) error {
	out := &ConflictError{}
	if guard != nil {
		kvs := reads[0].GetResponseRange().GetKvs()
		if len(kvs) == 0 || kvs[0].CreateRevision != guard.CreateRevision {
			out.Guard = shown(guard.Key)
			s.lost(guard)
		}
		reads = reads[1:]
	}
	for i, op := range t.compared {
		kvs := reads[i].GetResponseRange().GetKvs()
		exists := len(kvs) > 0
		ok := false
		switch op.compare {
		case compareAbsent:
			ok = !exists
		case comparePresent:
			ok = exists
		case compareMod:
			ok = exists && kvs[0].ModRevision == op.rev || !exists && op.rev == 0
		}
		if !ok {
			out.Keys = append(out.Keys, shown(op.key))
		}
	}
	return out
}

// shown is a key as people see it.
func shown(key string) string { return strings.TrimPrefix(key, root) }
