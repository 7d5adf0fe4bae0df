package intents

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// DecodeFiles reads all documents of files and directories as one set, with
// places kept. Of a directory it takes the files *.yaml, *.yml and *.json, in
// alphabetical order; directories inside it are left out unless recursive is
// set (as kubectl does with -R). The path "-" is stdin. Files over the limit of
// a set are refused before they are read.
//
// A Faults error holds what is wrong with the documents; any other error says
// that something could not be read.
func DecodeFiles(paths []string, recursive bool, stdin io.Reader, opts ...Option) ([]Document, error) {
	d := &decoder{options: options{places: true}}
	for _, opt := range opts {
		opt(&d.options)
	}
	left := int64(MaxSet)
	for _, path := range paths {
		if path == "-" {
			if err := d.stream(stdin, "stdin", &left); err != nil {
				return nil, err
			}
			continue
		}
		files, err := filesOf(path, recursive)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if err := d.file(file, &left); err != nil {
				return nil, err
			}
		}
	}
	return d.finish()
}

func filesOf(path string, recursive bool) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var files []string
	err = filepath.WalkDir(path, func(at string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && at != path && (!recursive || strings.HasPrefix(e.Name(), ".")):
			return fs.SkipDir
		case !e.IsDir() && slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(at)):
			files = append(files, at)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read documents: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("read documents: no *.yaml, *.yml or *.json in %s", path)
	}
	return files, nil
}

func (d *decoder) file(name string, left *int64) (err error) {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("read documents: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return d.stream(f, name, left)
}

func (d *decoder) stream(r io.Reader, name string, left *int64) error {
	if r == nil {
		return fmt.Errorf("read documents: no input to read %s from", name)
	}
	// One byte more than allowed, to see that there is more.
	data, err := io.ReadAll(io.LimitReader(r, min(MaxRequest, *left)+1))
	if err != nil {
		return fmt.Errorf("read documents: %s: %w", name, err)
	}
	if *left -= int64(len(data)); *left < 0 {
		d.tooLarge(name)
		*left = 0
		return nil
	}
	d.input(data, name)
	return nil
}
