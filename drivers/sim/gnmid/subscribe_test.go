package gnmid

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
)

const power = och + "/state/output-power/instant"

// news is what a subscription has told so far: the tree as the client would
// have it, and what came one by one.
type news struct {
	rpc     gpb.GNMI_SubscribeClient
	leaves  map[string]string
	updates int
}

func subscribeTo(mode gpb.SubscriptionList_Mode, subs ...*gpb.Subscription) *gpb.SubscriptionList {
	return &gpb.SubscriptionList{Mode: mode, Encoding: gpb.Encoding_JSON_IETF, Subscription: subs, Prefix: &gpb.Path{Target: "r1"}}
}

func onChange(path string) *gpb.Subscription {
	return &gpb.Subscription{Path: wire(path), Mode: gpb.SubscriptionMode_ON_CHANGE}
}

func sample(path string, every time.Duration) *gpb.Subscription {
	return &gpb.Subscription{Path: wire(path), Mode: gpb.SubscriptionMode_SAMPLE, SampleInterval: uint64(every)}
}

func (c client) subscribe(t testing.TB, list *gpb.SubscriptionList) *news {
	t.Helper()
	rpc, err := c.Subscribe(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	err = rpc.Send(&gpb.SubscribeRequest{Request: &gpb.SubscribeRequest_Subscribe{Subscribe: list}})
	if err != nil {
		t.Fatal(err)
	}
	return &news{rpc: rpc, leaves: map[string]string{}}
}

// next takes one message; it reports whether that was the sync mark.
func (n *news) next() (bool, error) {
	m, err := n.rpc.Recv()
	if err != nil {
		return false, err
	}
	if m.GetSyncResponse() {
		return true, nil
	}
	for _, p := range m.GetUpdate().GetDelete() {
		gone := spell(m.GetUpdate().GetPrefix()) + spell(p)
		for path := range n.leaves {
			if path == gone || len(path) > len(gone) && path[:len(gone)+1] == gone+"/" {
				delete(n.leaves, path)
			}
		}
	}
	for _, u := range m.GetUpdate().GetUpdate() {
		n.updates++
		text := string(u.GetVal().GetJsonIetfVal())
		if text == "" {
			text = u.GetVal().String()
		}
		n.leaves[spell(m.GetUpdate().GetPrefix())+spell(u.GetPath())] = text
	}
	return false, nil
}

func (n *news) untilSync(t testing.TB) {
	t.Helper()
	for {
		synced, err := n.next()
		if err != nil {
			t.Fatalf("waiting for the sync mark: %v", err)
		}
		if synced {
			return
		}
	}
}

// until takes messages till the condition holds.
func (n *news) until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for !holds() {
		if _, err := n.next(); err != nil {
			t.Fatalf("waiting until %s: %v; have %v", what, err, n.leaves)
		}
	}
}

func TestSubscribeOnce(t *testing.T) {
	f := newFixture(t)
	c := f.dial(t, f.serve(t))
	n := c.subscribe(t, subscribeTo(gpb.SubscriptionList_ONCE,
		&gpb.Subscription{Path: wire("/components/component[name=*]/optical-channel/config")},
		&gpb.Subscription{Path: wire("/wavelength-router")}, // valid and empty
		&gpb.Subscription{Path: wire(channel1 + "/config/index")}))
	n.untilSync(t)
	want := map[string]string{
		och + "/config/frequency":           `"193100000"`,
		och + "/config/operational-mode":    `1`,
		och + "/config/target-output-power": `"-10.0"`,
		channel1 + "/config/index":          `1`,
	}
	if diff := cmp.Diff(want, n.leaves); diff != "" {
		t.Errorf("leaves (-want +got):\n%s", diff)
	}
	if _, err := n.next(); !errors.Is(err, io.EOF) {
		t.Errorf("after the sync mark came %v, want the end", err)
	}
}

// Paths that cover each other are told about once.
func TestSubscribeOverlapping(t *testing.T) {
	f := newFixture(t)
	c := f.dial(t, f.serve(t))
	n := c.subscribe(t, subscribeTo(gpb.SubscriptionList_ONCE,
		&gpb.Subscription{Path: wire(och + "/config/frequency")},
		&gpb.Subscription{Path: wire(och + "/config")},
		&gpb.Subscription{Path: wire(och + "/config/operational-mode")},
		&gpb.Subscription{Path: wire(channel1 + "/config/index")}))
	n.untilSync(t)
	if n.updates != 4 || len(n.leaves) != 4 {
		t.Errorf("%d updates came for %v, want 4 for 4", n.updates, n.leaves)
	}
}

