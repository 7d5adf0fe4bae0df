package gnmi

import (
	"time"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"
)

// nature says how a path changes and so how it is subscribed to.
type nature byte

const (
	configuration nature = iota // changes when somebody edits
	condition                   // changes when something happens
	measurement                 // moves all the time
)

// subscribedPath is one path that is read, with the model that a device must
// have for it to exist.
type subscribedPath struct {
	schema string
	nature nature
	module string
	// sampled paths are what Sample needs besides measurements.
	sampled bool
}

const (
	platformModule    = "openconfig-platform"
	transceiverModule = "openconfig-platform-transceiver"
	terminalModule    = "openconfig-terminal-device"
	routerModule      = "openconfig-wavelength-router"
	monitorModule     = "openconfig-channel-monitor"
	amplifierModule   = "openconfig-optical-amplifier"
	attenuatorModule  = "openconfig-optical-attenuator"
	interfaceModule   = "openconfig-interfaces"
	lineModule        = "openconfig-transport-line-common"
)

// subscribedPaths is everything that is ever read from a device. Configuration
// is read by container, so that foreign leaves in it are seen; state is read by
// leaf, because its containers hold a hundred statistics that nobody needs.
var subscribedPaths = []subscribedPath{
	{opticalPath + "/config", configuration, terminalModule, false},
	{lanePath + "/config", configuration, transceiverModule, false},
	{opticalPortPath + "/config", configuration, lineModule, false},
	{logicalPath + "/config", configuration, terminalModule, false},
	{logicalPath + "/ingress/config", configuration, terminalModule, false},
	{assignmentPath + "/config", configuration, terminalModule, false},
	{mediaPath + "/config", configuration, routerModule, true},
	{mediaPath + "/source/config", configuration, routerModule, true},
	{mediaPath + "/dest/config", configuration, routerModule, true},
	{distributionPath + "/config", configuration, routerModule, false},
	{interfacePath + "/config", configuration, interfaceModule, false},
	{amplifierPath + "/config", configuration, amplifierModule, true},
	{attenuatorPath + "/config", configuration, attenuatorModule, false},
	{monitorPath + "/config/monitor-port", configuration, monitorModule, true},

	{componentPath + "/state/type", condition, platformModule, false},
	{componentPath + "/state/mfg-name", condition, platformModule, false},
	{componentPath + "/state/part-no", condition, platformModule, false},
	{componentPath + "/state/serial-no", condition, platformModule, false},
	{componentPath + "/state/software-version", condition, platformModule, false},
	{opticalPath + "/state/frequency", condition, terminalModule, true},
	{opticalPath + "/state/operational-mode", condition, terminalModule, true},
	{opticalPath + "/state/target-output-power", condition, terminalModule, true},
	{lanePath + "/state/associated-optical-channel", condition, transceiverModule, true},
	{lanePath + "/state/tx-laser", condition, transceiverModule, true},
	{lanePath + "/state/rx-los", condition, transceiverModule, true},
	{logicalPath + "/state/link-state", condition, terminalModule, true},
	{mediaPath + "/state/oper-status", condition, routerModule, true},
	{amplifierPath + "/state/enabled", condition, amplifierModule, true},
	{interfacePath + "/state/oper-status", condition, interfaceModule, false},

	{opticalPath + "/state/output-power/instant", measurement, terminalModule, true},
	{opticalPath + "/state/input-power/instant", measurement, terminalModule, true},
	{opticalPath + "/state/osnr/instant", measurement, terminalModule, true},
	{lanePath + "/state/input-power/instant", measurement, transceiverModule, true},
	{logicalPath + "/otn/state/pre-fec-ber/instant", measurement, terminalModule, true},
	{logicalPath + "/otn/state/q-value/instant", measurement, terminalModule, true},
	{logicalPath + "/otn/state/esnr/instant", measurement, terminalModule, true},
	{logicalPath + "/otn/state/fec-uncorrectable-blocks", measurement, terminalModule, true},
	{monitoredPath + "/state/power", measurement, monitorModule, true},
	{amplifierPath + "/state/input-power-total/instant", measurement, amplifierModule, true},
	{amplifierPath + "/state/output-power-total/instant", measurement, amplifierModule, true},
	{amplifierPath + "/state/actual-gain/instant", measurement, amplifierModule, true},
	{opticalPortPath + "/state/input-power/instant", measurement, lineModule, true},
	{opticalPortPath + "/state/output-power/instant", measurement, lineModule, true},
}

// subscribe builds the request for everything that the device has. For a
// stream, measurements are sampled every interval and the rest comes when it
// changes. Paths that sampling does not need are left out with sampleOnly.
func (c capabilities) subscribe(mode gnmipb.SubscriptionList_Mode, interval time.Duration, sampleOnly bool) *gnmipb.SubscribeRequest {
	var list []*gnmipb.Subscription
	for _, p := range subscribedPaths {
		if !c.models[p.module] || sampleOnly && !p.sampled {
			continue
		}
		sub := &gnmipb.Subscription{Path: pathOf(p.schema)}
		if mode == gnmipb.SubscriptionList_STREAM {
			sub.Mode = gnmipb.SubscriptionMode_ON_CHANGE
			if p.nature == measurement {
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
