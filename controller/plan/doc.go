// Package plan decides what light is to be where, and says what that means for
// every device. It is pure: no clock, no goroutine, nothing read or written
// beside its arguments; the same inputs give the same answer, byte for byte.
//
// The order of use:
//
//	net, err := plan.NewNetwork(docs, catalogue, topologyRev)  // the picture
//	led := plan.NewLedger(); led.SetSpectrum(...)              // what is taken
//	outcomes := plan.Compute(net, led, est, requests)          // decisions, reserved in led
//	explanation := plan.Explain(net, led, est, request)        // every candidate, and why it lost
//	fragments, err := plan.Render(cat, &decision, phase, step) // wanted, per device
//	changes := plan.Diff(owner, acknowledged, wanted)          // what to send
//	verdict := plan.Judge(...)                                 // is the light as predicted?
//
// A circuit's wavelengths are chosen as a set: Objective says which of two sets
// is better, a picker proposes the best one by what is known, and what turns out
// on a closer look (light, room, ports, neighbours) goes into the next proposal.
// Two routes of a protected circuit are a Pair, chosen together. A refusal names
// the smallest relaxation that passes, found by planning again.
//
// Below it stand plan/topo (documents resolved into a network), plan/route
// (ways through it), plan/spectrum (room on the grid) and plan/qot (what
// arrives at the far end).
package plan
