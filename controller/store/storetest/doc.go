// Package storetest is the contract of package store as tests. A way of opening
// a store passes them by
//
//	func TestContract(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) *store.Store { … })
//	}
//
// where the function returns a new, empty store each time and arranges for it to
// be closed. The tests use the store's endpoints, too: to look at what is
// stored, to interrupt connections, and to be a second member.
package storetest
