// Package adopt reads a network that somebody else set up: what devices say of
// themselves becomes documents for people to review, each field with how certain
// it is, and a list of what could not be told. It is pure: it looks at pictures of
// devices and changes nothing, and nothing it writes is taken over by itself.
//
// Ports and their light are read (device.go). Two ports belong to each other when
// they alone run one mode at one frequency and both have locked (light.go); where
// no switch or amplifier that was looked at carries that frequency, a fibre is
// between them, and its loss is what one sends less what the other gets.
package adopt
