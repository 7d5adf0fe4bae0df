// Package pathrequest answers a list of path requests on a designed network as
// the reference tool does, GNPy's path-request planner: route, mode, slots and
// quality of every request, or what blocks it, in the order served. A planning
// team gives the same case to both and compares.
//
// It shares its parts with the planner proper and differs in what it is asked.
// The network is taken as designed: amplifiers have their gains. Every request
// is judged with a full comb of its own mode lit on its route, whatever else
// there is; what was served before counts for spectrum only. The one route that
// is looked at is the shortest.
//
//	c, err := pathrequest.Read(file)             // a case: gnpy-rmsa-case/1
//	network, err := pathrequest.Compile(c)       // checked; may be shared
//	planner, err := pathrequest.NewPlanner(network, pathrequest.Options{})
//	answers, err := planner.Serve(c.Requests, c.Disjunctions)
//
// # Speed
//
// Three things are kept from one request to the next, none of which changes an
// answer. Rows of elements between wavelength switches are found once, and
// routes are searched for in the network of those. The kernel of nonlinear
// interference is kept by fibre type and comb. And what a row of elements does
// to a comb is kept together with the powers that the comb entered with: since
// interference and amplifier noise depend on total powers only, and wavelength
// switches level them, the next request with this comb mostly enters with the
// same powers to the last bit.
//
// # Differences
//
// The reference tool lists all routes of requests with a disjunction, which
// takes exponential time; here they are searched for in the same order, up to a
// limit that is reported. Requests tied together by more than one disjunction
// get the first combination that satisfies all of them, which may be another
// one than the reference tool's. A row of elements must have one direction.
package pathrequest
