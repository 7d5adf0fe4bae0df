package gnmi

import (
	"time"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"

	"github.com/waveplane/waveplane/drivers/internal/ocmap"
)

// subscribe builds the request for everything that the device has. For a
// stream, measurements are sampled every interval and the rest comes when it
// changes. Paths that sampling does not need are left out with sampleOnly.
func (c capabilities) subscribe(mode gnmipb.SubscriptionList_Mode, interval time.Duration, sampleOnly bool) *gnmipb.SubscribeRequest {
	var list []*gnmipb.Subscription
	for _, p := range c.paths {
		if sampleOnly && !p.Sampled {
			continue
		}
		sub := &gnmipb.Subscription{Path: pathOf(p.Schema)}
		if mode == gnmipb.SubscriptionList_STREAM {
			sub.Mode = gnmipb.SubscriptionMode_ON_CHANGE
			if p.Nature == ocmap.Measurement {
				sub.Mode, sub.SampleInterval = gnmipb.SubscriptionMode_SAMPLE, uint64(interval.Nanoseconds())
			}
		}
		list = append(list, sub)
	}
	return c.request(mode, list)
}

// read builds the request that reads the configuration of single entries once.
func (c capabilities) read(paths []*gnmipb.Path) *gnmipb.SubscribeRequest {
	list := make([]*gnmipb.Subscription, len(paths))
	for i, p := range paths {
		list[i] = &gnmipb.Subscription{Path: p}
	}
	return c.request(gnmipb.SubscriptionList_ONCE, list)
}

func (c capabilities) request(mode gnmipb.SubscriptionList_Mode, list []*gnmipb.Subscription) *gnmipb.SubscribeRequest {
	return &gnmipb.SubscribeRequest{Request: &gnmipb.SubscribeRequest_Subscribe{Subscribe: &gnmipb.SubscriptionList{
		Prefix: &gnmipb.Path{Origin: origin}, Mode: mode, Encoding: c.encoding, Subscription: list,
	}}}
}
