package main

import (
	"errors"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/preview"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// offline plans with files alone: no daemon is asked and no state directory is
// opened.
type offline struct {
	estimator string
}

// flags adds what goes with planning offline.
func (o *offline) flags(c *cobra.Command) {
	c.Flags().StringVar(&o.estimator, "estimator", "gn", "what predicts light where no daemon does: gn or estimate")
}

// set is documents that were found good, with what to plan them with.
type set struct {
	docs      []intents.Document
	catalogue *catalogue.Catalogue
	estimator plan.Estimator
}

// read reads files and judges them as a daemon with an empty store would: what
// documents refer to must be in the files. Faults come in the shape of the
// daemon's answer.
func (o *offline) read(a *app, paths []string) (set, error) {
	est, err := estimatorNamed(o.estimator)
	if err != nil {
		return set{}, err
	}
	files, err := a.readFiles(paths)
	if err != nil {
		return set{}, err
	}
	cat, err := a.catalogue()
	if err != nil {
		return set{}, err
	}
	list := make([]intents.File, 0, len(files))
	for _, f := range files {
		list = append(list, intents.File{Name: f.Name, Data: []byte(f.Content)})
	}
	docs, err := intents.DecodeSet(list, intents.WithCatalogue(cat), intents.WithPlaces())
	if err != nil {
		return set{}, faulty(err, "nothing was planned")
	}
	for i := range docs {
		intents.Default(&docs[i])
	}
	if err := intents.Check(docs, nil, cat); err != nil {
		return set{}, faulty(err, "nothing was planned")
	}
	return set{docs: docs, catalogue: cat, estimator: est}, nil
}

// faulty turns faults into what the daemon answers to them; outcome is what was
// left undone.
func faulty(err error, outcome string) error {
	var faults intents.Faults
	if !errors.As(err, &faults) {
		return err
	}
	f := wire.NewFailure(http.StatusUnprocessableEntity, wire.Invalid, count(len(faults), "fault")+" in the documents; "+outcome)
	f.Details = &wire.Details{Faults: faults}
	return &client.APIError{Failure: f}
}

// plan answers what plan asks a daemon with an empty store.
func (o *offline) plan(a *app, paths []string, native bool) (wire.PlanReport, error) {
	s, err := o.read(a, paths)
	if err != nil {
		return wire.PlanReport{}, err
	}
	report, err := preview.Offline(s.docs, s.catalogue, s.estimator, native)
	return wire.NewPlanReport(report), err
}
