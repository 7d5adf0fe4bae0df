// Package plan decides what light is to be where, and says what that means for
// every device. It is pure: no clock, no goroutine, nothing read or written
// beside its arguments; the same inputs give the same answer, byte for byte.
//
// The order of use:
//
//	net, err := plan.NewNetwork(docs, catalogue, topologyRev)  // the picture
//	led := plan.NewLedger(); led.SetSpectrum(...)              // what is taken
//	outcomes := plan.Compute(net, led, est, requests)          // decisions, reserved in led
//	fragments, err := plan.Render(cat, &decision, phase, step) // wanted, per device
//	changes := plan.Diff(owner, acknowledged, wanted)          // what to send
//	verdict := plan.Judge(...)                                 // is the light as predicted?
//
// Below it stand plan/topo (documents resolved into a network), plan/route
// (ways through it), plan/spectrum (room on the grid) and plan/qot (what
// arrives at the far end).
package plan
