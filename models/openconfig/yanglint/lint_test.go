package yanglint_test

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/models/openconfig/yanglint"
)

// opticalChannel is a configuration with one leaf of each kind that ygot doesn't check.
func opticalChannel(frequency, power string) []byte {
	return fmt.Appendf(nil, `{"openconfig-platform:components":{"component":[{
		"name":"och-1","config":{"name":"och-1"},
		"openconfig-terminal-device:optical-channel":{"config":{
			"frequency":%s,"target-output-power":%s,"operational-mode":5003}}}]}}`, frequency, power)
}

func logicalChannel(tributary, assignment string) []byte {
	return fmt.Appendf(nil, `{"openconfig-terminal-device:terminal-device":{"logical-channels":{"channel":[{
		"index":4000,"config":{"index":4000,"trib-protocol":%q},
		"logical-channel-assignments":{"assignment":[{"index":1,"config":{
			"index":1,"assignment-type":%q,"optical-channel":"och-1","allocation":"400.000"}}]}}]}}}`, tributary, assignment)
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name string
		mode yanglint.Mode
		doc  []byte
		want string // part of the complaint; empty means that the document is good
	}{
		{"good channel", yanglint.Config, opticalChannel(`"193100000"`, `"-10.00"`), ""},
		{"good logical channel", yanglint.Config, logicalChannel("openconfig-transport-types:PROT_400GE", "OPTICAL_CHANNEL"), ""},
		{"exponent", yanglint.Config, opticalChannel(`"193100000"`, `"-1e1"`), "decimal64"},
		{"surplus digits", yanglint.Config, opticalChannel(`"193100000"`, `"-10.123"`), "fraction digits"},
		{"number for a decimal", yanglint.Config, opticalChannel(`"193100000"`, `-10.0`), "non-string-encoded"},
		{"number for a 64-bit integer", yanglint.Config, opticalChannel(`193100000`, `"-10.00"`), "non-num64-encoded"},
		{"unknown identity", yanglint.Config, logicalChannel("openconfig-transport-types:PROT_5GE", "OPTICAL_CHANNEL"), "identity"},
		{"identity without its module", yanglint.Config, logicalChannel("PROT_400GE", "OPTICAL_CHANNEL"), "identity"},
		{"must condition", yanglint.Config, logicalChannel("openconfig-transport-types:PROT_400GE", "LOGICAL_CHANNEL"), "assignment-type"},
		{"unknown member", yanglint.Config, []byte(`{"openconfig-platform:components":{"parts":{}}}`), "parts"},
		{"key differs from config", yanglint.Config,
			[]byte(`{"openconfig-platform:components":{"component":[{"name":"a","config":{"name":"b"}}]}}`), "leafref"},
		{"state in a configuration", yanglint.Config,
			[]byte(`{"openconfig-platform:components":{"component":[{"name":"a","config":{"name":"a"},"state":{"part-no":"x"}}]}}`), "state"},
		{"state in a reading", yanglint.Data,
			[]byte(`{"openconfig-platform:components":{"component":[{"name":"a","config":{"name":"a"},"state":{"part-no":"x"}}]}}`), ""},
		{"mandatory leaf", yanglint.Config,
			[]byte(`{"openconfig-interfaces:interfaces":{"interface":[{"name":"a","config":{"name":"a"}}]}}`), "Mandatory"},
		{"part of a configuration", yanglint.Edit,
			[]byte(`{"openconfig-interfaces:interfaces":{"interface":[{"name":"a","config":{"enabled":true}}]}}`), ""},
		{"no JSON", yanglint.Config, []byte(`{`), "JSON"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := yanglint.Check(t.Context(), c.mode, c.doc)
			if errors.Is(err, yanglint.ErrNotInstalled) {
				t.Skip(err)
			}
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused a good document: %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want a complaint about %q", err, c.want)
			}
		})
	}
}

// recorder notes what Lint reports instead of failing.
type recorder struct {
	testing.TB
	failed, logged bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) Logf(string, ...any)   { r.logged = true }

func TestLintReports(t *testing.T) {
	if _, err := exec.LookPath("yanglint"); err != nil {
		t.Skip(err)
	}
	good, bad := opticalChannel(`"193100000"`, `"-10.00"`), opticalChannel(`"193100000"`, `"-1e1"`)
	for name, lint := range map[string]func(testing.TB, []byte){
		"Lint": yanglint.Lint, "LintConfig": yanglint.LintConfig, "LintEdit": yanglint.LintEdit,
	} {
		r := &recorder{TB: t}
		lint(r, good)
		if r.failed || r.logged {
			t.Errorf("%s reported a good document", name)
		}
		lint(r, bad)
		if !r.failed {
			t.Errorf("%s let an exponent pass", name)
		}
	}
}

func TestLintWithoutTheProgram(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	r := &recorder{TB: t}
	yanglint.Lint(r, []byte(`{`))
	if r.failed || !r.logged {
		t.Errorf("failed %v, logged %v; want a log line and no failure", r.failed, r.logged)
	}
}
