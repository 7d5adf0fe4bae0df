// Package sshdial makes the SSH connection that a driver holds for the life of
// a session: the host key is always compared with the fingerprint that the
// device's document names, a dial ends with its context, a peer that is gone is
// noticed by keepalives, and Close never waits for anybody.
//
// There is no switch to skip the comparison of host keys.
package sshdial
