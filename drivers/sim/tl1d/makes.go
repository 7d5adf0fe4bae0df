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

// calient enters a connection, which then lies there until it is activated.
func calient() map[string]command {
	return map[string]command{
		"ENT-CRS": func(ctx context.Context, s *session, b []string) ([]string, error) {
			in, out, _ := strings.Cut(b[1], ",")
			if !strings.HasSuffix(b[4], ",1WAY") {
				return nil, &deny{"IDNV", "Input, Data Not Valid"}
			}
			return nil, s.face.join(ctx, s.user, in, out)
		},
		"ACT-CRS": func(_ context.Context, s *session, b []string) ([]string, error) {
			_, err := s.face.called(b[4])
			return nil, err
		},
		"CANC-CRS": func(_ context.Context, s *session, b []string) ([]string, error) {
			_, err := s.face.called(b[4])
			return nil, err
		},
		"DLT-CRS": func(ctx context.Context, s *session, b []string) ([]string, error) {
			j, err := s.face.called(b[4])
			if err != nil {
				return nil, err
			}
			return nil, s.face.part(ctx, s.user, j.in)
		},
		"RTRV-CRS": reading(func(s *session, _ []string) ([]string, error) {
			var rows []string
			for _, j := range s.face.joined() {
				rows = append(rows, fmt.Sprintf("waveplane:SRCPORT=%s,DSTPORT=%s,GRPNAME=waveplane,CONNNAME=%s-%s,CONNTYPE=1WAY,AS=IS,OS=IS", j.in, j.out, j.in, j.out))
			}
			return rows, nil
		}),
	}
}

func (f *Face) called(name string) (joined, error) {
	list := f.joined()
	i := slices.IndexFunc(list, func(j joined) bool { return j.in+"-"+j.out == name })
	if i < 0 {
		return joined{}, &deny{"IIAC", "Input, Invalid Access Identifier: no connection " + name}
	}
	return list[i], nil
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
