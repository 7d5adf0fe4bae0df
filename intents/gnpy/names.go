package gnpy

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// Annotations keep what GNPy calls things by and what documents cannot say.
const (
	noteUID     = "gnpy/uid"          // of a Roadm or Transceiver
	noteCity    = "gnpy/city"         // of a site
	noteRegion  = "gnpy/region"       //
	noteAz      = "gnpy/az"           // uids of a link's elements, a JSON list
	noteZa      = "gnpy/za"           //
	noteVariety = "gnpy/type-variety" // of a type
	noteTrx     = "gnpy/transceiver"  // of a mode: the transceiver that has it,
	noteFormat  = "gnpy/format"       // what it is called there,
	noteSpacing = "gnpy/min-spacing"  // and the spacing in GHz that it needs
	noteRequest = "gnpy/request"      // what a request says and a circuit cannot, a JSON object
	noteID      = "gnpy/request-id"
	noteSync    = "gnpy/synchronization" // groups of which the circuit is the first, a JSON list
)

// namer makes names of documents that are allowed, and each of them once.
type namer struct {
	taken map[string]bool
	next  map[string]int // by name: the number to try first
}

func newNamer() *namer { return &namer{taken: map[string]bool{}, next: map[string]int{}} }

const maxName = 63

// slug turns any text into a name: lower case, and '-' for what a name may not
// hold.
func slug(s string) string {
	var b strings.Builder
	for i := 0; i < len(s) && b.Len() < 4*maxName; i++ {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z':
			b.WriteByte(c + 'a' - 'A')
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.':
			b.WriteByte(c)
		case b.Len() > 0 && b.String()[b.Len()-1] != '-':
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String(), "-.")
	if name == "" {
		name = "x"
	}
	return shortened(name, s)
}

// shortened keeps a name to its length: the end of a longer one is replaced by
// a digest of the whole.
func shortened(name, whole string) string {
	if len(name) <= maxName {
		return name
	}
	sum := sha256.Sum256([]byte(whole))
	return strings.TrimRight(name[:maxName-9], "-.") + "-" + hex.EncodeToString(sum[:4])
}

// unique returns the name, or the name with the first free number.
func (n *namer) unique(name string) string {
	free := name
	for n.taken[free] {
		i := max(2, n.next[name])
		n.next[name] = i + 1
		tail := "." + strconv.Itoa(i)
		free = strings.TrimRight(name[:min(len(name), maxName-len(tail))], "-.") + tail
	}
	n.taken[free] = true
	return free
}

// annotated returns annotations without those that say nothing.
func annotated(pairs ...string) map[string]string {
	var out map[string]string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[pairs[i]] = pairs[i+1]
	}
	return out
}
