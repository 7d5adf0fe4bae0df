package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
)

// granuleGHz is one character of a picture: half a slot of the flexible grid.
const granuleGHz = 6.25

// The marks of a picture; whoever has a slot has a letter.
const (
	markFree     = '.'
	markReserved = '='
	markOutside  = '-'
	markSeveral  = '#' // where two have the same granule, one in each direction
	letters      = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// letterOf is the mark of the i-th slot from below: neighbours differ, and
// after the last letter it begins anew.
func letterOf(i int) byte { return letters[i%len(letters)] }

// perRow is how many granules a row of the picture has: a power of two between
// 16 and 256, so that rows begin at round frequencies.
func perRow(columns int) int {
	n := 16
	for n < 256 && rowLabel+2*n <= columns {
		n *= 2
	}
	return n
}

// rowLabel is how much stands before a row: "  191.3000  ".
const rowLabel = 12

// picture draws the bands of a link, one row per so many granules.
func picture(l *records.LinkSpectrum, row int) []string {
	var out []string
	for _, b := range l.Bands {
		cells := make([]byte, int(math.Round((b.UpperGHz-b.LowerGHz)/granuleGHz)))
		for i := range cells {
			cells[i] = markFree
		}
		paint := func(lower, upper float64, mark byte, taken bool) {
			from, to := int(math.Round((lower-b.LowerGHz)/granuleGHz)), int(math.Round((upper-b.LowerGHz)/granuleGHz))
			for i := max(from, 0); i < min(to, len(cells)); i++ {
				if c := cells[i]; taken && c != markFree && c != markReserved && c != mark {
					cells[i] = markSeveral
					continue
				}
				cells[i] = mark
			}
		}
		for _, r := range l.Reserved {
			paint(r.LowerGHz, r.UpperGHz, markReserved, false)
		}
		for i, s := range l.Occupied {
			paint(s.CentreGHz-s.WidthGHz/2, s.CentreGHz+s.WidthGHz/2, letterOf(i), true)
		}
		for from := 0; from < len(cells); from += row {
			line := string(cells[from:min(from+row, len(cells))])
			line += strings.Repeat(string(markOutside), row-len(line))
			out = append(out, fmt.Sprintf("  %8.4f  %s", (b.LowerGHz+float64(from)*granuleGHz)/1000, line))
		}
	}
	return out
}

// legend explains the marks that a picture has.
func legend(lines []string, row int) string {
	drawn := func(mark rune) bool {
		return slices.ContainsFunc(lines, func(l string) bool { return len(l) > rowLabel && strings.ContainsRune(l[rowLabel:], mark) })
	}
	var out []string
	for _, m := range []struct {
		mark  rune
		means string
	}{{markFree, "free"}, {markReserved, "reserved"}, {markSeveral, "one in each direction"}, {markOutside, "outside the band"}} {
		if drawn(m.mark) {
			out = append(out, string(m.mark)+" "+m.means)
		}
	}
	if slices.ContainsFunc([]rune(letters), drawn) {
		out = append(out, "letters as below")
	}
	return fmt.Sprintf("%s; %s GHz a character, %s GHz a row, from THz", strings.Join(out, ", "), number(granuleGHz, 2), number(granuleGHz*float64(row), 2))
}

// printSpectrum prints the link that was asked about, or the routes, then what
// still fits.
func (a *app) printSpectrum(r records.SpectrumReport) {
	if len(r.Between) == 0 {
		for i := range r.Links {
			a.printLinkSpectrum(&r.Links[i])
		}
	} else {
		a.printRoutes(r)
	}
	a.printf("what still fits\n")
	if len(r.Capacity) == 0 {
		a.printf("  no mode: no parts that could light it have one in common\n")
		return
	}
	a.grid([]string{"  mode", "gbit/s", "slot GHz", "fits", "when empty", "why not"}, placementRows("  ", r.Capacity))
}

func placementRows(indent string, list []records.Placements) [][]string {
	var rows [][]string
	for _, p := range list {
		why := ""
		if p.Reason != "" {
			why = string(p.Reason) + ": " + p.Message
		}
		rows = append(rows, []string{indent + p.Mode, fmt.Sprint(p.RateGbps), number(p.SlotGHz, 2), fmt.Sprint(p.Placements), fmt.Sprint(p.WhenEmpty), why})
	}
	return rows
}

func (a *app) printLinkSpectrum(l *records.LinkSpectrum) {
	a.printf("link/%s  %s to %s  %s km  %s ms\n", l.Name, l.Ends[0], l.Ends[1], number(l.LengthKm, 1), number(l.LatencyMs, 3))
	for _, b := range l.Bands {
		a.printf("%s band %s to %s THz\n", b.Band, number(b.LowerGHz/1000, 5), number(b.UpperGHz/1000, 5))
	}
	a.printf("%s GHz usable, %s GHz free, %s GHz in one piece\n\n", number(l.UsableGHz, 2), number(l.FreeGHz, 2), number(l.LongestGHz, 2))
	row := perRow(a.screen())
	lines := picture(l, row)
	for _, line := range lines {
		a.printf("%s\n", line)
	}
	a.printf("  %s\n\n", legend(lines, row))
	if len(l.Occupied) == 0 {
		return
	}
	var rows [][]string
	for i, s := range l.Occupied {
		name, rate := s.Name, "-"
		if name == "" {
			name = s.Owner
		}
		if s.CapacityGbps > 0 {
			rate = fmt.Sprint(s.CapacityGbps)
		}
		rows = append(rows, []string{"  " + string(letterOf(i)), name, dash(refOf(s.Intent)), dash(s.Mode), rate, number(s.CentreGHz, 3) + "/" + number(s.WidthGHz, 2), s.Direction})
	}
	a.grid([]string{"  ", "taken by", "for", "mode", "gbit/s", "centre/width GHz", "direction"}, rows)
	a.printf("\n")
}

// refOf prints KIND/NAMESPACE/NAME as people name it.
func refOf(intent string) string {
	parts := strings.Split(intent, "/")
	if len(parts) != 3 {
		return intent
	}
	return wire.Ref(parts[0], parts[1], parts[2])
}

func (a *app) printRoutes(r records.SpectrumReport) {
	what := count(len(r.Routes), "route")
	if r.MoreRoutes {
		what = "the quickest " + what
	}
	if r.Link != "" {
		what += " over link/" + r.Link
	}
	a.printf("%s to %s: %s\n", r.Between[0], r.Between[1], what)
	for _, p := range r.Ports {
		a.printf("free line ports at %s: %d of %d\n", p.Site, p.Free, p.All)
	}
	a.printf("\n")
	if len(r.Routes) == 0 {
		return
	}
	widths := slotWidths(r.Capacity)
	headings := []string{"  km", "ms", "free GHz", "in one piece"}
	for _, w := range widths {
		headings = append(headings, "fits "+number(w, 2))
	}
	headings = append(headings, "route") // last: it may be long
	var rows [][]string
	for _, route := range r.Routes {
		row := []string{"  " + number(route.LengthKm, 1), number(route.LatencyMs, 3), number(route.FreeGHz, 2), number(route.LongestGHz, 2)}
		for _, w := range widths {
			row = append(row, fmt.Sprint(mostOf(route.Capacity, w)))
		}
		rows = append(rows, append(row, strings.Join(route.Links, ",")))
	}
	a.grid(headings, rows)
	a.printf("\n")
	if a.output != outWide {
		return
	}
	for _, route := range r.Routes {
		a.printf("%s\n", strings.Join(route.Links, ","))
		a.grid([]string{"  mode", "gbit/s", "slot GHz", "fits", "when empty", "why not"}, placementRows("  ", route.Capacity))
		a.printf("\n")
	}
}

// slotWidths lists the widths of the modes, narrowest first.
func slotWidths(list []records.Placements) []float64 {
	var out []float64
	for _, p := range list {
		out = append(out, p.SlotGHz)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// mostOf is how many wavelengths of one width fit, of the mode that fits best.
func mostOf(list []records.Placements, width float64) int {
	most := 0
	for _, p := range list {
		if p.SlotGHz == width {
			most = max(most, p.Placements)
		}
	}
	return most
}
