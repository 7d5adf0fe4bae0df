package tl1d

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
)

func isDropped(err error) bool { return errors.Is(err, gnmid.ErrDropped) }

// reading is a command that only reads; it takes the time that faults ask for.
func reading(do func(s *session, blocks []string) ([]string, error)) command {
	return func(ctx context.Context, s *session, blocks []string) ([]string, error) {
		if err := s.face.cfg.Target.Read(ctx); err != nil {
			return nil, err
		}
		return do(s, blocks)
	}
}

// dbm writes a power; darkness is −60.
func dbm(v float64) string {
	if math.IsNaN(v) || v < -60 {
		return "-60.00"
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

func (f *Face) light(fibre string, input bool) float64 {
	if f.cfg.Light == nil {
		return math.NaN()
	}
	return f.cfg.Light(fibre, input)
}

// polatis has a patch for each input, and meters at every port.
func polatis() map[string]command {
	return map[string]command{
		"ENT-PATCH": func(ctx context.Context, s *session, b []string) ([]string, error) {
			in, out, _ := strings.Cut(b[1], ",")
			return nil, s.face.join(ctx, s.user, in, out)
		},
		"DLT-PATCH": func(ctx context.Context, s *session, b []string) ([]string, error) {
			return nil, s.face.part(ctx, s.user, b[1])
		},
		"RTRV-PATCH": reading(func(s *session, _ []string) ([]string, error) {
			var rows []string
			for _, j := range s.face.joined() {
				rows = append(rows, j.in+","+j.out)
			}
			return rows, nil
		}),
		"RTRV-EQPT": reading(func(s *session, _ []string) ([]string, error) {
			n := s.face.span()
			return []string{fmt.Sprintf("SYSTEM:SIZE=%dx%d", n, n)}, nil
		}),
		"RTRV-NETYPE": reading(func(s *session, _ []string) ([]string, error) {
			return []string{"Polatis,OST-16x16,1.0"}, nil
		}),
		"RTRV-PORT-POWER": reading(func(s *session, b []string) ([]string, error) {
			first, last, _ := strings.Cut(b[1], "&&")
			from, err1 := strconv.Atoi(first)
			to, err2 := strconv.Atoi(last)
			if err1 != nil || err2 != nil || from < 1 || to > 2*s.face.span() {
				return nil, errNoPort
			}
			var rows []string
			for n := from; n <= to; n++ {
				fibre := strconv.Itoa(n)
				rows = append(rows, fibre+":"+dbm(s.face.light(fibre, n <= s.face.span())))
			}
			return rows, nil
		}),
	}
}

// span is how many inputs a switch whose ports are numbers has: outputs begin after
// the last of them.
func (f *Face) span() int {
	least := math.MaxInt
	for _, p := range f.cfg.Ports {
		if n, err := strconv.Atoi(p.Out); err == nil {
			least = min(least, n)
		}
	}
	return least - 1
}

// calient enters a connection, which then lies there until it is activated, and
// cancels one before it can be deleted.
func calient() map[string]command {
	return map[string]command{
		"ENT-CRS": func(_ context.Context, s *session, b []string) ([]string, error) {
			in, out, _ := strings.Cut(b[1], ",")
			if !strings.HasSuffix(b[4], ",1WAY") {
				return nil, &deny{"IDNV", "Input, Data Not Valid"}
			}
			return nil, s.face.enter(joined{in, out})
		},
		"ACT-CRS": func(ctx context.Context, s *session, b []string) ([]string, error) {
			j, active, err := s.face.called(b[4])
			if err != nil || active {
				return nil, err
			}
			return nil, s.face.join(ctx, s.user, j.in, j.out)
		},
		"CANC-CRS": func(ctx context.Context, s *session, b []string) ([]string, error) {
			j, active, err := s.face.called(b[4])
			if err != nil || !active {
				return nil, err
			}
			s.face.keep(j)
			return nil, s.face.part(ctx, s.user, j.in)
		},
		"DLT-CRS": func(_ context.Context, s *session, b []string) ([]string, error) {
			j, active, err := s.face.called(b[4])
			switch {
			case err != nil:
				return nil, err
			case active:
				return nil, &deny{"SNVS", "Status, Not in Valid State"}
			}
			s.face.drop(j)
			return nil, nil
		},
		"RTRV-CRS": reading(func(s *session, _ []string) ([]string, error) {
			var rows []string
			for _, c := range s.face.connections() {
				state := "OOS"
				if c.active {
					state = "IS"
				}
				rows = append(rows, fmt.Sprintf("waveplane:SRCPORT=%s,DSTPORT=%s,GRPNAME=waveplane,CONNNAME=%s-%s,CONNTYPE=1WAY,AS=%s,OS=%s", c.in, c.out, c.in, c.out, state, state))
			}
			return rows, nil
		}),
	}
}

// connection is one that is entered, active or not.
type connection struct {
	joined
	active bool
}

// connections lists those that are active, and those that are only entered.
func (f *Face) connections() []connection {
	var out []connection
	active := f.joined()
	for _, j := range active {
		out = append(out, connection{j, true})
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, j := range f.entered {
		if !slices.ContainsFunc(active, func(a joined) bool { return a.in == j.in || a.out == j.out }) {
			out = append(out, connection{j, false})
		}
	}
	return out
}

func (f *Face) enter(j joined) error {
	if _, ok := f.channel(j.in); !ok || !f.output(j.out) {
		return errNoPort
	}
	for _, c := range f.connections() {
		if c.in == j.in || c.out == j.out {
			return errBusy
		}
	}
	f.keep(j)
	return nil
}

func (f *Face) keep(j joined) {
	f.mu.Lock()
	defer f.mu.Unlock()
	// What was entered for a port is gone once the port was used for something else.
	f.entered = slices.DeleteFunc(f.entered, func(e joined) bool { return e.in == j.in || e.out == j.out })
	f.entered = append(f.entered, j)
}

func (f *Face) drop(j joined) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.entered = slices.DeleteFunc(f.entered, func(e joined) bool { return e == j })
}

// called finds a connection by the switch's own name for it.
func (f *Face) called(name string) (j joined, active bool, err error) {
	for _, c := range f.connections() {
		if c.in+"-"+c.out == name {
			return c.joined, c.active, nil
		}
	}
	return joined{}, false, &deny{"IIAC", "Input, Invalid Access Identifier: no connection " + name}
}

// glimmerglass tells inputs and outputs apart by their numbers.
func glimmerglass() map[string]command {
	return map[string]command{
		"ENT-CRS-FIBER": func(ctx context.Context, s *session, b []string) ([]string, error) {
			in, out, _ := strings.Cut(b[1], ",")
			return nil, s.face.join(ctx, s.user, in, out)
		},
		"DLT-CRS-FIBER": func(ctx context.Context, s *session, b []string) ([]string, error) {
			in, out, _ := strings.Cut(b[1], ",")
			if !slices.Contains(s.face.joined(), joined{in, out}) {
				return nil, errFree
			}
			return nil, s.face.part(ctx, s.user, in)
		},
		"RTRV-CRS-FIBER": reading(func(s *session, _ []string) ([]string, error) {
			var rows []string
			for _, j := range s.face.joined() {
				rows = append(rows, j.in+","+j.out+":OPMODE=NORMAL")
			}
			return rows, nil
		}),
	}
}

// transport tells the powers of optical channels and takes nothing.
func transport() map[string]command {
	return map[string]command{
		"RTRV-OCH": reading(func(s *session, _ []string) ([]string, error) {
			var rows []string
			for _, p := range s.face.cfg.Ports {
				rows = append(rows,
					p.In+":LOC:OPTYPE=DWDM,OPWR="+dbm(s.face.light(p.In, true))+",EXPWLEN=1547.72:IS-NR",
					p.Out+":LOC:OPTYPE=DWDM,OPWR="+dbm(s.face.light(p.Out, false))+",EXPWLEN=1547.72:IS-NR")
			}
			return rows, nil
		}),
	}
}
