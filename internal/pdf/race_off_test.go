//go:build !race

package pdf

// raced is false: times are those of the program as it is shipped.
const raced = false
