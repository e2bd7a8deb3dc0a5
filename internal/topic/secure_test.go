package topic_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/tradewire/tradewire/internal/topic"
)

// canary is the password of every user in these tests. It must be nowhere
// but on the wire.
const canary = "canary-7c1e-sings"

// secured is a cluster that wants TLS: each address is a way in.
type secured struct {
	ca     *authority
	worker pair   // a certificate of a user with all rights on test topics
	sasl   string // TLS and a password
	mtls   string // TLS and a certificate of the client's
	// expired and other have a certificate that is over, or of another host.
	expired, other string
	// answers says that the broker answers to a wrong password; the one in
	// the process hangs up.
	answers bool
}

func certificates(t *testing.T) (*authority, map[string]pair) {
	ca, later := newAuthority(t, "test authority"), time.Now().Add(time.Hour)
	return ca, map[string]pair{
		"broker":  ca.issue("broker", "127.0.0.1", later),
		"expired": ca.issue("expired", "127.0.0.1", time.Now().Add(-time.Hour)),
		"other":   ca.issue("other", "kafka.example", later),
		"worker":  ca.issue("worker", "", later),
	}
}

// inProcess is a secured cluster on the broker that the embedded one is made of.
func inProcess(t *testing.T) secured {
	ca, certs := certificates(t)
	start := func(opts ...kfake.Opt) string {
		t.Helper()
		c, err := kfake.NewCluster(append(opts, kfake.NumBrokers(1))...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c.ListenAddrs()[0]
	}
	opts := []kfake.Opt{kfake.TLS(ca.server(certs["broker"], false)), kfake.EnableSASL(), kfake.EnableACLs(), kfake.Superuser("PLAIN", "boss", "boss")}
	for _, mechanism := range topic.Mechanisms() {
		name := strings.ToUpper(mechanism)
		var rights []kfake.ACL
		for resource, prefix := range map[kmsg.ACLResourceType]string{kmsg.ACLResourceTypeTopic: "test", kmsg.ACLResourceTypeGroup: "g"} {
			rights = append(rights, kfake.ACL{Resource: resource, Name: prefix, Pattern: kmsg.ACLResourcePatternTypePrefixed, Operation: kmsg.ACLOperationAll, Allow: true})
		}
		var looks []kfake.ACL
		for _, op := range []kmsg.ACLOperation{kmsg.ACLOperationRead, kmsg.ACLOperationDescribe, kmsg.ACLOperationDescribeConfigs} {
			looks = append(looks, kfake.ACL{Resource: kmsg.ACLResourceTypeTopic, Name: "test", Pattern: kmsg.ACLResourcePatternTypePrefixed, Operation: op, Allow: true})
		}
		opts = append(opts, kfake.User(name, "worker", canary, rights...), kfake.User(name, "onlooker", canary, looks...), kfake.User(name, "stranger", canary))
	}
	return secured{
		ca: ca, worker: certs["worker"], sasl: start(opts...), mtls: start(kfake.TLS(ca.server(certs["broker"], true))),
		expired: start(kfake.TLS(ca.server(certs["expired"], false))), other: start(kfake.TLS(ca.server(certs["other"], false))),
	}
}

// onEachSecured runs a test on the secured brokers: in the process, and, when
// KAFKA_SECURE is set, on an Apache Kafka that is started for it.
func onEachSecured(t *testing.T, test func(t *testing.T, s secured)) {
	t.Run("in process", func(t *testing.T) { test(t, inProcess(t)) })
	if os.Getenv("KAFKA_SECURE") != "" {
		t.Run("kafka", func(t *testing.T) { test(t, apache(t)) })
	}
}

// told is a log that can be read afterwards.
type told struct{ bytes.Buffer }

func (o *told) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(o, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (s secured) user(name, mechanism string) topic.Security {
	return topic.Security{CAFile: s.ca.file(), Mechanism: mechanism, User: name, Password: topic.NewSecret(canary)}
}

// works reads and writes, as a member of a group and without one.
func works(t *testing.T, address string, how topic.Security) {
	t.Helper()
	cfg := topic.Config{Brokers: []string{address}, Prefix: fmt.Sprintf("test-%d.", time.Now().UnixNano())}
	if err := how.Apply(&cfg); err != nil {
		t.Fatal(err)
	}
	c := open(t, cfg)
	ensure(t, c, topic.Spec{Name: "words", Partitions: 1, Cleanup: "compact"})
	write(t, c, text("k", "v"))
	r := join(t, c, "g"+cfg.Prefix, "words")
	got := fetch(t, r)
	commit(t, r, got)
	if all := scan(t, c, "words", topic.FromBeginning()); string(got.Value) != "v" || len(all) != 1 {
		t.Errorf("read %q and %d records", got.Value, len(all))
	}
	if err := c.Ping(soon(t)); err != nil {
		t.Error(err)
	}
}

func TestSecureConnections(t *testing.T) {
	onEachSecured(t, func(t *testing.T, s secured) {
		for _, mechanism := range topic.Mechanisms() {
			t.Run(mechanism, func(t *testing.T) { works(t, s.sasl, s.user("worker", mechanism)) })
		}
		t.Run("mTLS", func(t *testing.T) {
			works(t, s.mtls, topic.Security{CAFile: s.ca.file(), CertFile: s.worker.cert, KeyFile: s.worker.key})
		})
		t.Run("fails closed", func(t *testing.T) { failsClosed(t, s) })
	})
}

func failsClosed(t *testing.T, s secured) {
	wrong := s.user("worker", "scram-sha-512")
	wrong.Password = topic.NewSecret(canary + "-not")
	wrongPlain := wrong
	wrongPlain.Mechanism = "plain"
	stranger := newAuthority(t, "another authority")
	alien := stranger.issue("worker", "", time.Now().Add(time.Hour))
	tls := topic.Security{CAFile: s.ca.file()}
	if s.answers {
		t.Run("wrong password", func(t *testing.T) { denies(t, s.sasl, wrong, "check --kafka-user and the password") })
		t.Run("wrong password, plain", func(t *testing.T) { denies(t, s.sasl, wrongPlain, "check --kafka-user and the password") })
	}
	t.Run("no right", func(t *testing.T) { denies(t, s.sasl, s.user("stranger", "scram-sha-256"), "the user needs") })
	t.Run("some rights", func(t *testing.T) { onlookerIsTold(t, s) })
	for name, tc := range map[string]struct {
		address string
		how     topic.Security
		want    string
	}{
		"expired":                {s.expired, tls, "has to be renewed"},
		"of another host":        {s.other, tls, "name the broker as its certificate does"},
		"of unknown authority":   {s.mtls, topic.Security{CAFile: stranger.file(), CertFile: s.worker.cert, KeyFile: s.worker.key}, "--kafka-ca"},
		"no certificate of ours": {s.mtls, tls, "--kafka-cert"},
		"a strange one of ours":  {s.mtls, topic.Security{CAFile: s.ca.file(), CertFile: alien.cert, KeyFile: alien.key}, "--kafka-cert"},
	} {
		t.Run(name, func(t *testing.T) { denies(t, tc.address, tc.how, tc.want) })
	}
}

// denies checks that every way in is refused at once, in one line that says
// what to do, and without the password.
func denies(t *testing.T, address string, how topic.Security, want string) {
	t.Helper()
	cfg := topic.Config{Brokers: []string{address}, Prefix: "test."}
	if err := how.Apply(&cfg); err != nil {
		t.Fatal(err)
	}
	var log told
	c, err := topic.Open(cfg, log.logger())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, c.Close) })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	results := map[string]error{
		"ensure": c.Ensure(ctx, []topic.Spec{words(1)}),
		"scan":   c.Scan(ctx, "words", topic.FromBeginning(), func(topic.Record) error { return nil }),
	}
	if how.User != "stranger" { // to whom a topic looks as if it were still to be made: Write waits for that
		results["write"] = c.Writer().Write(ctx, text("k", "v"))
	}
	for doing, err := range results {
		var denied *topic.DeniedError
		if !errors.As(err, &denied) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v\nwant one line with %q", doing, err, want)
		}
		if s := fmt.Sprintf("%v %+v %#v %s", err, err, err, log.String()); strings.Contains(s, canary) {
			t.Errorf("%s: the password is told", doing)
		}
	}
	if t.Failed() {
		t.Log(log.String())
	}
	runFails(t, address, how, want)
}

