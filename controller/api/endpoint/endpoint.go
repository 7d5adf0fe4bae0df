// Package endpoint is where a daemon listens for its clients: a unix socket
// under the state directory that only its owner can open.
//
// A socket's path must be short (108 bytes on Linux). Below a longer state
// directory the socket stands in a short runtime directory of the same user,
// and the state directory records where.
package endpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	socketName = "waveplane.sock"
	recordName = "waveplane.sock.path"
	maxPath    = 100 // bytes; the kernel's limit is 108 with the final zero, 104 elsewhere
)

// Locate returns the path of the socket that a daemon of the state directory
// listens at. The socket need not exist.
func Locate(stateDir string) (string, error) {
	abs, err := filepath.Abs(stateDir)
	if err != nil {
		return "", fmt.Errorf("locate socket: %w", err)
	}
	path := filepath.Join(abs, socketName)
	if len(path) <= maxPath {
		return path, nil
	}
	raw, err := os.ReadFile(filepath.Join(abs, recordName))
	if errors.Is(err, os.ErrNotExist) {
		return filepath.Join(runtimeDir(abs), socketName), nil
	}
	if err != nil {
		return "", fmt.Errorf("locate socket: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}

// Place makes the state directory (mode 0700), and where its path is too long
// the runtime directory beside it, and returns the path to listen at.
func Place(stateDir string) (string, error) {
	abs, err := filepath.Abs(stateDir)
	if err != nil {
		return "", fmt.Errorf("place socket: %w", err)
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return "", fmt.Errorf("place socket: %w", err)
	}
	path := filepath.Join(abs, socketName)
	if len(path) <= maxPath {
		return path, nil
	}
	dir := runtimeDir(abs)
	if err := ownDir(dir); err != nil {
		return "", fmt.Errorf("place socket: %w", err)
	}
	path = filepath.Join(dir, socketName)
	if len(path) > maxPath {
		return "", fmt.Errorf("place socket: both the state directory and the runtime directory %s are too long for a socket; choose a shorter --state", dir)
	}
	if err := os.WriteFile(filepath.Join(abs, recordName), []byte(path+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("place socket: %w", err)
	}
	return path, nil
}

// Listen listens at the state directory's socket (mode 0600). A socket left by
// a daemon that is gone is replaced; one that answers is an error. The caller
// holds the state directory's lock, so that two daemons do not replace each
// other's socket.
func Listen(stateDir string) (net.Listener, error) {
	path, err := Place(stateDir)
	if err != nil {
		return nil, err
	}
	if conn, err := net.DialTimeout("unix", path, time.Second); err == nil {
		conn.Close()
		return nil, fmt.Errorf("listen: a daemon already answers at %s", path)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("listen: remove stale socket: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	// Between Listen and Chmod the directory's mode 0700 keeps others out.
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, fmt.Errorf("listen: %w", err)
	}
	return l, nil
}

// runtimeDir is a short directory that belongs to this user and this state
// directory.
func runtimeDir(abs string) string {
	sum := sha256.Sum256([]byte(abs))
	id := hex.EncodeToString(sum[:6])
	if base := os.Getenv("XDG_RUNTIME_DIR"); base != "" && filepath.IsAbs(base) {
		return filepath.Join(base, "waveplane-"+id)
	}
	return filepath.Join(os.TempDir(), fmt.Sprintf("waveplane-%d-%s", os.Getuid(), id))
}

// ownDir makes dir for this user alone and refuses one that somebody else made
// or can enter: the temporary directory is open to all.
func ownDir(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() || info.Mode().Perm() != 0o700 || !ownedByUs(info) {
		return fmt.Errorf("%s is not a directory of this user alone", dir)
	}
	return nil
}
