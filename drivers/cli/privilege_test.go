package cli_test

import (
	"strings"
	"testing"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/cli"
	"github.com/waveplane/waveplane/drivers/sim/clid"
)

// TestUnprivilegedLogin: who lands on the prompt of an unprivileged user gets on
// from there, and changes the device as anybody.
func TestUnprivilegedLogin(t *testing.T) {
	f := fixtures()[0]
	f.alter = func(c *clid.Config) { c.Unprivileged = true }
	d := start(t, f)
	s := open(t, d.Device)
	apply(t, s, f, false)
	state, err := s.Observe(t.Context())
	if err != nil || state.Identity.Vendor == "" {
		t.Errorf("observed %+v, %v", state.Identity, err)
	}
}

// TestPrivilegeWantsPassword: there is no enable password, so an account that
// needs one is denied at once and told why.
func TestPrivilegeWantsPassword(t *testing.T) {
	f := fixtures()[0]
	f.alter = func(c *clid.Config) { c.Unprivileged, c.EnablePassword = true, "not-the-login's" }
	d := start(t, f)
	_, err := (&cli.Driver{}).Open(t.Context(), d.Device)
	wantKind(t, err, drivers.KindDenied, "the account needs privilege")
	if !strings.Contains(err.Error(), "asks for a password") {
		t.Errorf("%v does not say what is missing", err)
	}
}
