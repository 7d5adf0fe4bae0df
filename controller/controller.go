// Package controller puts the parts of a Waveplane daemon together: the store,
// the stages that reconcile, and the API in front of them. All wiring is in
// this file.
package controller

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/waveplane/waveplane/controller/api"
	"github.com/waveplane/waveplane/controller/api/endpoint"
	"github.com/waveplane/waveplane/controller/documents"
	"github.com/waveplane/waveplane/controller/engine"
	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/reconcile"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Config is what a daemon needs to know.
type Config struct {
	// StateDir holds the embedded store and the socket of the API; it is made with
	// mode 0700 when it is not there. Relative paths in documents start here.
	StateDir string
	// Version is shown by the API.
	Version string
	// Catalogue is what is known of modes, parts and profiles; default the
	// built-in one.
	Catalogue *catalogue.Catalogue
	// Estimator predicts light; default the full model.
	Estimator plan.Estimator
}

// finishTime is how long a daemon that is asked to end goes on with changes that are
// on their way to devices. Breaking them off would leave commits hanging.
const finishTime = 15 * time.Second

// Controller is one daemon.
type Controller struct {
	cfg      Config
	registry drivers.Registry
	log      *slog.Logger
	ready    chan struct{}
	once     sync.Once
}

// New checks the configuration and fills in the defaults; nothing is opened.
func New(cfg Config, registry drivers.Registry, log *slog.Logger) (*Controller, error) {
	if cfg.StateDir == "" {
		return nil, errors.New("controller: a state directory is required")
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if cfg.Catalogue == nil {
		c, err := catalogue.Default()
		if err != nil {
			return nil, fmt.Errorf("controller: %w", err)
		}
		cfg.Catalogue = c
	}
	if cfg.Estimator == nil {
		full, err := plan.FullEstimator()
		if err != nil {
			return nil, fmt.Errorf("controller: %w", err)
		}
		cfg.Estimator = full
	}
	return &Controller{cfg: cfg, registry: registry, log: log, ready: make(chan struct{})}, nil
}

// Ready is closed once the API answers and the stages work.
func (c *Controller) Ready() <-chan struct{} { return c.ready }

// Run serves until ctx ends and returns after everything it started has ended.
func (c *Controller) Run(ctx context.Context) error {
	if err := os.MkdirAll(c.cfg.StateDir, 0o700); err != nil {
		return fmt.Errorf("state directory: %w", err)
	}
	st, err := store.OpenEmbedded(ctx, store.Config{Dir: filepath.Join(c.cfg.StateDir, "store"), Log: c.log})
	if err != nil {
		return err
	}
	defer st.Close()
	return engine.Lead(ctx, c.log,
		func(ctx context.Context) (*store.Grant, error) { return st.Campaign(ctx, "controller") },
		func(ctx context.Context, g *store.Grant) error { return c.serve(ctx, st, g) })
}

// serve works for as long as the grant holds.
func (c *Controller) serve(ctx context.Context, st *store.Store, grant *store.Grant) error {
	docs := &documents.Cache{}
	stages, err := reconcile.New(reconcile.Config{
		Store: st, Documents: docs, Catalogue: c.cfg.Catalogue, Registry: c.registry, Log: c.log, StateDir: c.cfg.StateDir, Estimator: c.cfg.Estimator,
		Finish: finishTime,
	})
	if err != nil {
		return err
	}
	handler, err := api.New(api.Config{
		Store: st, Documents: docs, Catalogue: c.cfg.Catalogue, StateDir: c.cfg.StateDir, Planner: stages, Prober: stages, Version: c.cfg.Version, Log: c.log,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel(nil)

	listener, err := endpoint.Listen(c.cfg.StateDir)
	if err != nil {
		return err
	}
	wg.Go(func() {
		if err := handler.Serve(ctx, listener); err != nil {
			cancel(fmt.Errorf("API: %w", err))
		}
	})
	wg.Go(func() {
		select {
		case <-stages.Serving():
			c.once.Do(func() { close(c.ready) })
		case <-ctx.Done():
		}
	})
	err = stages.Run(ctx, grant)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}
