// Package netconfd puts a NETCONF server (RFC 6241, over SSH as RFC 6242 has it)
// in front of a simulated device: base 1.0 and 1.1, a candidate configuration
// that everybody shares, validate, confirmed commits with persist ids, locks,
// subtree filters. It serves the tree of a gnmid.Target, whose rules and faults
// hold for it too, and shares no code with the driver.
package netconfd
