package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3rpc"
	"go.etcd.io/etcd/server/v3/proxy/grpcproxy/adapter"
	"go.uber.org/zap"
)

// A single member has nobody to wait for in an election, so its ticks are short:
// a start waits for at most five of them. They are also most of what an idle
// server costs: at 10 ms about 1.5 % of a core, at 30 ms 1 %, at 100 ms 0.6 %.
const (
	tickMs     = 30
	electionMs = 5 * tickMs
)

// snapshotEvery and snapshotKeep bound the log that raft holds in memory and
// replays at a start. A single member has no follower to catch up.
const (
	snapshotEvery = 1000
	snapshotKeep  = 50
)

// server is the embedded etcd with the directory that it locks.
type server struct {
	etcd *embed.Etcd
	dir  *stateDir
	log  *slog.Logger
	// closing keeps the log quiet.
	closing atomic.Bool
}

// OpenEmbedded starts an etcd server inside the process and opens its store. The
// server is reachable through a unix socket only, and its data survives the
// process: what was committed before a crash is there afterwards.
//
// The state directory belongs to one process at a time; the error for a second
// one is ErrLocked and names the holder. Leases of a predecessor that crashed
// are revoked, so its grants are free at once.
func OpenEmbedded(ctx context.Context, cfg Config) (*Store, error) {
	cfg, err := cfg.embedded()
	if err != nil {
		return nil, err
	}
	dir, err := openStateDir(cfg.Dir)
	if err != nil {
		return nil, err
	}
	srv := &server{dir: dir, log: cfg.Log}
	s, err := srv.open(ctx, cfg)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: open %s: %w", dir.path, err), srv.close())
	}
	s.server = srv
	return s, nil
}

func (srv *server) open(ctx context.Context, cfg Config) (*Store, error) {
	ec, log := srv.etcdConfig(cfg), etcdLogger(cfg.Log, &srv.closing)
	ec.ZapLoggerBuilder = embed.NewZapLoggerBuilder(log)
	if err := srv.start(ec, log); err != nil {
		return nil, err
	}
	select {
	case <-srv.etcd.Server.ReadyNotify():
	case err := <-srv.etcd.Err():
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	// The same calls as through the socket, with the same checks and errors, but
	// nothing is marshalled twice and copied through the kernel.
	client := v3client.New(srv.etcd.Server)
	limits := Limits{TxnOps: cfg.MaxTxnOps, RequestBytes: cfg.MaxRequestBytes}
	if err := revokeLeases(ctx, client); err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return open(ctx, cfg, connection{
		client: client, kv: adapter.KvServerToKvClient(v3rpc.NewQuotaKVServer(srv.etcd.Server)), flights: 1,
		endpoints: []string{"unix://" + srv.dir.socket}, limits: limits,
	})
}

// start runs the server. etcd panics on data that it cannot read; that becomes
// an error here, because a damaged disk is no programming mistake.
func (srv *server) start(cfg *embed.Config, log *zap.Logger) (err error) {
	defer func() {
		if r := recover(); r != nil {
			srv.log.Debug("etcd panicked at start", "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", errDamaged, r)
		}
	}()
	if err := checkData(log, cfg.Dir); err != nil {
		return err
	}
	srv.etcd, err = embed.StartEtcd(cfg)
	return err
}

func (srv *server) etcdConfig(cfg Config) *embed.Config {
	ec := embed.NewConfig()
	ec.Name = "waveplane"
	ec.Dir = filepath.Join(srv.dir.path, "etcd")
	client := url.URL{Scheme: "unix", Path: srv.dir.socket}
	ec.ListenClientUrls = []url.URL{client}
	ec.AdvertiseClientUrls = []url.URL{client}
	// No peers: nothing listens. The address only names the member.
	peer := url.URL{Scheme: "unix", Host: "waveplane"}
	ec.ListenPeerUrls = nil
	ec.AdvertisePeerUrls = []url.URL{peer}
	ec.InitialCluster = ec.Name + "=" + peer.String()
	ec.InitialClusterToken = "waveplane"

	ec.TickMs, ec.ElectionMs = tickMs, electionMs
	ec.SnapshotCount, ec.SnapshotCatchUpEntries = snapshotEvery, snapshotKeep
	ec.QuotaBackendBytes = cfg.QuotaBytes
	ec.MaxTxnOps = uint(cfg.MaxTxnOps)
	ec.MaxRequestBytes = uint(cfg.MaxRequestBytes)
	ec.AutoCompactionMode = embed.CompactorModePeriodic
	ec.AutoCompactionRetention = cfg.History.String()
	// Large transactions take their time; they are no cause for a warning.
	ec.WarningApplyDuration = slowRequest
	ec.WarningUnaryRequestDuration = slowRequest
	return ec
}

// close stops the server and frees the directory.
func (srv *server) close() error {
	srv.closing.Store(true)
	if srv.etcd != nil {
		srv.etcd.Close()
		<-srv.etcd.Server.StopNotify()
	}
	return srv.dir.close()
}

// revokeLeases frees what a predecessor held when it crashed. The lock on the
// directory proves that it is gone.
func revokeLeases(ctx context.Context, client *clientv3.Client) error {
	leases, err := client.Leases(ctx)
	if err != nil {
		return named("list leases", err)
	}
	for _, l := range leases.Leases {
		if _, err := client.Revoke(ctx, l.ID); err != nil {
			return named("revoke lease", err)
		}
	}
	return nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
