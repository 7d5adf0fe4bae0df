// Package sshsession is what drivers over SSH share: how a device is dialled, and how
// what goes wrong at the door becomes an error of the contract.
package sshsession
