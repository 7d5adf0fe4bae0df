package clid

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// MediaReading is what is measured of a media channel now. NaN stands for nothing.
type MediaReading struct {
	PowerDbm float64
	Up       bool
}

// A GX keeps the spectrum of its line in entries: media channels (mc) on optical
// multiplex sections, network media channels (nmc) in these or at add/drop ports, and
// cross-connects (oxcon) between them. The target keeps the cross-connects, each as a
// media channel with the edges and ports that its ends come to; the face keeps the
// rest.
type gxEntry map[string]string

// madeFor is no word of the device's: the cross-connects that an entry is for.
const madeFor = "made for"

// gxWords are the words of an entry in the order in which they are shown.
func gxWords(name string) []string {
	switch kind, _, _ := strings.Cut(name, "-"); kind {
	case "mc":
		return []string{"parent-oms", "lower-frequency", "upper-frequency"}
	case "nmc":
		return []string{"parent-facility", "center-frequency", "width"}
	case "oxcon":
		return []string{"source", "destination", "direction", "target-output-power-dst", "circuit-id", "admin-state"}
	}
	return nil
}

// gxLine are the entries of a line system by name.
type gxLine map[string]gxEntry

func (l gxLine) clone() gxLine {
	out := gxLine{}
	for name, e := range l {
		out[name] = maps.Clone(e)
	}
	return out
}

func (l gxLine) number(name, word string) int64 {
	n, _ := strconv.ParseInt(l[name][word], 10, 64)
	return n
}

// edges are those of a network media channel.
func (l gxLine) edges(nmc string) (lower, upper int64) {
	c, w := l.number(nmc, "center-frequency"), l.number(nmc, "width")
	return c - w/2, c - w/2 + w
}

// port is where a network media channel is.
func (l gxLine) port(nmc string) string {
	parent := l[nmc]["parent-facility"]
	if e, mc := l[parent]; mc {
		return e["parent-oms"]
	}
	return parent
}

// hold makes the entries of an end hold what the target has of it.
func (l gxLine) hold(nmc, mc, port string, lower, upper int64, degree bool) {
	at := port
	if degree {
		l[mc], at = gxEntry{"parent-oms": port, "lower-frequency": text(lower), "upper-frequency": text(upper)}, mc
	}
	l[nmc] = gxEntry{"parent-facility": at, "center-frequency": text((lower + upper) / 2), "width": text(upper - lower)}
}

func text(n int64) string { return strconv.FormatInt(n, 10) }

// gxSet carries out a line of configuration on a candidate and says what is wrong
// with it.
func gxSet(l gxLine, line string) string {
	words := quotedFields(line)
	verb, rest := words[0], words[1:]
	for len(rest) > 0 && (rest[0] == "-f" || rest[0] == "-m") {
		verb, rest = verb+rest[0], rest[1:]
	}
	if len(rest) == 0 || gxWords(rest[0]) == nil {
		return gxInvalid
	}
	name, e := rest[0], l[rest[0]]
	switch {
	case verb == "delete-f" && e != nil && len(rest) == 1:
		delete(l, name)
		return ""
	case verb == "delete":
		return "Error: " + name + ": a deletion must be confirmed\n"
	case verb == "add" && e != nil:
		return "Error: " + name + ": the object exists\n"
	case verb == "add" || verb == "add-m":
		if e == nil {
			e = gxDefaults(name)
		}
	case verb != "set" || e == nil:
		return "Error: " + name + ": no such object\n"
	}
	e = maps.Clone(e)
	for i := 1; i < len(rest); i += 2 {
		if i+1 == len(rest) || !slices.Contains(gxWords(name), rest[i]) || !gxTakes(rest[i], rest[i+1]) {
			return gxInvalid
		}
		e[rest[i]] = rest[i+1]
	}
	l[name] = e
	return ""
}

func gxDefaults(name string) gxEntry {
	switch kind, _, _ := strings.Cut(name, "-"); kind {
	case "nmc":
		return gxEntry{"width": "35000"}
	case "oxcon":
		return gxEntry{"direction": "two-way", "admin-state": "unlock"}
	}
	return gxEntry{}
}

// gxTakes holds a value against what the word may be.
func gxTakes(word, value string) bool {
	within := func(least, most float64) bool {
		v, err := strconv.ParseFloat(value, 64)
		return err == nil && v >= least && v <= most
	}
	switch word {
	case "lower-frequency", "upper-frequency", "center-frequency":
		return within(190_650_000, 196_700_000)
	case "width":
		return within(15_000, 200_000)
	case "target-output-power-dst":
		return within(-18, 15)
	case "admin-state":
		return value == "lock" || value == "unlock" || value == "maintenance"
	case "direction":
		return value == "one-way" || value == "two-way"
	}
	return value != ""
}

// quotedFields divides a line at blanks; quotes hold together.
func quotedFields(line string) []string {
	var out []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			out = append(out, part)
			continue
		}
		out = append(out, strings.Fields(part)...)
	}
	return out
}

// wrong says what a line system would not run.
func (l gxLine) wrong(facilities map[string]bool) string {
	for _, name := range slices.Sorted(maps.Keys(l)) {
		e := l[name]
		switch kind, _, _ := strings.Cut(name, "-"); kind {
		case "mc":
			if !facilities[e["parent-oms"]] {
				return fmt.Sprintf("%s: there is no optical multiplex section %q", name, e["parent-oms"])
			}
			if l.number(name, "lower-frequency") >= l.number(name, "upper-frequency") {
				return name + ": upper-frequency is not above lower-frequency"
			}
			for other, o := range l {
				if other < name && strings.HasPrefix(other, "mc-") && o["parent-oms"] == e["parent-oms"] &&
					l.number(other, "lower-frequency") < l.number(name, "upper-frequency") && l.number(name, "lower-frequency") < l.number(other, "upper-frequency") {
					return fmt.Sprintf("%s: overlaps %s on %s", name, other, e["parent-oms"])
				}
			}
		case "nmc":
			mc, inside := l[e["parent-facility"]]
			degree, port := facilities[e["parent-facility"]]
			lower, upper := l.edges(name)
			switch {
			case !inside && (!port || degree):
				return fmt.Sprintf("%s: parent-facility %q is neither a media channel nor an add/drop port", name, e["parent-facility"])
			case mc != nil && (lower < l.number(e["parent-facility"], "lower-frequency") || upper > l.number(e["parent-facility"], "upper-frequency")):
				return fmt.Sprintf("%s: lies outside %s", name, e["parent-facility"])
			}
		case "oxcon":
			if n := strings.TrimPrefix(name, "oxcon-"); strings.Trim(n, "0123456789") != "" {
				return name + ": only numbered cross-connects are simulated"
			}
			for _, word := range []string{"source", "destination"} {
				if l[e[word]] == nil || !strings.HasPrefix(e[word], "nmc-") {
					return fmt.Sprintf("%s: %s %q does not exist", name, word, e[word])
				}
			}
			a, z := l[e["source"]], l[e["destination"]]
			switch {
			case a["center-frequency"] != z["center-frequency"] || a["width"] != z["width"]:
				return name + ": source and destination are not of the same spectrum"
			case e["direction"] != "one-way":
				return name + ": only one-way cross-connects are simulated"
			}
		}
	}
	return ""
}

// show writes entries as they are added.
func (l gxLine) show() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(l)) {
		b.WriteString("add " + name)
		for _, word := range gxWords(name) {
			switch v := l[name][word]; {
			case v == "":
			case word == "source" || word == "destination" || word == "circuit-id":
				b.WriteString(" " + word + " '" + v + "'")
			default:
				b.WriteString(" " + word + " " + v)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
