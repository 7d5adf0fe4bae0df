package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// errNoTree condemns the session: what was read is not all that was shown.
var errNoTree = errors.New("the configuration that is shown is no JSON object")

// treeLines turns a JSON object of objects into a line for every value: the names
// on the way to it, then the value, as in "PORT Ethernet0 mtu 9100". Lines before
// the object are messages. Names with blanks and values with control characters
// are quoted, so that no text of a person's makes a line of another place.
func treeLines(text string) (string, error) {
	begin := strings.Index("\n"+text, "\n{")
	if begin < 0 {
		return "", errNoTree
	}
	d := json.NewDecoder(strings.NewReader(text[begin:]))
	d.UseNumber()
	var all map[string]any
	if err := d.Decode(&all); err != nil {
		return "", errNoTree // its own words would repeat what stands there
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return "", errNoTree
	}
	var b strings.Builder
	branch(&b, "", all)
	return b.String(), nil
}

// branch writes the lines of what stands at a place.
func branch(b *strings.Builder, at string, value any) {
	switch v := value.(type) {
	case map[string]any:
		if len(v) == 0 {
			fmt.Fprintf(b, "%s{}\n", at)
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			branch(b, at+nameWord(name)+" ", v[name])
		}
	case []any:
		for i, one := range v {
			branch(b, at+"["+strconv.Itoa(i)+"] ", one)
		}
	case string:
		if strings.ContainsFunc(v, unicode.IsControl) {
			v = strconv.Quote(v)
		}
		fmt.Fprintf(b, "%s%s\n", at, v)
	default: // a number, true, false or null
		fmt.Fprintf(b, "%s%v\n", at, v)
	}
}

// nameWord is a name as one word.
func nameWord(name string) string {
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '"' }) {
		return strings.ReplaceAll(strconv.Quote(name), " ", `\x20`)
	}
	return name
}
