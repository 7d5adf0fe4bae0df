package netconf_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/netconf"
	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/netconfd"
	"github.com/waveplane/waveplane/drivers/sim/sshd"
	"github.com/waveplane/waveplane/models"
)

const ncBase = "urn:ietf:params:xml:ns:netconf:base:1.0"

// scripted serves NETCONF of base 1.0 by hand: answer is given the number of the
// request and its message-id and says what goes out, byte for byte.
func scripted(t *testing.T, answer func(n int, id string) string) drivers.Device {
	t.Helper()
	return heard(t, func(n int, id, _ string) string { return answer(n, id) })
}

// heard is scripted with answers that depend on the request.
func heard(t *testing.T, answer func(n int, id, request string) string) drivers.Device {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	door, err := sshd.New(sshd.Config{User: "waveplane", Password: secret, Subsystem: "netconf", Serve: func(_ context.Context, g sshd.Guest) {
		_, _ = io.WriteString(g.Channel, `<hello xmlns="`+ncBase+`"><capabilities><capability>urn:ietf:params:netconf:base:1.0</capability>
<capability>urn:ietf:params:netconf:capability:candidate:1.0</capability></capabilities><session-id>1</session-id></hello>]]>]]>`)
		in := bufio.NewReader(g.Channel)
		for n := -1; ; { // the first is the hello
			message := ""
			for !strings.HasSuffix(message, "]]>]]>") {
				part, err := in.ReadString('>')
				if err != nil {
					return
				}
				message += part
			}
			if n++; n == 0 {
				continue
			}
			_, id, _ := strings.Cut(message, `message-id="`)
			id, _, _ = strings.Cut(id, `"`)
			if _, err := io.WriteString(g.Channel, answer(n, id, message)); err != nil {
				return
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	address, err := door.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(door.Shut)
	profile, err := newLab(t).catalogue.Profile("lab-router-zr")
	if err != nil {
		t.Fatal(err)
	}
	profile.Timeout = "2500ms"
	return drivers.Device{
		Name: "scripted", Address: address, Profile: profile, HostKey: door.HostKey(),
		Credentials: func(context.Context) (string, string, error) { return "waveplane", secret, nil },
	}
}

func reply(id, body string) string {
	return `<rpc-reply message-id="` + id + `" xmlns="` + ncBase + `">` + body + "</rpc-reply>]]>]]>"
}

const channelData = `<data><components xmlns="http://openconfig.net/yang/platform"><component><name>oc-1</name>
<optical-channel xmlns="http://openconfig.net/yang/terminal-device"><config><frequency>193100000</frequency></config></optical-channel></component></components></data>`

// TestFaults is the fault matrix of NETCONF: what a peer may do wrong, and what
// comes of it. A session that has seen nonsense is not used again.
func TestFaults(t *testing.T) {
	notification := `<notification xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0"><eventTime>2026-01-01T00:00:00Z</eventTime><x/></notification>]]>]]>`
	for name, c := range map[string]struct {
		second string // the answer to the request after the first; %ID stands for its id
		kind   drivers.Kind
		dead   bool
	}{
		"as it should be":                 {second: reply("%ID", channelData)},
		"notifications before and behind": {second: notification + reply("%ID", channelData) + notification},
		"a warning":                       {second: reply("%ID", `<rpc-error><error-type>application</error-type><error-tag>operation-failed</error-tag><error-severity>warning</error-severity></rpc-error>`+channelData)},
		"an error":                        {second: reply("%ID", `<rpc-error><error-tag>access-denied</error-tag><error-severity>error</error-severity></rpc-error>`), kind: drivers.KindDenied},
		"silence":                         {kind: drivers.KindUnreachable, dead: true},
		"a reply to another":              {second: reply("77", channelData), kind: drivers.KindUnreachable, dead: true},
		"two replies":                     {second: reply("%ID", channelData) + reply("%ID", channelData) + reply("%ID", channelData), dead: true},
		"half a reply and the end":        {second: `<rpc-reply message-id="%ID"><data>`, kind: drivers.KindUnreachable, dead: true},
		"no XML":                          {second: "% Invalid input]]>]]>", kind: drivers.KindUnreachable, dead: true},
		"a document type":                 {second: `<!DOCTYPE x>` + reply("%ID", channelData), kind: drivers.KindUnreachable, dead: true},
		"something else":                  {second: "<goodbye/>]]>]]>", kind: drivers.KindUnreachable, dead: true},
	} {
		t.Run(name, func(t *testing.T) {
			d := scripted(t, func(n int, id string) string {
				if n == 1 {
					return reply(id, "<data/>")
				}
				return strings.ReplaceAll(c.second, "%ID", id)
			})
			s, err := (&netconf.Driver{}).Open(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			state, err := s.Observe(t.Context())
			if drivers.KindOf(err) != c.kind {
				t.Errorf("observe: %v, want kind %q", err, c.kind)
			}
			if c.kind == "" && state.Objects[devices.Optical("oc-1")][models.LeafFrequency] != "193100 GHz" {
				t.Errorf("observed %v", state.Objects)
			}
			if !c.dead {
				return
			}
			again := time.Now()
			if _, err := s.Observe(t.Context()); drivers.KindOf(err) != drivers.KindUnreachable {
				// Stray replies may arrive behind the one that was asked for.
				if _, err = s.Observe(t.Context()); drivers.KindOf(err) != drivers.KindUnreachable {
					t.Errorf("the session lives on: %v", err)
				}
			} else if took := time.Since(again); took > time.Second {
				t.Errorf("a dead session took %v to say so", took)
			}
		})
	}
}

// TestTheFirstRequestIsSentAgain: netconfd and its like lose what comes right
// behind the hello.
func TestTheFirstRequestIsSentAgain(t *testing.T) {
	t.Run("lost", func(t *testing.T) {
		b := newLab(t).start(t, devices.Router(), netconfd.Config{Mute: true})
		s, err := (&netconf.Driver{}).Open(t.Context(), b.device)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := s.Observe(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("late, and answered twice", func(t *testing.T) {
		first := ""
		d := scripted(t, func(n int, id string) string {
			switch n {
			case 1:
				first = id
				return ""
			case 2:
				return reply(first, "<data/>") + reply(id, "<data/>")
			}
			return reply(id, channelData)
		})
		s, err := (&netconf.Driver{}).Open(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if state, err := s.Observe(t.Context()); err != nil || len(state.Objects) != 1 {
			t.Errorf("observed %v, %v", state.Objects, err)
		}
	})
}

// TestDoors: who is not known does not get in, and nothing is asked of him.
func TestDoors(t *testing.T) {
	b := newLab(t).start(t, devices.Router(), netconfd.Config{MaxSessions: 1})
	for name, c := range map[string]struct {
		bend func(*drivers.Device)
		kind drivers.Kind
	}{
		"another host key": {func(d *drivers.Device) { d.HostKey = "SHA256:" + strings.Repeat("A", 43) }, drivers.KindDenied},
		"no host key":      {func(d *drivers.Device) { d.HostKey = "" }, drivers.KindInvalid},
		"wrong password": {func(d *drivers.Device) {
			d.Credentials = func(context.Context) (string, string, error) { return "waveplane", "wrong-" + secret, nil }
		}, drivers.KindDenied},
		"no credentials": {func(d *drivers.Device) {
			d.Credentials = func(context.Context) (string, string, error) { return "", "", fmt.Errorf("no such file") }
		}, drivers.KindDenied},
		"refused dial": {func(d *drivers.Device) { d.Address = "127.0.0.1:1" }, drivers.KindUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			d := b.device
			c.bend(&d)
			_, err := (&netconf.Driver{}).Open(t.Context(), d)
			if drivers.KindOf(err) != c.kind || strings.Contains(err.Error(), secret) {
				t.Errorf("open: %v, want kind %s and no secret", err, c.kind)
			}
		})
	}
	t.Run("no session free", func(t *testing.T) {
		s, err := (&netconf.Driver{}).Open(t.Context(), b.device)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := (&netconf.Driver{}).Open(t.Context(), b.device); drivers.KindOf(err) != drivers.KindUnreachable || !strings.Contains(err.Error(), "no session is free") {
			t.Errorf("open: %v", err)
		}
	})
}

// TestALieIsNotConfirmed: a device that says yes and does nothing is told to take
// it back.
func TestALieIsNotConfirmed(t *testing.T) {
	b := newLab(t).start(t, devices.Router(), netconfd.Config{})
	before := b.Snapshot(nil)
	if _, err := b.Inject(gnmid.Fault{Kind: gnmid.FaultIgnore}); err != nil {
		t.Fatal(err)
	}
	s, err := (&netconf.Driver{}).Open(t.Context(), b.device)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	p := drivers.Pass{Changes: []models.Change{{Owner: "circuit/a/1", Object: devices.Optical("oc-et-0/0/0"), After: models.Leaves{
		models.LeafFrequency: "193106.25 GHz", models.LeafTargetPower: "-10.00 dBm", models.LeafMode: "5003",
	}}}}
	result, err := s.Apply(t.Context(), p)
	if drivers.KindOf(err) != drivers.KindRejected || !strings.Contains(err.Error(), "does not show it: optical-channel[oc-et-0/0/0]") || !strings.HasSuffix(err.Error(), "taken back") {
		t.Errorf("apply: %v", err)
	}
	if result.Refused["circuit/a/1"] == "" {
		t.Errorf("nobody is named: %+v", result)
	}
	if string(b.Snapshot(nil)) != string(before) {
		t.Errorf("something is left:\n%s", b.Snapshot(nil))
	}
	b.ClearAll()
	// Who commits next must not commit what was taken back.
	other, err := (&netconf.Driver{}).Open(t.Context(), b.device)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := netconf.Raw(t.Context(), other, "<commit/>"); err != nil {
		t.Fatal(err)
	}
	if string(b.Snapshot(nil)) != string(before) {
		t.Errorf("the candidate was left full:\n%s", b.Snapshot(nil))
	}
	if _, err := s.Apply(t.Context(), p); err != nil {
		t.Errorf("after the lie: %v", err)
	}
}
