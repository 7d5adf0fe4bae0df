// Package store keeps Waveplane's records in etcd.
//
// A [Store] is opened once per process: [OpenEmbedded] runs an etcd server
// inside the process, reachable only through a unix socket under the state
// directory; [OpenCluster] uses a cluster that exists already. Everything lives
// under one prefix, one [Table] per kind of record; [Store.Tables] lists them.
//
// Reading is by [Table.Get], [Table.List] (any number of records at one
// revision) and [Table.Watch] (the list, then every change in order, for as
// long as the caller likes, over disconnects and compactions).
//
// Writing is by transaction only. A table builds operations, each with the
// comparison it needs, and [Store.Commit] carries them out together or not at
// all:
//
//	rev, err := s.Commit(ctx, grant.Guard,
//		tables.Phases.Update(key, next, was.Revision),
//		tables.Events.Append(event))
//
// A lease is not fencing: a process that was paused may believe in a lease that
// is long over. So whoever acts under an election or as the owner of a device
// holds a [Grant], and every transaction compares the key that granted it
// ([Guard]). When the key is no longer the same, nothing is written and Commit
// returns [ErrNotOwner].
//
// Values are JSON objects with a version field "v". Fields that this version
// does not know survive a read and a later write of the same record by the same
// table.
//
// The contract is tested by package storetest, on real etcd.
package store
