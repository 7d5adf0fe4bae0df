package netconf

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func framerOn(stream string, chunked bool) *framer {
	f := newFramer(iotest.OneByteReader(strings.NewReader(stream)), io.Discard)
	f.chunked, f.limit = chunked, 64
	return f
}

func TestFramesSurviveAnyCut(t *testing.T) {
	for _, chunked := range []bool{false, true} {
		for _, message := range []string{"<a/>", "<a>\n##\n]]></a>", "<é>" + strings.Repeat("x", 40) + "</é>"} {
			var wire bytes.Buffer
			w := newFramer(nil, &wire)
			w.chunked = chunked
			for range 2 {
				if err := w.write([]byte(message)); err != nil {
					t.Fatal(err)
				}
			}
			r := framerOn(wire.String(), chunked)
			for range 2 {
				if got, err := r.read(); err != nil || string(got) != message {
					t.Errorf("chunked %v: %q comes back as %q, %v", chunked, message, got, err)
				}
			}
			if _, err := r.read(); !errors.Is(err, io.EOF) {
				t.Errorf("after the last message: %v", err)
			}
		}
	}
}

func TestChunksAreJoined(t *testing.T) {
	got, err := framerOn("\n#3\n<a>\n#4\n</a>\n##\n", true).read()
	if err != nil || string(got) != "<a></a>" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestBadFramingIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		stream  string
		chunked bool
	}{
		"no chunk at all":       {"\n##\n", true},
		"size zero":             {"\n#0\n\n##\n", true},
		"size with a zero":      {"\n#04\n<a/>\n##\n", true},
		"size with a sign":      {"\n#+4\n<a/>\n##\n", true},
		"size no number":        {"\n#four\n<a/>\n##\n", true},
		"size beyond 32 bits":   {"\n#4294967296\n<a/>\n##\n", true},
		"size beyond the limit": {"\n#65\n" + strings.Repeat("x", 65) + "\n##\n", true},
		"chunks beyond":         {"\n#40\n" + strings.Repeat("x", 40) + "\n#40\n" + strings.Repeat("x", 40) + "\n##\n", true},
		"text between":          {"\n#4\n<a/>junk\n##\n", true},
		"old framing":           {"<a/>]]>]]>", true},
		"endless size":          {"\n#" + strings.Repeat("1", 5000), true},
		"endless message":       {strings.Repeat("x", 200) + "]]>]]>", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := framerOn(c.stream, c.chunked).read(); !errors.Is(err, errFraming) {
				t.Errorf("read %q, %v", got, err)
			}
		})
	}
}

func TestCutStreamsEnd(t *testing.T) {
	for _, chunked := range []bool{false, true} {
		whole := "<a/>]]>]]>"
		if chunked {
			whole = "\n#4\n<a/>\n##\n"
		}
		for i := range len(whole) {
			if got, err := framerOn(whole[:i], chunked).read(); !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("cut after %d bytes: %q, %v", i, got, err)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, message := range map[string]string{
		"document type":   `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`,
		"unknown entity":  `<a>&b;</a>`,
		"not closed":      `<a><b></a>`,
		"two documents":   `<a/><b/>`,
		"nothing":         ``,
		"no XML":          `hello`,
		"other encoding":  `<?xml version="1.0" encoding="UTF-16"?><a/>`,
		"too deep":        strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100),
		"cut in the tags": `<a><b`,
	} {
		t.Run(name, func(t *testing.T) {
			if root, err := parse([]byte(message)); !errors.Is(err, errXML) {
				t.Errorf("parsed into %v, %v", root, err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`<rpc-reply message-id="1" xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><rpc-error><error-tag>in-use</error-tag></rpc-error></rpc-reply>`))
	f.Add([]byte(`<hello><capabilities><capability>a?module=b&amp;revision=c</capability></capabilities></hello>`))
	f.Fuzz(func(t *testing.T, message []byte) {
		root, err := parse(message)
		if err != nil {
			return
		}
		_ = refusalIn(root)
		_, _ = capabilitiesOf(root)
		again, err := parse([]byte(root.String()))
		if err != nil || again.name != root.name || len(again.kids) != len(root.kids) {
			t.Errorf("written and read again it is %v, %v", again, err)
		}
	})
}

func TestPlainPath(t *testing.T) {
	for xpath, want := range map[string]string{
		`/oc-opt-term:terminal-device/oc-opt-term:logical-channels/oc-opt-term:channel[oc-opt-term:index='7']/oc-opt-term:config`: `/terminal-device/logical-channels/channel[index=7]/config`,
		`/rpc/edit-config/config/oc-platform:components/component[name="et-0/0/0:1"]`:                                             `/rpc/edit-config/config/components/component[name=et-0/0/0:1]`,
		`/a:b[ a:c = 'd e' ]`: `/b[c=d e]`,
		``:                    ``,
	} {
		if got := plainPath(xpath); got != want {
			t.Errorf("%s becomes %s, want %s", xpath, got, want)
		}
	}
}
