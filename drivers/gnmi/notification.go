package gnmi

import (
	"math"
	"strconv"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/waveplane/waveplane/drivers/internal/ocmap"
	"github.com/waveplane/waveplane/models/openconfig"
)

// maxSkew is how far in the future a device's timestamp may lie before it is
// counted as nonsense. Timestamps are never used: readings carry the time at
// which they arrived, by our own clock.
const maxSkew = time.Hour

// filer files what one session's device tells. The field numbers in its methods
// are those of gnmi.proto 0.10.
type filer struct {
	words
	now func() time.Time
}

// file files one message in a view; it reports whether that was the end of the
// first complete answer. What stood before an error is filed.
func (f *filer) file(v *ocmap.View, m message) (synced bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var told []byte
	update := false
	for rest := m.raw; len(rest) > 0; {
		var part field
		if part, rest, err = next(rest); err != nil {
			return false, unreadable(err)
		}
		switch { // one of these; the last counts
		case part.is(1, protowire.BytesType):
			told, update, synced = joined(told, part.bytes), true, false
		case part.is(3, protowire.VarintType):
			told, update, synced = nil, false, part.number != 0
		case part.is(4, protowire.BytesType): // an error, in a form given up long ago
			told, update, synced = nil, false, false
		}
	}
	if !update {
		return synced, nil
	}
	if err := f.notify(v, told); err != nil {
		return false, unreadable(err)
	}
	return false, nil
}

// notify files a Notification. Deletes come before updates, as the gNMI
// specification has it.
func (f *filer) notify(v *ocmap.View, raw []byte) error {
	v.Now = f.now()
	var timestamp int64
	var prefix []byte
	deletes := false
	for rest := raw; len(rest) > 0; {
		part, after, err := next(rest)
		if err != nil {
			return err
		}
		switch {
		case part.is(1, protowire.VarintType):
			timestamp = int64(part.number)
		case part.is(2, protowire.BytesType):
			prefix = joined(prefix, part.bytes)
		case part.is(5, protowire.BytesType):
			deletes = true
		}
		rest = after
	}
	if timestamp <= 0 || time.Unix(0, timestamp).After(v.Now.Add(maxSkew)) {
		v.Ignored++
	}
	at := v.At()
	at.Reset()
	if err := f.walk(at, prefix); err != nil {
		return err
	}
	top := at.Mark()
	if deletes {
		if err := eachOf(raw, 5, func(path []byte) error {
			at.Back(top)
			if err := f.walk(at, path); err != nil {
				return err
			}
			v.Remove()
			return nil
		}); err != nil {
			return err
		}
	}
	return eachOf(raw, 4, func(update []byte) error {
		at.Back(top)
		return f.update(v, update)
	})
}

// eachOf calls do with each embedded message of one number.
func eachOf(raw []byte, num protowire.Number, do func([]byte) error) error {
	for len(raw) > 0 {
		part, rest, err := next(raw)
		if err != nil {
			return err
		}
		if part.is(num, protowire.BytesType) {
			if err := do(part.bytes); err != nil {
				return err
			}
		}
		raw = rest
	}
	return nil
}

// update files an Update below the place of the prefix.
func (f *filer) update(v *ocmap.View, raw []byte) error {
	var path, value []byte
	for len(raw) > 0 {
		part, rest, err := next(raw)
		if err != nil {
			return err
		}
		switch {
		case part.is(1, protowire.BytesType):
			path = joined(path, part.bytes)
		case part.is(3, protowire.BytesType):
			value = joined(value, part.bytes)
		}
		raw = rest
	}
	if err := f.walk(v.At(), path); err != nil {
		return err
	}
	return f.value(v, value)
}

// walk descends along the elements of a Path.
func (f *filer) walk(at *ocmap.Place, path []byte) error {
	return eachOf(path, 3, func(elem []byte) error {
		var name []byte
		for rest := elem; len(rest) > 0; {
			part, after, err := next(rest)
			if err != nil {
				return err
			}
			if part.is(1, protowire.BytesType) {
				name = part.bytes
			}
			rest = after
		}
		word, err := f.word(name)
		if err != nil {
			return err
		}
		at.Enter(word)
		for _, key := range at.Keys() {
			value, ok, err := f.key(elem, key)
			if err != nil {
				return err
			}
			at.Key(value, ok)
		}
		return nil
	})
}

