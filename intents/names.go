package intents

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

const maxName = 63

// checkName holds names to [a-z0-9]([-a-z0-9.]*[a-z0-9])?, at most 63
// characters. One pattern for all names keeps out paths, escapes, look-alikes
// and names that differ in case only.
func (c *checker) checkName(name string, path ...any) {
	if problem, remedy := nameProblem(name); problem != "" {
		c.fault(problem, remedy, path...)
	}
}

func nameProblem(name string) (problem, remedy string) {
	const rule = "use a-z, 0-9, '-' and '.', beginning and ending with a letter or digit"
	switch {
	case name == "":
		return "the name is empty", rule
	case len(name) > maxName:
		return fmt.Sprintf("name %s has %d characters", quoted(name), len(name)), fmt.Sprintf("use at most %d", maxName)
	}
	for i := range len(name) {
		c := name[i]
		inner := c == '-' || c == '.'
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || inner && i > 0 && i < len(name)-1) {
			if low := strings.ToLower(name); low != name {
				if again, _ := nameProblem(low); again == "" {
					return "name " + quoted(name) + " has capital letters", "write " + low
				}
			}
			return "name " + strconv.QuoteToASCII(name) + " is not allowed", rule
		}
	}
	return "", ""
}

// maxNames is how many names a list of a document may hold.
const maxNames = 512

// checkNames checks a list of names, each of which may stand once.
func (c *checker) checkNames(names []string, path ...any) {
	if !c.checkLength(len(names), path...) {
		return
	}
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		at := append(path[:len(path):len(path)], i)
		c.checkName(name, at...)
		if seen[name] && name != "" {
			c.fault(quoted(name)+" stands twice", "leave one out", at...)
		}
		seen[name] = true
	}
}

func (c *checker) checkLength(n int, path ...any) bool {
	if n > maxNames {
		c.fault(fmt.Sprintf("a list of %d names", n), fmt.Sprintf("write at most %d", maxNames), path...)
		return false
	}
	return true
}

// port is a reference "device/port". Port names may hold more slashes.
type port struct{ device, name string }

func splitPort(ref string) (port, bool) {
	device, name, ok := strings.Cut(ref, "/")
	return port{device, name}, ok && device != "" && name != ""
}

// checkPort checks the form of a reference to a port.
func (c *checker) checkPort(ref string, path ...any) (port, bool) {
	p, ok := splitPort(ref)
	if !ok {
		c.fault("found "+quoted(ref)+", want device/port", "", path...)
		return p, false
	}
	if problem, remedy := nameProblem(p.device); problem != "" {
		c.fault("device "+problem, remedy, path...)
		return p, false
	}
	if problem := portProblem(p.name); problem != "" {
		c.fault(problem, "", path...)
		return p, false
	}
	return p, true
}

// portProblem checks the name of something inside a device. Vendors choose
// these names, so that only what no device uses is refused.
func portProblem(name string) string {
	if name == "" || len(name) > 128 {
		return fmt.Sprintf("name %s has %d characters; 1 to 128 are allowed", quoted(name), len(name))
	}
	for _, r := range name {
		if r <= ' ' || r > '~' || strings.ContainsRune("\"'\\[]{}<>&;|`$", r) {
			return "name " + strconv.QuoteToASCII(name) + " holds " + strconv.QuoteRuneToASCII(r)
		}
	}
	if slices.Contains(strings.Split(name, "/"), "..") {
		return "name " + quoted(name) + " holds a path"
	}
	return ""
}

// checkText keeps free text to one line that is harmless on a terminal and in
// a device's command line.
func (c *checker) checkText(s string, path ...any) {
	for _, r := range s {
		if r < ' ' || r == 0x7f {
			c.fault("text "+strconv.QuoteToASCII(s)+" holds a control character or line end", "write one line", path...)
			return
		}
	}
}

func join(words []string) string { return strings.Join(words, ", ") }

// number prints a number as a document would, and those that no field takes
// short.
func number(f float64) string {
	if a := math.Abs(f); a >= hugeNumber || a < tinyNumber && a > 0 {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func splitOrigin(origin string) (file string, line int) {
	i := strings.LastIndexByte(origin, ':')
	if i < 0 {
		return origin, 0
	}
	n, err := strconv.Atoi(origin[i+1:])
	if err != nil {
		return origin, 0
	}
	return origin[:i], n
}
