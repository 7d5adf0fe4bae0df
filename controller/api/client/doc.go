// Package client talks to a Waveplane daemon: over the unix socket in its state
// directory, or over HTTP to a URL. Every method is one request; failures come
// back as *APIError (the daemon said no) or *UnreachableError (nobody
// answered), so that a caller can tell the two apart.
package client
