package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
)

// names keeps the names of wavelengths apart: those that circuits give,
// <circuit>-<number>, and those of hand-written ones.
func (w *work) names(ctx context.Context, docs []intents.Document) error {
	type place struct{ namespace, name string }
	circuits, waves := map[place]bool{}, map[place]bool{}
	var newCircuit, wave bool
	for i := range docs {
		p := place{docs[i].Metadata.Namespace, docs[i].Metadata.Name}
		switch docs[i].Kind {
		case intents.KindCircuit:
			circuits[p] = true
			newCircuit = newCircuit || w.current[keyOf(&docs[i])] == nil
		case intents.KindWavelength:
			waves[p] = true
			wave = true
		}
	}
	if !newCircuit && !wave {
		return nil
	}
	collect := func(kind string, into map[place]bool) error {
		entries, _, err := w.tables.Intents.List(ctx, store.Key(kind))
		for _, e := range entries {
			if names, err := store.SplitKey(e.Key); err == nil && len(names) == 3 {
				into[place{names[1], names[2]}] = true
			}
		}
		return err
	}
	if err := collect(intents.KindWavelength, waves); err != nil {
		return err
	}
	if wave {
		if err := collect(intents.KindCircuit, circuits); err != nil {
			return err
		}
	}
	var faults intents.Faults
	for p := range waves {
		base := p
		if cut := strings.LastIndexByte(p.name, '-'); cut > 0 {
			if _, err := strconv.Atoi(p.name[cut+1:]); err == nil {
				base.name = p.name[:cut]
			}
		}
		for _, c := range []place{p, base} {
			if !circuits[c] {
				continue
			}
			f := w.faultAt(docs, p.namespace, p.name, c.name)
			f.Message = fmt.Sprintf("wavelength %q and circuit %q of namespace %q cannot both be: the names of a circuit's wavelengths are <circuit>-<number>", p.name, c.name, p.namespace)
			f.Remedy = "choose another name"
			faults = append(faults, f)
			break
		}
	}
	if len(faults) > 0 {
		return invalid(faults)
	}
	return nil
}

// faultAt is a fault at the document of one of the names.
func (w *work) faultAt(docs []intents.Document, namespace string, names ...string) intents.Fault {
	for _, name := range names {
		for i := range docs {
			if docs[i].Metadata.Name == name && docs[i].Metadata.Namespace == namespace {
				return docs[i].FaultAt("metadata", "name")
			}
		}
	}
	return intents.Fault{Field: "metadata.name"}
}
