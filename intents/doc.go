// Package intents is the language in which people tell Waveplane what they
// want: the documents, the one strict decoder that reads them everywhere
// (command line, API, store), their defaults, validation and JSON Schema.
package intents
