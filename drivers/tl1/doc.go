// Package tl1 is the driver for optical circuit switches, and for the powers that
// transport elements tell: over TL1 and SCPI on plain TCP, and by commands of a
// shell over SSH.
//
// What a make says and understands is data, in dialects; this package knows the
// protocols (how a line is written, what belongs to its answer, what a device says
// without being asked) and the one change that there is: a cross-connect made or
// taken away, fibre to fibre. None of them has transactions. A pass is carried
// out one connection at a time, and what was done is undone when the device refuses
// the rest; afterwards the device is read back, since some makes answer nothing.
//
// TL1 and SCPI carry user and password in the clear and prove nothing of the
// device: such devices belong on a management network of their own.
//
// Sources of the dialects are public clients; nothing was tried on a device by us.
package tl1
