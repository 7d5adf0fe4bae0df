// Package models is the vocabulary of Waveplane: frequencies, slots and
// powers as integers, the things a device can be configured with, the readings
// it gives back, and the small words (conditions, phases of change safety,
// drift items) that every other package speaks.
//
// Everything here is a plain value. The package does no I/O, knows no vendor
// and imports nothing but the standard library, so that a planner, a driver
// and a simulator can share it without sharing behaviour.
//
// Units stand in the types: a Frequency counts megahertz, a Power hundredths
// of a dBm, a Ratio hundredths of a dB. Floating point appears only where a
// value leaves Waveplane (GHz, Dbm, Db) or enters it (FrequencyFromGHz and its
// siblings, which refuse NaN and values that are not representable).
package models
