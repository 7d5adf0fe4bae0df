// Package catalogue is what Waveplane knows before anybody tells it anything:
// transceiver modes, pluggable parts, fibre and amplifier types, and device
// profiles. All of it is data in embedded YAML, each number with its source
// and a tag saying how certain it is.
package catalogue
