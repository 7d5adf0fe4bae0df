package gnmi_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	gnmipb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/models"
)

// watchScript watches a device that says the responses and hangs up, and
// returns the deltas that came.
func watchScript(t *testing.T, l *lab, say func(send func(...*gnmipb.SubscribeResponse), deltas func() int)) []models.Delta {
	t.Helper()
	var mu sync.Mutex
	var got []models.Delta
	device := &scripted{subscribe: func(_ *gnmipb.SubscriptionList, s grpc.BidiStreamingServer[gnmipb.SubscribeRequest, gnmipb.SubscribeResponse]) error {
		say(func(responses ...*gnmipb.SubscribeResponse) {
			for _, r := range responses {
				if err := s.Send(r); err != nil {
					t.Error(err)
				}
			}
		}, func() int {
			mu.Lock()
			defer mu.Unlock()
			return len(got)
		})
		return nil
	}}
	session := openScript(t, l, device, "lab-router-zr")
	err := session.Watch(t.Context(), time.Second, func(d models.Delta) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, d)
	})
	if drivers.KindOf(err) != drivers.KindUnreachable {
		t.Errorf("watch ended with %v, want kind Unreachable", err)
	}
	return got
}

func deleting(paths ...*gnmipb.Path) *gnmipb.SubscribeResponse {
	return &gnmipb.SubscribeResponse{Response: &gnmipb.SubscribeResponse_Update{Update: &gnmipb.Notification{Timestamp: noon.UnixNano(), Delete: paths}}}
}

func channelConfig(index, leaf string) *gnmipb.Path {
	return at("terminal-device", "logical-channels", "channel", "index="+index, "config", leaf)
}

// TestWatchTellsWholeObjects checks what follows from single leaves: objects
// come whole, deletions take what lies below them.
func TestWatchTellsWholeObjects(t *testing.T) {
	l := newLab(t)
	description, admin := channelConfig("7", "description"), channelConfig("7", "admin-state")
	state := let(at("terminal-device", "logical-channels", "channel", "index=7", "state", "link-state"), text("UP"))
	assigned := let(at("terminal-device", "logical-channels", "channel", "index=7", "logical-channel-assignments", "assignment", "index=1", "config", "optical-channel"), text("oc-1"))
	steps := []struct {
		say     *gnmipb.SubscribeResponse
		objects map[models.ObjectID]models.Leaves
		gone    []models.ObjectID
	}{
		{notification(1, let(description, text("a")), let(admin, text("DISABLED")), assigned, state), map[models.ObjectID]models.Leaves{
			devices.Logical("7"): {models.LeafDescription: "a", models.LeafAdmin: "DISABLED", models.LeafAssignOptical: "oc-1", models.LeafAssignIndex: "1"},
		}, nil},
		{notification(1, let(admin, text("ENABLED"))), map[models.ObjectID]models.Leaves{
			devices.Logical("7"): {models.LeafDescription: "a", models.LeafAdmin: "ENABLED", models.LeafAssignOptical: "oc-1", models.LeafAssignIndex: "1"},
		}, nil},
		{deleting(at("terminal-device", "logical-channels", "channel", "index=7", "logical-channel-assignments")), map[models.ObjectID]models.Leaves{
			devices.Logical("7"): {models.LeafDescription: "a", models.LeafAdmin: "ENABLED"},
		}, nil},
		{deleting(description), map[models.ObjectID]models.Leaves{devices.Logical("7"): {models.LeafAdmin: "ENABLED"}}, nil},
		{notification(1, let(channelConfig("8", "description"), text("b"))), map[models.ObjectID]models.Leaves{
			devices.Logical("8"): {models.LeafDescription: "b"},
		}, nil},
		{deleting(at("terminal-device", "logical-channels", "channel", "index=7")), map[models.ObjectID]models.Leaves{}, []models.ObjectID{devices.Logical("7")}},
		{deleting(at("terminal-device", "logical-channels", "channel", "index=*")), map[models.ObjectID]models.Leaves{}, []models.ObjectID{devices.Logical("8")}},
	}
	deltas := watchScript(t, l, func(send func(...*gnmipb.SubscribeResponse), seen func() int) {
		send(syncResponse())
		for i, step := range steps {
			eventually(t, "the former step is told", func() bool { return seen() == i+1 })
			send(step.say)
		}
		eventually(t, "the last step is told", func() bool { return seen() == len(steps)+1 })
	})
	if len(deltas) != len(steps)+1 || !deltas[0].Full {
		t.Fatalf("%d deltas came, the first full %v; want %d and full", len(deltas), deltas[0].Full, len(steps)+1)
	}
	for i, step := range steps {
		got := deltas[i+1]
		if diff := cmp.Diff(step.objects, got.Objects); diff != "" {
			t.Errorf("step %d, objects (-want +got):\n%s", i, diff)
		}
		if diff := cmp.Diff(step.gone, got.Gone); diff != "" {
			t.Errorf("step %d, gone (-want +got):\n%s", i, diff)
		}
		if got.Full {
			t.Errorf("step %d is full", i)
		}
	}
	if up := deltas[6].Readings.Logical["7"]; up.LinkUp != nil || up.At.IsZero() {
		t.Errorf("the reading of the deleted channel is %+v, want it blank", up)
	}
}

