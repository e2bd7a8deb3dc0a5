package archive

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/tradewire/tradewire/internal/event"
)

// Limits of one page of events.
const (
	DefaultLimit = 50
	MaxLimit     = 500
	// maxWords of a search count; the rest is left out.
	maxWords = 32
)

// ErrNotFound says that there is no such article.
var ErrNotFound = errors.New("not found")

// ErrCursor says that a cursor is not one that Events returned.
var ErrCursor = errors.New("not a cursor of this archive")

// Query selects events. Empty fields select nothing away; all others must
// hold at once.
type Query struct {
	Family string
	Kind   string
	// Country is a code that any slot of the event names.
	Country string
	Sector  string
	// Official is a name or part of one, in whole words ("Trump"), of a
	// person the event names; case and accents do not count.
	Official string
	Status   string
	// Since keeps events published at that time or later.
	Since time.Time
	// Text holds words that must all stand in the evidence, slots and titles
	// of an event, or all in an article behind it, in any inflection.
	Text string
	// Limit is how many at most: DefaultLimit when 0, never over MaxLimit.
	Limit int
	// Cursor is what the page before returned as next.
	Cursor string
}

// Events returns one page of the events that hold now, the latest published
// first, then by id, and the cursor of the next page; "" when there is none.
// Pages neither repeat nor skip an event that stays as it is while one reads.
// The error wraps ErrCursor when the query's cursor is not one of ours.
func (a *Archive) Events(ctx context.Context, q Query) ([]event.Event, string, error) {
	where, args, err := q.conditions()
	if err != nil {
		return nil, "", fmt.Errorf("read events: %w", err)
	}
	limit := q.limit()
	args = append(args, limit+1)
	found, err := selected(ctx, a.read, "SELECT at, id, body FROM events WHERE "+where+" ORDER BY at DESC, id LIMIT ?", args...)
	if err != nil {
		return nil, "", fmt.Errorf("read events: %w", err)
	}
	next := ""
	if len(found) > limit {
		found = found[:limit]
		next = found[limit-1].cursor()
	}
	events, err := decoded(found)
	return events, next, err
}

// Article returns an article, what was found in it, and the events it stands
// behind. The error wraps ErrNotFound when the archive does not have it.
func (a *Archive) Article(ctx context.Context, id string) (event.Article, event.Mentions, []event.Event, error) {
	var article event.Article
	var mentions event.Mentions
	fail := func(err error) (event.Article, event.Mentions, []event.Event, error) {
		return event.Article{}, event.Mentions{}, nil, fmt.Errorf("read article %q: %w", id, err)
	}
	tx, err := a.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fail(err)
	}
	defer tx.Rollback() // nothing was written
	err = one(ctx, tx, &article, "SELECT body FROM articles WHERE id = ?", id)
	if errors.Is(err, sql.ErrNoRows) {
		return fail(ErrNotFound)
	}
	if err != nil {
		return fail(err)
	}
	if err := one(ctx, tx, &mentions, "SELECT body FROM mentions WHERE article = ?", id); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fail(err)
	}
	mentions.Article = id
	found, err := selected(ctx, tx, `SELECT at, id, body FROM events WHERE hidden = 0
		AND n IN (SELECT event FROM event_articles WHERE article = ?) ORDER BY at DESC, id`, id)
	if err != nil {
		return fail(err)
	}
	events, err := decoded(found)
	if err != nil {
		return fail(err)
	}
	return article, mentions, events, nil
}

func (q Query) limit() int {
	if q.Limit <= 0 {
		return DefaultLimit
	}
	return min(q.Limit, MaxLimit)
}

// conditions makes the WHERE of a query, and what fills its question marks.
func (q Query) conditions() (string, []any, error) {
	where := []string{"hidden = 0"}
	var args []any
	and := func(condition string, values ...any) {
		where = append(where, condition)
		args = append(args, values...)
	}
	for column, value := range map[string]string{"family": q.Family, "kind": q.Kind, "status": q.Status} {
		if value != "" {
			and(column+" = ?", value)
		}
	}
	const byTerm = "n IN (SELECT event FROM event_terms WHERE type = ? AND value = ?)"
	if q.Country != "" {
		and(byTerm, termCountry, q.Country)
	}
	if q.Sector != "" {
		and(byTerm, termSector, q.Sector)
	}
	if q.Official != "" {
		// instr, not LIKE: no letter of a name is a wildcard.
		and("? <> ' ' AND n IN (SELECT event FROM event_terms WHERE type = ? AND instr(value, ?))",
			folded(q.Official), termName, folded(q.Official))
	}
	if !q.Since.IsZero() {
		and("at >= ?", q.Since.Unix())
	}
	if q.Text != "" {
		words := searched(q.Text)
		if words == "" {
			and("0")
		} else {
			and(`(n IN (SELECT rowid FROM events_text WHERE events_text MATCH ?) OR n IN (
				SELECT event FROM event_articles JOIN articles ON articles.id = event_articles.article
				WHERE articles.n IN (SELECT rowid FROM articles_text WHERE articles_text MATCH ?)))`, words, words)
		}
	}
	if q.Cursor != "" {
		after, err := parseCursor(q.Cursor)
		if err != nil {
			return "", nil, err
		}
		and("(at < ? OR at = ? AND id > ?)", after.at, after.at, after.id)
	}
	return strings.Join(where, " AND "), args, nil
}

// searched makes a full-text query of words that somebody typed: each quoted,
// so that none is an operator; "" when there is no word.
func searched(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
	})
	if len(words) > maxWords {
		words = words[:maxWords]
	}
	for i, w := range words {
		words[i] = `"` + w + `"`
	}
	return strings.Join(words, " ")
}

// row is an event with its place in the order.
type row struct {
	at   int64
	id   string
	body []byte
}

func (r row) cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(r.at, 10) + " " + r.id))
}

func parseCursor(cursor string) (row, error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return row{}, ErrCursor
	}
	seconds, id, ok := strings.Cut(string(raw), " ")
	at, err := strconv.ParseInt(seconds, 10, 64)
	if !ok || err != nil {
		return row{}, ErrCursor
	}
	return row{at: at, id: id}, nil
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func selected(ctx context.Context, from querier, query string, args ...any) ([]row, error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []row
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.at, &r.id, &r.body); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func decoded(rows []row) ([]event.Event, error) {
	events := make([]event.Event, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal(r.body, &events[i]); err != nil {
			return nil, fmt.Errorf("read event %s: %w", r.id, err)
		}
	}
	return events, nil
}

// one reads the JSON of a single row.
func one(ctx context.Context, from querier, into any, query string, args ...any) error {
	var body []byte
	if err := from.QueryRowContext(ctx, query, args...).Scan(&body); err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}
