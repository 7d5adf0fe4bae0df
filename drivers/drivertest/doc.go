// Package drivertest is the conformance suite that every driver passes. It
// holds a driver to the contract of package drivers against a simulated device
// over a real connection; nothing in it knows a protocol.
//
// A driver's own test fills in a Harness and calls Run:
//
//	func TestConformance(t *testing.T) {
//		drivertest.Run(t, drivertest.Harness{
//			Driver: &mydriver.Driver{},
//			Start:  startDevice,
//		})
//	}
//
// Start makes a fresh device for each property, so properties do not see each
// other's doings. It says what two owners may want there (Work) and hands over
// the controls of the simulator (Simulator). A property that needs an optional
// interface, such as drivers.Watcher, is not run for a session without it.
//
// Adding a property is adding a function to the list in suite.go. It gets a
// running device and talks to it through the contract alone; what it claims
// must be able to fail, so break a driver once and see it red.
package drivertest
