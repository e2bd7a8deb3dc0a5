//go:build race

package pdf

// raced says that the race detector runs, under which times say nothing.
const raced = true
