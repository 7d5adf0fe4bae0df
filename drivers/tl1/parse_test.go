package tl1

import (
	"bufio"
	"slices"
	"strings"
	"testing"
)

// FuzzParse: whatever comes, nothing breaks, no message grows from what stands
// between messages, and the same bytes give the same messages.
func FuzzParse(f *testing.F) {
	f.Add("\r\n\n   SID 26-12-01 03:00:00\r\nM  1 COMPLD\r\n   \"1,17\"\r\n;")
	f.Add("\r\nM  1 DENY\r\n   IIAC\r\n   /* no */\r\n;agent> \r\nA  3 REPT EVT CRS\r\n;")
	f.Add("M 1 COMPLD\r\n>\r\nM 1 COMPLD\r\n;")
	f.Fuzz(func(t *testing.T, text string) {
		read := func() (out []string) {
			var p parser
			in := bufio.NewReader(strings.NewReader(text))
			for {
				line, err := readLine(in)
				if err != nil {
					return out
				}
				if m := p.line(line); m != nil {
					if m.tag == "" || m.code == "" {
						t.Errorf("message without tag or code: %+v", m)
					}
					out = append(out, m.tag, m.code, m.words())
					out = append(out, m.rows()...)
				}
			}
		}
		if first, again := read(), read(); !slices.Equal(first, again) {
			t.Errorf("read twice: %q and %q", first, again)
		}
	})
}
