package clid

import (
	"strings"
	"testing"
)

// TestLineSystemRefuses: a line system runs nothing that does not hang together, and
// takes no words that it does not know.
func TestLineSystemRefuses(t *testing.T) {
	facilities := map[string]bool{"oms-1": true, "oms-2": true, "trib-1": false}
	const whole = `add mc-1 parent-oms oms-1 lower-frequency 193050000 upper-frequency 193150000
add nmc-1 parent-facility mc-1 center-frequency 193100000 width 87500
add nmc-2 parent-facility trib-1 center-frequency 193100000 width 87500
add oxcon-10000 source 'nmc-2' destination 'nmc-1' direction one-way target-output-power-dst -17.50 circuit-id 'a b' admin-state lock`
	for name, c := range map[string]struct{ more, typed, run string }{
		"nothing wrong":          {"set oxcon-10000 admin-state unlock", "", ""},
		"not there":              {"set oxcon-10001 admin-state unlock", "no such object", ""},
		"there already":          {"add nmc-1 parent-facility mc-1", "the object exists", ""},
		"merged":                 {"add -m nmc-1 width 75000", "", "not of the same spectrum"},
		"without -f":             {"delete oxcon-10000", "must be confirmed", ""},
		"in use":                 {"delete -f nmc-1", "", `destination "nmc-1" does not exist`},
		"parent in use":          {"delete -f mc-1", "", `parent-facility "mc-1" is neither`},
		"a strange word":         {"set oxcon-10000 colour red", "invalid", ""},
		"a strange object":       {"add edfa-1 gain 20", "invalid", ""},
		"out of range":           {"set nmc-1 width 250000", "invalid", ""},
		"too dark":               {"set oxcon-10000 target-output-power-dst -18.10", "invalid", ""},
		"no value":               {"set oxcon-10000 admin-state", "invalid", ""},
		"another fibre":          {"set mc-1 parent-oms trib-1", "", "no optical multiplex section"},
		"upside down":            {"set mc-1 upper-frequency 193040000", "", "not above"},
		"outside":                {"set mc-1 upper-frequency 193120000", "", "lies outside mc-1"},
		"straight from the line": {"set nmc-1 parent-facility oms-2", "", "neither a media channel nor an add/drop port"},
		"over another":           {"add mc-2 parent-oms oms-1 lower-frequency 193149000 upper-frequency 193200000", "", "mc-2: overlaps mc-1 on oms-1"},
		"beside another":         {"add mc-2 parent-oms oms-1 lower-frequency 193150000 upper-frequency 193200000", "", ""},
		"both ways":              {"set oxcon-10000 direction two-way", "", "only one-way"},
	} {
		t.Run(name, func(t *testing.T) {
			l := gxLine{}
			for line := range strings.SplitSeq(whole, "\n") {
				if words := gxSet(l, line); words != "" {
					t.Fatalf("%q: %s", line, words)
				}
			}
			if words := l.wrong(facilities); words != "" {
				t.Fatal(words)
			}
			if l.show() != whole+"\n" {
				t.Fatalf("shown as %s", l.show())
			}
			said := gxSet(l, c.more)
			if (said == "") != (c.typed == "") || !strings.Contains(said, c.typed) {
				t.Errorf("%q: %q, want %q", c.more, said, c.typed)
			}
			if said = l.wrong(facilities); (said == "") != (c.run == "") || !strings.Contains(said, c.run) {
				t.Errorf("%q would not run: %q, want %q", c.more, said, c.run)
			}
		})
	}
}
