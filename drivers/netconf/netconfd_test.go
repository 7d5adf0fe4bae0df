package netconf_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/netconf"
	"github.com/waveplane/waveplane/drivers/sim/sshd"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/openconfig"
)

// realServer is netconfd of yuma123 with the modules of the subset: a NETCONF
// server that nobody here wrote. Debian's package netconfd has it. The SSH before
// it is ours; netconf-subsystem is what OpenSSH would start.
func realServer(t *testing.T) drivers.Device {
	t.Helper()
	server, err1 := exec.LookPath("netconfd")
	subsystem, err2 := exec.LookPath("netconf-subsystem")
	if err := errors.Join(err1, err2); err != nil {
		t.Skipf("NOT TESTED against a NETCONF server of others: %v (Debian: apt-get install netconfd)", err)
	}
	dir := t.TempDir()
	sock := filepath.Join(dir, "s")
	args := []string{"--no-startup", "--target=candidate", "--superuser=waveplane", "--access-control=off", "--log-level=error",
		"--ncxserver-sockname=" + sock, "--modpath=" + modulesIn(t, dir) + ":/usr/share/yuma/modules"}
	for _, m := range []string{"openconfig-platform-transceiver", "openconfig-terminal-device", "openconfig-interfaces", "iana-if-type", "openconfig-wavelength-router"} {
		args = append(args, "--module="+m)
	}
	var said bytes.Buffer
	run := exec.CommandContext(t.Context(), server, args...)
	run.Stdout, run.Stderr, run.Dir, run.Env = &said, &said, dir, append(os.Environ(), "HOME="+dir)
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	run.WaitDelay = 5 * time.Second
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	var guests sync.WaitGroup
	door, err := sshd.New(sshd.Config{User: "waveplane", Password: secret, Subsystem: "netconf", Serve: func(ctx context.Context, g sshd.Guest) {
		guests.Add(1)
		defer guests.Done()
		c := exec.CommandContext(ctx, subsystem, "--ncxserver-sockname=830@"+sock)
		c.Env = []string{"USER=waveplane", "SSH_CONNECTION=127.0.0.1 50000 127.0.0.1 830"}
		c.Stdout = g.Channel
		in, err := c.StdinPipe()
		if err != nil || c.Start() != nil {
			return
		}
		go func() {
			buffer := make([]byte, 4096)
			for {
				n, err := g.Channel.Read(buffer)
				if n > 0 {
					_, _ = in.Write(buffer[:n])
				}
				if err != nil {
					_ = in.Close()
					return
				}
			}
		}()
		_ = c.Wait()
	}})
	if err != nil {
		t.Fatal(err)
	}
	address, err := door.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		door.Shut()
		guests.Wait()
		_ = run.Process.Kill()
		_ = run.Wait()
		if t.Failed() {
			t.Logf("netconfd said:\n%s", said.String())
		}
	})
	for began := time.Now(); ; { // it tells nobody when it is ready but by its socket
		if _, err := os.Stat(sock); err == nil {
			break
		}
		if time.Since(began) > 20*time.Second {
			t.Fatal("netconfd does not open its socket")
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		}
	}
	l := newLab(t)
	profile, err := l.catalogue.Profile("lab-router-zr")
	if err != nil {
		t.Fatal(err)
	}
	return drivers.Device{
		Name: "yuma", Address: address, Profile: profile, HostKey: door.HostKey(), Manage: true,
		Credentials: func(context.Context) (string, string, error) { return "waveplane", secret, nil },
	}
}

// modulesIn writes the YANG of the subset where a program can read it.
func modulesIn(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(dir, "yang")
	if err := os.CopyFS(to, openconfig.YANG()); err != nil {
		t.Fatal(err)
	}
	return to
}

// bare is what a device has before anybody asks for light.
const bare = `<components xmlns="http://openconfig.net/yang/platform">
<component><name>oc-et-0/0/0</name><config><name>oc-et-0/0/0</name></config></component>
<component><name>xcvr-et-0/0/0</name><config><name>xcvr-et-0/0/0</name></config>
<transceiver xmlns="http://openconfig.net/yang/platform/transceiver"><physical-channels><channel><index>1</index>
<config><index>1</index><tx-laser>false</tx-laser><description>panel 7</description></config></channel></physical-channels></transceiver></component>
</components><interfaces xmlns="http://openconfig.net/yang/interfaces"><interface><name>et-0/0/0</name>
<config><name>et-0/0/0</name><type xmlns:t="urn:ietf:params:xml:ns:yang:iana-if-type">t:ethernetCsmacd</type><mtu>9216</mtu></config></interface></interfaces>`

