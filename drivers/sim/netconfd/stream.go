package netconfd

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"sync"
)

const (
	baseNS = "urn:ietf:params:xml:ns:netconf:base:1.0"
	mark   = "]]>]]>"
)

// stream is the server's side of the framing.
type stream struct {
	r      *bufio.Reader
	w      io.Writer
	chunks bool

	sending sync.Mutex // notifications come between replies
}

func (s *stream) receive() ([]byte, error) {
	var message bytes.Buffer
	if !s.chunks {
		for !bytes.HasSuffix(message.Bytes(), []byte(mark)) {
			c, err := s.r.ReadByte()
			if err != nil {
				return nil, err
			}
			message.WriteByte(c)
		}
		message.Truncate(message.Len() - len(mark))
		return message.Bytes(), nil
	}
	for {
		var size int
		var head string
		if _, err := fmt.Fscanf(s.r, "\n#%s\n", &head); err != nil {
			return nil, err
		}
		if head == "#" {
			return message.Bytes(), nil
		}
		if _, err := fmt.Sscanf(head, "%d", &size); err != nil || size <= 0 {
			return nil, fmt.Errorf("chunk of %q bytes", head)
		}
		if _, err := io.CopyN(&message, s.r, int64(size)); err != nil {
			return nil, err
		}
	}
}

func (s *stream) send(message string) error {
	if s.chunks {
		// In two chunks, so that nobody relies on one.
		half := (len(message) + 1) / 2
		message = fmt.Sprintf("\n#%d\n%s\n#%d\n%s\n##\n", half, message[:half], len(message)-half, message[half:])
	} else {
		message += mark
	}
	s.sending.Lock()
	defer s.sending.Unlock()
	_, err := io.WriteString(s.w, message)
	return err
}

// node is XML as it is read.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Kids    []*node    `xml:",any"`
}

func (n *node) kid(name string) *node {
	if n != nil {
		for _, k := range n.Kids {
			if k.XMLName.Local == name {
				return k
			}
		}
	}
	return nil
}

func (n *node) text() string {
	if n == nil {
		return ""
	}
	return strings.TrimSpace(n.Text)
}

func (n *node) attr(space, name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name && a.Name.Space == space {
			return a.Value
		}
	}
	return ""
}

func quoted(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes everything
	return b.String()
}

// fault is an error as the protocol has it.
type fault struct{ kind, tag, message, path, info string }

func (f *fault) Error() string { return f.tag + ": " + f.message }

func (f *fault) xml() string {
	text := "<rpc-error><error-type>" + f.kind + "</error-type><error-tag>" + f.tag + "</error-tag><error-severity>error</error-severity>"
	if f.path != "" {
		text += "<error-path>" + quoted(f.path) + "</error-path>"
	}
	if f.message != "" {
		text += `<error-message xml:lang="en">` + quoted(f.message) + "</error-message>"
	}
	if f.info != "" {
		text += "<error-info>" + f.info + "</error-info>"
	}
	return text + "</rpc-error>"
}

func protocolFault(tag, message string) *fault {
	return &fault{kind: "protocol", tag: tag, message: message}
}

func contentFault(tag, message, path string) *fault {
	return &fault{kind: "application", tag: tag, message: message, path: path}
}
