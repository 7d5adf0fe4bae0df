// Package preview answers what a network would become: the plan of a set of
// documents, put into words and numbers for people, with nothing written and
// nothing sent. It is pure; the daemon asks it about the stored network, and
// the command line about files alone, so that both say the same.
//
//	network, err := preview.Overlay(stored, docs, catalogue)  // the network after docs
//	world := preview.World{Network: network, Ledger: ledger, Estimator: estimator}
//	report, err := preview.Plan(world, preview.Change{Requests: requests})
//
// Offline is all of it for documents that nothing is stored beside.
package preview
