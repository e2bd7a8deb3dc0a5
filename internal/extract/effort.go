package extract

import "fmt"

// Effort is the most work that reading an article may take. It is counted in
// steps: a step is an instruction of a pattern at a token, or a look at what
// the lexicons found at one; with all that goes with it, it takes about 50 ns.
// Steps and not seconds, so that an article has the same outcome on every
// machine and under any load. An ordinary article takes 100 steps for each
// token, the densest of 270 real ones took 240. Zero is without limit.
type Effort struct {
	// PerToken is for each word and mark of title and text; an article of
	// fewer than 500 counts as one of 500.
	PerToken int
	// Most is for an article of any length.
	Most int
}

// leastTokens is how long an article counts as at least: what a few sentences
// take says little.
const leastTokens = 500

// EffortError says that an article takes more work than it may.
type EffortError struct {
	// Tokens are the words and marks of the article, Steps what it may take.
	Tokens, Steps int
}

func (e *EffortError) Error() string {
	return fmt.Sprintf("the article, of %d words and marks, takes more than the %d steps that it may (extract in trade.yaml sets the limit)", e.Tokens, e.Steps)
}

// Class is the class of the dead letter.
func (e *EffortError) Class() string { return "effort" }

// Limited is x with a limit to the work on one article: Extract then fails
// with an *EffortError on one that takes more.
func (x *Extractor) Limited(e Effort) *Extractor {
	limited := *x
	limited.effort = e
	return &limited
}

// meter counts the steps of one reading. Its methods do nothing on nil.
type meter struct {
	left int
	over *EffortError
}

// newMeter is nil where there is no limit.
func (e Effort) newMeter(tokens int) *meter {
	steps := e.PerToken * max(tokens, leastTokens)
	if steps == 0 || e.Most > 0 && e.Most < steps {
		steps = e.Most
	}
	if steps == 0 {
		return nil
	}
	return &meter{left: steps, over: &EffortError{Tokens: tokens, Steps: steps}}
}

// spend takes steps off what is left. When nothing is, it ends the reading
// from wherever it is called: by a panic, which stopped turns into the error.
// To hand an error up through everything that looks at a token would cost more
// than the looking.
func (m *meter) spend(steps int) {
	if m == nil {
		return
	}
	if m.left -= steps; m.left < 0 {
		m.stop()
	}
}

func (m *meter) stop() { panic(m.over) }

// stopped, deferred, turns the end of the effort into an error.
func stopped(err *error) {
	switch p := recover().(type) {
	case nil:
	case *EffortError:
		*err = p
	default:
		panic(p)
	}
}
