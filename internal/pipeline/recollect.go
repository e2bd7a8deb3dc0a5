package pipeline

import (
	"context"
	"fmt"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/origin"
	"github.com/tradewire/tradewire/internal/topic"
)

// recollection is what the scrape stage knows beyond its own hosts: the texts
// that any process read of late, and the rhythms of the sources.
type recollection struct {
	copies  *copies
	rhythms *rhythms
}

// apply takes a record of trade.pages.
func (r recollection) apply(in topic.Record) error {
	var page event.Page
	if in.Value == nil || read(in, &page) != nil {
		return nil // a page we cannot read about is one we have not seen
	}
	r.copies.learned(page)
	r.rhythms.learned(page)
	return nil
}

// recollect reads the recent records of trade.pages, and returns what follows
// the topic from there until its context ends.
func (p *process) recollect(ctx context.Context) (func(context.Context), error) {
	began := time.Now()
	if err := p.cluster.Scan(ctx, TopicPages, topic.FromTime(began.Add(-origin.Window)), p.memory.apply); err != nil {
		return nil, fmt.Errorf("recollect copies and rhythms: %w", err)
	}
	return func(ctx context.Context) {
		err := p.cluster.Follow(ctx, TopicPages, topic.FromTime(began.Add(-time.Minute)), p.memory.apply)
		if ctx.Err() == nil {
			p.Log.Error("copies that other processes read are no longer known", "error", err)
		}
	}, nil
}
