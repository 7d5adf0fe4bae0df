// Package tl1d plays optical circuit switches, and a transport element of which
// powers can be read, over TL1 and SCPI on plain TCP: prompts, echoes and
// acknowledgements, answers in several parts, messages that nobody asked for, and
// each make's own commands. What is connected is kept by a gnmid.Target, so that the
// laboratory's faults, counters and light are those of every other device. It shares
// no text with the driver.
package tl1d