// TestWatchGathersBursts checks that what is there at sync comes in one delta
// however many messages it took, and that nothing is told twice.
func TestWatchGathersBursts(t *testing.T) {
	l := newLab(t)
	const channels = 2000
	deltas := watchScript(t, l, func(send func(...*gnmipb.SubscribeResponse), seen func() int) {
		for i := range channels {
			send(notification(1, let(channelConfig(string(rune('a'+i%26))+"-"+time.Duration(i).String(), "description"), text("x"))))
		}
		send(syncResponse())
		eventually(t, "the first answer is told", func() bool { return seen() == 1 })
		send(notification(1, let(channelConfig("new", "description"), text("y"))), notification(1, let(channelConfig("new", "description"), text("y"))))
		eventually(t, "the news is told", func() bool { return seen() >= 2 })
	})
	if len(deltas) != 2 || len(deltas[0].Objects) != channels || len(deltas[1].Objects) != 1 {
		t.Errorf("%d deltas came, the first with %d objects; want 2 and %d", len(deltas), len(deltas[0].Objects), channels)
	}
}

// TestSampleCarriesRoadmReadings checks that a sampler's readings are complete:
// a media channel's power needs the monitor's port and the channel's edges.
func TestSampleCarriesRoadmReadings(t *testing.T) {
	l := newLab(t)
	b := l.start(t, devices.Roadm())
	s := b.open(t, atNoon())
	if _, err := s.Apply(t.Context(), drivers.Pass{Changes: devices.One("circuit/alpha/1", devices.Media("10000"), nil, devices.Roadm().Alpha.First[0].Leaves)}); err != nil {
		t.Fatal(err)
	}
	found := make(chan models.MediaReading, 1)
	ended := make(chan error, 1)
	go func() {
		ended <- s.(drivers.Sampler).Sample(t.Context(), 100*time.Millisecond, func(r models.Readings) {
			if m, ok := r.Media["10000"]; ok && m.Power != nil {
				select {
				case found <- m:
				default:
				}
			}
		})
	}()
	select {
	case m := <-found:
		if *m.Power != -1742 {
			t.Errorf("power %v, want -17.42 dBm", m.Power)
		}
	case err := <-ended:
		t.Fatalf("sampling ended: %v", err)
	case <-time.After(20 * time.Second):
		t.Fatal("no power of the media channel was sampled")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	<-ended
}

// TestSilenceEndsAWatch checks that a device that stops sampling without closing
// the connection is noticed.
func TestSilenceEndsAWatch(t *testing.T) {
	l := newLab(t)
	power := at("components", "component", "name=oc-1", "optical-channel", "state", "output-power", "instant")
	device := &scripted{subscribe: func(_ *gnmipb.SubscriptionList, s grpc.BidiStreamingServer[gnmipb.SubscribeRequest, gnmipb.SubscribeResponse]) error {
		for _, r := range []*gnmipb.SubscribeResponse{notification(1, let(power, double(-1))), syncResponse()} {
			if err := s.Send(r); err != nil {
				return err
			}
		}
		<-s.Context().Done()
		return s.Context().Err()
	}}
	d := l.script(t, device, "lab-router-zr")
	d.Profile.Timeout, d.Profile.SampleSlow = "200ms", "100ms"
	s, err := atNoon().Open(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.(drivers.Watcher).Watch(t.Context(), 100*time.Millisecond, func(models.Delta) {})
	if drivers.KindOf(err) != drivers.KindUnreachable || !strings.Contains(err.Error(), "silent") {
		t.Errorf("watch ended with %v, want that the device fell silent", err)
	}
}
