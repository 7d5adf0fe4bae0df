// Package gnpy exchanges networks with GNPy, the open planning tool of the
// Telecom Infra Project (https://github.com/Telecominfraproject/oopt-gnpy): its
// JSON files become documents, and documents become its files, so that a
// planning team can check one tool's answers with the other.
//
// Import reads what the published formats say of a network (topology), of its
// parts (equipment) and of what is wanted of it (services):
//
//	GNPy                                       documents
//	location.city                              Site
//	Roadm                                      Device with profile generic-roadm-openconfig, targets at its ports, spec.switch
//	Transceiver                                Device with profile generic-terminal-openconfig, and its patch cords
//	Fiber, RamanFiber, Edfa, Fused,            elements of a Link: what leads from one Roadm or Transceiver to
//	Multiband_amplifier                        another, and what leads back
//	Edfa, Fiber, RamanFiber (equipment)        AmplifierType, FiberType
//	Transceiver mode (equipment)               Mode; one more for each wider spacing that a request asks for
//	path-request                               Circuit
//
// GNPy's elements are of one direction. The two chains between two ends become
// one Link: elements that mirror each other become one element with figures for
// each way, the others stand in one way only. The names that GNPy knows things
// by are kept in annotations ("gnpy/…"), as is what a request says and a
// Circuit cannot, so that Export writes them again: importing what was exported
// gives the same documents.
//
// What has no counterpart is told in notes, with names; what would make another
// network of it is an error. The design step of GNPy, which chooses amplifiers,
// gains and attenuators that the files leave open, is not run: save the network
// after it, and import that.
package gnpy
