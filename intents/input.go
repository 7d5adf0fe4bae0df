package intents

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// newSource checks the encoding and the size of an input and makes it ready to
// be read: without byte order mark, with line ends of one byte.
func newSource(data []byte, name string) (*source, *Fault) {
	refuse := func(offset int, remedy, format string, args ...any) (*source, *Fault) {
		return nil, &Fault{File: name, Line: 1 + bytes.Count(data[:offset], []byte{'\n'}), Column: 1 + offset - (bytes.LastIndexByte(data[:offset], '\n') + 1),
			Message: fmt.Sprintf(format, args...), Remedy: remedy}
	}
	if len(data) > MaxRequest {
		return refuse(0, "split it", "%d bytes; at most %d are read at once", len(data), MaxRequest)
	}
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return refuse(0, "save it as UTF-8", "the text is UTF-16 (byte order mark at offset 0)")
	}
	text := bytes.TrimPrefix(data, []byte("\ufeff"))
	mark := len(data) - len(text)
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return refuse(mark+i, "save it as UTF-8 text", "a NUL byte at offset %d", mark+i)
	}
	if !utf8.Valid(text) {
		i := 0
		for i < len(text) {
			r, size := utf8.DecodeRune(text[i:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			i += size
		}
		return refuse(mark+i, "save it as UTF-8", "invalid UTF-8 (byte 0x%02x) at offset %d", text[i], mark+i)
	}
	for i, c := range text {
		if c < ' ' && c != '\n' && c != '\t' && !(c == '\r' && i+1 < len(text) && text[i+1] == '\n') || c == 0x7f {
			return refuse(mark+i, "write it as an escape in double quotes", "control character 0x%02x at offset %d", c, mark+i)
		}
	}
	if bytes.IndexByte(text, '\r') >= 0 {
		text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	}
	return &source{name: name, text: string(text)}, nil
}

// span is the range of one document in a source.
type span struct{ from, to int }

// documents splits the text at lines "---" and "...". YAML allows neither
// inside a document, whatever the quotes around it.
func documents(text string) []span {
	var spans []span
	from := 0
	for at := 0; at < len(text); {
		next := len(text)
		if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
			next = at + i + 1
		}
		if begins, ends := markerLine(text[at:next], "---"), markerLine(text[at:next], "..."); begins || ends {
			if at > from {
				spans = append(spans, span{from, at})
			}
			from = at
			if ends {
				from = next
			}
		}
		at = next
	}
	return append(spans, span{from, len(text)})
}

func markerLine(line, marker string) bool {
	rest, ok := strings.CutPrefix(line, marker)
	return ok && (rest == "" || strings.IndexByte(" \t\n", rest[0]) >= 0)
}
