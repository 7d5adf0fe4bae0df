package gnmi

import (
	"errors"
	"fmt"
	"sync"
	"unicode/utf8"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
)

// What devices tell is filed leaf by leaf straight from the wire. Decoding it
// into messages first makes ten objects of each leaf, only for them to be taken
// apart again; with hundreds of devices telling at once that was a tenth of all
// that the daemon did. Requests and their answers are decoded by the library.

// message is a SubscribeResponse as it came.
type message struct{ raw []byte }

// undecoded has what comes over one stream handed out as messages.
func undecoded() grpc.CallOption {
	return grpc.ForceCodecV2(messageCodec{encoding.GetCodecV2("proto")})
}

type messageCodec struct{ encoding.CodecV2 }

// Name is empty, so that the content type stays that of every other call.
func (messageCodec) Name() string { return "" }

func (c messageCodec) Unmarshal(data mem.BufferSlice, v any) error {
	if m, ok := v.(*message); ok {
		m.raw = data.Materialize()
		return nil
	}
	return c.CodecV2.Unmarshal(data, v)
}

// unreadable is the error of a message that is not what it should be.
func unreadable(err error) error {
	return status.Error(codes.Internal, fmt.Sprintf("what the device sent cannot be decoded: %v", err))
}

var errNotUTF8 = errors.New("a string is not UTF-8")

// field is one field of an encoded message: number holds what has no length,
// bytes what has.
type field struct {
	num    protowire.Number
	typ    protowire.Type
	number uint64
	bytes  []byte
}

// is reports whether the field is the one meant. One of another wire type is an
// unknown field, as for every decoder.
func (f field) is(num protowire.Number, typ protowire.Type) bool { return f.num == num && f.typ == typ }

// next cuts the first field off an encoded message.
func next(raw []byte) (f field, rest []byte, err error) {
	var n int
	if f.num, f.typ, n = protowire.ConsumeTag(raw); n < 0 {
		return field{}, nil, protowire.ParseError(n)
	}
	raw = raw[n:]
	switch f.typ {
	case protowire.VarintType:
		f.number, n = protowire.ConsumeVarint(raw)
	case protowire.Fixed32Type:
		var v uint32
		v, n = protowire.ConsumeFixed32(raw)
		f.number = uint64(v)
	case protowire.Fixed64Type:
		f.number, n = protowire.ConsumeFixed64(raw)
	case protowire.BytesType:
		f.bytes, n = protowire.ConsumeBytes(raw)
	default:
		n = protowire.ConsumeFieldValue(f.num, f.typ, raw)
	}
	if n < 0 {
		return field{}, nil, protowire.ParseError(n)
	}
	return f, raw[n:], nil
}

// joined is an embedded message that came in several parts: parts written one
// after the other mean the same as all of them merged.
func joined(before, more []byte) []byte {
	if len(before) == 0 {
		return more
	}
	return append(before[:len(before):len(before)], more...)
}

// words keeps one copy of each name and value that a device keeps saying.
type words struct {
	mu    sync.Mutex
	known map[string]string
}

// What is kept of a device's words, so that none can fill our memory with them.
const (
	maxWords      = 4096
	maxWordLength = 64
)

// word returns raw as a string, checked. The caller holds mu.
func (w *words) word(raw []byte) (string, error) {
	if s, ok := w.known[string(raw)]; ok {
		return s, nil
	}
	if !utf8.Valid(raw) {
		return "", errNotUTF8
	}
	s := string(raw)
	if len(s) <= maxWordLength && len(w.known) < maxWords {
		if w.known == nil {
			w.known = map[string]string{}
		}
		w.known[s] = s
	}
	return s, nil
}
