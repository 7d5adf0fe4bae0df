package main

import (
	"errors"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/preview"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// feasibility is what validate --feasibility adds to a validation.
type feasibility struct {
	Planned int          `json:"planned"` // circuits and wavelengths asked about
	Refused []infeasible `json:"refused"`
}

// infeasible is a document that the planner refuses.
type infeasible struct {
	Kind      string        `json:"kind"`
	Namespace string        `json:"namespace"`
	Name      string        `json:"name"`
	Origin    string        `json:"origin"` // FILE:LINE
	Reason    models.Reason `json:"reason"`
	Message   string        `json:"message"`
	Nearest   string        `json:"nearest,omitempty"` // the smallest change that would pass
}

// line says it all on one line.
func (r infeasible) line() string {
	out := r.Origin + ": " + wire.Ref(r.Kind, r.Namespace, r.Name) + ": refused: " + string(r.Reason) + ": " + r.Message
	if r.Nearest != "" {
		out += "; would pass with " + r.Nearest
	}
	return out
}

// validateFeasible checks files and plans what is in them.
func (a *app) validateFeasible(paths []string, off offline) error {
	v := validation{APIVersion: intents.APIVersion, Kind: "Validation", Valid: true, Faults: intents.Faults{}, Unchecked: []string{}}
	s, err := off.read(a, paths)
	var api *client.APIError
	if errors.As(err, &api) && api.Details != nil {
		v.Valid, v.Faults = false, api.Details.Faults
	} else if err != nil {
		return err
	}
	if v.Documents = len(s.docs); v.Valid {
		if v.Feasibility, err = s.feasibility(); err != nil {
			return err
		}
	}
	if a.output.structured() {
		if err := a.printStructured(v); err != nil {
			return err
		}
	} else {
		a.printFeasibility(v)
	}
	switch {
	case !v.Valid:
		return ended(codeError)
	case len(v.Feasibility.Refused) > 0:
		return ended(codeRefused)
	}
	return nil
}

func (s set) feasibility() (*feasibility, error) {
	report, err := preview.Offline(s.docs, s.catalogue, s.estimator, false)
	if err != nil {
		return nil, err
	}
	type place struct{ kind, namespace, name string }
	origins := make(map[place]string, len(s.docs))
	for _, d := range s.docs {
		origins[place{d.Kind, d.Metadata.Namespace, d.Metadata.Name}] = d.Origin
	}
	out := &feasibility{Planned: len(report.Circuits), Refused: []infeasible{}}
	for _, c := range report.Circuits {
		if r := c.Refusal; r != nil {
			out.Refused = append(out.Refused, infeasible{
				Kind: c.Kind, Namespace: c.Namespace, Name: c.Name, Origin: origins[place{c.Kind, c.Namespace, c.Name}],
				Reason: r.Reason, Message: r.Message, Nearest: r.Nearest,
			})
		}
	}
	return out, nil
}

// printFeasibility prints faults as validate does, or the refusals.
func (a *app) printFeasibility(v validation) {
	if !v.Valid {
		a.printValidation(v, nil, false)
		return
	}
	for _, r := range v.Feasibility.Refused {
		a.printf("%s\n", r.line())
	}
	a.printf("%s valid; %s planned, %d refused\n", count(v.Documents, "document"), count(v.Feasibility.Planned, "request"), len(v.Feasibility.Refused))
}
