package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/tradewire/tradewire/internal/archive"
	"github.com/tradewire/tradewire/internal/event"
)

// store keeps what the topics said (*archive.Archive).
type store interface {
	Apply(ctx context.Context, b archive.Batch) error
}

// serving is the work of the serve stage: a record becomes rows of the store.
func serving(_ context.Context, t *task) error {
	switch {
	case t.in.Value == nil: // a tombstone says nothing new
		return nil
	case t.in.Topic == TopicArticles:
		var a event.Article
		if err := read(t.in, &a); err != nil {
			return err
		}
		t.published = instant(a.Published)
		t.rows.Articles = []event.Article{a}
		return needed(a.ID)
	case t.in.Topic == TopicMentions:
		var m event.Mentions
		if err := read(t.in, &m); err != nil {
			return err
		}
		t.rows.Mentions = []event.Mentions{m}
		return needed(m.Article)
	case isFamily(t.in.Topic):
		var e event.Event
		if err := read(t.in, &e); err != nil {
			return err
		}
		t.published = instant(e.Published)
		t.rows.Events = []event.Event{e}
		return needed(e.ID)
	}
	return refuse(classFailed, "topic %s is not for the archive", t.in.Topic)
}

func needed(id string) error {
	if id == "" {
		return refuse(classBadJSON, "the body has no id")
	}
	return nil
}

// storing applies the rows of finished tasks in one go, and then shows the
// events to those who watch.
func storing(s store, watch func(event.Event)) func(context.Context, []*task) error {
	return func(ctx context.Context, tasks []*task) error {
		var all archive.Batch
		for _, t := range tasks {
			if t.refused != nil {
				continue
			}
			all.Articles = append(all.Articles, t.rows.Articles...)
			all.Mentions = append(all.Mentions, t.rows.Mentions...)
			all.Events = append(all.Events, t.rows.Events...)
		}
		err := s.Apply(ctx, all)
		var row *archive.RowError
		if errors.As(err, &row) {
			return &refusal{classUnstorable, err}
		}
		if err != nil {
			return fmt.Errorf("store %d records: %w", len(tasks), err)
		}
		if watch != nil {
			for _, e := range all.Events {
				watch(e)
			}
		}
		return nil
	}
}
