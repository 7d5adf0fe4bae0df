package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/store"
)

// crashEnv makes the test binary the process that will be killed: it holds the
// state directory that the variable names.
const crashEnv = "WAVEPLANE_STORE_CRASH_DIR"

// note is a record for tests.
type note struct {
	Text string `json:"text"`
}

// crashing is the life of the process that will be killed: it wins an election
// under a lease of ten minutes and writes records, each reported once it is
// acknowledged.
func crashing() bool {
	dir := os.Getenv(crashEnv)
	if dir == "" {
		return false
	}
	ctx := context.Background()
	s, err := store.OpenEmbedded(ctx, store.Config{Dir: dir, LeaseTTL: 10 * time.Minute})
	if err != nil {
		fmt.Println("error", err)
		return true
	}
	g, err := s.Campaign(ctx, "planner")
	if err != nil {
		fmt.Println("error", err)
		return true
	}
	notes := store.NewTable[note](s, "notes")
	for i := 0; ; i++ {
		key := fmt.Sprintf("k%d", i)
		if _, err := s.Commit(ctx, g.Guard, notes.Create(key, note{Text: "x"})); err != nil {
			fmt.Println("error", err)
			return true
		}
		fmt.Println("acked", key)
	}
}

// crashed has a process write to dir, kills it after at least n records and
// returns the keys that were acknowledged. While it lives, body is called.
func crashed(t testing.TB, dir string, n int, body func(pid int)) []string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), crashEnv+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var acked []string
	lines := bufio.NewScanner(out)
	killed := false
	for lines.Scan() {
		key, ok := strings.CutPrefix(lines.Text(), "acked ")
		if !ok {
			t.Errorf("the process that was to crash says %q", lines.Text())
			break
		}
		acked = append(acked, key)
		if len(acked) == n {
			body(cmd.Process.Pid)
			killed = true
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	if !killed {
		_ = cmd.Process.Kill() // it may have ended already
	}
	_ = cmd.Wait() // a killed process is an error by definition
	if !killed {
		t.FailNow()
	}
	return acked
}

func TestKilled(t *testing.T) {
	dir := t.TempDir()
	total := 0
	const rounds = 3
	for round := 0; round < rounds; round++ {
		acked := crashed(t, dir, 100, func(pid int) {
			_, err := store.OpenEmbedded(t.Context(), store.Config{Dir: dir})
			if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("pid %d", pid)) {
				t.Errorf("second process: %v, want ErrLocked and pid %d", err, pid)
			}
		})
		total += len(acked)
		s, err := store.OpenEmbedded(t.Context(), store.Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		notes := store.NewTable[note](s, "notes")
		for _, key := range acked {
			if _, err := notes.Get(t.Context(), key); err != nil {
				t.Errorf("round %d: acknowledged before the crash: %v", round, err)
			}
		}
		// The lease of the dead process would last for ten minutes.
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		if _, err := s.Campaign(ctx, "planner"); err != nil {
			t.Errorf("round %d: the grant of the dead process was not freed: %v", round, err)
			round = rounds // the others would only take as long to fail
		}
		cancel()
		entries, _, err := notes.List(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		var ops []store.Op
		for _, e := range entries {
			ops = append(ops, notes.Delete(e.Key))
		}
		if _, err := s.Commit(t.Context(), nil, ops...); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d records acknowledged before the kills, all there", total)
}
