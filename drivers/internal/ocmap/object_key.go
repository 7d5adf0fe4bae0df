package ocmap

import (
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/models"
)

// ObjectKey joins the keys of an object's path into the key that package
// models uses.
func ObjectKey(kind models.ObjectKind, keys []string) string {
	if kind == models.KindLaser && len(keys) > 1 {
		return keys[0] + "/" + keys[1]
	}
	return keys[0]
}

// ObjectKeys is the inverse. A laser's key is split at its last slash, because
// component names hold slashes too.
func ObjectKeys(id models.ObjectID) []string {
	if id.Kind == models.KindLaser {
		if i := strings.LastIndexByte(id.Key, '/'); i >= 0 {
			return []string{id.Key[:i], id.Key[i+1:]}
		}
	}
	return []string{id.Key}
}

// rawMHz writes a canonical frequency as OpenConfig's keys have it.
func rawMHz(canonical string) string {
	f, err := models.ParseFrequency(canonical)
	if err != nil {
		return ""
	}
	return strconv.FormatInt(int64(f/models.MHz), 10)
}
