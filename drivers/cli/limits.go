package cli

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/waveplane/waveplane/models"
)

// write is a value as it is typed; it refuses what the device does not take.
func (r *fieldRow) write(value string) (string, error) {
	for i, limit := range r.Limits {
		bound, err := r.codec.read(strconv.FormatFloat(limit, 'f', -1, 64))
		if err != nil {
			return "", err
		}
		v, err1 := number(value)
		b, err2 := number(bound)
		if err := errors.Join(err1, err2); err != nil {
			return "", err
		}
		if i == 0 && v < b || i == 1 && v > b {
			return "", fmt.Errorf("%s is beyond what the device takes; the nearest that can be set is %s", value, bound)
		}
	}
	return r.codec.write(value)
}

// number is a frequency or a power in its smallest unit.
func number(value string) (int64, error) {
	if f, err := models.ParseFrequency(value); err == nil {
		return int64(f), nil
	}
	p, err := models.ParsePower(value)
	return int64(p), err
}