// key finds a key of a PathElem. They are a map: the last of several counts.
func (f *filer) key(elem []byte, name string) (value string, ok bool, err error) {
	var found []byte
	err = eachOf(elem, 2, func(entry []byte) error {
		var k, text []byte
		for rest := entry; len(rest) > 0; {
			part, after, err := next(rest)
			if err != nil {
				return err
			}
			switch {
			case part.is(1, protowire.BytesType):
				k = part.bytes
			case part.is(2, protowire.BytesType):
				text = part.bytes
			}
			rest = after
		}
		if string(k) == name {
			found, ok = text, true
		}
		return nil
	})
	if err != nil || !ok {
		return "", false, err
	}
	value, err = f.word(found)
	return value, true, err
}

// The fields of a TypedValue.
const (
	stringVal   = 1
	intVal      = 2
	uintVal     = 3
	boolVal     = 4
	bytesVal    = 5
	floatVal    = 6 // deprecated, and still sent by devices
	decimalVal  = 7 // likewise
	leaflistVal = 8
	anyVal      = 9
	jsonVal     = 10
	jsonIetfVal = 11
	asciiVal    = 12
	protoBytes  = 13
	doubleVal   = 14
)

// wireOf is the wire type of each field of a TypedValue.
var wireOf = [...]protowire.Type{
	stringVal: protowire.BytesType, intVal: protowire.VarintType, uintVal: protowire.VarintType, boolVal: protowire.VarintType,
	bytesVal: protowire.BytesType, floatVal: protowire.Fixed32Type, decimalVal: protowire.BytesType, leaflistVal: protowire.BytesType,
	anyVal: protowire.BytesType, jsonVal: protowire.BytesType, jsonIetfVal: protowire.BytesType, asciiVal: protowire.BytesType,
	protoBytes: protowire.BytesType, doubleVal: protowire.Fixed64Type,
}

// value files a TypedValue at the place of the view.
func (f *filer) value(v *ocmap.View, raw []byte) error {
	var given field // of several, the last counts
	for len(raw) > 0 {
		part, rest, err := next(raw)
		if err != nil {
			return err
		}
		raw = rest
		if part.num < 1 || int(part.num) >= len(wireOf) || part.typ != wireOf[part.num] {
			continue
		}
		if part.num == decimalVal && given.num == decimalVal {
			part.bytes = joined(given.bytes, part.bytes)
		}
		given = part
	}
	switch given.num {
	case jsonIetfVal, jsonVal:
		v.Document(given.bytes)
	case leaflistVal:
		v.Ignored++ // no leaf-list is of interest
	default:
		scalar, err := f.scalar(given)
		if err != nil {
			return err
		}
		v.Leaf(scalar)
	}
	return nil
}

// scalar reads a value that stands for one leaf.
func (f *filer) scalar(given field) (ocmap.Scalar, error) {
	switch given.num {
	case stringVal, asciiVal:
		text, err := f.word(given.bytes)
		return ocmap.TextScalar(text), err
	case intVal:
		return ocmap.NumberScalar(strconv.FormatInt(int64(given.number), 10)), nil
	case uintVal:
		return ocmap.NumberScalar(strconv.FormatUint(given.number, 10)), nil
	case boolVal:
		return ocmap.BoolScalar(given.number != 0), nil
	case doubleVal:
		return ocmap.NumberScalar(strconv.FormatFloat(math.Float64frombits(given.number), 'g', -1, 64)), nil
	case floatVal:
		return ocmap.NumberScalar(strconv.FormatFloat(float64(math.Float32frombits(uint32(given.number))), 'g', -1, 32)), nil
	case decimalVal:
		return decimal(given.bytes)
	}
	return ocmap.Scalar{}, nil
}

// decimal reads a Decimal64.
func decimal(raw []byte) (ocmap.Scalar, error) {
	var digits int64
	var precision uint32
	for len(raw) > 0 {
		part, rest, err := next(raw)
		if err != nil {
			return ocmap.Scalar{}, err
		}
		switch {
		case part.is(1, protowire.VarintType):
			digits = int64(part.number)
		case part.is(2, protowire.VarintType):
			precision = uint32(part.number)
		}
		raw = rest
	}
	return ocmap.NumberScalar(openconfig.FormatDecimal(digits, int(min(precision, 18)))), nil
}
