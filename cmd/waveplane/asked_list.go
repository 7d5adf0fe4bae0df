package main

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
)

// asked is a request of a person that is in force or not served yet.
type asked struct {
	ID string `json:"id"`
	records.Request
}

// askedList is what pause --list prints as JSON.
type askedList struct {
	APIVersion string  `json:"apiVersion"`
	Kind       string  `json:"kind"`
	Items      []asked `json:"items"`
}

// askedOf lists what people asked for, the oldest first, as far as it is of interest.
func askedOf(ctx context.Context, cl *client.Client, of func(records.Request) bool) ([]asked, error) {
	all, err := cl.Requests(ctx)
	if err != nil {
		return nil, err
	}
	out := []asked{}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if of(all[id]) {
			out = append(out, asked{id, all[id]})
		}
	}
	slices.SortStableFunc(out, func(a, b asked) int { return a.At.Compare(b.At) })
	return out, nil
}

// about reports whether a request concerns a document.
func about(r records.Request, o wire.Object) bool {
	switch {
	case o.Kind == intents.KindDevice:
		return r.Target == "all" || r.Target == "device/"+o.Metadata.Name
	case o.Kind == intents.KindCircuit || o.Kind == intents.KindWavelength:
		return r.Target == "all" || r.Target == "circuit/"+o.Metadata.Namespace+"/"+o.Metadata.Name
	}
	return false
}

// listPauses prints the pauses in force.
func (a *app) listPauses(ctx context.Context) error {
	cl, err := a.client()
	if err != nil {
		return err
	}
	defer cl.Close()
	list, err := askedOf(ctx, cl, func(r records.Request) bool { return r.Kind == records.RequestPause })
	switch {
	case err != nil:
		return err
	case a.output.structured():
		return a.printStructured(askedList{intents.APIVersion, "RequestList", list})
	case len(list) == 0:
		a.printf("nothing is paused\n")
		return nil
	}
	a.printAsked(list)
	return nil
}

func (a *app) printAsked(list []asked) {
	var rows [][]string
	for _, r := range list {
		until := "-"
		if r.Until != nil {
			until = "for " + time.Until(*r.Until).Round(time.Second).String()
		}
		rows = append(rows, []string{string(r.Kind), r.Target, age(r.At), until, dash(r.Who), dash(strings.TrimSpace(r.Reason))})
	}
	a.grid([]string{"asked", "target", "since", "still", "by", "reason"}, rows)
}
