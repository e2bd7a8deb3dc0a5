package topic

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tradewire/tradewire/internal/event"
)

// DeadLetterTopic is where records go that a stage cannot process.
const DeadLetterTopic = "deadletter"

const (
	maxDeadLetterMessage = 1024
	maxDeadLetterURL     = 2048
	deadLetterPrefix     = "dl_"
)

// DeadLetter makes the record to write to DeadLetterTopic for one that cannot
// be processed: key, bytes and headers of the original, and headers that say
// which stage gave up at which attempt (from 1, after those that a replayed
// record has behind it), why (a fixed word and the
// error, at most 1024 bytes), and where the original stands (event.HeaderStage
// and its neighbours; the topic without the prefix). The source URL is there
// when it is known: see WithSourceURL. A record that was a dead letter before
// loses its old reason. Pure; write it like any other.
func DeadLetter(in Record, stage, class string, err error, attempt int) Record {
	message := ""
	if err != nil {
		message = clip(err.Error(), maxDeadLetterMessage)
	}
	out := Record{Topic: DeadLetterTopic, Key: in.Key, Value: in.Value, Headers: Original(in).Headers}
	add := func(name, value string) {
		out.Headers = append(out.Headers, Header{Name: name, Value: []byte(value)})
	}
	add(event.HeaderStage, stage)
	add(event.HeaderClass, class)
	add(event.HeaderMessage, message)
	add(event.HeaderAttempt, strconv.Itoa(attempts(in)+attempt))
	add(event.HeaderTopic, in.Topic)
	add(event.HeaderPartition, strconv.Itoa(in.Partition))
	add(event.HeaderOffset, strconv.FormatInt(in.Offset, 10))
	if url := sourceURL(in); url != "" {
		add(event.HeaderSource, clip(url, maxDeadLetterURL))
	}
	return out
}

// sourceURL finds the page behind a record: what it says already, or a
// subject or key that is an address (fetches and pages).
func sourceURL(in Record) string {
	for _, s := range []string{in.Header(event.HeaderSource), in.Header(event.CloudSubject), string(in.Key)} {
		if strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") {
			return s
		}
	}
	return ""
}

// WithBody makes a dead letter hold what its input led to, such as the page of
// a fetch: body and its media type stand in the place of the input's, which
// are kept in headers, so that Original still gives the input back.
func WithBody(dead Record, contentType string, body []byte) Record {
	headers := make([]Header, 0, len(dead.Headers)+3)
	for _, h := range dead.Headers {
		if h.Name == event.ContentType {
			h.Name = event.HeaderInputType
		}
		headers = append(headers, h)
	}
	dead.Headers = append(headers, Header{Name: event.ContentType, Value: []byte(contentType)},
		Header{Name: event.HeaderInput, Value: dead.Value})
	dead.Value = body
	return dead
}

// WithSourceURL notes the page that a record came from, for the dead letter
// that may be made of it.
func WithSourceURL(in Record, url string) Record {
	in.Headers = append(slices.Clip(slices.Clone(in.Headers)), Header{Name: event.HeaderSource, Value: []byte(url)})
	return in
}

// Original is the record that a dead letter was made of, to be written again:
// its topic, key, bytes and headers. A record that is no dead letter comes
// back as it is.
func Original(dead Record) Record {
	out := Record{Topic: dead.Topic, Key: dead.Key, Value: dead.Value}
	if name := dead.Header(event.HeaderTopic); name != "" {
		out.Topic = name
	}
	enclosed := false // the body is not the input's
	for _, h := range dead.Headers {
		if h.Name == event.HeaderInput {
			enclosed, out.Value = true, h.Value
		}
	}
	for _, h := range dead.Headers {
		switch {
		case enclosed && h.Name == event.HeaderInputType:
			h.Name = event.ContentType
		case strings.HasPrefix(h.Name, deadLetterPrefix), enclosed && h.Name == event.ContentType:
			continue
		}
		out.Headers = append(out.Headers, h)
	}
	return out
}

// clip cuts s to at most n bytes at a rune's edge, as valid UTF-8.
func clip(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
