// Package traffic answers what load a network carries: it lets connections come
// and go at random and counts those that find no room.
//
// A Scenario is a network of directed links with the same number of slots each,
// the candidate routes of every pair of nodes, and the classes of requests: how
// many slots a request takes in which modulation, and how far that reaches.
// Compile checks it and makes a Model, which never changes and may be used by
// any number of goroutines.
//
//	model, err := traffic.Compile(scenario)
//	result, err := model.Simulate(ctx, traffic.Run{Erlang: 75, Requests: 1_000_000})
//	erlang, result, err := model.Carries(ctx, 0.001, traffic.Run{Requests: 1_000_000})
//
// Requests arrive as a Poisson process and hold for exponential times. Each
// tries the routes of its pair in the given order, on each the options of its
// class that reach far enough, in the given order, and takes the lowest free
// run of slots that is the same on all links of the route. What fits nowhere is
// blocked and gone. The same Run gives the same Result on every machine.
//
// The spectrum of a link is a bitset; slots count from 0 and have no frequency
// here. Departures wait in a wheel of lists, a list per tick of about one
// arrival (Varghese and Lauck, "Hashed and hierarchical timing wheels", IEEE/ACM
// Transactions on Networking 5(6), 1997): what left between two arrivals has
// left, in whatever order, so nothing is sorted. A request allocates nothing.
package traffic
