package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

type requestInput struct{ Body wire.RequestOptions }

type requestOutput struct{ Body wire.RequestReport }

// request records what a person asks for beside intents; the stages serve it.
func (a *API) request(verb string) func(context.Context, *requestInput) (*requestOutput, error) {
	return func(ctx context.Context, in *requestInput) (*requestOutput, error) {
		bodyRead(ctx)
		report, err := a.ask(ctx, verb, in.Body)
		if err != nil {
			return nil, a.failureOf(verb, err)
		}
		return &requestOutput{report}, nil
	}
}

func (a *API) ask(ctx context.Context, verb string, o wire.RequestOptions) (wire.RequestReport, error) {
	report := wire.RequestReport{APIVersion: intents.APIVersion, Kind: "RequestReport"}
	target, subject, err := a.requestTarget(ctx, o.Target)
	if err != nil {
		return report, err
	}
	now := a.now().UTC()
	r := records.Request{Kind: records.RequestKind(verb), Target: target, Reason: o.Reason, Who: callerOf(ctx), At: now, AllowOutage: o.AllowOutage, LasersOn: o.LasersOn}
	if err := checkRequest(verb, target, o); err != nil {
		return report, err
	}
	if o.Until != "" || (o.AllowOutage && verb == "repair") {
		end, err := endOf(o.Until, now, defaultPermission)
		if err != nil {
			return report, err
		}
		r.Until = &end
	}
	if verb == "repair" {
		outlook, err := a.outlook(ctx, subject, o.AllowOutage)
		if err != nil {
			return report, err
		}
		if len(outlook.denied) > 0 {
			return report, repairDenied(subject, outlook.denied)
		}
		report.Idle = outlook.idle
		if r.Refused, err = outlook.unseen(subject); err != nil {
			return report, err
		}
	}
	if verb == "retry" && subject.kind.Namespaced {
		going, err := a.underWay(ctx, subject)
		if err != nil {
			return report, err
		}
		if going {
			report.Idle = []string{subject.ref()}
		}
	}
	var ops []store.Op
	if verb == "resume" {
		r.Kind = records.RequestPause
		paused, _, err := a.tables.Requests.List(ctx, store.Key(string(records.RequestPause), target))
		if err != nil {
			return report, err
		}
		for _, e := range paused {
			ops = append(ops, a.tables.Requests.Delete(e.Key))
			report.Removed = append(report.Removed, e.Key)
		}
		if len(ops) == 0 {
			return report, wire.NewFailure(http.StatusNotFound, wire.NotFound, target+" is not paused")
		}
	} else {
		report.ID = verb + "-" + newUID()
		ops = append(ops, a.tables.Requests.Create(store.Key(verb, target, report.ID), r))
	}
	ops = append(ops, a.tables.Events.Append(records.Event{Time: now, Kind: subject.kind.Name, Namespace: subject.namespace, Name: subject.name,
		Reason: strings.ToUpper(verb[:1]) + verb[1:], Message: o.Reason, Who: r.Who, Device: deviceOf(subject)}))
	if _, err := a.cfg.Store.Commit(ctx, nil, ops...); err != nil {
		return report, err
	}
	a.log.Info("request", "op", verb, "intent", target, "reason", o.Reason)
	report.Request = r
	return report, nil
}

// underWay reports whether nothing of a document is held, failed or refused, so that a
// retry changes nothing: what moves goes on by itself.
func (a *API) underWay(ctx context.Context, t target) (bool, error) {
	e, err := a.tables.Status.Get(ctx, t.key())
	if err != nil {
		if missing(err) {
			return false, nil
		}
		return false, err
	}
	for _, c := range e.Value.Conditions {
		switch {
		case c.Type == models.Stalled && c.Status == "True",
			c.Type == models.IsPlanned && c.Status == "False" && c.Reason != models.Deleting,
			c.Type == models.Programmed && c.Status == "False" && c.Reason != models.Progressing && c.Reason != models.Deleting:
			return false, nil
		}
	}
	return !slices.ContainsFunc(e.Value.Wavelengths, func(w records.WavelengthStatus) bool {
		return w.Phase == records.PhaseHeld || w.Phase == records.PhaseStuck || w.Phase == records.PhaseFailed
	}), nil
}

