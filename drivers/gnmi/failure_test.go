package gnmi_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	gnmipb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/gnmi"
	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/models"
)

// TestKindsOfRefusedWrites checks what each code that a device answers a Set
// with becomes, and that words come without secret and control characters.
func TestKindsOfRefusedWrites(t *testing.T) {
	l := newLab(t)
	tests := map[codes.Code]drivers.Kind{
		codes.InvalidArgument: drivers.KindRejected, codes.NotFound: drivers.KindRejected, codes.Aborted: drivers.KindRejected,
		codes.ResourceExhausted: drivers.KindRejected, codes.OutOfRange: drivers.KindRejected,
		codes.PermissionDenied: drivers.KindDenied, codes.Unauthenticated: drivers.KindDenied,
		codes.Unimplemented: drivers.KindUnsupported, codes.FailedPrecondition: drivers.KindConflict,
		codes.Unavailable: drivers.KindOutcomeUnknown, codes.DeadlineExceeded: drivers.KindOutcomeUnknown, codes.Canceled: drivers.KindOutcomeUnknown,
		codes.Unknown: drivers.KindOutcomeUnknown, codes.Internal: drivers.KindOutcomeUnknown,
	}
	device := &scripted{}
	session := openScript(t, l, device, "lab-router-zr")
	p := drivers.Pass{Changes: devices.One("circuit/alpha/1", devices.Optical("oc-1"), nil, models.Leaves{models.LeafFrequency: "193100 GHz"})}
	for code, want := range tests {
		t.Run(code.String(), func(t *testing.T) {
			device.set = refusing(code, "no\x1b[2J way for "+secret)
			result, err := session.Apply(t.Context(), p)
			if got := drivers.KindOf(err); got != want {
				t.Fatalf("kind %s, want %s: %v", got, want, err)
			}
			if strings.Contains(err.Error(), secret) || strings.ContainsRune(err.Error(), '\x1b') {
				t.Errorf("the error repeats what it must not: %q", err)
			}
			if !strings.Contains(err.Error(), "way for") {
				t.Errorf("the device's words are missing: %v", err)
			}
			if !result.Sent {
				t.Error("the result says that nothing was sent")
			}
			if named := len(result.Refused) == 1; named != (want == drivers.KindRejected) {
				t.Errorf("refused %v with kind %s", result.Refused, want)
			}
		})
	}
}

