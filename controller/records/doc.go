// Package records is what Waveplane stores: decisions, the phase each
// wavelength is in, what was applied to devices, what was observed, and the
// ledger of what is taken. Records are plain values with JSON tags; the store
// keeps them in etcd, one writer per table, and every stage starts again from
// them after a crash.
package records
