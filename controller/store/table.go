package store

import (
	"context"
	"fmt"
	"strings"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// Entry is a record as it was at one revision.
type Entry[T any] struct {
	Key            string // within the table
	Value          T
	Revision       int64 // of the last write; what Update and DeleteAt compare
	CreateRevision int64
}

// Table is all records of one kind. It is safe for concurrent use.
type Table[T any] struct {
	s     *Store
	name  string
	codec Codec[T]
	// unknown is what newer versions wrote into records.
	unknown remembered
	written written[T]
}

// page is how many records are read at a time.
const page = 2000

// NewTable makes a table of JSON records. The name is the first segment of its
// keys in etcd.
func NewTable[T any](s *Store, name string) *Table[T] { return NewTableWith(s, name, JSON[T]()) }

// NewTableWith makes a table whose records are encoded by codec.
func NewTableWith[T any](s *Store, name string, codec Codec[T]) *Table[T] {
	return &Table[T]{s: s, name: name, codec: codec}
}

// Name returns the table's name.
func (t *Table[T]) Name() string { return t.name }

// Get reads one record. The error is ErrNotFound if there is none.
func (t *Table[T]) Get(ctx context.Context, key string) (Entry[T], error) {
	if err := checkKey(key); err != nil {
		return Entry[T]{}, fmt.Errorf("store: get from %s: %w", t.name, err)
	}
	t.s.stats.reads.Add(1)
	resp, err := t.s.client.Get(ctx, t.full(key))
	if err != nil {
		return Entry[T]{}, named("get "+t.name+"/"+key, err)
	}
	if len(resp.Kvs) == 0 {
		return Entry[T]{}, fmt.Errorf("store: %s/%s: %w", t.name, key, ErrNotFound)
	}
	return t.entry(resp.Kvs[0])
}

// List reads all records below a path ("" is the whole table, "r1" or "r1/"
// what is below segment r1), ordered by key, as they were at one revision, and
// returns that revision.
func (t *Table[T]) List(ctx context.Context, prefix string) ([]Entry[T], int64, error) {
	var out []Entry[T]
	rev, err := t.scan(ctx, prefix, func(e Entry[T]) { out = append(out, e) })
	return out, rev, err
}

// scan lists in pages of one revision.
func (t *Table[T]) scan(ctx context.Context, prefix string, each func(Entry[T])) (int64, error) {
	start, err := below(t.name, prefix)
	if err != nil {
		return 0, fmt.Errorf("store: list %s: %w", t.name, err)
	}
	end := clientv3.GetPrefixRangeEnd(start)
	var rev int64
	for {
		t.s.stats.reads.Add(1)
		resp, err := t.s.client.Get(ctx, start, clientv3.WithRange(end), clientv3.WithLimit(page), clientv3.WithRev(rev))
		if err != nil {
			return 0, named("list "+t.name+"/"+prefix, err)
		}
		if rev == 0 {
			rev = resp.Header.Revision
		}
		for _, kv := range resp.Kvs {
			e, err := t.entry(kv)
			if err != nil {
				return 0, err
			}
			each(e)
		}
		if !resp.More {
			return rev, nil
		}
		start = string(resp.Kvs[len(resp.Kvs)-1].Key) + "\x00"
	}
}

// Create writes a record that must not exist yet. What is put belongs to the
// table's readers from then on and must not be changed; so do Put and Update.
func (t *Table[T]) Create(key string, v T) Op {
	op := t.put(key, v)
	op.compare = compareAbsent
	return op
}

// Put writes a record whatever is there.
func (t *Table[T]) Put(key string, v T) Op { return t.put(key, v) }

// Update writes a record that must not have been written since modRevision.
func (t *Table[T]) Update(key string, v T, modRevision int64) Op {
	op := t.put(key, v)
	op.compare, op.rev = compareMod, modRevision
	return op
}

// Delete removes a record; that it is not there is no error.
func (t *Table[T]) Delete(key string) Op {
	op := t.op(key)
	op.act = actDelete
	op.committed = func(revision int64) { t.unknown.set(op.key, unknown{revision: revision}) }
	return op
}

// DeleteAt removes a record that must not have been written since modRevision.
func (t *Table[T]) DeleteAt(key string, modRevision int64) Op {
	op := t.Delete(key)
	op.compare, op.rev = compareMod, modRevision
	return op
}

// Exists only compares: the record must not have been written since
// modRevision; with modRevision 0 it must merely be there.
func (t *Table[T]) Exists(key string, modRevision int64) Op {
	op := t.op(key)
	op.compare, op.rev = compareMod, modRevision
	if modRevision == 0 {
		op.compare = comparePresent
	}
	return op
}

// Absent only compares: the record must not be there.
func (t *Table[T]) Absent(key string) Op {
	op := t.op(key)
	op.compare = compareAbsent
	return op
}

func (t *Table[T]) op(key string) Op { return Op{key: t.full(key), err: checkKey(key)} }

func (t *Table[T]) put(key string, v T) Op {
	op := t.op(key)
	if op.err != nil {
		return op
	}
	op.act = actPut
	op.value, op.committed, op.err = t.encode(op.key, v)
	if _, more := t.unknown.get(op.key); !more && op.err == nil {
		t.written.remember(op.key, op.value, v)
	}
	return op
}

func (t *Table[T]) full(key string) string { return root + t.name + "/" + key }

func (t *Table[T]) local(key []byte) string {
	return strings.TrimPrefix(string(key), root+t.name+"/")
}

func (t *Table[T]) entry(kv *mvccpb.KeyValue) (Entry[T], error) {
	e := Entry[T]{Key: t.local(kv.Key), Revision: kv.ModRevision, CreateRevision: kv.CreateRevision}
	if v, ours := t.written.get(kv.Key, kv.Value); ours {
		e.Value = v
		return e, nil
	}
	var err error
	if e.Value, err = t.decode(string(kv.Key), kv.Value, kv.ModRevision); err != nil {
		return e, fmt.Errorf("store: read %s: %w: %w", shown(string(kv.Key)), ErrRecord, err)
	}
	return e, nil
}
