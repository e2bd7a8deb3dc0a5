//go:build race

package source

// slower is how much longer things may take under the race detector.
const slower = 10
