package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Codec turns records into JSON objects and back. It does not see the version
// field, which the table adds and takes off.
type Codec[T any] interface {
	// Append appends v to b.
	Append(b []byte, v T) ([]byte, error)
	// Decode reports with complete whether v holds everything that data says. If
	// not, the table keeps what is missing for the next write.
	Decode(data []byte) (v T, complete bool, err error)
}

// JSON is the codec of encoding/json.
func JSON[T any]() Codec[T] { return jsonCodec[T]{} }

type jsonCodec[T any] struct{}

func (jsonCodec[T]) Append(b []byte, v T) ([]byte, error) {
	w := bytes.NewBuffer(b)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		return b, err
	}
	return bytes.TrimSuffix(w.Bytes(), []byte("\n")), nil
}

func (jsonCodec[T]) Decode(data []byte) (T, bool, error) {
	var v T
	strict := json.NewDecoder(bytes.NewReader(data))
	strict.DisallowUnknownFields()
	if strict.Decode(&v) == nil {
		return v, true, nil
	}
	var again T
	err := json.Unmarshal(data, &again)
	return again, false, err
}

// recordVersion is what this version writes, and the highest that it reads.
const recordVersion = 1

// versionField opens every value that this version writes.
var versionField = fmt.Sprintf(`{"v":%d`, recordVersion)

// sealed makes the version field, which b begins with, the first of the object
// behind it.
func sealed(b []byte) ([]byte, error) {
	at := len(versionField)
	if len(b) < at+2 || b[at] != '{' {
		return nil, fmt.Errorf("records are JSON objects, not %.20q", b[at:])
	}
	if b[at+1] == '}' {
		return append(b[:at], '}'), nil
	}
	b[at] = ','
	return b, nil
}

// opened takes the version field out again and checks it.
func opened(value []byte) ([]byte, error) {
	if rest, ok := bytes.CutPrefix(value, []byte(versionField)); ok && len(rest) > 0 {
		switch rest[0] {
		case '}':
			return []byte("{}"), nil
		case ',':
			return append([]byte("{"), rest[1:]...), nil
		}
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(value, &fields); err != nil {
		return nil, err
	}
	version, err := strconv.Atoi(string(fields["v"]))
	if err != nil || version < 1 || version > recordVersion {
		return nil, fmt.Errorf("%w: v is %.20q, at most %d can be read", ErrVersion, fields["v"], recordVersion)
	}
	delete(fields, "v")
	return json.Marshal(fields)
}

// remembered holds what records contain beyond what this version knows. Nearly
// always it is empty: only records that a newer version wrote are in it.
type remembered struct {
	mu      sync.Mutex
	records map[string]unknown // by etcd key
}

type unknown struct {
	revision int64
	stored   json.RawMessage // as it was read
	known    json.RawMessage // what this version would have written for it
}

func (r *remembered) get(key string) (unknown, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	u, ok := r.records[key]
	return u, ok
}

// set keeps the newest; a nil stored means that nothing is unknown at revision.
func (r *remembered) set(key string, u unknown) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old, ok := r.records[key]
	switch {
	case ok && old.revision > u.revision:
	case u.stored != nil:
		if r.records == nil {
			r.records = map[string]unknown{}
		}
		r.records[strings.Clone(key)] = u
	case ok:
		delete(r.records, key)
	}
}

func (t *Table[T]) decode(key string, value []byte, revision int64) (T, error) {
	body, err := opened(value)
	if err != nil {
		var zero T
		return zero, err
	}
	v, complete, err := t.codec.Decode(body)
	if err != nil {
		return v, err
	}
	u := unknown{revision: revision}
	if !complete {
		if u.known, err = t.codec.Append(nil, v); err != nil {
			return v, err
		}
		u.stored = body
	}
	t.unknown.set(key, u)
	return v, nil
}

// encode returns the value to store, and what to do once it is stored.
func (t *Table[T]) encode(key string, v T) ([]byte, func(int64), error) {
	value, err := t.codec.Append([]byte(versionField), v)
	if err != nil {
		return nil, nil, err
	}
	var committed func(int64)
	if u, ok := t.unknown.get(key); ok {
		known := slices.Clone(value[len(versionField):])
		merged, err := carryOver(u.stored, u.known, known)
		if err != nil {
			return nil, nil, err
		}
		next := unknown{stored: merged, known: known}
		value = append(value[:len(versionField)], merged...)
		committed = func(revision int64) {
			next.revision = revision
			t.unknown.set(key, next)
		}
	}
	value, err = sealed(value)
	return value, committed, err
}
