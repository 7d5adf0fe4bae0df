package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// accountVar names a local account for these tests as USER:PASSWORD. It may log in
// with the password and may use vtysh; nothing else is asked of it.
const accountVar = "WAVEPLANE_TEST_SSH_ACCOUNT"

// vtysh is the command line of the routing suite FRR as a dialect. A number that
// it keeps stands for the frequency, a switch for the laser: what is tested is the
// handling of a session, a configuration mode and a running configuration that
// nobody here wrote.
const vtysh = `
name: vtysh
source: the program itself
certainty: verified
prompts: {exec: '^[\w.\-]+#', config: '^[\w.\-]+\(config[^)\n]*\)#'}
open: [terminal length 0]
failures: ['^%']
identity:
  - {show: show version, fields: [{name: software, pattern: '^FRRouting (\S+)'}]}
config:
  show: show running-config
  style: blocks
  place: router bgp {key}
  leave: exit
  remove: no {line}
  rows:
    - {kind: optical-channel, leaf: frequency, line: 'bgp default local-preference {v}', codec: MHz}
    - {kind: laser, leaf: enabled, line: bgp deterministic-med, codec: unless}
commit: {enter: configure terminal, direct: true, leave: [end]}
`

// realShell is OpenSSH's server with FRR's vtysh as the shell, on loopback.
type realShell struct {
	device   drivers.Device
	driver   *Driver
	password string
	server   *exec.Cmd
	said     *os.File // what both programs write; a file, as two may write to one
}

func startShell(t *testing.T) *realShell {
	t.Helper()
	account, password, ok := strings.Cut(os.Getenv(accountVar), ":")
	if !ok {
		t.Skipf("NOT TESTED against OpenSSH and FRR: %s names no account (USER:PASSWORD of a local account in group frrvty)", accountVar)
	}
	sshd, err1 := exec.LookPath("sshd")
	keygen, err2 := exec.LookPath("ssh-keygen")
	shell, err3 := exec.LookPath("vtysh")
	_, err4 := os.Stat(bgpd)
	frr, err5 := user.Lookup("frr")
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		t.Skipf("NOT TESTED against OpenSSH and FRR: %v (Debian: apt-get install openssh-server frr)", err)
	}
	dir, err := os.MkdirTemp("", "waveplane-vtysh-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	uid, _ := strconv.Atoi(frr.Uid)
	gid, _ := strconv.Atoi(frr.Gid)
	vty := filepath.Join(dir, "vty")
	must(t, os.Mkdir(vty, 0o755))
	must(t, os.Chown(vty, uid, gid))
	conf := filepath.Join(vty, "bgpd.conf")
	must(t, os.WriteFile(conf, []byte("hostname edge\nrouter bgp 65001\n bgp router-id 192.0.2.1\n neighbor 192.0.2.9 remote-as 65009\n neighbor 192.0.2.9 description edge# is no prompt here\nexit\n"), 0o644))

	said, err := os.OpenFile(filepath.Join(dir, "said"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	must(t, err)
	t.Cleanup(func() { _ = said.Close() })
	r := &realShell{said: said, password: password}
	run := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(name, args...)
		c.Stdout, c.Stderr = r.said, r.said
		must(t, c.Start())
		t.Cleanup(func() {
			_ = c.Process.Kill()
			_ = c.Wait()
		})
		return c
	}
	run(bgpd, "--vty_socket", vty, "-i", filepath.Join(vty, "pid"), "-p", "0", "-n", "-Z", "-P", "0", "-f", conf)

	key := filepath.Join(dir, "key")
	must(t, exec.Command(keygen, "-q", "-t", "ed25519", "-N", "", "-f", key).Run())
	raw, err := os.ReadFile(key + ".pub")
	must(t, err)
	public, _, _, _, err := ssh.ParseAuthorizedKey(raw)
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := l.Addr().String()
	must(t, l.Close())
	_, port, _ := net.SplitHostPort(address)
	config := filepath.Join(dir, "sshd_config")
	must(t, os.WriteFile(config, []byte(fmt.Sprintf(
		"Port %s\nListenAddress 127.0.0.1\nHostKey %s\nUsePAM no\nPasswordAuthentication yes\nPermitRootLogin no\nPidFile none\nAllowUsers %s\nForceCommand %s --vty_socket %s\nPrintMotd no\n",
		port, key, account, shell, vty)), 0o600))
	must(t, os.MkdirAll("/run/sshd", 0o755))
	r.server = run(sshd, "-D", "-e", "-f", config)

	p, err := parsePlatform([]byte(vtysh))
	must(t, err)
	r.driver = &Driver{}
	r.driver.once.Do(func() { r.driver.platforms = map[string]*platform{"vtysh": p} })
	r.device = drivers.Device{
		Name: "edge", Address: address, HostKey: ssh.FingerprintSHA256(public), Manage: true, Ports: []string{"65001"},
		Credentials: func(context.Context) (string, string, error) { return account, password, nil },
	}
	r.device.Profile.Name, r.device.Profile.Dialect, r.device.Profile.Timeout = "vtysh", "vtysh", "5s"
	r.device.Profile.Names.OpticalChannel, r.device.Profile.Names.Transceiver, r.device.Profile.Names.PhysicalChannel = "{port}", "{port}", 1
	t.Cleanup(func() {
		if t.Failed() {
			text, _ := os.ReadFile(r.said.Name())
			t.Logf("sshd and bgpd said:\n%s", text)
		}
	})
	r.ready(t)
	return r
}

// bgpd is where Debian puts the daemon.
const bgpd = "/usr/lib/frr/bgpd"

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ready waits until both serve, which neither tells.
func (r *realShell) ready(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for {
		s, err := r.driver.Open(t.Context(), r.device)
		if err == nil {
			_, err = s.Observe(t.Context())
			_ = s.Close()
		}
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not ready: %v", err)
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		}
	}
}

