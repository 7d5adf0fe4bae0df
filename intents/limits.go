package intents

// Limits of the decoder. They are checked while reading, before anything is
// built from what was read.
const (
	// MaxRequest is the greatest size in bytes of one request or file.
	MaxRequest = 16 << 20
	// MaxSet is the greatest size in bytes of a set of files.
	MaxSet = 32 << 20

	maxScalar  = 64 << 10 // bytes of one text
	maxKeys    = 100_000  // entries of one mapping; list items too
	maxDepth   = 64       // mappings and lists inside each other
	maxNodes   = 2_000_000
	aliasRatio = 10   // aliases may expand a document to this many times its size
	maxFaults  = 1000 // reported in one run
)
