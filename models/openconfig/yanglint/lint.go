// Package yanglint lets tests ask an independent validator, the yanglint program of libyang, whether a JSON_IETF
// document fits the subset modules. It catches what ygot lets pass: decimals with an exponent or surplus digits, numbers
// where RFC 7951 wants strings, and must conditions.
//
// A test of a driver's payload is one line:
//
//	yanglint.LintConfig(t, payload)
//
// The program comes with the Debian package libyang2-tools. Where it is missing, the functions log that nothing was
// checked and return, so that the rest of a test still counts.
package yanglint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/waveplane/waveplane/models/openconfig"
)

// ErrNotInstalled is returned by Check when there is no yanglint on the PATH.
var ErrNotInstalled = errors.New("yanglint is not installed")

// Mode says what kind of document is checked.
type Mode string

// Data is a reading of config and state, Config a whole configuration (state is refused), Edit a part of a configuration:
// mandatory leaves and references may be missing from it.
const (
	Data   Mode = "data"
	Config Mode = "config"
	Edit   Mode = "edit"
)

// timeout bounds one run; the program needs some tens of milliseconds.
const timeout = 30 * time.Second

// Lint fails the test when a document of config and state doesn't fit the modules.
func Lint(tb testing.TB, jsonDoc []byte) {
	tb.Helper()
	lint(tb, Data, jsonDoc)
}

// LintConfig fails the test when a whole configuration doesn't fit the modules.
func LintConfig(tb testing.TB, jsonDoc []byte) {
	tb.Helper()
	lint(tb, Config, jsonDoc)
}

// LintEdit fails the test when a part of a configuration doesn't fit the modules. The document still starts at the root.
func LintEdit(tb testing.TB, jsonDoc []byte) {
	tb.Helper()
	lint(tb, Edit, jsonDoc)
}

func lint(tb testing.TB, mode Mode, jsonDoc []byte) {
	tb.Helper()
	err := Check(tb.Context(), mode, jsonDoc)
	switch {
	case errors.Is(err, ErrNotInstalled):
		tb.Logf("document not linted: %v", err)
	case err != nil:
		tb.Errorf("document does not fit the modules: %v\n%s", err, jsonDoc)
	}
}

// Check runs yanglint over a document and returns its complaint. All modules are loaded as implemented, the types modules
// too: without that libyang knows none of their identities.
func Check(ctx context.Context, mode Mode, jsonDoc []byte) error {
	program, err := exec.LookPath("yanglint")
	if err != nil {
		return ErrNotInstalled
	}
	dir, err := os.MkdirTemp("", "yanglint-")
	if err != nil {
		return fmt.Errorf("make a directory for the modules: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.CopyFS(dir, openconfig.YANG()); err != nil {
		return fmt.Errorf("write the modules: %w", err)
	}
	document := filepath.Join(dir, "document.json")
	if err := os.WriteFile(document, jsonDoc, 0o600); err != nil {
		return fmt.Errorf("write the document: %w", err)
	}
	modules, err := fs.Glob(openconfig.YANG(), "*.yang")
	if err != nil {
		return fmt.Errorf("list modules: %w", err)
	}
	args := []string{"-t", string(mode)}
	for _, m := range modules {
		args = append(args, filepath.Join(dir, m))
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append(args, document)...)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("yanglint: %w: %s", err, bytes.TrimSpace(output))
	}
	return nil
}
