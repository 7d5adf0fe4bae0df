// Package wire is what the HTTP API and its clients say to each other: the
// shapes of documents with status, of lists and watch events, of the answers
// to apply, diff and delete, and of failures. It also holds the table of kinds
// with their plural and short names.
//
// The shapes follow the habits of Kubernetes (apiVersion, kind, metadata,
// spec, status, items, resourceVersion), so that what people know from there
// works here. They are a contract: fields are added, never changed.
package wire

// Base is the path under which everything versioned is served.
const Base = "/apis/waveplane.dev/v1alpha1"

// FileSetType is the content type of a FileSet. Any other content type means
// that the body itself is the documents, as YAML or JSON.
const FileSetType = "application/vnd.waveplane.files+json"

// MaxBody is the largest request that is read, in bytes.
const MaxBody = 16 << 20

// FileSet carries documents as the files they were read from, so that the
// server's findings can name file, line and column.
type FileSet struct {
	Files []File `json:"files"`
}

// File is one file of documents.
type File struct {
	Name    string `json:"name"`
	Content string `json:"content"`
}
