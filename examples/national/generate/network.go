package main

import (
	"fmt"
	"math"
	"strings"
)

// How the lines are built. Every figure is a choice of this example: the
// topology gives places and lengths only.
const (
	longestSpanKm = 80.0
	fibreDbPerKm  = 0.2 // of g.652.d in the catalogue
	connectorsDb  = 1.0 // both ends of a span, as in the catalogue
	// leastSpanDb is what a short span is padded to: pre-amplifiers have a
	// least gain of 10 dB, and would overload themselves behind less loss.
	leastSpanDb = 10.0
	// densityDbm per 50 GHz leaves a degree, and its booster lifts that to
	// -1.5 dBm: below the optimum of 80 km spans by so much that a new channel
	// costs the one beside it at most 0.15 dB.
	densityDbm float64 = -18
	boosterDb  float64 = 16.5
	amplifier          = "edfa-25"
	// sparePorts is what a router has beyond what the circuits take.
	sparePorts = 2
	pluggable  = "QDD-400G-ZRP-HP"
	firstPort  = 10_000 // of the addresses, which the laboratory replaces
)

const generated = "# Written by `go generate ./examples`; do not edit.\n"

// file begins a file of documents with its comment.
func file(comment string) *strings.Builder {
	out := &strings.Builder{}
	out.WriteString(generated)
	for _, l := range strings.Split(comment, "\n") {
		out.WriteString("# " + l + "\n")
	}
	return out
}

// head begins a document.
func head(out *strings.Builder, n int, kind, metadata string) {
	if n > 0 {
		out.WriteString("---\n")
	}
	fmt.Fprintf(out, "apiVersion: waveplane.dev/v1alpha1\nkind: %s\nmetadata: {%s}\nspec:\n", kind, metadata)
}

func (b *backbone) siteFile() string {
	out := file("A site per city. Amplifiers between cities stand in huts that are no sites of their own.")
	for i, c := range b.cities {
		head(out, i, "Site", "name: "+c.name)
		fmt.Fprintf(out, "  {role: pop, lat: %g, lon: %g}\n", c.lat, c.lon)
	}
	return out.String()
}

func (b *backbone) deviceFile(circuits map[string]int) string {
	out := file("Per city a wavelength switch with a degree for each line and one add/drop bank (colourless,\n" +
		"directionless and contentionless), and a router with pluggables for the circuits that end there.\n" +
		"The laboratory puts its own addresses and credentials in place of those here.")
	for i, c := range b.cities {
		head(out, 2*i, "Device", "name: roadm-"+c.name)
		fmt.Fprintf(out, "  site: %s\n  profile: lab-roadm\n  address: 127.0.0.1:%d\n  mode: manage\n  ports:\n", c.name, firstPort+2*i)
		for _, neighbour := range c.degrees {
			fmt.Fprintf(out, "    %s: {egressDbmPer50GHz: %g}\n", neighbour, densityDbm)
		}
		for p := range circuits[c.name] + sparePorts {
			fmt.Fprintf(out, "    add%d: {bank: srg1}\n", p+1)
		}
		fmt.Fprintf(out, "  banks:\n    srg1: {colourless: true, contentionless: true, degrees: [%s]}\n", strings.Join(c.degrees, ", "))
		head(out, 2*i+1, "Device", "name: r-"+c.name)
		fmt.Fprintf(out, "  site: %s\n  profile: lab-router-zr\n  address: 127.0.0.1:%d\n  mode: manage\n  ports:\n", c.name, firstPort+2*i+1)
		for p := range circuits[c.name] + sparePorts {
			fmt.Fprintf(out, "    et-0/0/%d: {pluggable: %s}\n", p, pluggable)
		}
	}
	return out.String()
}

// spanLength divides a line into equal spans.
func spanLength(km float64) (spans int, each float64) {
	spans = int(math.Ceil(km / longestSpanKm))
	return spans, math.Round(km/float64(spans)*1000) / 1000
}

func (b *backbone) lineFile() string {
	out := file("The lines: equal spans of at most 80 km with an amplifier between them that nobody manages, a\n" +
		"booster and a pre-amplifier at the ends. In-line amplifiers make up for the span before them, as the\n" +
		"pre-amplifiers do. Two lines that leave a city less than 30 degrees apart lie in one duct over the span there.")
	for i, l := range b.lines {
		head(out, i, "Link", "name: "+l.name())
		fmt.Fprintf(out, "  ends: [roadm-%s/%s, roadm-%s/%s]\n  spans:\n", l.ends[0], l.ends[1], l.ends[1], l.ends[0])
		spans, km := spanLength(l.km)
		loss := math.Round(max(km*fibreDbPerKm+connectorsDb, leastSpanDb)*100) / 100
		fmt.Fprintf(out, "    - {site: %s, amplifier: {type: %s, gainDb: {az: %g, za: %g}}}\n", l.ends[0], amplifier, boosterDb, loss)
		for s := range spans {
			if s > 0 {
				fmt.Fprintf(out, "    - {amplifier: {type: %s}}\n", amplifier)
			}
			var risks []string
			if s == 0 {
				risks = append(risks, b.ducts(b.city(l.ends[0]), l)...)
			}
			if s == spans-1 {
				risks = append(risks, b.ducts(b.city(l.ends[1]), l)...)
			}
			more := ""
			if glass := km*fibreDbPerKm + connectorsDb; glass < leastSpanDb {
				more = fmt.Sprintf(", padDb: %.1f, lossDb: %g", leastSpanDb-glass, loss)
			}
			if len(risks) > 0 {
				more += ", sharedRisks: [" + strings.Join(risks, ", ") + "]"
			}
			fmt.Fprintf(out, "    - {id: s%d, km: %g, fiber: g.652.d%s}\n", s+1, km, more)
		}
		fmt.Fprintf(out, "    - {site: %s, amplifier: {type: %s, gainDb: {az: %g, za: %g}}}\n", l.ends[1], amplifier, loss, boosterDb)
	}
	return out.String()
}

func (b *backbone) patchFile(circuits map[string]int) string {
	out := file("Patch cords from the routers to the add/drop banks.")
	n := 0
	for _, c := range b.cities {
		for p := range circuits[c.name] + sparePorts {
			head(out, n, "Link", fmt.Sprintf("name: patch-%s-%d", c.name, p+1))
			fmt.Fprintf(out, "  {ends: [r-%s/et-0/0/%d, roadm-%s/add%d], lossDb: 0.5}\n", c.name, p, c.name, p+1)
			n++
		}
	}
	return out.String()
}
