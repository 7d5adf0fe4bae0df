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
	if revision, err = s.commits.carry(ctx, txn); err != nil {
		return 0, err
	}
	s.stats.transactions.Add(1)
	s.stats.puts.Add(txn.puts)
	s.stats.deletes.Add(txn.deletes)
	for _, op := range ops {
		if op.committed != nil {
			op.committed(revision)
		}
	}
	return revision, nil
}

// sendAlone carries out one commit as a transaction of its own.
func (s *Store) sendAlone(ctx context.Context, t *transaction) (revision int64, err error) {
	// The reads that tell why a comparison failed are as large as the comparisons
	// and hardly ever needed: they go along only the second time. Should the
	// comparisons hold by then, the transaction has just taken place later.
	resp, err := s.txn(ctx, &etcdserverpb.TxnRequest{Compare: t.compares, Success: t.then})
	if err == nil && !resp.Succeeded {
		resp, err = s.txn(ctx, &etcdserverpb.TxnRequest{Compare: t.compares, Success: t.then, Failure: t.otherwise()})
	}
	if err != nil {
		return 0, err
	}
	if !resp.Succeeded {
		s.stats.conflicts.Add(1)
		return 0, s.conflict(t, resp.Responses)
	}
	return resp.Header.Revision, nil
}

// txn sends a transaction as it is. The client's own way of building one copies
// every comparison and every operation twice, which with the records of a
// thousand wavelengths is more work than sending them.
func (s *Store) txn(ctx context.Context, r *etcdserverpb.TxnRequest) (*etcdserverpb.TxnResponse, error) {
	resp, err := s.kv.Txn(ctx, r, s.kvOptions...)
	if err != nil {
		return nil, named("commit", clientv3.ContextError(ctx, err))
	}
	return resp, nil
}

// transaction is one commit in etcd's words.
type transaction struct {
	guard    *Guard
	compares []*etcdserverpb.Compare
	then     []*etcdserverpb.RequestOp
	compared []Op            // parallel to compares, after the guard
	touched  map[string]bool // the keys; true: written
	bytes    int
	puts     uint64
	deletes  uint64
}

// otherwise reads what was compared, to name what failed.
func (t *transaction) otherwise() []*etcdserverpb.RequestOp {
	var out []*etcdserverpb.RequestOp
	read := func(key string) {
		out = append(out, &etcdserverpb.RequestOp{Request: &etcdserverpb.RequestOp_RequestRange{
			RequestRange: &etcdserverpb.RangeRequest{Key: []byte(key), KeysOnly: true},
		}})
	}
	if t.guard != nil {
		read(t.guard.Key)
	}
	for _, op := range t.compared {
		read(op.key)
	}
	return out
}

func (s *Store) build(guard *Guard, ops []Op) (*transaction, error) {
	t := &transaction{
		guard: guard, compares: make([]*etcdserverpb.Compare, 0, len(ops)+1), then: make([]*etcdserverpb.RequestOp, 0, len(ops)),
		compared: make([]Op, 0, len(ops)), touched: make(map[string]bool, len(ops)),
	}
	if guard != nil {
		t.compares = append(t.compares, created(guard.Key, etcdserverpb.Compare_EQUAL, guard.CreateRevision))
	}
	for _, op := range ops {
		if op.err != nil {
			return nil, fmt.Errorf("store: commit %s: %w", shown(op.key), op.err)
		}
		if op.act != actNone && t.touched[op.key] {
			return nil, fmt.Errorf("store: commit: %w: %s is written twice", ErrKey, shown(op.key))
		}
		t.touched[op.key] = t.touched[op.key] || op.act != actNone
		t.bytes += len(op.key) + len(op.value)
		t.add(op)
	}
	if n := t.size(); n > s.limits.TxnOps {
		return nil, fmt.Errorf("store: commit: %w: %d operations, the server takes %d", ErrTooLarge, n, s.limits.TxnOps)
	}
	if t.bytes > s.limits.RequestBytes {
		return nil, fmt.Errorf("store: commit: %w: %d bytes, the server takes %d", ErrTooLarge, t.bytes, s.limits.RequestBytes)
	}
	return t, nil
}

// size is what the server counts of a transaction.
func (t *transaction) size() int { return max(len(t.compares), len(t.then)) }

func (t *transaction) add(op Op) {
	switch op.act {
	case actPut:
		t.then = append(t.then, &etcdserverpb.RequestOp{Request: &etcdserverpb.RequestOp_RequestPut{
			RequestPut: &etcdserverpb.PutRequest{Key: []byte(op.key), Value: op.value}, // not copied: nobody changes it
		}})
		t.puts++
	case actDelete:
		t.then = append(t.then, &etcdserverpb.RequestOp{Request: &etcdserverpb.RequestOp_RequestDeleteRange{
			RequestDeleteRange: &etcdserverpb.DeleteRangeRequest{Key: []byte(op.key)},
		}})
		t.deletes++
	}
	switch op.compare {
	case compareNone:
		return
	case compareAbsent:
		t.compares = append(t.compares, created(op.key, etcdserverpb.Compare_EQUAL, 0))
	case comparePresent:
		t.compares = append(t.compares, created(op.key, etcdserverpb.Compare_GREATER, 0))
	case compareMod:
		t.compares = append(t.compares, &etcdserverpb.Compare{
			Key: []byte(op.key), Target: etcdserverpb.Compare_MOD, Result: etcdserverpb.Compare_EQUAL,
			TargetUnion: &etcdserverpb.Compare_ModRevision{ModRevision: op.rev},
		})
	}
	t.compared = append(t.compared, op)
}

func created(key string, result etcdserverpb.Compare_CompareResult, revision int64) *etcdserverpb.Compare {
	return &etcdserverpb.Compare{
		Key: []byte(key), Target: etcdserverpb.Compare_CREATE, Result: result,
		TargetUnion: &etcdserverpb.Compare_CreateRevision{CreateRevision: revision},
	}
}

// conflict compares once more, here, to name the keys; the reads are of the
// same transaction and so of the revision at which the comparison failed.
func (s *Store) conflict(t *transaction, reads []*etcdserverpb.ResponseOp) error {
	out := &ConflictError{}
	if guard := t.guard; guard != nil {
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
