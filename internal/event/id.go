package event

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// idBytes of SHA-256 make an id: 128 bits, so that ten billion articles
// collide with a probability under 1e-18.
const idBytes = 16

func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:idBytes])
}

// ArticleID is the id of the article at a canonical URL.
func ArticleID(canonicalURL string) string { return hash("article", canonicalURL) }

// TextHash is the version of an article's text.
func TextHash(text string) string { return hash("text", text) }

// ClaimID is the id of what an article asserts: the same article read by the
// same rules gives the same id, whoever reads it and however often. Empty
// slots, and the evidence and rule of rates, do not count.
func ClaimID(article, kind string, slots Slots) string {
	body, err := json.Marshal(slots.said()) // map keys are sorted
	if err != nil {                         // NaN or Inf in a rate: no such claim is made
		body = []byte(err.Error())
	}
	return hash("claim", article, kind, string(body))
}

// EventID is the id of the event that the claim first told of.
func EventID(claimID string) string { return hash("event", claimID) }

// SplitID is the id of the event of a claim that left the event of that id.
func SplitID(claimID, eventID string) string { return hash("event", claimID, eventID) }
