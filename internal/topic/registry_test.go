package topic_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/tradewire/tradewire/internal/topic"
)

// registry is a registry of one's own for tests: it keeps one schema for a
// subject and refuses one without the member "id".
type registry struct {
	mu       sync.Mutex
	subjects map[string]string
	levels   map[string]string
	password string
}

func (r *registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if _, password, _ := req.BasicAuth(); r.password != "" && password != r.password {
		http.Error(w, `{"error_code":40101,"message":"who are you?"}`, http.StatusUnauthorized)
		return
	}
	part := strings.Split(strings.Trim(req.URL.Path, "/"), "/")
	switch {
	case part[0] == "config":
		r.levels[part[1]] = string(body)
		fmt.Fprint(w, string(body))
	case part[0] == "subjects" && len(part) == 3 && req.Method == http.MethodPost:
		var sent struct{ Schema, SchemaType string }
		if json.Unmarshal(body, &sent) != nil || sent.SchemaType != "JSON" {
			http.Error(w, `{"error_code":422,"message":"no JSON Schema"}`, http.StatusUnprocessableEntity)
			return
		}
		if !strings.Contains(sent.Schema, `"id"`) {
			http.Error(w, `{"error_code":409,"message":"PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL"}`, http.StatusConflict)
			return
		}
		r.subjects[part[1]] = sent.Schema
		fmt.Fprint(w, `{"id":1}`)
	case part[0] == "schemas": // the client asks where what it has stored stands
		list := []map[string]any{}
		for subject := range r.subjects {
			list = append(list, map[string]any{"subject": subject, "version": 1})
		}
		answer(w, list)
	default:
		answer(w, map[string]any{"subject": part[1], "version": 1, "id": 1, "schemaType": "JSON", "schema": r.subjects[part[1]]})
	}
}

func answer(w http.ResponseWriter, body any) {
	if err := json.NewEncoder(w).Encode(body); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// registries are the one above and, when SCHEMA_REGISTRY names one by its
// address, that one.
func registries(t *testing.T) map[string]string {
	server := httptest.NewServer(&registry{subjects: map[string]string{}, levels: map[string]string{}})
	t.Cleanup(server.Close)
	all := map[string]string{"our own": server.URL}
	if named := os.Getenv("SCHEMA_REGISTRY"); named != "" {
		all["named"] = named
	}
	return all
}

func schemaOf(members string) []byte {
	return []byte(`{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","additionalProperties":false,"properties":{` + members + `}}`)
}

func TestRegistryKeepsSchemasCompatible(t *testing.T) {
	for name, address := range registries(t) {
		t.Run(name, func(t *testing.T) {
			r, log := topic.Registry{URL: address}, slog.New(slog.DiscardHandler)
			subject := "test-" + strings.ToLower(rand.Text()[:8])
			put := func(members string) error {
				return r.Register(soon(t), map[string][]byte{subject: schemaOf(members)}, log)
			}
			const id, more = `"id":{"type":"string"}`, `"id":{"type":"string"},"rev":{"type":"integer"}`
			for _, members := range []string{id, id, more} {
				if err := put(members); err != nil {
					t.Fatalf("%s: %v", members, err)
				}
			}
			err := put(`"other":{"type":"string"}`)
			if err == nil || !strings.Contains(err.Error(), "register schema "+subject+"-value") || strings.Contains(err.Error(), "\n") {
				t.Errorf("a member that is gone: %v", err)
			}
		})
	}
}

func TestRegistryThatIsNotThereOrDoesNotKnowUs(t *testing.T) {
	server := httptest.NewServer(&registry{subjects: map[string]string{}, levels: map[string]string{}, password: canary})
	defer server.Close()
	schemas, log := map[string][]byte{"words": schemaOf(`"id":{}`)}, slog.New(slog.DiscardHandler)
	if err := (topic.Registry{URL: server.URL, User: "u", Password: topic.NewSecret(canary)}).Register(soon(t), schemas, log); err != nil {
		t.Errorf("the right password: %v", err)
	}
	for want, r := range map[string]topic.Registry{
		"status 401":              {URL: server.URL, User: "u", Password: topic.NewSecret(canary + "x")},
		"refused":                 {URL: "http://127.0.0.1:1"},
		"without a user":          {URL: "http://u:" + canary + "@127.0.0.1:1"},
		"is http(s)://host:port/": {URL: "registry"},
	} {
		err := r.Register(soon(t), schemas, log)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), canary) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
