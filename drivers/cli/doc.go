// Package cli drives devices over their command line, by SSH.
//
// What the dialects have in common is code: a session that does one thing at a
// time, configuration read as a text and taken apart line by line, changes
// turned into lines, a commit that is armed, looked at and confirmed, or lines that
// take effect at once and are undone where they must be, readings picked out of
// tables. What a dialect is stands as data in platforms/: prompts,
// what failures look like, the line for every setting and the unit that its
// value is written in, how changes become valid and how they are taken back, and
// where readings stand. A device model that speaks a known dialect needs a
// profile and no code; a new dialect is a file in platforms/, with its source
// and how certain each fact is.
//
// The session reads with scrapligo over a transport of our own (package
// sshdial). Scrapligo knows no context, and after a command that timed out it
// hands the late answer to the next one; so whatever does not end as it should
// condemns the session: the connection is broken, what was sent counts as
// unknown, and the caller dials anew and reads back.
//
// Lines are never joined with what a person wrote: a value that holds anything
// but printable ASCII, or what dialects take for commands, is refused.
package cli
