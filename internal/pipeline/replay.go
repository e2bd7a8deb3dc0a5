package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/story"
	"github.com/tradewire/tradewire/internal/topic"
)

// sourceReplay is the ce_source of what a replay writes.
const sourceReplay = "tradewire/replay"

// Replay reads articles again with today's rules and compares what they claim
// with what is on the log of claims.
type Replay struct {
	Extract Extractor
	// From says which articles of the topic are meant, when there are no
	// Articles: of each, the last version since then.
	From     topic.Start
	Articles []event.Article
	// Publish writes the differences: claims that are new to trade.claims,
	// and corrections of events, which become updates and retractions.
	Publish bool
}

// Replayed is what a replay found for one article.
type Replayed struct {
	Article event.Article
	Changes []story.Change
	// Mentions says that the officials, rates or sectors differ.
	Mentions bool
	// Err is why the article cannot be read; nothing is compared then.
	Err error
}

// replayWindow is how many articles are compared in one reading of the log;
// their claims are held in memory.
const replayWindow = 20_000

// Run compares article after article and tells of each. With Publish, what it
// told of has been acknowledged. It can be run again: what is done is no
// difference any more. Errors: those of the cluster, of ctx and of told.
func (r Replay) Run(ctx context.Context, c *topic.Cluster, told func(Replayed) error) error {
	if r.Articles != nil {
		for window := range slices.Chunk(r.Articles, replayWindow) {
			run, err := r.load(ctx, c, ids(window))
			if err != nil {
				return err
			}
			for _, a := range window {
				if err := run.article(ctx, a, told); err != nil {
					return err
				}
			}
		}
		return nil
	}
	latest, order, err := r.latest(ctx, c)
	if err != nil {
		return err
	}
	for window := range slices.Chunk(order, replayWindow) {
		run, err := r.load(ctx, c, window)
		if err != nil {
			return err
		}
		err = c.Scan(ctx, TopicArticles, r.From, func(in topic.Record) error {
			if _, mine := run.claims[string(in.Key)]; !mine || latest[string(in.Key)] != topic.PlaceOf(in) {
				return nil
			}
			return run.record(ctx, in, told)
		})
		if err != nil {
			return fmt.Errorf("replay articles: %w", err)
		}
	}
	return nil
}

func ids(articles []event.Article) []string {
	var all []string
	for _, a := range articles {
		all = append(all, a.ID)
	}
	return all
}

// latest finds where the last version of each article stands.
func (r Replay) latest(ctx context.Context, c *topic.Cluster) (map[string]topic.Place, []string, error) {
	latest := map[string]topic.Place{}
	var order []string
	err := c.Scan(ctx, TopicArticles, r.From, func(in topic.Record) error {
		if in.Value == nil {
			return nil
		}
		if _, known := latest[string(in.Key)]; !known {
			order = append(order, string(in.Key))
		}
		latest[string(in.Key)] = topic.PlaceOf(in)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("find articles: %w", err)
	}
	return latest, order, nil
}

// replaying is a replay of some articles, with what is on record for them.
type replaying struct {
	Replay
	cluster  *topic.Cluster
	claims   map[string]*story.Asserted
	mentions map[string][sha256.Size]byte
}

// load reads from the log what is on record for articles.
func (r Replay) load(ctx context.Context, c *topic.Cluster, articles []string) (*replaying, error) {
	run := &replaying{r, c, map[string]*story.Asserted{}, map[string][sha256.Size]byte{}}
	for _, id := range articles {
		run.claims[id] = new(story.Asserted)
	}
	err := c.Scan(ctx, TopicClaims, topic.FromBeginning(), func(in topic.Record) error {
		var claim event.Claim
		if read(in, &claim) != nil {
			return nil // a dead letter of the correlate stage
		}
		if record, mine := run.claims[claim.Article]; mine {
			record.Add(claim, string(in.Key))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	err = c.Scan(ctx, TopicMentions, topic.FromBeginning(), func(in topic.Record) error {
		if _, mine := run.claims[string(in.Key)]; mine {
			run.mentions[string(in.Key)] = sha256.Sum256(bytes.TrimSpace(in.Value))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read mentions: %w", err)
	}
	return run, nil
}

func (r *replaying) record(ctx context.Context, in topic.Record, told func(Replayed) error) error {
	var a event.Article
	if err := read(in, &a); err != nil {
		return told(Replayed{Article: event.Article{ID: string(in.Key)}, Err: err})
	}
	return r.article(ctx, a, told)
}

// article compares one article, publishes, and tells.
func (r *replaying) article(ctx context.Context, a event.Article, told func(Replayed) error) error {
	out := Replayed{Article: a}
	mentions, claims, err := r.extract(a)
	if err != nil {
		out.Err = err
		return told(out)
	}
	mentions.Article = a.ID
	records, err := r.differences(&out, mentions, claims)
	if err != nil {
		return err
	}
	if r.Publish && len(records) > 0 {
		if err := r.cluster.Writer().Write(ctx, records...); err != nil {
			return fmt.Errorf("publish corrections of article %s: %w", a.ID, err)
		}
	}
	return told(out)
}

// extract turns a panic into the error of its article.
func (r *replaying) extract(a event.Article) (m event.Mentions, claims []event.Claim, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in extraction: %v", p)
		}
	}()
	return r.Replay.Extract(a)
}

// differences notes what differs and makes the records that mend it.
func (r *replaying) differences(out *Replayed, mentions event.Mentions, claims []event.Claim) ([]topic.Record, error) {
	now, trace := time.Now(), newTrace()
	a := out.Article
	ce := event.NewCloudEvent("mentions", a.ID+"."+a.Version, sourceReplay, a.ID, now)
	record, err := message(TopicMentions, []byte(a.ID), ce, mentions, trace)
	if err != nil {
		return nil, err
	}
	var records []topic.Record
	if out.Mentions = sha256.Sum256(bytes.TrimSpace(record.Value)) != r.mentions[a.ID]; out.Mentions {
		records = append(records, record)
	}
	if claims, err = asOnTheLog(claims); err != nil {
		return nil, err
	}
	out.Changes = story.Diff(r.claims[a.ID], claims)
	for _, change := range out.Changes {
		record, err := message(TopicClaims, []byte(change.Key), change.Record.CloudEvent(sourceReplay, now), change.Record, trace)
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, nil
}

// asOnTheLog brings claims to the form that they have after the log, in which
// nothing and an empty list are the same.
func asOnTheLog(claims []event.Claim) ([]event.Claim, error) {
	body, err := json.Marshal(claims)
	if err != nil {
		return nil, fmt.Errorf("encode claims: %w", err)
	}
	var out []event.Claim
	if err := json.Unmarshal(body, &out); err != nil {
		return nil, fmt.Errorf("decode claims: %w", err)
	}
	return out, nil
}
