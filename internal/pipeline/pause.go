package pipeline

import (
	"context"
	"math/rand/v2"
	"time"
)

// Bounds of the pause after a failure of the log or of the store.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// backoff is the pause after failure n (from 1): doubling, and up to a fifth
// longer or shorter, so that many processes do not return at once.
func backoff(n int) time.Duration {
	return jitter(min(firstPause<<min(n-1, 20), lastPause), 0.2)
}

// jitter moves d at random by up to that share of it, either way.
func jitter(d time.Duration, share float64) time.Duration {
	return time.Duration(float64(d) * (1 + share*(2*rand.Float64()-1)))
}

// sleep waits, and reports whether ctx is still alive.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
