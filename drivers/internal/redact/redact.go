// Package redact keeps secrets out of errors and logs. A connection remembers
// in a Secrets what it must never repeat, and passes every text that came from
// a device or a library through Clean before anybody sees it.
package redact

import (
	"strings"
	"sync"
)

// Mark stands where a secret stood.
const Mark = "[redacted]"

// Secrets is a set of texts that must not be shown. The zero value is ready
// and it is safe for concurrent use.
type Secrets struct {
	mu     sync.RWMutex
	values []string
}

// Replace forgets the former secrets and remembers these. Empty texts are left
// out: they would match everywhere.
func (s *Secrets) Replace(values ...string) {
	kept := make([]string, 0, len(values))
	for _, v := range values {
		if v != "" {
			kept = append(kept, v)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values = kept
}

// Clean returns the text with every secret replaced by Mark.
func (s *Secrets) Clean(text string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, v := range s.values {
		text = strings.ReplaceAll(text, v, Mark)
	}
	return text
}
