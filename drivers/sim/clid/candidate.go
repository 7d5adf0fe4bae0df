package clid

import (
	"context"
	"math"
	"strconv"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
)

// setting is what is configured at a coherent port, as the target keeps it; empty
// texts are not set.
type setting struct {
	mhz  int64
	dbm  string // one or more decimals
	code string
	on   bool
	cage string
	// torn says that a leaf was taken out of an entry that cannot be without it.
	torn bool
}

func (s *session) setting(p Port) setting {
	out := setting{dbm: s.value(p.config("target-output-power")), code: s.value(p.config("operational-mode")), on: s.value(p.laser()) == "true", cage: s.value(p.cage())}
	out.mhz, _ = strconv.ParseInt(s.value(p.config("frequency")), 10, 64)
	return out
}

// candidate is a configuration in the making.
type candidate struct {
	s       *session
	ports   map[string]setting
	line    gxLine // nil: not touched
	hanging *pending
}

// at returns what the candidate has of a port.
func (c *candidate) at(p Port) setting {
	if v, ok := c.ports[p.Name]; ok {
		return v
	}
	return c.s.setting(p)
}

func (c *candidate) put(p Port, v setting) {
	if c.ports == nil {
		c.ports = map[string]setting{}
	}
	c.ports[p.Name] = v
}

// dirty reports whether there is anything to commit.
func (c *candidate) dirty() bool {
	edits, _ := c.changes()
	return len(edits) > 0
}

// changes are the edits that make the candidate run, and those that take them back.
func (c *candidate) changes() (edits, back []gnmid.Edit) {
	edits = c.edits()
	back = c.s.undo(edits)
	if c.line != nil {
		more, undo := c.s.gxRunning().changes(c.line)
		edits, back = append(edits, more...), append(back, undo...)
	}
	return edits, back
}

func (c *candidate) drop() { c.ports, c.line = nil, nil }

// change appends what makes a leaf what is wanted; empty is not there.
func change(edits []gnmid.Edit, path, have, want string) []gnmid.Edit {
	switch {
	case have == want:
		return edits
	case want == "":
		return append(edits, gnmid.Edit{Path: path, Delete: true})
	}
	return append(edits, gnmid.Edit{Path: path, Value: want})
}

// edits is the difference between the candidate and what runs at the ports.
func (c *candidate) edits() []gnmid.Edit {
	var out []gnmid.Edit
	set := func(path, have, want string) { out = change(out, path, have, want) }
	number := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	for _, p := range c.s.face.cfg.Ports {
		want, touched := c.ports[p.Name]
		if !touched {
			continue
		}
		have := c.s.setting(p)
		set(p.cage(), have.cage, want.cage)
		set(p.config("frequency"), number(have.mhz), number(want.mhz))
		if !sameNumber(have.dbm, want.dbm) {
			set(p.config("target-output-power"), have.dbm, want.dbm)
		}
		set(p.config("operational-mode"), have.code, want.code)
		set(p.laser(), strconv.FormatBool(have.on), strconv.FormatBool(want.on))
	}
	return out
}

func sameNumber(a, b string) bool {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err1 == nil && err2 == nil && math.Abs(x-y) < 1e-9
}

// commit makes the candidate run, for good or, with a time, until that has
// passed without a confirmation. An empty candidate confirms what hangs. With
// bound, a commit that hangs ends with the session.
func (c *candidate) commit(ctx context.Context, confirmed time.Duration, bound bool) error {
	edits, back := c.changes()
	if len(edits) == 0 {
		c.s.keep(c.line, false)
		c.hanging.confirm()
		c.hanging = nil
		return nil
	}
	err := c.s.face.cfg.Target.Write(ctx, c.s.user, edits...)
	if err == gnmid.ErrDropped && confirmed > 0 {
		c.s.arm(c.wait(confirmed, bound), back, c.s.keep(c.line, true))
	}
	if err != nil {
		return err
	}
	forget := c.s.keep(c.line, false)
	c.drop()
	c.hanging.confirm()
	c.hanging = nil
	if confirmed > 0 {
		c.hanging = c.s.arm(confirmed, back, forget)
	}
	return nil
}

// wait is how long a commit hangs whose session is gone.
func (c *candidate) wait(confirmed time.Duration, bound bool) time.Duration {
	if bound {
		return 0
	}
	return confirmed
}

// where says which port a target's words are about, as far as they tell.
func (s *session) where(words string) (Port, bool) {
	for _, p := range s.face.cfg.Ports {
		if contains(words, "[name="+p.Channel+"]") {
			return p, true
		}
	}
	return Port{}, false
}
