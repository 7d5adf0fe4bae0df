package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc"
)

// Store is an open store. It is safe for concurrent use.
type Store struct {
	client      *clientv3.Client
	kv          etcdserverpb.KVClient
	kvOptions   []grpc.CallOption
	endpoints   []string
	log         *slog.Logger
	cfg         Config
	limits      Limits
	incarnation uint64
	tables      *Tables
	hub         *hub
	commits     *commitGroup
	stats       counters
	eventSeq    atomic.Uint64

	// stop ends what runs for the store itself; background waits for it.
	stop       context.CancelFunc
	running    context.Context
	background sync.WaitGroup

	sessionMu sync.Mutex
	current   *session

	server *server // nil on a cluster
	closed sync.Once
}

// Stats counts what a store has done since it was opened.
type Stats struct {
	Transactions uint64 // committed, by any caller
	Conflicts    uint64 // refused by a comparison
	Puts         uint64 // within committed transactions
	Deletes      uint64
	Reads        uint64 // requests for keys or pages
}

type counters struct {
	transactions, conflicts, puts, deletes, reads atomic.Uint64
}

// connection is a client with what the two ways of opening a store differ in.
type connection struct {
	client    *clientv3.Client
	kv        etcdserverpb.KVClient // of client, for transactions
	options   []grpc.CallOption     // of kv
	flights   int                   // see commitGroup
	endpoints []string
	limits    Limits
}

// open finishes what both ways of opening have in common. It owns the client.
func open(ctx context.Context, cfg Config, conn connection) (*Store, error) {
	client := conn.client
	s := &Store{client: client, kv: conn.kv, kvOptions: conn.options, endpoints: conn.endpoints, log: cfg.Log, cfg: cfg, limits: conn.limits}
	s.running, s.stop = context.WithCancel(context.Background())
	s.tables = newTables(s)
	s.hub = &hub{s: s, watching: map[string][]*subscription{}}
	s.commits = &commitGroup{s: s, flights: conn.flights}
	var err error
	if s.incarnation, err = s.ensureIncarnation(ctx); err != nil {
		s.stop()
		return nil, errors.Join(err, client.Close())
	}
	s.background.Go(s.hub.run)
	return s, nil
}

// Close gives up all grants, ends all watches and stops the embedded server if
// there is one. It may be called more than once.
func (s *Store) Close() error {
	var err error
	s.closed.Do(func() {
		s.stop()
		s.endSession()
		s.background.Wait()
		err = s.client.Close()
		if errors.Is(err, context.Canceled) {
			err = nil // the client reports its own end
		}
		if s.server != nil {
			err = errors.Join(err, s.server.close())
		}
	})
	return err
}

// Tables returns the tables of the store.
func (s *Store) Tables() *Tables { return s.tables }

// Limits returns what one transaction may hold.
func (s *Store) Limits() Limits { return s.limits }

// Endpoints returns where the store's etcd can be reached.
func (s *Store) Endpoints() []string { return slices.Clone(s.endpoints) }

// Stats returns what the store has done so far.
func (s *Store) Stats() Stats {
	return Stats{
		Transactions: s.stats.transactions.Load(),
		Conflicts:    s.stats.conflicts.Load(),
		Puts:         s.stats.puts.Load(),
		Deletes:      s.stats.deletes.Load(),
		Reads:        s.stats.reads.Load(),
	}
}

// Incarnation tells stores apart whose revisions started over. It is the high
// half of gNMI election ids, and a store made later has a greater one.
func (s *Store) Incarnation() uint64 { return s.incarnation }

// Revision returns the store's current revision.
func (s *Store) Revision(ctx context.Context) (int64, error) {
	s.stats.reads.Add(1)
	return s.revision(ctx)
}

func (s *Store) revision(ctx context.Context) (int64, error) {
	resp, err := s.client.Get(ctx, root+metaIncarnation, clientv3.WithKeysOnly())
	if err != nil {
		return 0, named("read revision", err)
	}
	return resp.Header.Revision, nil
}

// Compact forgets revisions below the given one. The server does so by itself
// after Config.History; Compact is for tools and tests.
func (s *Store) Compact(ctx context.Context, revision int64) error {
	if _, err := s.client.Compact(ctx, revision, clientv3.WithCompactPhysical()); err != nil {
		return named("compact", err)
	}
	return nil
}

const metaIncarnation = "meta/incarnation"

// ensureIncarnation reads the incarnation, or creates it on the first start.
// Seconds since 1970 make it greater than that of any store made before, so
// that devices which remember an election id accept those of a new store.
func (s *Store) ensureIncarnation(ctx context.Context) (uint64, error) {
	key := root + metaIncarnation
	made := strconv.FormatInt(time.Now().Unix(), 10)
	resp, err := s.client.Txn(ctx).
		If(clientv3.Compare(clientv3.CreateRevision(key), "=", 0)).
		Then(clientv3.OpPut(key, made)).
		Else(clientv3.OpGet(key)).Commit()
	if err != nil {
		return 0, named("read incarnation", err)
	}
	if !resp.Succeeded {
		made = string(resp.Responses[0].GetResponseRange().Kvs[0].Value)
	}
	n, err := strconv.ParseUint(made, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("store: incarnation: %w", err)
	}
	return n, nil
}

func memberName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return host + ":" + strconv.Itoa(os.Getpid())
}
