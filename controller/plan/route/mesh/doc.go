// Package mesh finds routes in a network of nodes and directed edges: the
// shortest, the next shortest one after the other, and the best pair that
// shares nothing.
//
// A Mesh is built once and never changes; it may be used by any number of
// goroutines. Nodes and edges are small integers in the order in which they
// were added. A fibre pair is two edges that belong to one Link, and counts as
// one thing wherever routes must not share. What else may fail together (a
// duct, an amplifier hut, a site) is a Risk, of which an edge carries any
// number. To keep two routes apart by site, give every edge a risk for each
// site that it touches, its huts included, and let the pair share the risks of
// the two sites where it begins and ends (PairQuery.Share).
//
// Edges have no weight of their own. A Weights is one number per edge (length,
// latency), made by Mesh.Weights, which refuses what is negative or no number.
// Inside, weights are integers of at least twelve significant digits of the
// largest one: sums do not depend on their order, so that equal routes are
// equal, and lower bounds are exact.
//
// Every answer is unique. Of two routes the one of less weight comes first,
// then the one of fewer edges, then the one whose edges have the smaller
// numbers, compared from the start. Who adds edges in the order of their names
// gets ties resolved by name.
//
// A Search hands out simple routes in that order, each when it is asked for:
// Yen's algorithm ("Finding the K shortest loopless paths in a network",
// Management Science 17(11), 1971) with Lawler's rule against duplicates (same
// journal, 18(7), 1972). A deviation is worked out only when its lower bound,
// read off the tree of least weights to the target, makes it the next in line.
//
// A pair of least total weight that shares no link, or no node either, is found
// by Suurballe's algorithm (Networks 4, 1974; the form of Bhandari, "Survivable
// Networks", 1999), always exactly. With shared risks or with a bound on each
// leg the question is NP-hard: Mesh.Pair then goes through first legs in the order
// of their weight under the dual prices of the plain question, cutting off every
// beginning that leaves no second leg light enough, until that order itself proves
// that nothing lighter can follow. When the effort allowed runs out before, the
// best pair so far is returned with Proven false, and with a lower bound that
// holds.
//
// Whatever can take long has a limit that is counted in nodes looked at, not
// in time, so that the same question always has the same answer; running into
// it is reported as a Refusal with reason OutOfEffort.
package mesh
