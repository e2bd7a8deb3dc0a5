//go:build unix

package main

import (
	"testing"
	"time"
)

// TestEmbeddedKilledAtRandomPoints is TestKilledAtRandomPoints on the embedded
// broker, which dies and comes back with the process.
func TestEmbeddedKilledAtRandomPoints(t *testing.T) {
	r := newRig(t)
	r.embed()
	killedAtRandomPoints(t, r, time.Millisecond)
}
