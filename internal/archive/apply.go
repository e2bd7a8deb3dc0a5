package archive

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tradewire/tradewire/internal/event"
)

// Batch is what to add, in the order it came.
type Batch struct {
	Articles []event.Article
	Mentions []event.Mentions
	Events   []event.Event
}

// Apply adds a batch, all of it or, on an error, nothing. A *RowError is one
// row's fault, which will not go away. Applying it again
// changes nothing. Of an event the higher revision wins, in whatever order
// they come, and a retracted one is hidden; of an article the one fetched
// later, or, when that is not known, the one applied later.
func (a *Archive) Apply(ctx context.Context, b Batch) error {
	if len(b.Articles)+len(b.Mentions)+len(b.Events) == 0 {
		return nil
	}
	if err := a.apply(ctx, b); err != nil {
		return fmt.Errorf("apply to archive: %w", err)
	}
	return nil
}

func (a *Archive) apply(ctx context.Context, b Batch) (err error) {
	tx, err := a.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rollback(tx)) }()
	w := writer{ctx: ctx, tx: tx}
	for _, article := range b.Articles {
		if err := w.article(article); err != nil {
			return rowError("article "+article.ID, err)
		}
	}
	for _, mentions := range b.Mentions {
		if err := w.mentions(mentions); err != nil {
			return rowError("mentions of "+mentions.Article, err)
		}
	}
	for _, e := range b.Events {
		if err := w.event(e); err != nil {
			return rowError("event "+e.ID, err)
		}
	}
	return tx.Commit()
}

// writer adds to one transaction.
type writer struct {
	ctx context.Context
	tx  *sql.Tx
}

func (w writer) exec(query string, args ...any) error {
	_, err := w.tx.ExecContext(w.ctx, query, args...)
	return err
}

func (w writer) article(a event.Article) error {
	body, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("%w: %w", errNotJSON, err)
	}
	var fetched int64
	if a.Fetched != nil {
		fetched = a.Fetched.UnixMicro()
	}
	var n, had int64
	var old []byte
	err = w.tx.QueryRowContext(w.ctx, "SELECT n, fetched, body FROM articles WHERE id = ?", a.ID).Scan(&n, &had, &old)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		err = w.tx.QueryRowContext(w.ctx, "INSERT INTO articles (id, fetched, body) VALUES (?, ?, ?) RETURNING n", a.ID, fetched, body).Scan(&n)
	case err == nil && (had > fetched && fetched != 0 || bytes.Equal(old, body)):
		return nil
	case err == nil:
		err = w.exec("UPDATE articles SET fetched = ?, body = ? WHERE n = ?", fetched, body, n)
	}
	if err != nil {
		return err
	}
	return errors.Join(
		w.exec("DELETE FROM articles_text WHERE rowid = ?", n),
		w.exec("INSERT INTO articles_text (rowid, title, text) VALUES (?, ?, ?)", n, a.Title, a.Text))
}

func (w writer) mentions(m event.Mentions) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("%w: %w", errNotJSON, err)
	}
	return w.exec("INSERT INTO mentions (article, body) VALUES (?, ?) ON CONFLICT (article) DO UPDATE SET body = excluded.body", m.Article, body)
}

func (w writer) event(e event.Event) error {
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("%w: %w", errNotJSON, err)
	}
	var n int64
	err = w.tx.QueryRowContext(w.ctx, `INSERT INTO events (id, rev, hidden, at, family, kind, status, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET rev = excluded.rev, hidden = excluded.hidden, at = excluded.at, family = excluded.family,
			kind = excluded.kind, status = excluded.status, body = excluded.body WHERE excluded.rev > rev
		RETURNING n`,
		e.ID, e.Rev, e.Op == event.OpRetract, at(e), e.Family, e.Kind, e.Slots["status"].Text, body).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // this revision or a higher one is there
	}
	if err != nil {
		return err
	}
	for _, table := range []string{"event_terms WHERE event", "event_articles WHERE event", "events_text WHERE rowid"} {
		if err := w.exec("DELETE FROM "+table+" = ?", n); err != nil {
			return err
		}
	}
	if e.Op == event.OpRetract {
		return nil
	}
	return w.index(n, e)
}

// index makes an event findable by what it says.
func (w writer) index(n int64, e event.Event) error {
	for _, t := range terms(e) {
		if err := w.exec("INSERT OR IGNORE INTO event_terms (type, value, event) VALUES (?, ?, ?)", t.kind, t.value, n); err != nil {
			return err
		}
	}
	var titles, passages []string
	for _, s := range e.Sources {
		if err := w.exec("INSERT OR IGNORE INTO event_articles (article, event) VALUES (?, ?)", s.Article, n); err != nil {
			return err
		}
		titles = append(titles, s.Title)
		for _, p := range s.Evidence {
			passages = append(passages, p.Text)
		}
	}
	return w.exec("INSERT INTO events_text (rowid, titles, evidence, slots) VALUES (?, ?, ?, ?)",
		n, strings.Join(titles, "\n"), strings.Join(passages, "\n"), strings.Join(slotTexts(e.Slots), "\n"))
}
