// Package clid gives a simulated device a command line over SSH: a prompt, an
// echo, paging, a candidate configuration, commits that roll back, and the words
// of one vendor's dialect. Configuration, faults and counters are those of a
// gnmid.Target; what is measured comes from whoever made the face.
//
// Nothing here is shared with the drivers. Every dialect writes and reads its
// lines with code of its own, or a mistake of a driver would be matched by the
// same mistake here.
package clid
