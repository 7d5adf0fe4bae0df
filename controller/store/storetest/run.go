package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/waveplane/waveplane/controller/store"
)

// Run runs the contract tests.
func Run(t *testing.T, open func(t *testing.T) *store.Store) {
	tests := []struct {
		name string
		run  func(t *testing.T, s *store.Store)
	}{
		{"ReadAndWrite", readAndWrite},
		{"Comparisons", comparisons},
		{"Atomic", atomic},
		{"Crowd", crowd},
		{"CrowdOnOneKey", crowdOnOneKey},
		{"CrowdInACircle", crowdInACircle},
		{"CrowdLeaves", crowdLeaves},
		{"Keys", keys},
		{"LargeTransaction", largeTransaction},
		{"TooLarge", tooLarge},
		{"ListIsOfOneRevision", listIsOfOneRevision},
		{"UnknownFields", unknownFields},
		{"Versions", versions},
		{"Topology", topology},
		{"Events", events},
		{"Stats", stats},
		{"WatchOrder", watchOrder},
		{"WatchPath", watchPath},
		{"WatchBesideNewcomers", watchBesideNewcomers},
		{"WatchResumes", watchResumes},
		{"WatchAcrossCompaction", watchAcrossCompaction},
		{"WatchStopsAtUnreadable", watchStopsAtUnreadable},
		{"WatchEndsWithStore", watchEndsWithStore},
		{"Guard", guard},
		{"Campaign", campaign},
		{"Own", own},
		{"OwnAll", ownAll},
		{"LeaseLost", leaseLost},
		{"CloseFreesGrants", closeFreesGrants},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// note is a record for tests.
type note struct {
	Text string `json:"text"`
	N    int    `json:"n,omitempty"`
}

// patient is a context for what must happen at all, however slow the machine is.
func patient(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func commit(t *testing.T, s *store.Store, ops ...store.Op) int64 {
	t.Helper()
	rev, err := s.Commit(patient(t), nil, ops...)
	if err != nil {
		t.Fatalf("commit: %v", err)
	}
	return rev
}

// wantConflict checks that an error is a conflict on exactly these keys.
func wantConflict(t *testing.T, err error, keys ...string) {
	t.Helper()
	var conflict *store.ConflictError
	if !errors.As(err, &conflict) || !errors.Is(err, store.ErrConflict) {
		t.Errorf("error is %v, want a conflict on %v", err, keys)
		return
	}
	if diff := cmp.Diff(keys, conflict.Keys); diff != "" {
		t.Errorf("keys of the conflict differ (-want +got):\n%s", diff)
	}
}

// contents returns key → text of a table.
func contents(t *testing.T, table *store.Table[note]) map[string]string {
	t.Helper()
	entries, _, err := table.List(patient(t), "")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		out[e.Key] = e.Value.Text
	}
	return out
}

// raw is a client that sees etcd as it is.
func raw(t *testing.T, s *store.Store) *clientv3.Client {
	t.Helper()
	client, err := clientv3.New(clientv3.Config{Endpoints: s.Endpoints(), DialTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	return client
}

// second is another member on the same etcd.
func second(t *testing.T, s *store.Store, endpoints ...string) *store.Store {
	t.Helper()
	if len(endpoints) == 0 {
		endpoints = s.Endpoints()
	}
	other, err := store.OpenCluster(patient(t), store.Config{Endpoints: endpoints, Member: "second"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := other.Close(); err != nil {
			t.Error(err)
		}
	})
	return other
}

// socketOf returns the path of a store's socket, or host:port of its first
// endpoint.
func socketOf(s *store.Store) (network, address string) {
	endpoint := s.Endpoints()[0]
	if path, ok := strings.CutPrefix(endpoint, "unix://"); ok {
		return "unix", path
	}
	_, address, ok := strings.Cut(endpoint, "://")
	if !ok {
		address = endpoint
	}
	return "tcp", address
}