// TestRealShell holds sessions, configuration and read-back to programs that
// nobody here wrote.
func TestRealShell(t *testing.T) {
	r := startShell(t)
	channel, laser := models.ObjectID{Kind: models.KindOpticalChannel, Key: "65001"}, models.ObjectID{Kind: models.KindLaser, Key: "65001/1"}
	open := func() *Session {
		t.Helper()
		s, err := r.driver.Open(t.Context(), r.device)
		must(t, err)
		t.Cleanup(func() { _ = s.Close() })
		return s.(*Session)
	}
	s := open()
	if !strings.HasPrefix(s.identity.Software, "8.") && s.identity.Software == "" {
		t.Errorf("identity %+v", s.identity)
	}
	before, err := s.Observe(t.Context())
	must(t, err)
	set := drivers.Pass{Changes: []models.Change{
		{Owner: "a", Object: channel, After: models.Leaves{models.LeafFrequency: "193.1 GHz"}},
		{Owner: "a", Object: laser, Before: models.Leaves{models.LeafEnabled: "true"}, After: models.Leaves{models.LeafEnabled: "false"}},
	}}
	t.Run("what is typed is shown, and not typed again", func(t *testing.T) {
		result, err := s.Apply(t.Context(), set)
		if err != nil || !result.Sent {
			t.Fatalf("apply: %+v, %v", result, err)
		}
		state, err := s.Observe(t.Context())
		must(t, err)
		if got := state.Objects[channel][models.LeafFrequency]; got != "193.1 GHz" {
			t.Errorf("frequency %q", got)
		}
		if got := state.Objects[laser][models.LeafEnabled]; got != "false" {
			t.Errorf("laser %q", got)
		}
		if state.Rest != before.Rest {
			t.Error("what others configured reads differently")
		}
		if result, err := s.Apply(t.Context(), set); err != nil || result.Sent {
			t.Errorf("the same again: %+v, %v", result, err)
		}
	})
	t.Run("a refusal is in the program's words", func(t *testing.T) {
		_, err := s.Apply(t.Context(), drivers.Pass{Changes: []models.Change{
			{Owner: "a", Object: channel, Before: models.Leaves{models.LeafFrequency: "193.1 GHz"}, After: models.Leaves{models.LeafFrequency: "193100 GHz"}},
			{Owner: "a", Object: models.ObjectID{Kind: models.KindOpticalChannel, Key: "notanumber"}, After: models.Leaves{models.LeafFrequency: "1 GHz"}},
		}})
		if drivers.KindOf(err) != drivers.KindOutcomeUnknown && drivers.KindOf(err) != drivers.KindRejected || !strings.Contains(err.Error(), "%") {
			t.Errorf("apply: %v", err)
		}
	})
	t.Run("two sessions", func(t *testing.T) {
		other := open()
		if _, err := other.Observe(t.Context()); err != nil {
			t.Error(err)
		}
		must(t, other.Close())
	})
	t.Run("what is taken away is gone", func(t *testing.T) {
		s := open()
		_, err := s.Apply(t.Context(), drivers.Pass{Changes: []models.Change{
			{Owner: "a", Object: channel, Before: models.Leaves{models.LeafFrequency: "193.1 GHz"}},
			{Owner: "a", Object: laser, Before: models.Leaves{models.LeafEnabled: "false"}, After: models.Leaves{models.LeafEnabled: "true"}},
		}})
		must(t, err)
		state, err := s.Observe(t.Context())
		must(t, err)
		if got := state.Objects[channel][models.LeafFrequency]; got != "" {
			t.Errorf("frequency %q is left", got)
		}
	})
	t.Run("a wrong password is denied and stands nowhere", func(t *testing.T) {
		d := r.device
		d.Credentials = func(context.Context) (string, string, error) { return "nobody-here", "wrong-" + r.password, nil }
		_, err := r.driver.Open(t.Context(), d)
		if drivers.KindOf(err) != drivers.KindDenied || strings.Contains(err.Error(), r.password) {
			t.Errorf("open: %v", err)
		}
	})
	t.Run("another host key is denied", func(t *testing.T) {
		d := r.device
		d.HostKey = "SHA256:" + strings.Repeat("A", 43)
		if _, err := r.driver.Open(t.Context(), d); drivers.KindOf(err) != drivers.KindDenied {
			t.Errorf("open: %v", err)
		}
	})
	t.Run("close after the server has gone", func(t *testing.T) {
		s := open()
		_ = r.server.Process.Kill() // its children live on and are ended by the next line
		s.conn.Break(errors.New("the test pulls the plug"))
		if _, err := s.Observe(t.Context()); drivers.KindOf(err) != drivers.KindUnreachable {
			t.Errorf("observe: %v", err)
		}
		began := time.Now()
		must(t, s.Close())
		if took := time.Since(began); took > time.Second {
			t.Errorf("close took %v", took)
		}
		if _, err := r.driver.Open(t.Context(), r.device); drivers.KindOf(err) != drivers.KindUnreachable {
			t.Errorf("open: %v", err)
		}
	})
}
