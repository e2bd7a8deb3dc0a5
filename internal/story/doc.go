// Package story turns claims into events: what one or several articles say
// about one thing. It is pure: no clock, log, network or goroutine; the same
// claims in the same order give the same events.
package story