func TestSubscribeProto(t *testing.T) {
	f := newFixture(t)
	c := f.dial(t, f.serve(t))
	list := subscribeTo(gpb.SubscriptionList_ONCE, &gpb.Subscription{Path: wire(och + "/config")})
	list.Encoding = gpb.Encoding_PROTO
	rpc := c.subscribe(t, list).rpc
	m, err := rpc.Recv()
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range m.GetUpdate().GetUpdate() {
		switch path := spell(u.GetPath()); path {
		case och + "/config/frequency":
			if u.GetVal().GetUintVal() != 193100000 {
				t.Errorf("%s is %v, want uint_val", path, u.GetVal())
			}
		case och + "/config/target-output-power":
			if u.GetVal().GetDoubleVal() != -10 {
				t.Errorf("%s is %v, want double_val", path, u.GetVal())
			}
		}
	}
	if p := m.GetUpdate().GetPrefix(); p.GetTarget() != "r1" {
		t.Errorf("prefix %v, want the target back", p)
	}
	if at := time.Unix(0, m.GetUpdate().GetTimestamp()); time.Since(at) > time.Minute {
		t.Errorf("timestamp %s is not of now", at)
	}
}

func TestSubscribeOnChange(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c, other := f.dial(t, target), f.dial(t, target)
	n := c.subscribe(t, subscribeTo(gpb.SubscriptionList_STREAM,
		onChange("/terminal-device/logical-channels"), onChange("/components/component[name=*]/optical-channel/state/frequency")))
	n.untilSync(t)
	if got := n.leaves[och+"/state/frequency"]; got != `"193100000"` {
		t.Errorf("initial frequency %s, want 193100000", got)
	}
	if _, ok := n.leaves[och+"/config/frequency"]; ok {
		t.Error("a leaf came that was not subscribed to")
	}

	other.mustSet(t, updates(update(och+"/config/frequency", `"196100000"`)))
	n.until(t, "the frequency changes", func() bool { return n.leaves[och+"/state/frequency"] == `"196100000"` })

	other.mustSet(t, deletes(channel1+"/config/description"))
	n.until(t, "one leaf goes", func() bool { _, ok := n.leaves[channel1+"/config/description"]; return !ok })
	if _, ok := n.leaves[channel1+"/config/index"]; !ok {
		t.Error("with one leaf of the channel another went")
	}

	other.mustSet(t, deletes(channel1))
	n.until(t, "the channel goes", func() bool { _, ok := n.leaves[channel1+"/index"]; return !ok })
	if len(n.leaves) != 1 {
		t.Errorf("after the delete %v is left, want the frequency only", n.leaves)
	}

	if err := target.Tamper(Edit{Path: channels + "/channel[index=4]/config/description", Value: "by hand"}); err != nil {
		t.Fatal(err)
	}
	n.until(t, "the tampering shows", func() bool { return n.leaves[channels+"/channel[index=4]/config/description"] == `"by hand"` })
}

func TestSubscribeDefaultIsUpdated(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c := f.dial(t, target)
	const enabled = "/interfaces/interface[name=eth1/1]/config/enabled"
	n := c.subscribe(t, subscribeTo(gpb.SubscriptionList_STREAM, onChange(enabled)))
	n.untilSync(t)
	c.mustSet(t, deletes(enabled))
	n.until(t, "the default is told", func() bool { return n.leaves[enabled] == "true" })
}

func TestSubscribeSample(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	if err := target.SetState(map[string]string{power: "-9.5"}); err != nil {
		t.Fatal(err)
	}
	c := f.dial(t, target)
	n := c.subscribe(t, subscribeTo(gpb.SubscriptionList_STREAM, sample(power, 20*time.Millisecond)))
	n.untilSync(t)
	n.until(t, "the same value has come five times", func() bool { return n.updates >= 5 })
	if got := n.leaves[power]; got != `"-9.5"` {
		t.Errorf("power %s, want -9.5", got)
	}
	if err := target.SetState(map[string]string{power: "-20"}); err != nil {
		t.Fatal(err)
	}
	n.until(t, "the new value comes", func() bool { return n.leaves[power] == `"-20.0"` })
}

