package store

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// root is the prefix of everything; the number is the layout of the key space.
const root = "/waveplane/v1/"

// maxKey bounds a key in bytes; etcd itself knows no bound.
const maxKey = 1024

// Key builds a key out of names, one segment per name. Whatever a name
// contains, it stays within its segment: a slash inside it is escaped, so that
// port "1/1" of device "r1" is neither below a device "r1/1" nor confused with
// it. SplitKey undoes it.
func Key(names ...string) string {
	var b strings.Builder
	for i, name := range names {
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(escape(name))
	}
	return b.String()
}

// SplitKey returns the names that Key was given.
func SplitKey(key string) ([]string, error) {
	segments := strings.Split(key, "/")
	for i, s := range segments {
		name, err := url.PathUnescape(s)
		if err != nil {
			return nil, fmt.Errorf("%w %q: %v", ErrKey, key, err)
		}
		segments[i] = name
	}
	return segments, nil
}

// escape writes %XX for slash, percent and control characters, and for the dots
// of a name that consists of nothing else.
func escape(name string) string {
	dots := name == "." || name == ".."
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if c == '/' || c == '%' || c < 0x20 || c == 0x7f || dots {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// checkKey refuses what could be read as another key or reach out of a table.
func checkKey(key string) error {
	switch {
	case key == "":
		return fmt.Errorf("%w: empty", ErrKey)
	case len(key) > maxKey:
		return fmt.Errorf("%w %.40q…: %d bytes, at most %d", ErrKey, key, len(key), maxKey)
	case !utf8.ValidString(key):
		return fmt.Errorf("%w %q: not UTF-8", ErrKey, key)
	}
	for segment := range strings.SplitSeq(key, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return fmt.Errorf("%w %q: segment %q", ErrKey, key, segment)
		}
	}
	for i := range len(key) {
		if key[i] < 0x20 || key[i] == 0x7f {
			return fmt.Errorf("%w %q: control character", ErrKey, key)
		}
	}
	return nil
}

// below returns the etcd prefix of all keys below a path within a table; the
// empty path is the whole table. A closing slash makes no difference, and "r1"
// never takes in "r10".
func below(table, path string) (string, error) {
	path = strings.TrimSuffix(path, "/")
	if path == "" {
		return root + table + "/", nil
	}
	if err := checkKey(path); err != nil {
		return "", err
	}
	return root + table + "/" + path + "/", nil
}
