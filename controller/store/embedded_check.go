package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.uber.org/zap"
)

// errDamaged says what to do about data that cannot be trusted.
var errDamaged = errors.New("the data is damaged, restore a backup")

// checkData looks at the data of a stopped server and refuses what cannot be
// trusted. etcd itself takes a damaged log for one that a crash cut short, cuts
// it there and goes on without the entries behind it; but the database tells
// how many entries there must be, because nothing is applied to it before the
// log is on disk.
func checkData(log *zap.Logger, etcdDir string) error {
	dir := filepath.Join(etcdDir, "member", "wal")
	segments, err := filepath.Glob(filepath.Join(dir, "*.wal"))
	if err != nil || len(segments) == 0 {
		return err // a new store
	}
	last, err := lastLogged(log, dir)
	if err != nil {
		return fmt.Errorf("%w: log: %w", errDamaged, err)
	}
	applied, err := lastApplied(filepath.Join(etcdDir, "member", "snap", "db"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the first start ended before there was a database
	}
	if err != nil {
		return fmt.Errorf("%w: database: %w", errDamaged, err)
	}
	if last < applied {
		return fmt.Errorf("%w: the log ends at entry %d, the database is of entry %d", errDamaged, last, applied)
	}
	return nil
}

// lastLogged returns the index of the last entry of the log.
func lastLogged(log *zap.Logger, dir string) (uint64, error) {
	snapshots, err := wal.ValidSnapshotEntries(log, dir)
	if err != nil {
		return 0, err
	}
	if len(snapshots) == 0 {
		return 0, errors.New("no valid start")
	}
	newest := snapshots[len(snapshots)-1]
	w, err := wal.OpenForRead(log, dir, newest)
	if err != nil {
		return 0, err
	}
	// Closing a log that is open for reading always reports that it has no
	// directory to write to.
	defer func() { _ = w.Close() }()
	_, _, entries, err := w.ReadAll()
	if err != nil {
		return 0, err
	}
	if len(entries) == 0 {
		return newest.GetIndex(), nil
	}
	return entries[len(entries)-1].GetIndex(), nil
}

// lastApplied returns the index of the last entry that the database holds.
func lastApplied(path string) (index uint64, err error) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.View(func(tx *bolt.Tx) error {
		if meta := tx.Bucket([]byte("meta")); meta != nil {
			if v := meta.Get([]byte("consistent_index")); len(v) == 8 {
				index = binary.BigEndian.Uint64(v)
			}
		}
		return nil
	})
	return index, err
}