func TestSubscribeSampleSuppressed(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	if err := target.SetState(map[string]string{power: "-9.5"}); err != nil {
		t.Fatal(err)
	}
	c := f.dial(t, target)
	quiet := sample(power, 20*time.Millisecond)
	quiet.SuppressRedundant = true
	beating := sample(och+"/state/operational-mode", 20*time.Millisecond)
	beating.SuppressRedundant = true
	beating.HeartbeatInterval = uint64(50 * time.Millisecond)
	n := c.subscribe(t, subscribeTo(gpb.SubscriptionList_STREAM, quiet, beating))
	n.untilSync(t)
	n.until(t, "three heartbeats have come", func() bool { return n.updates >= 5 })
	// Two initial values and three heartbeats of the mode: none is of the power.
	delete(n.leaves, power)
	n.until(t, "three more heartbeats have come", func() bool { return n.updates >= 8 })
	if v, ok := n.leaves[power]; ok {
		t.Errorf("an unchanged value was told again: %s", v)
	}
	if err := target.SetState(map[string]string{power: "-9.6"}); err != nil {
		t.Fatal(err)
	}
	n.until(t, "the changed value comes", func() bool { return n.leaves[power] == `"-9.6"` })
}

func TestSubscribeTargetDefined(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t, func(c *Config) { c.TargetSample = 50 * time.Millisecond })
	if err := target.SetState(map[string]string{power: "-9.5"}); err != nil {
		t.Fatal(err)
	}
	c := f.dial(t, target)
	n := c.subscribe(t, subscribeTo(gpb.SubscriptionList_STREAM, &gpb.Subscription{Path: wire(och), Mode: gpb.SubscriptionMode_TARGET_DEFINED}))
	n.untilSync(t)
	first := n.updates // three settings, three twins, the power
	if first != 7 {
		t.Errorf("%d leaves at first, want 7: %v", first, n.leaves)
	}
	n.until(t, "the power was sampled three times", func() bool { return n.updates >= first+3 })
	c.mustSet(t, updates(update(och+"/config/frequency", `"196100000"`)))
	n.until(t, "the setting is told at once", func() bool { return n.leaves[och+"/state/frequency"] == `"196100000"` })
}

func TestSubscribeUpdatesOnlyAndHeartbeat(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c := f.dial(t, target)
	beat := onChange(och + "/config/frequency")
	beat.HeartbeatInterval = uint64(30 * time.Millisecond)
	list := subscribeTo(gpb.SubscriptionList_STREAM, beat)
	list.UpdatesOnly = true
	n := c.subscribe(t, list)
	n.untilSync(t)
	if len(n.leaves) != 0 {
		t.Errorf("%v came before the sync mark, want nothing", n.leaves)
	}
	n.until(t, "two heartbeats have come", func() bool { return n.updates >= 2 })
}

func TestSubscribePoll(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c := f.dial(t, target)
	n := c.subscribe(t, subscribeTo(gpb.SubscriptionList_POLL, &gpb.Subscription{Path: wire(och + "/config/frequency")}))
	n.untilSync(t)
	c.mustSet(t, updates(update(och+"/config/frequency", `"196100000"`)))
	if err := n.rpc.Send(&gpb.SubscribeRequest{Request: &gpb.SubscribeRequest_Poll{Poll: &gpb.Poll{}}}); err != nil {
		t.Fatal(err)
	}
	n.untilSync(t)
	if got := n.leaves[och+"/config/frequency"]; got != `"196100000"` {
		t.Errorf("polled %s, want the new frequency", got)
	}
}

