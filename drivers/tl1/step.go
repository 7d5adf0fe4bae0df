package tl1

import (
	"fmt"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// step is one connection made or taken away.
type step struct {
	link
	owner string
	make  bool
	skip  int // commands that are left out because their effect is there
}

func (t step) commands(d *dialect) []string {
	if t.make {
		return d.Connect[t.skip:]
	}
	return d.Disconnect[t.skip:]
}

// String says what the step does.
func (t step) String() string {
	if t.make {
		return "input " + t.in + " is connected to output " + t.out
	}
	return "input " + t.in + " is disconnected from output " + t.out
}

// taken says whose port a connection would need.
type taken struct {
	owner string
	words string
}

func (e *taken) Error() string { return e.words }

// steps lists what is to be done, what is taken away first.
//
// A connection carries no name of its owner, so that what the change knows of it
// (Before) is what tells ours from somebody else's: one that leads elsewhere is
// neither taken away nor moved, one that is there although nobody knew of it is not
// claimed unless it is exactly what is wanted, and of one that leads both ways no
// half is taken without the other.
func steps(p drivers.Pass, have map[string]link) ([]step, *taken) {
	var off, on []step
	freed, leaving := map[string]bool{}, map[string]bool{} // outputs; inputs
	for _, c := range p.Changes {
		if c.After == nil {
			leaving[c.Object.Key] = true
		}
	}
	for _, c := range p.Changes {
		in, want, knew := c.Object.Key, c.After[models.LeafDest], c.Before[models.LeafDest]
		l, there := have[in]
		ours := there && (l.out == knew || c.Before == nil && l.out == want)
		no := func(format string, args ...any) ([]step, *taken) {
			return nil, &taken{c.Owner, fmt.Sprintf(format, args...)}
		}
		switch {
		case !there && c.After == nil, there && c.After == nil && !ours:
			continue // gone, or somebody else's by now
		case there && l.both && l.out == want && c.Before == nil, there && l.both && ours && l.out != want && !leaving[l.out]:
			return no("input %s is one half of a two-way connection with %s, which somebody else made", in, l.out)
		case there && l.out == want && !l.idle:
			continue
		case there && l.out == want: // entered by a pass that was broken off
			on = append(on, step{link: l, owner: c.Owner, make: true, skip: 1})
			continue
		case there && !ours:
			return no("input %s is connected to output %s by somebody else", in, l.out)
		case there:
			t := step{link: l, owner: c.Owner}
			if l.idle {
				t.skip = 1
			}
			off = append(off, t)
			freed[l.out] = true
		}
		if c.After != nil {
			on = append(on, step{link: link{in: in, out: want}, owner: c.Owner, make: true})
		}
	}
	user := map[string]string{}
	for in, l := range have {
		user[l.out] = in
	}
	for _, t := range on {
		if in, used := user[t.out]; used && in != t.in && !freed[t.out] {
			return nil, &taken{t.owner, fmt.Sprintf("output %s is connected to input %s by somebody else", t.out, in)}
		}
	}
	return append(off, on...), nil
}
