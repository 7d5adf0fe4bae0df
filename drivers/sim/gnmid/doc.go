// Package gnmid is a simulated gNMI target: a device that speaks the OpenConfig
// models over real gRPC and TLS on a real loopback port, and that can be told
// to misbehave. It knows no optics. Whoever owns the target gives it the
// physics through Hooks and publishes readings with SetState.
//
// A Target keeps one tree of leaves, configuration and state together. The tree
// is persistent: a change copies the branches on its way and leaves the old
// tree as it was. So a Get answers from one moment without holding a lock, a
// Set is prepared on the side and takes effect as a whole or not at all, and a
// subscription is nothing but the tree it last told its client about. What it
// has to send next is the difference to the tree of now. A slow client
// therefore never holds anybody up; it sees fewer steps between the same ends.
//
// Typical use:
//
//	schema, err := gnmid.NewSchema(index)
//	target, err := gnmid.New(gnmid.Config{Name: "r1", Schema: schema, Certificate: cert})
//	err = target.LoadStartup(map[string]string{"/interfaces/interface[name=eth1]/config/enabled": "false"})
//	addr, err := target.Start(ctx)
//	defer target.Stop()
//
// Values travel through this API as canonical text: "-10.0", "true",
// "196100000", "openconfig-transport-types:PROT_OTN". A leaf-list is its
// entries joined by commas. Paths are written as
// "/components/component[name=oc-1]/optical-channel/config/frequency"; in a key
// value "]" and "\" are escaped by "\".
//
// The code that reads and writes payloads here is shared with no driver, or a
// mistake made once would be invisible at both ends.
package gnmid
