package endpoint

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestListenAndLocate(t *testing.T) {
	for name, dir := range map[string]string{
		"short": t.TempDir(),
		"long":  filepath.Join(t.TempDir(), strings.Repeat("long/", 30)),
	} {
		t.Run(name, func(t *testing.T) {
			if name == "long" {
				// A short place that is not the test's own long one.
				short, err := os.MkdirTemp("", "wp")
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { os.RemoveAll(short) })
				t.Setenv("XDG_RUNTIME_DIR", short)
			}
			l, err := Listen(dir)
			if err != nil {
				t.Fatal(err)
			}
			t.Setenv("XDG_RUNTIME_DIR", "/nowhere") // the client's may differ
			path, err := Locate(dir)
			if err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Fatalf("want a socket of mode 0600, got %v, %v", info, err)
			}
			conn, err := net.Dial("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			conn.Close()
			if _, err := Listen(dir); err == nil {
				t.Error("want a second daemon refused")
			}
			l.(*net.UnixListener).SetUnlinkOnClose(false)
			l.Close()
			if name == "long" {
				return // the runtime directory's name comes from the environment
			}
			again, err := Listen(dir)
			if err != nil {
				t.Fatalf("a stale socket must be replaced: %v", err)
			}
			again.Close()
		})
	}
}

func TestForeignRuntimeDirIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "open")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := ownDir(dir); err == nil {
		t.Error("want a directory that others can read refused")
	}
}
