package examples_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// TestIPoDWDM lights the operator's list of channels over filters and a line that
// nobody can speak to. What the packet people configured on the routers of both makes
// is the same, byte by byte, while the light is on and after it is gone.
func TestIPoDWDM(t *testing.T) {
	run := begin(t, "ipodwdm", nil)
	routers := []string{"xr-a", "xr-b", "junos-a", "junos-b"}
	before := map[string][]byte{}
	for _, name := range routers {
		text, err := run.lab.Foreign(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, leaf := range []string{"/config/mtu", "/config/description", "2001:db8::1/127"} {
			if !bytes.Contains(text, []byte(leaf)) {
				t.Errorf("%s has no %s to lose:\n%s", name, leaf, text)
			}
		}
		before[name] = text
	}
	same := func(when string) {
		t.Helper()
		for _, name := range routers {
			if now, err := run.lab.Foreign(name); err != nil || !bytes.Equal(now, before[name]) {
				t.Errorf("%s: what others configured on %s has changed (%v):\n%s\nwas\n%s", when, name, err, now, before[name])
			}
		}
	}
	channels := files(t, "ipodwdm", "intents")
	run.apply(t, channels)
	kind, err := wire.KindNamed(intents.KindWavelength)
	if err != nil {
		t.Fatal(err)
	}
	await(t, func() bool {
		list, err := run.client.List(t.Context(), kind, client.ListOptions{Namespace: "tenant-x"})
		ready := 0
		if err == nil {
			for _, o := range list.Items {
				if is(o, models.Ready, "") {
					ready++
				}
			}
		}
		return ready == 3
	})
	same("with the light on")
	if s := run.lab.Status(); s.LostLightSeconds != 0 {
		t.Errorf("%.3f s of light lost while the channels were lit one after the other", s.LostLightSeconds)
	}
	if _, err := run.client.DeleteFiles(t.Context(), channels, client.ChangeOptions{AllowOutage: true, Reason: "end of the test"}); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool {
		list, err := run.client.List(t.Context(), kind, client.ListOptions{Namespace: "tenant-x"})
		return err == nil && len(list.Items) == 0
	})
	same("after the light has gone")
	for _, d := range run.lab.Status().Devices {
		if d.Writes.Unneeded != 0 {
			t.Errorf("%s saw needless writes: %+v", d.Name, d.Writes)
		}
	}
}

// TestCircuitSwitchesThatFail: one that acknowledges and connects nothing, and one
// that refuses, cost their own circuits only and are named; when they have come to
// their senses and somebody asks again, those become Ready too.
func TestCircuitSwitchesThatFail(t *testing.T) {
	run := begin(t, "multivendor", nil)
	for device, fault := range map[string]sim.Fault{"ocs-xr-a": {Kind: "ignore"}, "ocs-eos-b": {Kind: "refuse", Words: "mirror 7 is stuck"}} {
		if err := run.lab.Inject(device, fault); err != nil {
			t.Fatal(err)
		}
	}
	run.apply(t, files(t, "multivendor", "intents"))
	kind, err := wire.KindNamed(intents.KindCircuit)
	if err != nil {
		t.Fatal(err)
	}
	ready := func() (names []string, messages map[string]string) {
		messages = map[string]string{}
		list, err := run.client.List(t.Context(), kind, client.ListOptions{Namespace: "tenant-x"})
		if err != nil {
			return nil, messages
		}
		for _, o := range list.Items {
			if is(o, models.Ready, "") {
				names = append(names, o.Metadata.Name)
			}
			if c := o.Condition(models.Stalled); c != nil && c.Status == "True" {
				messages[o.Metadata.Name] = string(c.Reason) + ": " + c.Message
			}
		}
		return names, messages
	}
	await(t, func() bool {
		names, messages := ready()
		return len(names) == 6 && len(messages) == 2
	})
	_, messages := ready()
	for circuit, want := range map[string]string{"xr": "DeviceRejected: ocs-xr-a refused: it took the change and does not show it", "eos": "mirror 7 is stuck"} {
		if !strings.Contains(messages[circuit], want) {
			t.Errorf("circuit %s: %q, want %q", circuit, messages[circuit], want)
		}
	}
	for _, ch := range run.lab.Status().Channels {
		if (strings.HasPrefix(ch.Device, "xr-") || strings.HasPrefix(ch.Device, "eos-")) && ch.LaserOn {
			t.Errorf("laser %s/%s is on although its path was never made", ch.Device, ch.Port)
		}
	}
	for device, circuit := range map[string]string{"ocs-xr-a": "xr", "ocs-eos-b": "eos"} {
		if err := run.lab.Clear(t.Context(), device); err != nil {
			t.Fatal(err)
		}
		if _, err := run.client.Retry(t.Context(), wire.RequestOptions{Target: wire.Ref(intents.KindCircuit, "tenant-x", circuit)}); err != nil {
			t.Fatal(err)
		}
	}
	await(t, func() bool { names, _ := ready(); return len(names) == 8 })
	report, err := run.client.Drift(t.Context(), true, "")
	if err != nil || len(report.Items)+len(report.Unknown) != 0 {
		t.Errorf("drift %+v, %v", report, err)
	}
}
