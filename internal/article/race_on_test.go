//go:build race

package article

// raced says that the race detector runs, under which times say nothing.
const raced = true
