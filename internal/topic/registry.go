package topic

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/sr"
)

// Registry is a schema registry that speaks Confluent's API.
type Registry struct {
	// URL is its address, without user and password.
	URL      string
	User     string
	Password Secret
}

// registryTime bounds all requests of a Register.
const registryTime = 30 * time.Second

// Register stores the JSON Schema of each topic as the subject TOPIC-value
// (the topic with its prefix), once and for all with the compatibility level
// BACKWARD: the registry then refuses a schema that does not read what the
// one before wrote. A schema that is there already is no change. Bodies on
// the topics stay plain JSON. Errors name the subject and what the registry
// says.
func (r Registry) Register(ctx context.Context, schemas map[string][]byte, log *slog.Logger) error {
	address, err := url.Parse(r.URL)
	if err != nil || address.Host == "" || address.User != nil {
		return errors.New("the schema registry's address is http(s)://host:port/path, without a user or a password")
	}
	opts := []sr.ClientOpt{sr.URLs(r.URL), sr.UserAgent("tradewire")}
	if r.User != "" {
		opts = append(opts, sr.BasicAuth(r.User, r.Password.text))
	}
	client, err := sr.NewClient(opts...)
	if err != nil {
		return fmt.Errorf("open schema registry %s: %w", r.URL, err)
	}
	ctx, cancel := context.WithTimeout(ctx, registryTime)
	defer cancel()
	for _, topic := range slices.Sorted(maps.Keys(schemas)) {
		subject := topic + "-value"
		if err := register(ctx, client, subject, schemas[topic], log); err != nil {
			return fmt.Errorf("register schema %s at %s: %w", subject, r.URL, registryCause(err))
		}
	}
	return nil
}

func register(ctx context.Context, client *sr.Client, subject string, body []byte, log *slog.Logger) error {
	for _, set := range client.SetCompatibility(ctx, sr.SetCompatibility{Level: sr.CompatBackward}, subject) {
		if set.Err != nil {
			return set.Err
		}
	}
	stored, err := client.CreateSchema(ctx, subject, sr.Schema{Schema: string(body), Type: sr.TypeJSON})
	if err != nil {
		return err
	}
	log.Info("schema is registered", "subject", subject, "version", stored.Version, "id", stored.ID)
	return nil
}

// registryCause is what a registry says, in one line.
func registryCause(err error) error {
	var answer *sr.ResponseError
	if !errors.As(err, &answer) {
		return err
	}
	said := clip(answer.Message, 300)
	if answer.StatusCode == 409 {
		return fmt.Errorf("it does not read what the schema before allowed: %s", said)
	}
	return fmt.Errorf("status %d: %s", answer.StatusCode, said)
}
