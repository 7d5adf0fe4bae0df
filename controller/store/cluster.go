package store

import (
	"context"
	"errors"
	"math"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc"
)

// dialTimeout bounds the first connection and what a dead one takes to be
// noticed.
const dialTimeout = 3 * time.Second

// clusterFlights is how many transactions are under way to a cluster at one time.
const clusterFlights = 8

// OpenCluster opens a store on an existing etcd cluster. What one transaction
// may hold there is found out at once, see Limits.
func OpenCluster(ctx context.Context, cfg Config) (*Store, error) {
	cfg, err := cfg.cluster()
	if err != nil {
		return nil, err
	}
	client, err := dial(cfg)
	if err != nil {
		return nil, err
	}
	limits, err := probeLimits(ctx, client)
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return open(ctx, cfg, connection{
		client: client, kv: clientv3.RetryKVClient(client), flights: clusterFlights,
		options:   []grpc.CallOption{grpc.WaitForReady(true), grpc.MaxCallSendMsgSize(math.MaxInt32), grpc.MaxCallRecvMsgSize(math.MaxInt32)}, // as dial sets them
		endpoints: cfg.Endpoints, limits: limits,
	})
}

func dial(cfg Config) (*clientv3.Client, error) {
	client, err := clientv3.New(clientv3.Config{
		Endpoints:            cfg.Endpoints,
		DialTimeout:          dialTimeout,
		DialKeepAliveTime:    dialTimeout,
		DialKeepAliveTimeout: dialTimeout,
		MaxCallSendMsgSize:   math.MaxInt32, // the server decides
		MaxCallRecvMsgSize:   math.MaxInt32,
		Logger:               etcdLogger(cfg.Log, nil),
	})
	if err != nil {
		return nil, named("connect", err)
	}
	return client, nil
}

// probeLimits asks for transactions that change nothing, largest first. The
// number of bytes is not probed, since refusing it costs the whole transfer; a
// server that allows more operations than etcd's default has been set up for us.
func probeLimits(ctx context.Context, client *clientv3.Client) (Limits, error) {
	for _, n := range []int{defaultTxnOps, 8192, 2048, 512} {
		compares := make([]clientv3.Cmp, n)
		for i := range compares {
			compares[i] = clientv3.Compare(clientv3.CreateRevision(root), ">", 0)
		}
		_, err := client.Txn(ctx).If(compares...).Commit()
		if err == nil {
			return Limits{TxnOps: n, RequestBytes: etcdRequestBytes}, nil
		}
		if err = named("probe limits", err); !errors.Is(err, ErrTooLarge) {
			return Limits{}, err
		}
	}
	return Limits{TxnOps: etcdTxnOps, RequestBytes: etcdRequestBytes}, nil
}
