package pipeline

import (
	"context"
	"fmt"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/story"
	"github.com/tradewire/tradewire/internal/topic"
)

// Names of the stages in the ce_source of what they write.
const (
	sourceScrape    = "tradewire/scrape"
	sourceExtract   = "tradewire/extract"
	sourceCorrelate = "tradewire/correlate"
)

// Extractor finds what an article mentions and claims. It must be safe for
// concurrent use and come to an end with any article: nothing can stop it from
// outside. An error makes the article a dead letter, of the class that a
// method Class() string of the error names.
type Extractor func(a event.Article) (event.Mentions, []event.Claim, error)

// extraction is the work of the extract stage: an article becomes mentions
// and claims.
func extraction(x Extractor) work {
	return func(_ context.Context, t *task) error {
		var a event.Article
		if err := read(t.in, &a); err != nil {
			return err
		}
		if a.ID == "" || a.Text == "" {
			return refuse(classBadJSON, "an article needs an id and a text")
		}
		mentions, claims, err := x(a)
		if err != nil {
			return fmt.Errorf("extract from %s: %w", a.ID, err)
		}
		t.published = instant(a.Published)
		return t.extracted(a, mentions, claims)
	}
}

// extracted makes the records of what was found.
func (t *task) extracted(a event.Article, mentions event.Mentions, claims []event.Claim) error {
	now, trace := time.Now(), t.in.Header(event.TraceParent)
	mentions.Article = a.ID
	ce := event.NewCloudEvent("mentions", a.ID+"."+a.Version, sourceExtract, a.ID, now)
	out, err := message(TopicMentions, []byte(a.ID), ce, mentions, trace)
	if err != nil {
		return err
	}
	t.outs = append(t.outs, out)
	for _, c := range claims {
		out, err := message(TopicClaims, []byte(story.CorrelationKey(c)), c.CloudEvent(sourceExtract, now), c, trace)
		if err != nil {
			return err
		}
		t.outs = append(t.outs, out)
	}
	return nil
}

// correlation is the work of the correlate stage: a claim becomes the events
// that it changes, each on the topic of its family. One whose event has been
// corrected since changes none.
func correlation(corrected *corrections) work {
	return func(ctx context.Context, t *task) error {
		var c event.Claim
		if err := read(t.in, &c); err != nil {
			return err
		}
		if c.ID == "" || !isFamily(c.Family) {
			return refuse(classBadJSON, "a claim needs an id and a known family, found %q and %q", c.ID, c.Family)
		}
		t.published = instant(c.Published)
		settled, err := corrected.settled(ctx, c)
		if err != nil || settled {
			return err
		}
		e := story.Correlate(c)
		corrected.add(e)
		out, err := message(e.Family, []byte(e.ID), e.CloudEvent(sourceCorrelate, time.Now()), e, t.in.Header(event.TraceParent))
		if err != nil {
			return err
		}
		t.outs = []topic.Record{out}
		return nil
	}
}

func isFamily(name string) bool {
	for _, f := range event.Families() {
		if f == name {
			return true
		}
	}
	return false
}
