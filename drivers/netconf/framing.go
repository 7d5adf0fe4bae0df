package netconf

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
)

// maxMessage bounds one message from a device.
const maxMessage = 64 << 20

// endOfMessage ends a message of base:1.0 (RFC 6242, section 4.3).
const endOfMessage = "]]>]]>"

// errFraming ends a session whose peer does not keep to the framing.
var errFraming = errors.New("the device breaks NETCONF's framing")

// framer cuts a stream into messages. Both directions begin with the framing of
// base:1.0; chunked is for the rest of the session where both sides can.
type framer struct {
	in  *bufio.Reader
	out io.Writer

	mu      sync.Mutex // one message out at a time
	chunked bool
	limit   int
}

func newFramer(in io.Reader, out io.Writer) *framer {
	return &framer{in: bufio.NewReaderSize(in, 4096), out: out, limit: maxMessage}
}

// write sends one message.
func (f *framer) write(message []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var b bytes.Buffer
	b.Grow(len(message) + 32)
	if f.chunked {
		fmt.Fprintf(&b, "\n#%d\n", len(message))
		b.Write(message)
		b.WriteString("\n##\n")
	} else {
		b.Write(message)
		b.WriteString(endOfMessage)
	}
	_, err := f.out.Write(b.Bytes())
	return err
}

// read returns the next message.
func (f *framer) read() ([]byte, error) {
	if f.chunked {
		return f.readChunks()
	}
	return f.readToMark()
}

func (f *framer) readToMark() ([]byte, error) {
	var b []byte
	for {
		part, err := f.in.ReadSlice('>')
		b = append(b, part...)
		switch {
		case bytes.HasSuffix(b, []byte(endOfMessage)):
			return bytes.TrimSpace(b[:len(b)-len(endOfMessage)]), nil
		case len(b) > f.limit:
			return nil, fmt.Errorf("%w: a message of more than %d bytes", errFraming, f.limit)
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

func (f *framer) readChunks() ([]byte, error) {
	var b []byte
	for {
		size, err := f.chunkSize()
		switch {
		case err != nil:
			return nil, err
		case size == 0 && b == nil:
			return nil, fmt.Errorf("%w: a message without a chunk", errFraming)
		case size == 0:
			return b, nil
		case len(b)+size > f.limit:
			return nil, fmt.Errorf("%w: a message of more than %d bytes", errFraming, f.limit)
		}
		at := len(b)
		b = append(b, make([]byte, size)...)
		if _, err := io.ReadFull(f.in, b[at:]); err != nil {
			return nil, err
		}
	}
}

// chunkSize reads "\n#<size>\n", or "\n##\n" as 0.
func (f *framer) chunkSize() (int, error) {
	for _, want := range []byte("\n#") {
		c, err := f.in.ReadByte()
		if err != nil {
			return 0, err
		}
		if c != want {
			return 0, fmt.Errorf("%w: %q where a chunk should begin", errFraming, c)
		}
	}
	line, err := f.in.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, bufio.ErrBufferFull) {
			err = fmt.Errorf("%w: no end to the size of a chunk", errFraming)
		}
		return 0, err
	}
	text := string(line[:len(line)-1])
	if text == "#" {
		return 0, nil
	}
	size, err := strconv.ParseUint(text, 10, 32)
	if err != nil || size == 0 || text[0] == '0' || text[0] == '+' {
		return 0, fmt.Errorf("%w: %q is no size of a chunk", errFraming, text)
	}
	return int(size), nil
}
