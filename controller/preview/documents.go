package preview

import (
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Overlay builds the network of the stored documents with the given ones over
// them. Documents of kinds that do not describe a network are passed over. The
// error joins one error per inconsistent document.
func Overlay(stored, docs []intents.Document, base *catalogue.Catalogue) (*plan.Network, error) {
	kinds := plan.Kinds()
	byKey := make(map[string]int, len(stored)+len(docs))
	all := make([]intents.Document, 0, len(stored)+len(docs))
	for _, list := range [][]intents.Document{stored, docs} {
		for _, doc := range list {
			if !slices.Contains(kinds, doc.Kind) {
				continue
			}
			intents.Default(&doc)
			key := doc.Kind + "/" + doc.Metadata.Name
			if at, replaced := byKey[key]; replaced {
				all[at] = doc
				continue
			}
			byKey[key] = len(all)
			all = append(all, doc)
		}
	}
	slices.SortFunc(all, func(a, b intents.Document) int {
		return strings.Compare(a.Kind+"/"+a.Metadata.Name, b.Kind+"/"+b.Metadata.Name)
	})
	return plan.NewNetwork(all, base, 0)
}

// Request asks the planner about a document that has nothing yet. It is false
// for kinds that are not planned.
func Request(doc intents.Document) (plan.Request, bool) {
	intents.Default(&doc)
	m := doc.Metadata
	req := plan.Request{
		Intent: records.IntentRef{Kind: doc.Kind, Namespace: m.Namespace, Name: m.Name, UID: "preview-" + m.Namespace + "-" + m.Name, Generation: 1},
		NextWL: 1,
	}
	switch spec := doc.Spec.(type) {
	case *intents.CircuitSpec:
		req.Circuit = spec
	case *intents.WavelengthSpec:
		req.Wavelength = spec
	default:
		return req, false
	}
	return req, true
}

// Requests asks about all documents of a set that are planned, in its order.
func Requests(docs []intents.Document) []plan.Request {
	var out []plan.Request
	for _, doc := range docs {
		if r, ok := Request(doc); ok {
			out = append(out, r)
		}
	}
	return out
}

// Offline plans documents alone: the network that they describe and nothing
// else, with no device connected. The documents must have been checked
// (intents.Check). The error joins one error per document that is inconsistent
// as a part of the network; there is no report then.
func Offline(docs []intents.Document, base *catalogue.Catalogue, est plan.Estimator, native bool) (records.PlanReport, error) {
	network, err := Overlay(nil, docs, base)
	if err != nil {
		return records.PlanReport{}, err
	}
	return Plan(World{Network: network, Ledger: plan.NewLedger(), Estimator: est}, Change{Requests: Requests(docs), Native: native})
}

// Spectrum tells how full documents alone would make a link, or the routes
// between two sites, and how many of them are refused and take nothing. The
// documents are as for Offline; an error may also name a link or site that they
// do not have.
func Spectrum(docs []intents.Document, base *catalogue.Catalogue, est plan.Estimator, q plan.SpectrumQuery) (report records.SpectrumReport, refused int, err error) {
	network, err := Overlay(nil, docs, base)
	if err != nil {
		return report, 0, err
	}
	ledger := plan.NewLedger()
	for _, out := range plan.Compute(network, ledger, est, Requests(docs)) {
		if out.Refusal != nil {
			refused++
		}
	}
	view, err := plan.ViewSpectrum(network, ledger, q)
	if err != nil {
		return report, refused, err
	}
	return view.Report(est), refused, nil
}
