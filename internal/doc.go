// Package internal is the map of the house. Data flows one way; each room is
// named for the noun it owns and turns the noun before it into its own:
//
//	source → fetch → article → document → mention, claim → event → feed
//	└────────── scrape ───────┘└──── extract ───┘└ correlate ┘└ serve ┘
//
// The table is law: a test reads it and compares it with the imports. A room
// imports at most the rooms in its line. Pure rooms use no context, clock,
// lock, log, network or goroutine. Only pipeline starts goroutines (topic has
// those of its consumer groups and of its writer, and HTTP servers their own), and only fetch
// builds an HTTP client.
//
//	room        kind   may import
//	event       pure   -
//	strictyaml  pure   -
//	weburl      pure   -
//	document    pure   -
//	score       pure   -
//	origin      pure   -
//	pattern     pure   document
//	ontology    pure   document event pattern strictyaml
//	extract     pure   document event ontology pattern strictyaml
//	pdf         pure   -
//	article     pure   event pdf weburl
//	story       pure   event
//	source      pure   strictyaml weburl
//	fetch       edge   weburl
//	topic       edge   event
//	archive     edge   event
//	feed        edge   archive event
//	ops         edge   -
//	pipeline    owner  archive article event feed fetch ops origin source story strictyaml topic weburl
//
// What each room is for:
//
//   - event: the published nouns, their ids, JSON Schemas and CloudEvents headers.
//   - strictyaml: YAML read strictly, with every problem of a file at once.
//   - weburl: one spelling for the address of a page.
//   - document: text to sentences, tokens and tags, with offsets.
//   - score: what was found against what was labelled.
//   - pattern: the rule language over tokens, tags and lexicon spans.
//   - ontology: kinds, lexicons, cues and patterns, compiled from YAML.
//   - extract: an article and the ontology to mentions and claims.
//   - pdf: the text of PDF documents.
//   - article: the bytes of a page to clean text and what is known of it.
//   - story: claims to events.
//   - origin: which texts are copies of one another.
//   - source: where articles are announced.
//   - fetch: the one HTTP client, polite and guarded.
//   - topic: Kafka, or the broker that the binary carries.
//   - archive: what the topics said, in one SQLite file.
//   - feed: pages, JSON API, Atom and exports over HTTP.
//   - ops: metrics, readiness, log.
//   - pipeline: configuration, stages, every goroutine.
package internal
