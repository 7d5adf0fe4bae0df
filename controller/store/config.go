package store

import (
	"cmp"
	"errors"
	"log/slog"
	"time"
)

// Config says how to open a store. The zero value of each field but Dir is useful.
type Config struct {
	// Dir is the state directory of an embedded store. It is created with mode
	// 0700. Required by OpenEmbedded, not used by OpenCluster.
	Dir string
	// Endpoints are the addresses of an existing cluster. Required by
	// OpenCluster, not used by OpenEmbedded.
	Endpoints []string
	// Log receives warnings and errors, those of the embedded server too. Zero:
	// they are dropped.
	Log *slog.Logger
	// Member names this process in the keys that it holds. Zero: host name and
	// process id.
	Member string
	// LeaseTTL is how long grants outlive a process that vanished, in whole
	// seconds. Zero: 10 s embedded (a successor revokes the lease at its start,
	// so nobody waits for it), 2 s on a cluster.
	LeaseTTL time.Duration
	// QuotaBytes bounds the size of the embedded database; when it is full every
	// write fails with ErrFull. Zero: 2 GiB.
	QuotaBytes int64
	// MaxTxnOps bounds comparisons and operations of one transaction of the
	// embedded server. Zero: 20,000.
	MaxTxnOps int
	// MaxRequestBytes bounds one transaction of the embedded server. Zero: 32 MiB.
	MaxRequestBytes int
	// History is how long old revisions are kept, so that a watch can resume.
	// Zero: 5 minutes.
	History time.Duration
}

// Limits of one transaction.
type Limits struct {
	TxnOps       int // comparisons, and operations
	RequestBytes int // of all keys and values together
}

const (
	defaultQuota        = 2 << 30
	defaultTxnOps       = 20_000
	defaultRequestBytes = 32 << 20
	defaultHistory      = 5 * time.Minute
	embeddedLeaseTTL    = 10 * time.Second
	clusterLeaseTTL     = 2 * time.Second

	// What etcd allows when nobody changed its settings.
	etcdTxnOps       = 128
	etcdRequestBytes = 1536 << 10
)

func (c Config) embedded() (Config, error) {
	if c.Dir == "" {
		return c, errors.New("store: no state directory given")
	}
	c.LeaseTTL = cmp.Or(c.LeaseTTL, embeddedLeaseTTL)
	return c.defaults(), nil
}

func (c Config) cluster() (Config, error) {
	if len(c.Endpoints) == 0 {
		return c, errors.New("store: no etcd endpoints given")
	}
	c.LeaseTTL = cmp.Or(c.LeaseTTL, clusterLeaseTTL)
	return c.defaults(), nil
}

func (c Config) defaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Member = cmp.Or(c.Member, memberName())
	c.QuotaBytes = cmp.Or(c.QuotaBytes, defaultQuota)
	c.MaxTxnOps = cmp.Or(c.MaxTxnOps, defaultTxnOps)
	c.MaxRequestBytes = cmp.Or(c.MaxRequestBytes, defaultRequestBytes)
	c.History = cmp.Or(c.History, defaultHistory)
	return c
}
