package pipeline

import (
	"testing"

	"go.uber.org/goleak"
)

// No test may leave a goroutine behind: what Run starts, it ends.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
