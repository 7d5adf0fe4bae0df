package dial_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/waveplane/waveplane/drivers/internal/dial"
)

// closedPort returns an address at which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return address
}

func call(t *testing.T, target dial.Target) (*dial.Conn, *dial.Sent, error) {
	t.Helper()
	conn, err := dial.New(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	ctx, sent := dial.WatchSent(ctx)
	return conn, sent, conn.Invoke(ctx, "/example.Service/Method", &emptypb.Empty{}, &emptypb.Empty{})
}

func TestNothingIsSentWithoutAServer(t *testing.T) {
	conn, sent, err := call(t, dial.Target{Address: closedPort(t)})
	if err == nil {
		t.Fatal("a call to nobody succeeded")
	}
	if sent.Happened() {
		t.Error("the request counts as sent")
	}
	var refused *net.OpError
	if fault := conn.Fault(); !errors.As(fault, &refused) || dial.Untrusted(fault) {
		t.Errorf("fault %v, want that the connection was refused", fault)
	}
}

func TestCredentialsThatCannotBeHad(t *testing.T) {
	locked := errors.New("locked")
	conn, sent, err := call(t, dial.Target{
		Address:     closedPort(t),
		Credentials: func(context.Context) (string, string, error) { return "", "", locked },
	})
	if err == nil || sent.Happened() {
		t.Errorf("error %v, sent %v; want an error and nothing sent", err, sent.Happened())
	}
	if fault := conn.Fault(); !errors.Is(fault, dial.ErrCredentials) || !errors.Is(fault, locked) {
		t.Errorf("fault %v, want no credentials because locked", fault)
	}
}

func TestPasswordIsCleanedFromTexts(t *testing.T) {
	conn, _, _ := call(t, dial.Target{
		Address:     closedPort(t),
		Credentials: func(context.Context) (string, string, error) { return "u", "hunter2", nil },
	})
	if got, want := conn.Clean("bad password hunter2"), "bad password [redacted]"; got != want {
		t.Errorf("Clean gives %q, want %q", got, want)
	}
}

func TestTargetsThatMakeNoSense(t *testing.T) {
	for name, target := range map[string]dial.Target{
		"no port": {Address: "device"},
		"no PEM":  {Address: "device:1", RootCAs: []byte("nothing")},
	} {
		if conn, err := dial.New(target); err == nil {
			t.Errorf("%s: no error", name)
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
