// Package sshsession is what drivers over SSH share: how a device is dialled, how
// one exchange at a time goes over the connection, and how errors become those of
// the contract without a secret in them.
package sshsession
