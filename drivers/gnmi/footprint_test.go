package gnmi_test

import (
	"context"
	"crypto/x509"
	"runtime"
	"sync"
	"testing"
	"time"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/gnmi"
	"github.com/waveplane/waveplane/models"
)

// maxFootprint is what a watched session may cost above a bare connection that
// has the same stream open: a thousand of them share a process.
const maxFootprint = 60 << 10

// TestFootprint measures the memory of many watched sessions to a router with
// eight coherent ports. The server runs in the same process and costs the same
// in both measurements.
func TestFootprint(t *testing.T) {
	const sessions = 100
	l := newLab(t)
	b := l.start(t, devices.Large(8))

	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(l.authority.PEM())
	bare := measure(t, sessions, func() func() {
		conn, err := grpc.NewClient("passthrough:///"+b.device.Address,
			grpc.WithTransportCredentials(credentials.NewClientTLSFromCert(pool, "device.example")), grpc.WithPerRPCCredentials(password{}))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		stream, err := gnmipb.NewGNMIClient(conn).Subscribe(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := stream.Send(&gnmipb.SubscribeRequest{Request: &gnmipb.SubscribeRequest_Subscribe{Subscribe: &gnmipb.SubscriptionList{
			Mode: gnmipb.SubscriptionList_STREAM, Encoding: gnmipb.Encoding_PROTO, Subscription: gnmi.Subscriptions(time.Minute),
		}}}); err != nil {
			t.Fatal(err)
		}
		for {
			r, err := stream.Recv()
			if err != nil {
				t.Fatal(err)
			}
			if r.GetSyncResponse() {
				break
			}
		}
		return func() {
			cancel()
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	watched := measure(t, sessions, func() func() {
		s, err := (&gnmi.Driver{}).Open(t.Context(), b.device)
		if err != nil {
			t.Fatal(err)
		}
		full, once := make(chan struct{}), sync.Once{}
		ended := make(chan error, 1)
		go func() {
			ended <- s.(drivers.Watcher).Watch(t.Context(), time.Minute, func(models.Delta) { once.Do(func() { close(full) }) })
		}()
		<-full
		return func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			<-ended
		}
	})
	t.Logf("a bare connection with a stream takes %d KiB (both ends), a watched session %d KiB: %d KiB more",
		bare>>10, watched>>10, (watched-bare)>>10)
	if watched-bare > maxFootprint {
		t.Errorf("a watched session takes %d bytes above a bare connection, want at most %d", watched-bare, maxFootprint)
	}
}

// measure returns the bytes per connection that heap and stacks grow by.
func measure(t *testing.T, n int, connect func() (closeIt func())) int64 {
	t.Helper()
	before := inUse()
	closers := make([]func(), n)
	for i := range closers {
		closers[i] = connect()
	}
	grown := inUse() - before
	for _, closeIt := range closers {
		closeIt()
	}
	return grown / int64(n)
}

func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// password is the bare connection's login.
type password struct{}

func (password) RequireTransportSecurity() bool { return true }

func (password) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"username": "waveplane", "password": secret}, nil
}
