package event

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// TopicNoun is the noun whose schema describes the bodies of a topic (named
// without its prefix); of dead letters, the headers. "" for a topic on which
// nothing is written yet.
func TopicNoun(topic string) string {
	switch topic {
	case "fetches":
		return "fetch"
	case "pages":
		return "page"
	case "articles":
		return "article"
	case "mentions":
		return "mentions"
	case "claims":
		return "claim"
	case "deadletter":
		return "deadletter"
	}
	if slices.Contains(Families(), topic) {
		return "event"
	}
	return ""
}

// TopicKey describes the key of a topic's messages.
func TopicKey(topic string) string {
	switch topic {
	case "fetches":
		return "The host, so that one process asks it at a time."
	case "pages":
		return "The address."
	case "articles", "mentions":
		return "Id of the article."
	case "claims":
		return "What claims that may be about one thing have in common; a correction has the key of the claim that it corrects."
	case "deadletter":
		return "The key of the message that was refused."
	}
	return "Id of the event."
}

// Channel is a topic as an AsyncAPI document describes it.
type Channel struct {
	// Name is the topic without its prefix, Address with it.
	Name, Address         string
	Partitions, Replicas  int
	Cleanup               string
	RetentionMilliseconds int64 // -1 for ever
}

// AsyncAPI makes an AsyncAPI 3.0 document of the topics: a channel with its
// Kafka bindings for each, and the schemas of Schemas. Topics on which nothing
// is written are left out. The same input gives the same bytes.
func AsyncAPI(kinds []Kind, channels []Channel) ([]byte, error) {
	schemas, err := Schemas(kinds)
	if err != nil {
		return nil, err
	}
	components, err := componentSchemas(schemas)
	if err != nil {
		return nil, err
	}
	all, operations, messages := object{}, object{}, object{}
	for _, c := range channels {
		noun := TopicNoun(c.Name)
		if noun == "" {
			continue
		}
		message := c.Name
		messages[message] = messageObject(c.Name, noun)
		all[c.Name] = channelObject(c, message)
		operations["consume_"+c.Name] = object{
			"action": "receive", "channel": object{"$ref": "#/channels/" + c.Name},
			"messages": []any{object{"$ref": "#/channels/" + c.Name + "/messages/" + message}},
			"summary":  "Read " + c.Address + ".",
		}
	}
	doc := object{
		"asyncapi": "3.0.0",
		"info": object{
			"title": "tradewire", "version": "v1",
			"description": "Trade news as typed events. Delivery is at least once: ignore an id and rev that you have seen; of one id the higher rev wins. Members may be added within v1.",
			"license":     object{"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
		},
		"defaultContentType": ContentJSON, "channels": all, "operations": operations,
		"components": object{"messages": messages, "schemas": components},
	}
	body, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("marshal AsyncAPI document: %w", err)
	}
	return append(body, '\n'), nil
}

func channelObject(c Channel, message string) object {
	return object{
		"address":  c.Address,
		"messages": object{message: object{"$ref": "#/components/messages/" + message}},
		"bindings": object{"kafka": object{
			"topic": c.Address, "partitions": c.Partitions, "replicas": c.Replicas,
			"topicConfiguration": object{"cleanup.policy": strings.Split(c.Cleanup, ","), "retention.ms": c.RetentionMilliseconds},
			"bindingVersion":     "0.5.0",
		}},
	}
}

// messageObject describes a message: CloudEvents headers and the body of its
// noun, or, for dead letters, their headers alone.
func messageObject(topic, noun string) object {
	m := object{
		"name": topic, "title": "A message of " + topic, "contentType": ContentJSON,
		"headers": object{"$ref": "#/components/schemas/cloudevent"},
		"payload": object{"$ref": "#/components/schemas/" + noun},
		"bindings": object{"kafka": object{
			"key": object{"type": "string", "description": TopicKey(topic)}, "bindingVersion": "0.5.0",
		}},
	}
	if noun == "deadletter" {
		m["headers"] = m["payload"]
		m["payload"] = object{"description": "The refused message, byte for byte."}
		m["contentType"] = "application/octet-stream"
	}
	return m
}

// cloudEventSchema describes the headers of our messages.
func cloudEventSchema() object {
	properties := object{
		CloudSpecVersion: object{"const": SpecVersion, "type": "string", "description": "Version of CloudEvents."},
		CloudID:          filled("Id of the message; written twice, it has the same."),
		CloudSource:      filled("The stage that wrote it."),
		CloudType:        matching(`^dev\.tradewire\.[a-z]+\.v1$`, "What the body is."),
		CloudSubject:     text("What it is about: the id of an article or event, or an address."),
		CloudTime:        instant("When it was written."),
		CloudDataSchema:  text("The id of the body's JSON Schema."),
		ContentType:      object{"const": ContentJSON, "type": "string", "description": "Media type of the body."},
		TraceParent:      text("W3C Trace Context."),
	}
	return object{
		"type": "object", "description": "CloudEvents 1.0 in binary mode.", "properties": properties,
		"required": []string{CloudSpecVersion, CloudID, CloudSource, CloudType, ContentType},
	}
}

// componentSchemas are the schemas with their definitions beside them, as
// AsyncAPI resolves references from the root of the document.
func componentSchemas(schemas map[string][]byte) (object, error) {
	out := object{"cloudevent": cloudEventSchema()}
	for _, noun := range slices.Sorted(maps.Keys(schemas)) {
		moved := strings.ReplaceAll(string(schemas[noun]), `"#/$defs/`, `"#/components/schemas/`+noun+".")
		var schema object
		if err := json.Unmarshal([]byte(moved), &schema); err != nil {
			return nil, fmt.Errorf("read schema of %s: %w", noun, err)
		}
		defs, _ := schema["$defs"].(map[string]any)
		for name, def := range defs {
			out[noun+"."+name] = def
		}
		schema["x-schema-id"] = schema["$id"]
		delete(schema, "$defs")
		delete(schema, "$id")
		delete(schema, "$schema")
		out[noun] = schema
	}
	return out, nil
}
