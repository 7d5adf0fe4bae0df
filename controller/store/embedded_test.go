package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/store"
)

func TestRestartKeepsData(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "state")
	var log bytes.Buffer
	cfg := store.Config{Dir: dir, Log: slog.New(slog.NewTextHandler(&log, nil))}
	var incarnation uint64
	for round := range 3 {
		s, err := store.OpenEmbedded(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if round == 0 {
			incarnation = s.Incarnation()
		}
		if s.Incarnation() != incarnation || incarnation == 0 {
			t.Errorf("incarnation %d after %d", s.Incarnation(), incarnation)
		}
		notes := store.NewTable[note](s, "notes")
		entries, _, err := notes.List(t.Context(), "")
		if err != nil || len(entries) != round {
			t.Errorf("start %d: %d records (%v), want %d", round, len(entries), err, round)
		}
		g, err := s.Campaign(t.Context(), "planner")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Commit(t.Context(), g.Guard, notes.Create(fmt.Sprint(round), note{})); err != nil {
			t.Fatal(err)
		}
		if _, err := store.OpenEmbedded(t.Context(), cfg); !errors.Is(err, store.ErrLocked) ||
			!strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
			t.Errorf("second store on one directory: %v, want ErrLocked and the pid", err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode of the state directory is %v (%v), want 0700", info.Mode(), err)
	}
	if log.Len() > 0 {
		t.Errorf("logged although nothing was wrong:\n%s", &log)
	}
}

func TestLongPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	for range 2 {
		s := open(t, store.Config{Dir: dir})
		record, err := os.ReadFile(filepath.Join(dir, "runtime"))
		if err != nil {
			t.Fatal(err)
		}
		short := strings.TrimSpace(string(record))
		if want := "unix://" + short + "/socket"; s.Endpoints()[0] != want {
			t.Errorf("endpoint is %s, want %s", s.Endpoints()[0], want)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(short); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("runtime directory is left: %v", err)
		}
	}
	// What a crash leaves behind is cleared away at the next start.
	left := t.TempDir()
	if err := os.WriteFile(filepath.Join(left, "socket"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "runtime"), []byte(left+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, store.Config{Dir: dir})
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("runtime directory of a predecessor is left: %v", err)
	}
}

// TestNoNetwork looks for TCP sockets of this process.
func TestNoNetwork(t *testing.T) {
	open(t, store.Config{})
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	own := map[string]bool{}
	for _, fd := range fds {
		if target, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil {
			own[target] = true
		}
	}
	for _, table := range []string{"tcp", "tcp6"} {
		data, err := os.ReadFile("/proc/self/net/" + table)
		if errors.Is(err, fs.ErrNotExist) {
			continue // no such protocol here
		}
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			if f := strings.Fields(line); len(f) > 9 && own["socket:["+f[9]+"]"] {
				t.Errorf("%s socket is open: %s", table, line)
			}
		}
	}
}

func TestFull(t *testing.T) {
	s := open(t, store.Config{QuotaBytes: 2 << 20})
	notes := store.NewTable[note](s, "notes")
	filler := note{Text: strings.Repeat("x", 256<<10)}
	var err error
	for i := 0; err == nil && i < 100; i++ {
		_, err = s.Commit(t.Context(), nil, notes.Put(fmt.Sprint(i), filler))
	}
	if !errors.Is(err, store.ErrFull) {
		t.Errorf("writing over the quota: %v, want ErrFull", err)
	}
	if _, err := notes.Get(t.Context(), "0"); err != nil {
		t.Errorf("reading a full store: %v", err)
	}
}

func TestDamagedData(t *testing.T) {
	flip := func(at int) func([]byte) []byte {
		return func(data []byte) []byte {
			for i := range 16 {
				data[at+i] ^= 0x55
			}
			return data
		}
	}
	const walFile, dbFile = "wal/*.wal", "snap/db"
	tests := map[string]struct {
		file   string
		damage func([]byte) []byte
	}{
		"start of the log":   {walFile, flip(0)},
		"middle of the log":  {walFile, flip(2000)},
		"length of an entry": {walFile, flip(200)},
		"log cut":            {walFile, func(data []byte) []byte { return data[:1500] }},
		"log emptied":        {walFile, func([]byte) []byte { return nil }},
		"database header":    {dbFile, func(data []byte) []byte { return flip(4096 + 16)(flip(16)(data)) }},
		"database cut":       {dbFile, func(data []byte) []byte { return data[:5000] }},
		"database emptied":   {dbFile, func([]byte) []byte { return nil }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := store.OpenEmbedded(t.Context(), store.Config{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			notes := store.NewTable[note](s, "notes")
			for i := range 20 {
				if _, err := s.Commit(t.Context(), nil, notes.Create(fmt.Sprint(i), note{Text: strings.Repeat("x", 100)})); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			files, err := filepath.Glob(filepath.Join(dir, "etcd", "member", test.file))
			if err != nil || len(files) != 1 {
				t.Fatalf("files to damage: %v (%v)", files, err)
			}
			data, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(files[0], test.damage(data), 0o600); err != nil {
				t.Fatal(err)
			}
			if s, err = store.OpenEmbedded(t.Context(), store.Config{Dir: dir}); err == nil {
				s.Close()
				t.Fatal("a damaged store was opened")
			}
			if !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "restore a backup") {
				t.Errorf("error does not name the directory and a way out: %v", err)
			}
		})
	}
}

// TestTornLog cuts the log behind everything that was applied, as a loss of
// power does; that is no damage.
func TestTornLog(t *testing.T) {
	dir := t.TempDir()
	s, err := store.OpenEmbedded(t.Context(), store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	notes := store.NewTable[note](s, "notes")
	if _, err := s.Commit(t.Context(), nil, notes.Create("a", note{})); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "etcd", "member", "wal", "*.wal"))
	if err != nil || len(files) != 1 {
		t.Fatalf("log segments: %v (%v)", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	end := len(bytes.TrimRight(data, "\x00"))
	end += 8 - end%8
	// The length of a record of which nothing else reached the disk.
	data[end] = 0x60
	if err := os.WriteFile(files[0], data, 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, store.Config{Dir: dir})
	if _, err := store.NewTable[note](s, "notes").Get(t.Context(), "a"); err != nil {
		t.Error(err)
	}
}

func TestOpenWithoutPlace(t *testing.T) {
	if _, err := store.OpenEmbedded(t.Context(), store.Config{}); err == nil {
		t.Error("opened without a directory")
	}
	if _, err := store.OpenCluster(t.Context(), store.Config{}); err == nil {
		t.Error("opened without endpoints")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.OpenEmbedded(ctx, store.Config{Dir: t.TempDir()}); !errors.Is(err, context.Canceled) {
		t.Errorf("opened with a context that is over: %v", err)
	}
}