// checkRequest refuses what a verb cannot do.
func checkRequest(verb, target string, o wire.RequestOptions) error {
	switch {
	case (verb == "repair" || verb == "pause") && strings.TrimSpace(o.Reason) == "":
		return badRequest(verb + " needs a reason")
	case verb == "repair" && target == "all":
		return badRequest("repair names a device or a circuit: device/NAME or circuit/NAME")
	case o.AllowOutage && verb != "repair":
		return badRequest("allowOutage goes with repair only")
	case o.LasersOn && (verb != "repair" || !o.AllowOutage):
		return badRequest("lasersOn goes with repair and allowOutage only")
	case o.Until != "" && verb != "repair" && verb != "pause":
		return badRequest("until goes with repair and pause only")
	case o.Until != "" && verb == "repair" && !o.AllowOutage:
		return badRequest("until goes with allowOutage")
	}
	return nil
}

// requestTarget checks that the target exists and returns its canonical form:
// all, device/NAME or circuit/NAMESPACE/NAME. The latter stands for a
// hand-written Wavelength too.
func (a *API) requestTarget(ctx context.Context, s string) (string, target, error) {
	if s == "all" {
		return s, target{name: "all"}, nil
	}
	ref, err := parseRef(s)
	if err != nil {
		return "", target{}, err
	}
	kind, err := wire.KindNamed(ref.Kind)
	if err != nil {
		return "", target{}, badRequest(err.Error())
	}
	t := target{kind, ref.Namespace, ref.Name}
	canonical := "device/" + t.name
	switch {
	case kind.Namespaced:
		canonical = "circuit/" + t.namespace + "/" + t.name
	case kind.Name != intents.KindDevice:
		return "", t, badRequest(fmt.Sprintf("%q: want all, device/NAME or circuit/NAME", s))
	}
	if _, err := a.tables.Intents.Get(ctx, t.key()); err != nil {
		if missing(err) {
			if kind.Name == intents.KindWavelength {
				if o, err := a.madeWavelength(ctx, t.namespace, t.name); err == nil {
					return "", t, badRequest(t.ref() + " was made for circuit/" + o.Metadata.Labels[wire.LabelCircuit] + "; name that")
				}
			}
			return "", t, absent(ctx, a.tables, kind.Name, t.namespace, t.name)
		}
		return "", t, err
	}
	return canonical, t, nil
}

func deviceOf(t target) string {
	if t.kind.Name == intents.KindDevice {
		return t.name
	}
	return ""
}

type requestListOutput struct {
	Body struct {
		Items map[string]records.Request `json:"items"`
	}
}

// listRequests shows what is not served yet.
func (a *API) listRequests(ctx context.Context, _ *struct{}) (*requestListOutput, error) {
	entries, _, err := a.tables.Requests.List(ctx, "")
	if err != nil {
		return nil, a.failureOf("list requests", err)
	}
	out := &requestListOutput{}
	out.Body.Items = map[string]records.Request{}
	for _, e := range entries {
		if e.Value.Until != nil && e.Value.Until.Before(a.now()) {
			continue // over; the controller removes it
		}
		out.Body.Items[requestID(e.Key)] = e.Value
	}
	return out, nil
}

type requestIDInput struct {
	ID string `path:"id"`
}

type oneRequestOutput struct{ Body records.Request }

// getRequest shows one request for as long as it is not served.
func (a *API) getRequest(ctx context.Context, in *requestIDInput) (*oneRequestOutput, error) {
	entries, _, err := a.tables.Requests.List(ctx, "")
	if err != nil {
		return nil, a.failureOf("get request", err)
	}
	for _, e := range entries {
		if requestID(e.Key) == in.ID {
			return &oneRequestOutput{e.Value}, nil
		}
	}
	return nil, wire.NewFailure(http.StatusNotFound, wire.NotFound, "there is no request of that id, or it has been served")
}

func requestID(key string) string {
	names, err := store.SplitKey(key)
	if err != nil || len(names) == 0 {
		return key
	}
	return names[len(names)-1]
}
