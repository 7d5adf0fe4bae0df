// Package sim is the laboratory: routers with coherent pluggables, terminals,
// wavelength switches and amplifiers, each a gNMI server of its own over TLS,
// all on one optical model.
//
// NewLab builds it from the same Site, Device and Link documents that the
// controller gets. Package gnmid plays the protocol, package light the optics;
// this package is what joins them: it gives every device a start-up
// configuration (with settings that belong to other people, which nobody may
// touch), refuses what a device would refuse, turns configuration into light
// and light into readings. Reality differs from the documents by the hidden
// plant (light.Plant). All that documents say of a line is in the light, each
// direction with the elements that stand in it; the exception is Raman pumps,
// which NewLab refuses by name.
//
//	lab, err := sim.NewLab(ctx, sim.Config{Documents: docs, Catalogue: cat, StateDir: dir, Name: "p2p"})
//	defer lab.Close()
//	apply(lab.Documents()) // the same documents with addresses and credentials
//
// What can go wrong in a network can be made to go wrong here: Cut, Restore,
// Degrade, SwapPatch, Tamper, Inject. The same commands come over a local
// socket (Serve, Client), so that another process can be the laboratory's hand.
//
// To add a kind of device, write a part (see part.go): what it starts with,
// what it refuses, what a change of configuration does to the light, and what
// it shows.
package sim
