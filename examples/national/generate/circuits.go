package main

import (
	"cmp"
	"fmt"
	"slices"
)

// hubs are the cities where traffic gathers: large metropolitan areas with
// exchanges and data centres, spread over the country.
func hubs() []string {
	return []string{
		"atlanta", "boston", "chicago", "dallas", "denver", "houston", "jacksonville", "kansas-city", "los-angeles", "miami",
		"minneapolis", "nashville", "new-york", "oakland", "phoenix", "portland", "salt-lake-city", "seattle", "st-louis", "washington-dc",
	}
}

const (
	// firstCircuits is how many circuits are lit.
	firstCircuits = 20
	// hubsPerCity is how many hubs a city that is none has circuits to.
	hubsPerCity = 3
)

// circuit is a demand between two cities.
type circuit struct {
	from, to string
	gbps     int
	modes    string // those that it is limited to, as a list; empty means any
}

func (c circuit) name() string { return c.from + "-" + c.to }

// Where each mode of the pluggable stops to be a sound choice, in km of effort:
// beyond, its margin is so near the 2 dB asked for that channels which come
// later beside it would be refused for its sake. QPSK ends where the modes do
// not take the dispersion of the fibre any more, 1,437 and 2,874 km.
const (
	reach400 = 420
	reach200 = 800  // in 50 GHz, 16QAM
	wide200  = 1500 // in 87.5 GHz, QPSK
	reach100 = 3000
)

// demand is what one wavelength carries over that much effort, and the modes
// that are sound there; zero is too far for any.
func demand(effort float64) (gbps int, modes string) {
	switch {
	case effort <= reach400:
		return 400, ""
	case effort <= reach200:
		return 200, ""
	case effort <= wide200:
		return 200, "[openroadm-200g-qpsk-63]"
	case effort <= reach100:
		return 100, ""
	}
	return 0, ""
}

// circuits lists the demand: what is lit first, and the rest. Those that are
// lit first have lines of their own: every hub in turn takes the nearest other
// one that it can reach without a line that is taken.
func (b *backbone) circuits() (first, rest []circuit, err error) {
	names := hubs()
	ways := map[string]map[string]route{}
	for _, c := range b.cities {
		ways[c.name] = b.routes(c.name)
	}
	for _, h := range names {
		if ways[h] == nil {
			return nil, nil, fmt.Errorf("there is no city %s to be a hub", h)
		}
	}
	taken, lines := map[[2]string]bool{}, map[string]bool{}
	take := func(list *[]circuit, a, z string) bool {
		ends := [2]string{a, z}
		slices.Sort(ends[:])
		gbps, modes := demand(ways[a][z].effort)
		if taken[ends] || gbps == 0 {
			return false
		}
		taken[ends] = true
		*list = append(*list, circuit{ends[0], ends[1], gbps, modes})
		return true
	}
	nearest := func(from string) []string {
		out := slices.DeleteFunc(slices.Clone(names), func(h string) bool {
			_, reached := ways[from][h]
			return h == from || !reached
		})
		slices.SortStableFunc(out, func(x, y string) int { return cmp.Compare(ways[from][x].effort, ways[from][y].effort) })
		return out
	}
	for more := true; more && len(first) < firstCircuits; {
		more = false
		for _, h := range names {
			z := slices.IndexFunc(nearest(h), func(z string) bool {
				alone := !slices.ContainsFunc(ways[h][z].lines, func(l string) bool { return lines[l] })
				return len(first) < firstCircuits && alone && take(&first, h, z)
			})
			if z < 0 {
				continue
			}
			more = true
			for _, l := range ways[h][nearest(h)[z]].lines {
				lines[l] = true
			}
		}
	}
	if len(first) < firstCircuits {
		return nil, nil, fmt.Errorf("only %d circuits between hubs have lines of their own, want %d", len(first), firstCircuits)
	}
	for i, h := range names {
		for _, z := range names[i+1:] {
			take(&rest, h, z)
		}
	}
	for _, c := range b.cities {
		if slices.Contains(names, c.name) {
			continue
		}
		near := nearest(c.name)
		for _, h := range near[:min(hubsPerCity, len(near))] {
			take(&rest, c.name, h)
		}
	}
	return first, rest, nil
}

func circuitFile(comment string, list []circuit) string {
	out := file(comment)
	for i, c := range list {
		head(out, i, "Circuit", "name: "+c.name()+", namespace: tenant-x")
		modes := ""
		if c.modes != "" {
			modes = ", modes: " + c.modes
		}
		fmt.Fprintf(out, "  {from: %s, to: %s, capacityGbps: %d%s}\n", c.from, c.to, c.gbps, modes)
	}
	return out.String()
}
