package store

import "sync"

// writtenKept is how many of a table's last writes are remembered.
const writtenKept = 4096

// written remembers the last writes of this process, so that a watch does not
// decode what is in memory anyway: nearly everything that a watch tells was
// written by the process that watches. A record counts as the same when its
// bytes are. It is safe for concurrent use.
type written[T any] struct {
	mu     sync.Mutex
	values map[string]writtenValue[T] // by etcd key
	order  []string                   // ring of keys, oldest at next
	next   int
}

type writtenValue[T any] struct {
	data  []byte
	value T
}

func (w *written[T]) remember(key string, data []byte, value T) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.values == nil {
		w.values = map[string]writtenValue[T]{}
	}
	if _, known := w.values[key]; !known {
		if len(w.order) < writtenKept {
			w.order = append(w.order, key)
		} else {
			delete(w.values, w.order[w.next])
			w.order[w.next] = key
			w.next = (w.next + 1) % writtenKept
		}
	}
	w.values[key] = writtenValue[T]{data, value}
}

func (w *written[T]) get(key, data []byte) (T, bool) {
	w.mu.Lock()
	v, ok := w.values[string(key)]
	w.mu.Unlock()
	if !ok || string(v.data) != string(data) {
		var zero T
		return zero, false
	}
	return v.value, true
}
