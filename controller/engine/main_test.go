package engine_test

import (
	"testing"

	"go.uber.org/goleak"
)

// Tests of time run in synctest bubbles: there, Sleep advances a clock of the
// bubble's own and takes no time.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
