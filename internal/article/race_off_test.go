//go:build !race

package article

// slowdown is 1: the figures are those of the program as it is shipped.
const slowdown = 1
