package gnmid

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
)

type lifeState int

const (
	lifeStopped lifeState = iota
	lifeUp
	lifeCut  // Unreachable: stays away until Reachable
	lifeBoot // Reboot: comes back by itself
)

// ErrNotServing is returned by what needs a started target.
var ErrNotServing = errors.New("target is not serving")

// front is one period of serving: a listener, its gRPC server, its connections.
type front struct {
	server *grpc.Server
	door   *door
	down   chan struct{} // closed when the device starts to go away
	done   chan struct{} // closed when Serve has returned
}

// Start begins to serve and returns the address, which the target keeps for
// good. The context bounds the start only; Stop ends the service.
func (t *Target) Start(ctx context.Context) (string, error) {
	t.lifeMu.Lock()
	defer t.lifeMu.Unlock()
	if t.life != lifeStopped {
		return t.Addr(), nil
	}
	listen := t.Addr()
	if listen == "" {
		listen = t.config.Listen
	}
	if err := t.open(ctx, listen); err != nil {
		return "", fmt.Errorf("start target %s: %w", t.config.Name, err)
	}
	return t.Addr(), nil
}

// Addr is the address served on, empty before the first Start.
func (t *Target) Addr() string {
	if a := t.address.Load(); a != nil {
		return *a
	}
	return ""
}

// Stop closes the listener and all connections and waits until every handler
// has returned. Leaves and faults stay; Start serves again on the same address.
func (t *Target) Stop() {
	t.lifeMu.Lock()
	if t.down != nil {
		t.down()
	}
	t.shut()
	t.life = lifeStopped
	t.lifeMu.Unlock()
	t.ups.Wait()
}

// Unreachable closes the listener and all connections; new ones are refused
// until Reachable. It does nothing to a target that isn't up.
func (t *Target) Unreachable() {
	t.lifeMu.Lock()
	defer t.lifeMu.Unlock()
	if t.life == lifeUp {
		t.shut()
		t.life = lifeCut
	}
}

// Reachable ends Unreachable. The context bounds the wait for the address,
// which another process may have taken meanwhile.
func (t *Target) Reachable(ctx context.Context) error {
	t.lifeMu.Lock()
	defer t.lifeMu.Unlock()
	if t.life != lifeCut {
		return nil
	}
	if err := t.reopen(ctx); err != nil {
		return fmt.Errorf("target %s: %w", t.config.Name, err)
	}
	return nil
}

// Reboot drops all connections, returns to the start-up configuration, stays
// away for a while and then serves again on the same address; the channel
// closes when it does, or when Stop came first. Election ids are forgotten.
func (t *Target) Reboot(away time.Duration) (<-chan struct{}, error) {
	t.lifeMu.Lock()
	defer t.lifeMu.Unlock()
	if t.life != lifeUp && t.life != lifeCut {
		return nil, fmt.Errorf("reboot target %s: %w", t.config.Name, ErrNotServing)
	}
	t.shut()
	t.life = lifeBoot
	if err := t.resetToStartup(); err != nil {
		return nil, fmt.Errorf("reboot target %s: %w", t.config.Name, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.down = cancel
	back := make(chan struct{})
	t.ups.Go(func() {
		defer close(back)
		defer cancel()
		timer := time.NewTimer(away)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		t.lifeMu.Lock()
		defer t.lifeMu.Unlock()
		if t.life != lifeBoot || ctx.Err() != nil {
			return
		}
		if err := t.reopen(ctx); err != nil {
			t.log.Error("came back from a reboot without its address", "op", "reboot", "err", err)
			t.life = lifeCut
		}
	})
	return back, nil
}

func (t *Target) resetToStartup() error {
	t.mu.Lock()
	saved := t.startup
	t.mu.Unlock()
	load := op{verb: verbReplace}
	list(saved, nil, writable, func(at path, value string) {
		load.leaves = append(load.leaves, setting{at: append(path(nil), at...), value: value})
	})
	forget := func() error {
		t.arbitration = nil
		return nil
	}
	_, err := t.transact(SourceReboot, "reboot", []op{load}, forget, nil)
	return err
}

// reopen takes the old address again, patiently: a connection of another
// process may be using the port for a moment.
func (t *Target) reopen(ctx context.Context) error {
	const patience, pause = 5 * time.Second, 20 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := t.open(ctx, t.Addr())
		if err == nil {
			return nil
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

// open starts a new front. The caller holds lifeMu.
func (t *Target) open(ctx context.Context, address string) error {
	if face := t.config.Face; face != nil {
		bound, err := face.Listen(ctx, address)
		if err != nil {
			return err
		}
		t.address.Store(&bound)
		t.faced, t.life = true, lifeUp
		return nil
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	f := &front{
		door: newDoor(listener, &t.stats),
		down: make(chan struct{}),
		done: make(chan struct{}),
	}
	f.server = t.newServer(f)
	go func() {
		defer close(f.done)
		if err := f.server.Serve(f.door); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			t.log.Error("serving ended", "op", "serve", "err", err)
		}
	}()
	bound := listener.Addr().String()
	t.address.Store(&bound)
	t.front, t.life = f, lifeUp
	return nil
}

// shut ends the front, if there is one. The caller holds lifeMu.
func (t *Target) shut() {
	if t.faced {
		t.config.Face.Shut()
		t.faced = false
	}
	if t.front == nil {
		return
	}
	close(t.front.down)
	t.front.door.resetAll()
	t.front.server.Stop()
	<-t.front.done
	t.front = nil
}

// Small buffers: a laboratory has a thousand targets with a connection or two
// each, and optical devices say little.
const (
	ioBuffer      = 2 << 10
	maxReceive    = 8 << 20
	maxHeaderList = 8 << 10
	maxStreams    = 128
)

func (t *Target) newServer(f *front) *grpc.Server {
	tlsConfig := &tls.Config{
		Certificates: []tls.Certificate{t.config.Certificate},
		ClientAuth:   t.config.ClientAuth,
		ClientCAs:    t.config.ClientCAs,
		MinVersion:   tls.VersionTLS12,
	}
	server := grpc.NewServer(
		grpc.Creds(credentials.NewTLS(tlsConfig)),
		grpc.ReadBufferSize(ioBuffer),
		grpc.WriteBufferSize(ioBuffer),
		grpc.MaxRecvMsgSize(maxReceive),
		grpc.MaxHeaderListSize(maxHeaderList),
		grpc.MaxConcurrentStreams(maxStreams),
		grpc.WaitForHandlers(true),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: t.config.KeepaliveMinTime}),
		grpc.UnaryInterceptor(t.admitUnary),
		grpc.StreamInterceptor(t.admitStream),
	)
	gpb.RegisterGNMIServer(server, &service{target: t, front: f})
	return server
}
