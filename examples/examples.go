// Package examples holds networks that run in the laboratory, and circuits to
// try on them. Each directory is one example:
//
//	NAME/network/*.yaml   sites, devices and links
//	NAME/intents/*.yaml   what a user adds: circuits
//	NAME/README.md        what it shows
//
// They are part of the binary, so that `waveplane demo` and `waveplane lab up
// NAME` work anywhere.
package examples

import "embed"

// FS holds the examples, one directory each.
//
//go:embed p2p-dark p2p p2p-refused metro
var FS embed.FS
