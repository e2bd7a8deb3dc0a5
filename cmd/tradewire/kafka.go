package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tradewire/tradewire/internal/pipeline"
	"github.com/tradewire/tradewire/internal/topic"
)

// passwordVariable holds the Kafka password: what stands in a flag, everybody
// on the machine can read.
const passwordVariable = "TRADEWIRE_KAFKA_PASSWORD"

// kafkaFlags say which brokers to talk to, and how.
type kafkaFlags struct {
	brokers      []string
	security     topic.Security
	passwordFile string
}

// flags adds the flags; fallback are the brokers when none are named.
func (k *kafkaFlags) flags(c *cobra.Command, help string, fallback ...string) {
	f := c.Flags()
	f.StringSliceVar(&k.brokers, "brokers", fallback, help)
	f.BoolVar(&k.security.TLS, "kafka-tls", false, "connect to the brokers over TLS")
	f.StringVar(&k.security.CAFile, "kafka-ca", "", "PEM `file` of the authorities to trust (default the system's)")
	f.StringVar(&k.security.CertFile, "kafka-cert", "", "PEM `file` of our own certificate (mTLS)")
	f.StringVar(&k.security.KeyFile, "kafka-key", "", "PEM `file` of its key")
	f.StringVar(&k.security.Mechanism, "kafka-sasl", "", strings.Join(topic.Mechanisms(), ", "))
	f.StringVar(&k.security.User, "kafka-user", "", "`user` for --kafka-sasl; the password is in $"+passwordVariable)
	f.StringVar(&k.passwordFile, "kafka-password-file", "", "`file` of the password, in place of $"+passwordVariable)
}

// secured is the security that was asked for, with its password.
func (k *kafkaFlags) secured() (topic.Security, error) {
	s := k.security
	if s.Mechanism == "" && s.User == "" && k.passwordFile == "" {
		return s, nil
	}
	password := os.Getenv(passwordVariable)
	if k.passwordFile != "" {
		body, err := os.ReadFile(k.passwordFile)
		if err != nil {
			return s, usage("--kafka-password-file: %w", err)
		}
		password = string(bytes.TrimRight(body, "\r\n"))
	}
	if password == "" {
		return s, usage("--kafka-sasl needs a password, in $%s or in --kafka-password-file", passwordVariable)
	}
	s.Password = topic.NewSecret(password)
	return s, nil
}

// registryVariable holds the password for the schema registry.
const registryVariable = "TRADEWIRE_SCHEMA_REGISTRY_PASSWORD"

// registryFlags say where the schemas of the topics go.
type registryFlags struct{ url, user string }

func (r *registryFlags) flags(c *cobra.Command) {
	c.Flags().StringVar(&r.url, "schema-registry", "", "`URL` of a schema registry (Confluent's API) that gets the schemas of all topics")
	c.Flags().StringVar(&r.user, "schema-registry-user", "", "`user` for it; the password is in $"+registryVariable)
}

func (r *registryFlags) registry() (topic.Registry, error) {
	out := topic.Registry{URL: r.url, User: r.user}
	if r.user == "" {
		return out, nil
	}
	password := os.Getenv(registryVariable)
	if password == "" {
		return out, usage("--schema-registry-user needs a password, in $%s", registryVariable)
	}
	out.Password = topic.NewSecret(password)
	return out, nil
}

// localBrokers is where the embedded broker of run and demo listens.
const localBrokers = "127.0.0.1:9092"

// client is what a command needs that reads or writes topics by itself.
type client struct {
	*app
	kafkaFlags
	config string
}

func (a *app) newClient(c *cobra.Command) *client {
	k := &client{app: a}
	configFlag(c, &k.config)
	k.flags(c, "Kafka brokers, host:port", localBrokers)
	return k
}

// do runs with a cluster and with the configuration of its topics.
func (k *client) do(ctx context.Context, do func(context.Context, *topic.Cluster, *pipeline.Config) error) error {
	log, err := k.logger(slog.LevelWarn)
	if err != nil {
		return err
	}
	cfg, err := loadConfig(k.config)
	if err != nil {
		return err
	}
	security, err := k.secured()
	if err != nil {
		return err
	}
	return pipeline.WithCluster(ctx, k.brokers, cfg.Prefix, security, log, func(ctx context.Context, c *topic.Cluster) error {
		return do(ctx, c, cfg)
	})
}

// printf writes data to stdout.
func (a *app) printf(format string, args ...any) error {
	return a.print(fmt.Appendf(nil, format, args...))
}
