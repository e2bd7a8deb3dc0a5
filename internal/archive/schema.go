package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// applicationID marks the file as ours ("twar").
const applicationID = 0x74776172

// migrations are the steps from an empty file to today's tables; the file's
// user_version says how many it has seen. Add to the end, change none.
func migrations() []string {
	return []string{firstTables}
}

// A hidden event was retracted: its row stays, so that a late lower revision
// does not bring it back.
const firstTables = `
CREATE TABLE articles (
	n       INTEGER PRIMARY KEY,
	id      TEXT NOT NULL UNIQUE,
	fetched INTEGER NOT NULL,          -- Unix microseconds, 0 when not known
	body    BLOB NOT NULL              -- JSON as on the topic
);
CREATE TABLE mentions (
	article TEXT PRIMARY KEY,
	body    BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE events (
	n      INTEGER PRIMARY KEY,
	id     TEXT NOT NULL UNIQUE,
	rev    INTEGER NOT NULL,
	hidden INTEGER NOT NULL,
	at     INTEGER NOT NULL,           -- published, Unix seconds, 0 when not known
	family TEXT NOT NULL,
	kind   TEXT NOT NULL,
	status TEXT NOT NULL,
	body   BLOB NOT NULL
);
CREATE INDEX events_by_time   ON events (at DESC, id)         WHERE hidden = 0;
CREATE INDEX events_by_family ON events (family, at DESC, id) WHERE hidden = 0;
CREATE INDEX events_by_kind   ON events (kind, at DESC, id)   WHERE hidden = 0;
CREATE TABLE event_terms (
	type  TEXT NOT NULL,               -- country, sector, name
	value TEXT NOT NULL,
	event INTEGER NOT NULL,
	PRIMARY KEY (type, value, event)
) WITHOUT ROWID;
CREATE INDEX event_terms_by_event ON event_terms (event);
CREATE TABLE event_articles (
	article TEXT NOT NULL,
	event   INTEGER NOT NULL,
	PRIMARY KEY (article, event)
) WITHOUT ROWID;
CREATE INDEX event_articles_by_event ON event_articles (event);
CREATE VIRTUAL TABLE articles_text USING fts5 (title, text,
	content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE events_text USING fts5 (titles, evidence, slots,
	content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2');
`

// migrate brings the file to today's tables, or refuses a file that another
// program or a newer tradewire made.
func migrate(ctx context.Context, db *sql.DB) (err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rollback(tx)) }()
	var application, version, tables int
	for query, into := range map[string]*int{
		"PRAGMA application_id":              &application,
		"PRAGMA user_version":                &version,
		"SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := tx.QueryRowContext(ctx, query).Scan(into); err != nil {
			return err
		}
	}
	steps := migrations()
	switch {
	case application != applicationID && (tables > 0 || version != 0 || application != 0):
		return errors.New("it is the SQLite database of another program; name another file")
	case version > len(steps):
		return fmt.Errorf("a newer tradewire made it (tables of version %d, this one knows %d)", version, len(steps))
	case version == len(steps):
		return nil
	}
	for i, step := range steps[version:] {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("migrate to version %d: %w", version+i+1, err)
		}
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(steps))); err != nil {
		return err
	}
	return tx.Commit()
}

// rollback ends a transaction that was not committed.
func rollback(tx *sql.Tx) error {
	if err := tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}