// TestBlame checks whom a refusal is laid at.
func TestBlame(t *testing.T) {
	l := newLab(t)
	device := &scripted{}
	session := openScript(t, l, device, "lab-router-zr")
	leaves := models.Leaves{models.LeafDescription: "x", models.LeafLogicalType: "PROT_OTN"}
	p := drivers.Pass{Changes: append(devices.One("alpha", devices.Logical("1"), nil, leaves), devices.One("beta", devices.Logical("10"), nil, leaves)...)}
	tests := map[string]struct {
		words string
		want  map[string]string
	}{
		"one place":     {"bad value at /terminal-device/logical-channels/channel[index=10]/config", map[string]string{"beta": "bad value at /terminal-device/logical-channels/channel[index=10]/config"}},
		"a like index":  {"logical-channels/channel[index=1]: no", map[string]string{"alpha": "logical-channels/channel[index=1]: no"}},
		"both":          {"logical-channels/channel[index=1] and logical-channels/channel[index=10] clash", nil},
		"another list":  {"/components/component[name=x]/transceiver/physical-channels/channel[index=1]: no", nil},
		"nothing named": {"commit failed", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			device.set = refusing(codes.InvalidArgument, tt.words)
			result, err := session.Apply(t.Context(), p)
			if drivers.KindOf(err) != drivers.KindRejected {
				t.Fatalf("error %v, want kind Rejected", err)
			}
			if diff := cmp.Diff(tt.want, result.Refused); diff != "" {
				t.Errorf("refused (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOpenChecksCapabilities checks that a device is refused that lacks what
// its profile needs.
func TestOpenChecksCapabilities(t *testing.T) {
	l := newLab(t)
	tests := map[string]struct {
		device  *scripted
		profile string
		missing string
	}{
		"no JSON_IETF":        {&scripted{encodings: []gnmipb.Encoding{gnmipb.Encoding_PROTO}}, "lab-router-zr", "JSON_IETF"},
		"router, no terminal": {&scripted{models: []string{"openconfig-platform", "openconfig-platform-transceiver"}}, "lab-router-zr", "openconfig-terminal-device"},
		"router, no lasers":   {&scripted{models: []string{"openconfig-platform", "openconfig-terminal-device"}}, "lab-router-zr", "openconfig-platform-transceiver"},
		"terminal needs none": {&scripted{models: []string{"openconfig-platform", "openconfig-terminal-device"}}, "lab-terminal", ""},
		"switch":              {&scripted{models: []string{"openconfig-platform"}}, "lab-roadm", "openconfig-wavelength-router"},
		"amplifier":           {&scripted{models: []string{"openconfig-platform"}}, "lab-ila", "openconfig-optical-amplifier"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := (&gnmi.Driver{}).Open(t.Context(), l.script(t, tt.device, tt.profile))
			if tt.missing == "" {
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
				return
			}
			if drivers.KindOf(err) != drivers.KindUnsupported || !strings.Contains(err.Error(), tt.missing) {
				t.Errorf("error %v, want kind Unsupported naming %s", err, tt.missing)
			}
		})
	}
}

// TestCertificates checks that TLS is verified in every respect and that what
// goes wrong is said without secrets.
func TestCertificates(t *testing.T) {
	l := newLab(t)
	stranger, err := gnmid.NewAuthority("stranger")
	if err != nil {
		t.Fatal(err)
	}
	good := l.certificate
	old, oldRoots := expired(t)
	tests := map[string]struct {
		server func(*tls.Config)
		device func(*drivers.Device)
		want   drivers.Kind // empty: opens
		// or is what may come instead: a server that closes with our bytes
		// unread resets the connection, and the reset can overtake its alert.
		or drivers.Kind
	}{
		"trusted":           {},
		"unknown authority": {device: func(d *drivers.Device) { d.RootCAs = stranger.PEM() }, want: drivers.KindDenied},
		"system's roots":    {device: func(d *drivers.Device) { d.RootCAs = nil }, want: drivers.KindDenied},
		"wrong name":        {device: func(d *drivers.Device) { d.ServerName = "other.example" }, want: drivers.KindDenied},
		"name of address":   {device: func(d *drivers.Device) { d.ServerName = "" }},
		"too old protocol":  {server: func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }, want: drivers.KindDenied},
		"expired": {server: func(c *tls.Config) { c.Certificates = []tls.Certificate{old} },
			device: func(d *drivers.Device) { d.RootCAs = oldRoots }, want: drivers.KindDenied},
		"client wanted": {server: func(c *tls.Config) { c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, l.authority.Pool() },
			want: drivers.KindDenied, or: drivers.KindUnreachable},
		"no PEM": {device: func(d *drivers.Device) { d.RootCAs = []byte("no certificate") }, want: drivers.KindInvalid},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			config := &tls.Config{Certificates: []tls.Certificate{good}, NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12}
			if tt.server != nil {
				tt.server(config)
			}
			device := l.scriptTLS(t, &scripted{}, "lab-router-zr", config)
			if tt.device != nil {
				tt.device(&device)
			}
			s, err := (&gnmi.Driver{}).Open(t.Context(), device)
			if s != nil {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
			if kind := drivers.KindOf(err); kind != tt.want && (tt.or == "" || kind != tt.or) {
				t.Errorf("error %v of kind %q, want %q", err, kind, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("the error holds the secret: %v", err)
			}
		})
	}
}

// TestPasswordStaysOnTrustedConnections checks that a server that is not
// trusted never sees the password.
func TestPasswordStaysOnTrustedConnections(t *testing.T) {
	l := newLab(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan string, 1)
	go func() { // a server in the clear that writes down what it hears
		defer close(heard)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		buffer := make([]byte, 4096)
		n, _ := conn.Read(buffer)
		heard <- string(buffer[:n])
	}()
	device := l.script(t, &scripted{}, "lab-router-zr")
	device.Address = listener.Addr().String()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := (&gnmi.Driver{}).Open(ctx, device); err == nil {
		t.Error("opening a server without TLS succeeded")
	}
	if text := <-heard; text == "" || strings.Contains(text, secret) {
		t.Errorf("the server heard %q", text)
	}
	if err := listener.Close(); err != nil {
		t.Error(err)
	}
}

// TestRotatedCredentials checks that credentials are asked for at every dial.
func TestRotatedCredentials(t *testing.T) {
	l := newLab(t)
	b := l.start(t, devices.Router())
	asked := 0
	b.device.Credentials = func(context.Context) (string, string, error) {
		asked++
		return "waveplane", secret, nil
	}
	s := b.open(t, &gnmi.Driver{})
	b.Unreachable()
	if _, err := s.Observe(t.Context()); drivers.KindOf(err) != drivers.KindUnreachable {
		t.Fatalf("error %v, want kind Unreachable", err)
	}
	if err := b.Reachable(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the session recovers", func() bool {
		_, err := s.Observe(t.Context())
		return err == nil
	})
	if asked < 2 {
		t.Errorf("credentials were asked for %d times over two connections", asked)
	}
}

// TestNoSync checks devices that never complete their first answer.
func TestNoSync(t *testing.T) {
	l := newLab(t)
	silent := &scripted{subscribe: func(_ *gnmipb.SubscriptionList, s grpc.BidiStreamingServer[gnmipb.SubscribeRequest, gnmipb.SubscribeResponse]) error {
		<-s.Context().Done()
		return s.Context().Err()
	}}
	hasty := &scripted{subscribe: func(*gnmipb.SubscriptionList, grpc.BidiStreamingServer[gnmipb.SubscribeRequest, gnmipb.SubscribeResponse]) error {
		return nil
	}}
	for name, device := range map[string]*scripted{"silent": silent, "hangs up": hasty} {
		t.Run(name, func(t *testing.T) {
			d := l.script(t, device, "lab-router-zr")
			d.Profile.Timeout = "200ms"
			s, err := (&gnmi.Driver{}).Open(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if _, err := s.Observe(t.Context()); drivers.KindOf(err) != drivers.KindUnreachable {
				t.Errorf("observe gives %v, want kind Unreachable", err)
			}
			err = s.(drivers.Watcher).Watch(t.Context(), time.Second, func(models.Delta) { t.Error("a delta came without sync") })
			if drivers.KindOf(err) != drivers.KindUnreachable {
				t.Errorf("watch gives %v, want kind Unreachable", err)
			}
			result, err := s.Apply(t.Context(), drivers.Pass{Changes: devices.One("a", devices.Optical("oc-1"), nil, models.Leaves{models.LeafFrequency: "193100 GHz"})})
			if drivers.KindOf(err) != drivers.KindUnreachable || result.Sent {
				t.Errorf("apply gives %+v and %v, want kind Unreachable and nothing sent", result, err)
			}
		})
	}
}

// TestSlowIntervalInstead checks that a device that refuses fast sampling is
// asked for the profile's slow interval.
func TestSlowIntervalInstead(t *testing.T) {
	l := newLab(t)
	var asked []uint64
	device := &scripted{subscribe: func(list *gnmipb.SubscriptionList, s grpc.BidiStreamingServer[gnmipb.SubscribeRequest, gnmipb.SubscribeResponse]) error {
		for _, sub := range list.GetSubscription() {
			if sub.GetMode() == gnmipb.SubscriptionMode_SAMPLE {
				asked = append(asked, sub.GetSampleInterval())
				break
			}
		}
		if asked[len(asked)-1] < uint64(time.Second) {
			return status.Error(codes.InvalidArgument, "sample interval is below the minimum of 1 s")
		}
		return s.Send(syncResponse())
	}}
	s := openScript(t, l, device, "lab-router-zr")
	err := s.Sample(t.Context(), 100*time.Millisecond, func(models.Readings) {})
	if drivers.KindOf(err) != drivers.KindUnreachable {
		t.Errorf("error %v, want that the stream ended", err)
	}
	if diff := cmp.Diff([]uint64{uint64(100 * time.Millisecond), uint64(time.Second)}, asked); diff != "" {
		t.Errorf("intervals asked for (-want +got):\n%s", diff)
	}
}

// TestBadProfile checks that a profile that makes no sense is said so.
func TestBadProfile(t *testing.T) {
	l := newLab(t)
	for name, spoil := range map[string]func(*drivers.Device){
		"timeout": func(d *drivers.Device) { d.Profile.Timeout = "soon" }, "keepalive": func(d *drivers.Device) { d.Profile.Keepalive = "-1s" },
		"address": func(d *drivers.Device) { d.Address, d.ServerName = "nowhere", "" },
	} {
		t.Run(name, func(t *testing.T) {
			d := l.script(t, &scripted{}, "lab-router-zr")
			spoil(&d)
			if _, err := (&gnmi.Driver{}).Open(t.Context(), d); drivers.KindOf(err) != drivers.KindInvalid {
				t.Errorf("error %v, want kind Invalid", err)
			}
		})
	}
}

// expired makes an authority of its own and a certificate of it that was good
// until yesterday; the device that uses it trusts that authority.
func expired(t *testing.T) (certificate tls.Certificate, roots []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "device.example"}, DNSNames: []string{"device.example"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// eventually waits for a condition that has no event to wait for.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatalf("did not happen in time: %s", what)
		}
	}
}
