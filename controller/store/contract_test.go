package store_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/controller/store/storetest"
)

func open(t testing.TB, cfg store.Config) *store.Store {
	t.Helper()
	if cfg.Dir == "" {
		cfg.Dir = t.TempDir()
	}
	s, err := store.OpenEmbedded(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestEmbeddedContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *store.Store { return open(t, store.Config{}) })
}

func TestClusterContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) *store.Store {
		s, err := store.OpenCluster(t.Context(), store.Config{Endpoints: open(t, store.Config{}).Endpoints()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	})
}

func TestMain(m *testing.M) {
	if crashing() {
		return
	}
	goleak.VerifyTestMain(m)
}
