// Package catalogue is what Waveplane knows before anybody tells it anything:
// transceiver modes, pluggable parts, fibre and amplifier types, and device
// profiles. All of it is data in embedded YAML, each number with its source
// and a tag saying how certain it is.
//
// Default reads the files under data. A file may hold any of the lists; its
// source and tags hold for all rows that give none of their own, and the tag
// with the empty key for all fields that have none of theirs.
//
// A mode for which no source gives what planning needs (OSNR, symbol rate,
// slot, launch and receive power) stays in the catalogue under its name with
// Unusable saying what is missing, and is never planned with. To supply it,
// write a Mode document; WithModes adds those.
//
// A profile that inherits takes what it does not give from its parent, and the
// parent's device codes of modes.
package catalogue