func TestRealServer(t *testing.T) {
	device := realServer(t)
	driver := &netconf.Driver{Armed: 2 * time.Second}
	open := func() drivers.Session {
		t.Helper()
		s, err := driver.Open(t.Context(), device)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	s := open()
	raw := func(request string) (string, error) { return netconf.Raw(t.Context(), s, request) }
	must := func(request string) {
		t.Helper()
		if _, err := raw(request); err != nil {
			t.Fatalf("%.60s: %v", request, err)
		}
	}
	must("<edit-config><target><candidate/></target><config>" + bare + "</config></edit-config>")
	must("<commit/>")

	w := devices.Router().Alpha
	pass := func(before, after []models.Object) drivers.Pass {
		p := drivers.Pass{ID: "real"}
		for i, o := range after {
			c := models.Change{Owner: w.Owner, Object: o.ObjectID, After: o.Leaves}
			if before != nil {
				c.Before = before[i].Leaves
			}
			p.Changes = append(p.Changes, c)
		}
		return p
	}
	shows := func(objects []models.Object) error {
		state, err := s.Observe(t.Context())
		if err != nil {
			return err
		}
		for _, o := range objects {
			for leaf, want := range o.Leaves {
				if got := state.Objects[o.ObjectID][leaf]; got != want {
					return fmt.Errorf("%v %s is %q, want %q", o.ObjectID, leaf, got, want)
				}
			}
		}
		return nil
	}

	t.Run("a pass is committed, confirmed and stays", func(t *testing.T) {
		result, err := s.Apply(t.Context(), pass(nil, w.First))
		if err != nil || !result.Sent {
			t.Fatalf("apply: %v, %v", result, err)
		}
		<-time.After(2500 * time.Millisecond) // longer than an unconfirmed commit lasts: that it stays is what is shown
		if err := shows(w.First); err != nil {
			t.Error(err)
		}
		if result, err := s.Apply(t.Context(), pass(nil, w.First)); err != nil || result.Sent {
			t.Errorf("the same again: %v, %v", result, err)
		}
	})
	t.Run("what the schema forbids is refused whole and blamed", func(t *testing.T) {
		bad := drivers.Pass{Changes: []models.Change{
			{Owner: "circuit/beta/1", Object: devices.Logical("20000"), After: models.Leaves{
				models.LeafAdmin: models.AdminDisabled, models.LeafLogicalType: "PROT_UNHEARD_OF", models.LeafAssignIndex: "0", models.LeafAssignOptical: "oc-et-0/0/0", models.LeafAllocation: "400",
			}},
		}}
		result, err := s.Apply(t.Context(), bad)
		if drivers.KindOf(err) != drivers.KindRejected {
			t.Fatalf("apply: %v, %v", result, err)
		}
		if result.Refused["circuit/beta/1"] == "" {
			t.Errorf("nobody is named: %v, %v", result, err)
		}
		if err := shows(w.First); err != nil {
			t.Error(err)
		}
	})
	t.Run("what somebody else changes is told at once", func(t *testing.T) {
		w, ok := s.(drivers.Watcher)
		if !ok {
			t.Fatal("the server sends notifications and is not watched")
		}
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		news := make(chan models.Delta, 16)
		ended := make(chan error, 1)
		go func() { ended <- w.Watch(ctx, time.Hour, func(d models.Delta) { news <- d }) }()
		if d := <-news; !d.Full || len(d.Objects) == 0 {
			t.Errorf("first told: %+v", d)
		}
		other := open()
		for _, request := range []string{
			`<edit-config><target><candidate/></target><config><interfaces xmlns="http://openconfig.net/yang/interfaces"><interface><name>et-0/0/0</name><config><enabled>false</enabled></config></interface></interfaces></config></edit-config>`,
			"<commit/>",
		} {
			if _, err := netconf.Raw(t.Context(), other, request); err != nil {
				t.Fatal(err)
			}
		}
		for told := false; !told; {
			select {
			case d := <-news:
				for id, leaves := range d.Objects {
					told = told || id.Kind == models.KindInterface && leaves[models.LeafEnabled] == "false"
				}
			case err := <-ended:
				t.Fatalf("the watch ended: %v", err)
			}
		}
		_ = other.Close()
		stop()
		<-ended
	})
	t.Run("another's lock is a conflict and names the session", func(t *testing.T) {
		other := open()
		if _, err := netconf.Raw(t.Context(), other, "<lock><target><candidate/></target></lock>"); err != nil {
			t.Fatal(err)
		}
		_, err := s.Apply(t.Context(), pass(w.First, w.Then))
		if drivers.KindOf(err) != drivers.KindConflict || !strings.Contains(err.Error(), "session-id") {
			t.Errorf("apply: %v", err)
		}
		if _, err := netconf.Raw(t.Context(), other, "<unlock><target><candidate/></target></unlock>"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("what a broken session left hanging is taken back by the next", func(t *testing.T) {
		must(`<edit-config><target><candidate/></target><config><components xmlns="http://openconfig.net/yang/platform"><component><name>oc-et-0/0/0</name>
<optical-channel xmlns="http://openconfig.net/yang/terminal-device"><config><operational-mode>7</operational-mode></config></optical-channel></component></components></config></edit-config>`)
		must("<commit><confirmed/><confirm-timeout>600</confirm-timeout><persist>waveplane</persist></commit>")
		if err := shows(w.First); err == nil {
			t.Fatal("the commit has no effect")
		}
		_ = s.Close()
		s = open()
		if err := shows(w.First); err != nil {
			t.Error(err)
		}
	})
	t.Run("removal leaves what others configured", func(t *testing.T) {
		p := drivers.Pass{}
		for _, o := range w.First {
			p.Changes = append(p.Changes, models.Change{Owner: w.Owner, Object: o.ObjectID, Before: o.Leaves})
		}
		if _, err := s.Apply(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		text, err := raw("<get-config><source><running/></source></get-config>")
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"panel 7", "9216"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is gone:\n%s", want, text)
			}
		}
		for _, left := range []string{"193106250", "circuit/alpha"} {
			if strings.Contains(text, left) {
				t.Errorf("%q is left:\n%s", left, text)
			}
		}
	})
}
