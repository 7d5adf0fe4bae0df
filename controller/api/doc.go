// Package api is the daemon's HTTP interface: Kubernetes-shaped REST over JSON
// with watches as newline-delimited JSON, OpenAPI 3.1 at /openapi.json,
// /healthz, /readyz and /metrics.
//
// It reads and writes the store. Documents are read by the one decoder of
// package intents from the raw body, so that the API says exactly what the
// command line says. Admission (admit*.go) decides in one transaction, which
// compares everything it has read, whether documents may be stored or deleted;
// planning and live probing are asked for through the interfaces Planner and
// Prober.
//
// How it reads:
//
//	api.go            what is served where
//	server.go         listening, deadlines, who is calling
//	admit.go          the frame of a change: read, judge, commit, try again
//	admit_apply.go    may this be stored?
//	admit_delete.go   may this go?
//	admit_outage.go   would it disturb light?
//	object.go         documents with their status
//	watch*.go         changes as they happen
package api
