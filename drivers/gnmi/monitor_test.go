package gnmi_test

import (
	"sync"
	"testing"
	"time"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc"

	"github.com/waveplane/waveplane/drivers/gnmi"
	"github.com/waveplane/waveplane/models"
)

// TestMonitorForgetsTheChannelBefore replaces a media channel by a narrower one
// in the same place. The device samples what its monitor sees and, as samples
// do, never says that the old stretch is gone.
func TestMonitorForgetsTheChannelBefore(t *testing.T) {
	media := func(below ...string) *gnmipb.Path {
		return at(append([]string{"wavelength-router", "media-channels", "channel", "index=10006"}, below...)...)
	}
	channel := func(lower, upper string) *gnmipb.SubscribeResponse {
		return notification(1, let(media("config", "lower-frequency"), text(lower)), let(media("config", "upper-frequency"), text(upper)), let(media("dest", "config", "port-name"), text("degree-2-out")))
	}
	saw := func(lower, upper string, dbm float64) *gnmipb.SubscribeResponse {
		return notification(1, let(at("channel-monitors", "channel-monitor", "name=ocm-2", "channels", "channel", "lower-frequency="+lower, "upper-frequency="+upper, "state", "power"), double(dbm)))
	}
	steps := []struct {
		what string
		say  []*gnmipb.SubscribeResponse
		want *models.Power // nil is no light known
	}{
		{"the first is lit", []*gnmipb.SubscribeResponse{
			notification(1, let(at("channel-monitors", "channel-monitor", "name=ocm-2", "config", "monitor-port"), text("degree-2-out"))),
			channel("193000000", "193150000"), saw("193000000", "193150000", -15.2), syncResponse(),
		}, ptr(models.Power(-1520))},
		{"it is darkened", []*gnmipb.SubscribeResponse{saw("193000000", "193150000", -60)}, ptr(models.Power(-6000))},
		{"it goes, and another comes", []*gnmipb.SubscribeResponse{deleting(media()), channel("193037500", "193112500")}, nil},
		{"the other is lit", []*gnmipb.SubscribeResponse{saw("193037500", "193112500", -18.6)}, ptr(models.Power(-1860))},
		{"it is retuned without a word of the old slot, and lit", []*gnmipb.SubscribeResponse{
			channel("193075000", "193150000"), saw("193075000", "193150000", -17.5),
		}, ptr(models.Power(-1750))},
	}
	l := newLab(t)
	say := make(chan []*gnmipb.SubscribeResponse)
	device := &scripted{subscribe: func(_ *gnmipb.SubscriptionList, s grpc.BidiStreamingServer[gnmipb.SubscribeRequest, gnmipb.SubscribeResponse]) error {
		for responses := range say {
			for _, r := range responses {
				if err := s.Send(r); err != nil {
					return err
				}
			}
		}
		return nil
	}}
	session, err := (&gnmi.Driver{}).Open(t.Context(), l.script(t, device, "lab-roadm"))
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	var mu sync.Mutex
	var state models.State
	ended := make(chan error, 1)
	go func() {
		ended <- session.(*gnmi.Session).Watch(t.Context(), time.Minute, func(d models.Delta) {
			mu.Lock()
			defer mu.Unlock()
			state = state.With(d)
		})
	}()
	for _, step := range steps {
		say <- step.say
		eventually(t, step.what, func() bool {
			mu.Lock()
			defer mu.Unlock()
			got := state.Readings.Media["10006"].Power
			return step.want == nil && got == nil || step.want != nil && got != nil && *got == *step.want
		})
	}
	close(say)
	<-ended
}