func TestSubscribeRefuses(t *testing.T) {
	f := newFixture(t)
	c := f.dial(t, f.serve(t, func(c *Config) { c.MinSample = 10 * time.Second }))
	defined := &gpb.Subscription{Path: wire(och), Mode: gpb.SubscriptionMode_TARGET_DEFINED, SampleInterval: uint64(time.Minute)}
	beating := onChange(och)
	beating.HeartbeatInterval = uint64(time.Second)
	plain := subscribeTo(gpb.SubscriptionList_STREAM, onChange(och))
	plain.Encoding = gpb.Encoding_JSON
	tests := []struct {
		name string
		list *gpb.SubscriptionList
		code codes.Code
	}{
		{"sampling too fast", subscribeTo(gpb.SubscriptionList_STREAM, sample(och, 9*time.Second)), codes.InvalidArgument},
		{"beating too fast", subscribeTo(gpb.SubscriptionList_STREAM, beating), codes.InvalidArgument},
		{"interval where the target decides", subscribeTo(gpb.SubscriptionList_STREAM, defined), codes.InvalidArgument},
		{"not in the schema", subscribeTo(gpb.SubscriptionList_ONCE, onChange("/components/fan")), codes.NotFound},
		{"nothing", subscribeTo(gpb.SubscriptionList_ONCE), codes.InvalidArgument},
		{"plain JSON", plain, codes.Unimplemented},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := c.subscribe(t, tt.list).next()
			wantCode(t, err, tt.code)
		})
	}
	rpc, err := c.Subscribe(c.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := rpc.Send(&gpb.SubscribeRequest{Request: &gpb.SubscribeRequest_Poll{Poll: &gpb.Poll{}}}); err != nil {
		t.Fatal(err)
	}
	_, err = rpc.Recv()
	wantCode(t, err, codes.InvalidArgument)
}

// A client that doesn't read must not hold up the device, and must find the
// present when it reads again.
func TestSlowSubscriber(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c, other := f.dial(t, target), f.dial(t, target)
	n := c.subscribe(t, subscribeTo(gpb.SubscriptionList_STREAM, onChange("/components")))
	n.untilSync(t)
	const rounds, parts = 300, 60
	for i := range rounds {
		values := map[string]string{}
		for j := range parts {
			values[fmt.Sprintf("/components/component[name=part-%d]/state/description", j)] = fmt.Sprintf("round %d of a text that takes some room on its way through every buffer", i)
		}
		if err := target.SetState(values); err != nil {
			t.Fatal(err)
		}
	}
	other.mustSet(t, updates(update(och+"/config/frequency", `"196100000"`)))
	last := fmt.Sprintf("%q", fmt.Sprintf("round %d of a text that takes some room on its way through every buffer", rounds-1))
	n.until(t, "the last round is there", func() bool {
		return n.leaves["/components/component[name=part-0]/state/description"] == last && n.leaves[och+"/state/frequency"] == `"196100000"`
	})
	if n.updates >= rounds*parts {
		t.Errorf("%d updates came: nothing was left out for the slow client", n.updates)
	}
}

// Two clients write and watch at once; both end with the device's own picture.
func TestTwoClients(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	clients := []client{f.dial(t, target), f.dial(t, target)}
	var watchers []*news
	for _, c := range clients {
		n := c.subscribe(t, subscribeTo(gpb.SubscriptionList_STREAM, onChange(channels)))
		n.untilSync(t)
		watchers = append(watchers, n)
	}
	const each = 25
	var writers sync.WaitGroup
	for i, c := range clients {
		writers.Go(func() {
			for j := range each {
				index := strconv.Itoa(100*(i+1) + j)
				path := channels + "/channel[index=" + index + "]"
				if _, err := c.Set(c.ctx, updates(update(path+"/config", `{"index":`+index+`}`))); err != nil {
					t.Errorf("Set: %v", err)
				}
				if j%5 == 0 {
					if _, err := c.Set(c.ctx, deletes(path)); err != nil {
						t.Errorf("Set: %v", err)
					}
				}
			}
		})
	}
	writers.Wait()
	want := map[string]string{}
	if err := target.Walk(channels, func(path, value string) { want[path] = value }); err != nil {
		t.Fatal(err)
	}
	if got := len(target.Entries(channels + "/channel")); got != 1+2*(each-each/5) {
		t.Errorf("%d channels, want %d", got, 1+2*(each-each/5))
	}
	for i, n := range watchers {
		// On the way there as many may be there, with one that goes for one that comes.
		n.until(t, fmt.Sprintf("client %d sees all, and nothing else", i), func() bool {
			for path := range want {
				if _, ok := n.leaves[path]; !ok {
					return false
				}
			}
			return len(n.leaves) == len(want)
		})
	}
}
