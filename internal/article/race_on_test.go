//go:build race

package article

// slowdown is about what the race detector costs.
const slowdown = 12
