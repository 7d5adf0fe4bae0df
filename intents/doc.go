// Package intents is the language in which people tell Waveplane what they
// want: the documents, the one strict decoder that reads them everywhere
// (command line, API, store), their defaults, validation and JSON Schema.
//
// A document goes through four steps, each a function without I/O:
//
//	Decode    text → documents; all faults of the text and of single fields
//	Default   fills in what a constant can give
//	Check     what documents say of each other, of stored ones and of the catalogue
//	EqualSpec whether two versions ask for the same
//
// Faults are made for people: file, line, column, field, what was found, what
// to write instead. All faults of a run are reported together, and a set with
// one bad document yields none. So a field that cannot be read does not keep
// the others from being judged; it only silences the checks that need it.
//
// The decoder knows fields by the Go types: the json tag is the name, omitempty
// says that a field may be left out. Numbers are decimals and booleans are true
// and false; text that some YAML reader would take for a number, a boolean or
// a date must stand in quotes. Limits hold while reading: 16 MiB a request, 32
// MiB a set, 64 KiB a text, 100,000 entries a mapping, 64 levels, aliases up to
// ten times the document's size.
//
// A field or kind whose behaviour is not built is refused as "not supported
// yet", never accepted and ignored. A few fields are inventory, kept for people
// and acted on by nothing; their descriptions say so.
//
// To add a kind: its spec type in document.go, a file kind_NAME.go with its
// Kind (rules and defaults), its line in Kinds, its texts in explanations, and
// a good example under testdata/good. The schema follows from the types.
package intents
