package redact_test

import (
	"testing"

	"github.com/waveplane/waveplane/drivers/internal/redact"
)

func TestClean(t *testing.T) {
	var s redact.Secrets
	s.Replace("", "hunter2", "s3cret")
	tests := map[string]struct{ in, want string }{
		"no secret":   {"login failed for admin", "login failed for admin"},
		"one":         {"bad password hunter2", "bad password [redacted]"},
		"both, twice": {"hunter2/s3cret/hunter2", "[redacted]/[redacted]/[redacted]"},
		"empty":       {"", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := s.Clean(tt.in); got != tt.want {
				t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestReplaceForgetsTheFormerSecret(t *testing.T) {
	var s redact.Secrets
	s.Replace("old")
	s.Replace("new")
	if got, want := s.Clean("old new"), "old "+redact.Mark; got != want {
		t.Errorf("Clean = %q, want %q", got, want)
	}
}
