package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/intents"
)

// readFiles reads what -f names: files, directories (their *.yaml, *.yml and
// *.json, not deeper) and - for standard input.
func (a *app) readFiles(paths []string) ([]wire.File, error) {
	if len(paths) == 0 {
		return nil, usageError("give -f FILE or -f DIRECTORY")
	}
	var out []wire.File
	left := int64(intents.MaxSet)
	for _, path := range paths {
		names, err := filesUnder(path)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			f, err := a.readFile(name, left)
			if err != nil {
				return nil, err
			}
			left -= int64(len(f.Content))
			out = append(out, f)
		}
	}
	return out, nil
}

// filesToSend is readFiles for a daemon. What is no text would reach it changed,
// so that is refused here.
func (a *app) filesToSend(paths []string) ([]wire.File, error) {
	files, err := a.readFiles(paths)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if utf8.ValidString(f.Content) {
			continue
		}
		if _, err := intents.Decode([]byte(f.Content), f.Name); err != nil {
			return nil, faulty(err, "nothing was sent")
		}
	}
	return files, nil
}

func (a *app) readFile(name string, left int64) (wire.File, error) {
	shown := name
	var r io.Reader = a.stdin
	if name == "-" {
		shown = "standard input"
	} else {
		f, err := os.Open(name)
		if err != nil {
			return wire.File{}, err
		}
		defer f.Close()
		r = f
	}
	raw, err := io.ReadAll(io.LimitReader(r, left+1))
	if err != nil {
		return wire.File{}, fmt.Errorf("read %s: %w", shown, err)
	}
	if int64(len(raw)) > left {
		return wire.File{}, fmt.Errorf("read %s: more than %d MiB of files", shown, intents.MaxSet>>20)
	}
	return wire.File{Name: shown, Content: string(raw)}, nil
}

func filesUnder(path string) ([]string, error) {
	if path == "-" {
		return []string{path}, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var out, folders []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			folders = append(folders, "-f "+filepath.Join(path, e.Name()))
		}
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(e.Name())) {
			out = append(out, filepath.Join(path, e.Name()))
		}
	}
	if len(out) == 0 {
		hint := ""
		if len(folders) > 0 {
			hint = "; folders in it are read when they are named: " + strings.Join(folders, " ")
		}
		return nil, fmt.Errorf("%s holds no *.yaml, *.yml or *.json%s", path, hint)
	}
	return out, nil
}
