package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tradewire/tradewire/internal/archive"
	"github.com/tradewire/tradewire/internal/article"
	"github.com/tradewire/tradewire/internal/fetch"
	"github.com/tradewire/tradewire/internal/ops"
	"github.com/tradewire/tradewire/internal/topic"
)

// task is one input on its way through a stage, and what was made of it.
type task struct {
	in      topic.Record
	job     *ops.Job
	attempt int       // from 1
	first   time.Time // of the attempts
	turn    time.Time // when its lane may have a place for it, if it has none now

	// published is when the article behind the input came out; zero when it
	// is not known.
	published time.Time
	outs      []topic.Record
	// state is written when outs are acknowledged: it says that they are.
	state   []topic.Record
	rows    archive.Batch
	refused *refusal
	// page is what the input led to; a dead letter holds it in place of the
	// input.
	page *enclosure
	// gone says that the input belongs to another process by now.
	gone bool
}

// reset forgets what an earlier attempt made.
func (t *task) reset() {
	t.gone = false
	t.outs, t.state, t.rows, t.refused, t.published, t.page = nil, nil, archive.Batch{}, nil, time.Time{}, nil
}

// enclosure is a page as it was served.
type enclosure struct {
	url, contentType string
	body             []byte
}

// letter makes the dead letter of a task.
func (t *task) letter(stage string, why *refusal) topic.Record {
	if t.page == nil {
		return topic.DeadLetter(t.in, stage, why.class, why.err, t.attempt)
	}
	dead := topic.DeadLetter(topic.WithSourceURL(t.in, t.page.url), stage, why.class, why.err, t.attempt)
	return topic.WithBody(dead, t.page.contentType, t.page.body)
}

// refusal ends a task: the input becomes a dead letter of that class.
type refusal struct {
	class string
	err   error
}

func (r *refusal) Error() string { return r.class + ": " + r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

func refuse(class, format string, args ...any) error {
	return &refusal{class, fmt.Errorf(format, args...)}
}

// later asks for another attempt, not before wait has passed; the stage may
// wait longer. When the attempts are used up, the task is refused as class.
type later struct {
	refusal
	wait time.Duration
	free bool // nothing was tried: the attempt does not count, and wait is exact
}

// Classes of refusal that no room below names.
const (
	classPanic      = "panic"
	classBadJSON    = "bad_json"
	classBadUTF8    = "invalid_utf8"
	classFailed     = "failed"
	classReassigned = "reassigned"
	classUnstorable = "unstorable"
)

// classed is an error that names the class of the dead letter.
type classed interface {
	error
	Class() string
}

// refusalOf finds the class of an error by its type.
func refusalOf(err error) *refusal {
	var (
		known *refusal
		again *later
		page  *fetch.Error
		text  *article.Error
		named classed
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &again):
		return &again.refusal
	case errors.As(err, &page):
		return &refusal{page.Class, err}
	case errors.As(err, &text):
		return &refusal{text.Class, err}
	case errors.As(err, &named):
		return &refusal{named.Class(), err}
	}
	return &refusal{classFailed, err}
}

// work does what a stage is for, on one input: it fills the task's outs or
// rows. Its errors are *refusal, *later, one that refusalOf knows, or that of
// ctx, which leaves the input for the next start.
type work func(ctx context.Context, t *task) error
