package pipeline

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/tradewire/tradewire/internal/event"
	"github.com/tradewire/tradewire/internal/topic"
)

// message makes the record of a body, with the headers of its CloudEvent.
// trace is the traceparent of what caused it, "" to begin a new trace.
func message(topicName string, key []byte, ce event.CloudEvent, body any, trace string) (topic.Record, error) {
	var value bytes.Buffer
	encoder := json.NewEncoder(&value)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		return topic.Record{}, &refusal{classFailed, fmt.Errorf("encode for %s: %w", topicName, err)}
	}
	if trace == "" {
		trace = newTrace()
	}
	headers := append(topic.CloudHeaders(ce), topic.Header{Name: event.TraceParent, Value: []byte(trace)})
	return topic.Record{
		Topic: topicName, Key: key, Value: bytes.TrimSuffix(value.Bytes(), []byte("\n")), Headers: headers, Time: ce.Time,
	}, nil
}

// newTrace begins a trace (W3C Trace Context, level 1) that is not sampled.
func newTrace() string {
	var id [24]byte
	// Read never fails since Go 1.24.
	_, _ = rand.Read(id[:])
	return "00-" + hex.EncodeToString(id[:16]) + "-" + hex.EncodeToString(id[16:]) + "-00"
}

// read decodes the JSON body of an input.
func read(in topic.Record, into any) error {
	if !utf8.Valid(in.Value) {
		return refuse(classBadUTF8, "the body is not UTF-8")
	}
	if err := json.Unmarshal(in.Value, into); err != nil {
		return refuse(classBadJSON, "read body: %w", err)
	}
	return nil
}

// instant reads the publication time of an article; zero when it has none.
func instant(published string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if t, err := time.Parse(layout, published); err == nil {
			return t
		}
	}
	return time.Time{}
}
