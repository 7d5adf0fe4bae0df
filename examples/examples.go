// Package examples holds networks that run in the laboratory, and circuits to
// try on them. Each directory is one example:
//
//	NAME/network/*.yaml   sites, devices and links
//	NAME/intents/*.yaml   what a user adds: circuits
//	NAME/README.md        what it shows
//
// The example national is large and generated; beside intents it has demands,
// which fit on the network too and are there to plan with.
//
// They are part of the binary, so that `waveplane demo` and `waveplane lab up
// NAME` work anywhere.
package examples

import "embed"

//go:generate go run ./national/generate national/generate/testdata/coronet-conus.json national

// FS holds the examples, one directory each.
//
//go:embed p2p-dark p2p p2p-refused ipodwdm metro multivendor
//go:embed national/README.md national/network national/intents national/demands
var FS embed.FS
