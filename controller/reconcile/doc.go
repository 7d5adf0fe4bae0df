// Package reconcile closes the difference between what is recorded and what is
// there. It is a handful of stages, one file each, that a reader can follow
// from the listing:
//
//	intent_plan.go        documents → decisions, with the ledger, in one transaction
//	lightpath_advance.go  moves wavelengths from phase to phase
//	lightpath_step.go     the rules of those moves upwards, as a pure function
//	lightpath_held.go     where light is held
//	lightpath_down.go     and downwards
//	device_session.go     one connection per device; merges news into memory
//	device_sample.go      and reads it often while light comes up
//	device_gate.go        lets passes end when the process is asked to
//	device_pass.go        what is due on a device, and its attempts on record
//	device_change.go      what is sent for it, and what must not be
//	device_send.go        one commit, split by owner when refused, read back
//	device_attempt.go     attempts whose outcome is not on record
//	device_repair.go      what a person asked to be sent again
//	device_judge.go       turns what a device says into evidence and drift
//	intent_summary.go     what the wavelengths of a circuit add up to
//	intent_status.go      tells people
//	intent_status_pace.go not too often, when there is much to tell
//	stages_wake.go        which record wakes which stage
//	intent_admit.go       removes what is finished
//
// Every stage is level-triggered: it looks at the records and at the devices
// and does the next thing. Stages talk to each other only through the store.
// A stage that acts does so in a transaction guarded by the key that grants it
// the right: the election key for planner, lightpath and status, the device's
// owner key for passes and evidence.
package reconcile
