package gnmi_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"testing"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	"github.com/waveplane/waveplane/drivers"
)

// scripted is a device that says exactly what a test tells it to, which a
// simulator that checks itself would not.
type scripted struct {
	gnmipb.UnimplementedGNMIServer
	models    []string
	encodings []gnmipb.Encoding
	subscribe func(*gnmipb.SubscriptionList, grpc.BidiStreamingServer[gnmipb.SubscribeRequest, gnmipb.SubscribeResponse]) error
	set       func(context.Context, *gnmipb.SetRequest) error
}

var allModels = []string{
	"openconfig-platform", "openconfig-platform-transceiver", "openconfig-terminal-device", "openconfig-wavelength-router",
	"openconfig-channel-monitor", "openconfig-optical-amplifier", "openconfig-optical-attenuator", "openconfig-interfaces",
	"openconfig-transport-line-common",
}

func (s *scripted) Capabilities(context.Context, *gnmipb.CapabilityRequest) (*gnmipb.CapabilityResponse, error) {
	r := &gnmipb.CapabilityResponse{SupportedEncodings: s.encodings, GNMIVersion: "0.10.0"}
	if r.SupportedEncodings == nil {
		r.SupportedEncodings = []gnmipb.Encoding{gnmipb.Encoding_JSON_IETF, gnmipb.Encoding_PROTO}
	}
	names := s.models
	if names == nil {
		names = allModels
	}
	for _, name := range names {
		r.SupportedModels = append(r.SupportedModels, &gnmipb.ModelData{Name: name})
	}
	return r, nil
}

func (s *scripted) Subscribe(stream grpc.BidiStreamingServer[gnmipb.SubscribeRequest, gnmipb.SubscribeResponse]) error {
	request, err := stream.Recv()
	if err != nil {
		return err
	}
	if s.subscribe == nil {
		return stream.Send(syncResponse())
	}
	return s.subscribe(request.GetSubscribe(), stream)
}

func (s *scripted) Set(ctx context.Context, r *gnmipb.SetRequest) (*gnmipb.SetResponse, error) {
	if s.set == nil {
		return &gnmipb.SetResponse{}, nil
	}
	if err := s.set(ctx, r); err != nil {
		return nil, err
	}
	return &gnmipb.SetResponse{}, nil
}

// script runs a scripted device until the test ends.
func (l *lab) script(tb testing.TB, s *scripted, profile string) drivers.Device {
	tb.Helper()
	return l.scriptTLS(tb, s, profile, &tls.Config{
		Certificates: []tls.Certificate{l.certificate}, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12,
	})
}

// scriptTLS is script with a TLS configuration of the test's own.
func (l *lab) scriptTLS(tb testing.TB, s *scripted, profile string, config *tls.Config) drivers.Device {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(config)))
	gnmipb.RegisterGNMIServer(server, s)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	tb.Cleanup(func() {
		server.Stop()
		if err := <-served; err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			tb.Error(err)
		}
	})
	p, err := l.catalogue.Profile(profile)
	if err != nil {
		tb.Fatal(err)
	}
	return drivers.Device{
		Name: "device", Address: listener.Addr().String(), Profile: p, RootCAs: l.authority.PEM(), ServerName: "device.example", Manage: true,
		Credentials: func(context.Context) (string, string, error) { return "waveplane", secret, nil },
	}
}

func syncResponse() *gnmipb.SubscribeResponse {
	return &gnmipb.SubscribeResponse{Response: &gnmipb.SubscribeResponse_SyncResponse{SyncResponse: true}}
}

func notification(timestamp int64, updates ...*gnmipb.Update) *gnmipb.SubscribeResponse {
	return &gnmipb.SubscribeResponse{Response: &gnmipb.SubscribeResponse_Update{Update: &gnmipb.Notification{Timestamp: timestamp, Update: updates}}}
}

// at builds a path from elements; a key is written after its element as
// "name=value".
func at(elements ...string) *gnmipb.Path {
	p := &gnmipb.Path{}
	for _, e := range elements {
		for i := range e {
			if e[i] == '=' && len(p.Elem) > 0 {
				last := p.Elem[len(p.Elem)-1]
				if last.Key == nil {
					last.Key = map[string]string{}
				}
				last.Key[e[:i]] = e[i+1:]
				e = ""
				break
			}
		}
		if e != "" {
			p.Elem = append(p.Elem, &gnmipb.PathElem{Name: e})
		}
	}
	return p
}

func text(s string) *gnmipb.TypedValue {
	return &gnmipb.TypedValue{Value: &gnmipb.TypedValue_StringVal{StringVal: s}}
}

func double(f float64) *gnmipb.TypedValue {
	return &gnmipb.TypedValue{Value: &gnmipb.TypedValue_DoubleVal{DoubleVal: f}}
}

func number(n uint64) *gnmipb.TypedValue {
	return &gnmipb.TypedValue{Value: &gnmipb.TypedValue_UintVal{UintVal: n}}
}

func document(s string) *gnmipb.TypedValue {
	return &gnmipb.TypedValue{Value: &gnmipb.TypedValue_JsonIetfVal{JsonIetfVal: []byte(s)}}
}

func let(path *gnmipb.Path, value *gnmipb.TypedValue) *gnmipb.Update {
	return &gnmipb.Update{Path: path, Val: value}
}

// answering is a subscription that answers with these and completes.
func answering(responses ...*gnmipb.SubscribeResponse) func(*gnmipb.SubscriptionList, grpc.BidiStreamingServer[gnmipb.SubscribeRequest, gnmipb.SubscribeResponse]) error {
	return func(_ *gnmipb.SubscriptionList, stream grpc.BidiStreamingServer[gnmipb.SubscribeRequest, gnmipb.SubscribeResponse]) error {
		for _, r := range append(responses, syncResponse()) {
			if err := stream.Send(r); err != nil {
				return err
			}
		}
		return nil
	}
}

// refusing is a Set that fails with a code and words.
func refusing(code codes.Code, words string) func(context.Context, *gnmipb.SetRequest) error {
	return func(context.Context, *gnmipb.SetRequest) error { return status.Error(code, words) }
}