func TestSecurityThatCannotBe(t *testing.T) {
	ca := newAuthority(t, "a")
	p, q := ca.issue("p", "", time.Now().Add(time.Hour)), ca.issue("q", "", time.Now().Add(time.Hour))
	secret := topic.NewSecret(canary)
	for want, how := range map[string]topic.Security{
		"read authorities: open /nowhere/ca.pem":   {CAFile: "/nowhere/ca.pem"},
		"holds no certificate in PEM":              {CAFile: p.key},
		"needs both a certificate and a key":       {CertFile: p.cert},
		"private key does not match public key":    {CertFile: p.cert, KeyFile: q.key},
		"plain sends the password as it is":        {Mechanism: "plain", User: "u", Password: secret},
		"needs a user and a password":              {Mechanism: "scram-sha-256", User: "u"},
		"a user or a password needs a mechanism":   {User: "u", Password: secret},
		`unknown mechanism "md5": expected one of`: {Mechanism: "md5", User: "u", Password: secret},
	} {
		err := how.Apply(&topic.Config{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), canary) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// However a configuration is printed, the password is not.
func TestSecretsDoNotShow(t *testing.T) {
	how := topic.Security{TLS: true, Mechanism: "plain", User: "u", Password: topic.NewSecret(canary)}
	var cfg topic.Config
	if err := how.Apply(&cfg); err != nil {
		t.Fatal(err)
	}
	var log told
	log.logger().Info("start", "security", how, "password", how.Password, "mechanism", cfg.SASL)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "security", how, "mechanism", cfg.SASL)
	fmt.Fprintf(&log, "%v %+v %#v %s %q %x %d", how, how, how, how.Password, how.Password, how.Password, how.Password)
	fmt.Fprintf(&log, "%v %+v %#v %x", cfg.SASL, cfg.SASL, cfg.SASL, cfg.SASL)
	if s := log.String(); strings.Contains(s, canary) || strings.Contains(s, fmt.Sprintf("%x", canary)) {
		t.Errorf("the password shows: %s", s)
	}
}
