package topic

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"
)

// Mechanisms lists the ways to give a password (RFC 4616, RFC 5802 and 7677).
func Mechanisms() []string { return []string{"plain", "scram-sha-256", "scram-sha-512"} }

// Security says how connections to the brokers are secured. The zero value
// does not secure them. Files are PEM.
type Security struct {
	// TLS encrypts, and checks the broker's certificate and name.
	TLS bool
	// CAFile holds the authorities to trust in place of the system's.
	CAFile string
	// CertFile and KeyFile are our own certificate, for brokers that want
	// one (mTLS). They are read again for each connection, so that a renewed
	// one needs no restart.
	CertFile, KeyFile string
	// Mechanism is one of Mechanisms, or "" without a password.
	Mechanism string
	User      string
	Password  Secret
}

// Secret is a password. It does not show itself, however it is printed.
type Secret struct{ text string }

// NewSecret keeps a password.
func NewSecret(text string) Secret { return Secret{text} }

// Empty reports whether there is none.
func (s Secret) Empty() bool { return s.text == "" }

// Format prints a mark in place of the password, for every verb.
func (s Secret) Format(f fmt.State, _ rune) {
	mark := "(secret)"
	if s.Empty() {
		mark = "(none)"
	}
	fmt.Fprint(f, mark)
}

// MarshalText is what encoders and loggers get to see.
func (s Secret) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(s)), nil }

// secured reports that any of it asks for TLS.
func (s Security) secured() bool {
	return s.TLS || s.CAFile != "" || s.CertFile != "" || s.KeyFile != ""
}

// Zero reports that nothing is to be secured.
func (s Security) Zero() bool { return s == Security{} }

// Apply sets TLS and SASL of a configuration. Errors say which file cannot be
// read or what is missing, and never hold a secret.
func (s Security) Apply(c *Config) error {
	config, err := s.tls()
	if err != nil {
		return err
	}
	mechanism, err := s.sasl()
	if err != nil {
		return err
	}
	c.TLS, c.SASL = config, mechanism
	return nil
}

func (s Security) tls() (*tls.Config, error) {
	if !s.secured() {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.CAFile != "" {
		pem, err := os.ReadFile(s.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read authorities: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read authorities: %s holds no certificate in PEM", s.CAFile)
		}
	}
	if (s.CertFile == "") != (s.KeyFile == "") {
		return nil, errors.New("a certificate of our own needs both a certificate and a key")
	}
	if s.CertFile == "" {
		return config, nil
	}
	load := func() (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(s.CertFile, s.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("read certificate %s with key %s: %w", s.CertFile, s.KeyFile, err)
		}
		return &pair, nil
	}
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return load() }
	_, err := load()
	return config, err
}

func (s Security) sasl() (sasl.Mechanism, error) {
	switch {
	case s.Mechanism == "" && s.User == "" && s.Password.Empty():
		return nil, nil
	case s.Mechanism == "":
		return nil, fmt.Errorf("a user or a password needs a mechanism: one of %s", strings.Join(Mechanisms(), ", "))
	case s.User == "" || s.Password.Empty():
		return nil, fmt.Errorf("%s needs a user and a password", s.Mechanism)
	}
	var inner sasl.Mechanism
	var err error
	switch s.Mechanism {
	case "plain":
		if !s.secured() {
			return nil, errors.New("plain sends the password as it is: it needs TLS, or use scram-sha-512")
		}
		inner = plain.Mechanism{Username: s.User, Password: s.Password.text}
	case "scram-sha-256":
		inner, err = scram.Mechanism(scram.SHA256, s.User, s.Password.text)
	case "scram-sha-512":
		inner, err = scram.Mechanism(scram.SHA512, s.User, s.Password.text)
	default:
		return nil, fmt.Errorf("unknown mechanism %q: expected one of %s", s.Mechanism, strings.Join(Mechanisms(), ", "))
	}
	if err != nil { // it may quote what it could not prepare
		return nil, fmt.Errorf("prepare %s: the user or the password holds characters that it does not allow", s.Mechanism)
	}
	return mechanism{func() sasl.Mechanism { return inner }}, nil
}

// mechanism hides the password of a mechanism behind a function, and marks
// what goes wrong in a conversation as a refusal.
type mechanism struct{ inner func() sasl.Mechanism }

func (m mechanism) Name() string { return m.inner().Name() }

func (m mechanism) Start(ctx context.Context) (sasl.StateMachine, []byte, error) {
	next, first, err := m.inner().Start(ctx)
	return conversation{next}, first, wrapLogin(err)
}

type conversation struct{ inner sasl.StateMachine }

func (c conversation) Next(ctx context.Context, challenge []byte) (bool, []byte, error) {
	done, answer, err := c.inner.Next(ctx, challenge)
	return done, answer, wrapLogin(err)
}

// wrapLogin drops the words of the library: they quote the conversation.
func wrapLogin(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the broker does not know the password: %w", kafka.SASLAuthenticationFailed)
}

// DeniedError is what the cluster refuses us, however often it is asked.
type DeniedError struct {
	// Do says what to look at.
	Do  string
	Err error
}

func (e *DeniedError) Error() string { return e.Err.Error() + " (" + e.Do + ")" }

// Unwrap gives the cause.
func (e *DeniedError) Unwrap() error { return e.Err }

// denied adds to an error that waiting cannot mend what can; any other comes
// back as it is.
func denied(err error) error {
	var already *DeniedError
	if err == nil || errors.As(err, &already) {
		return err
	}
	if do := remedy(err); do != "" {
		return &DeniedError{do, err}
	}
	return err
}

// remedy says what mends a connection or a request that was refused.
func remedy(err error) string {
	var (
		invalid   x509.CertificateInvalidError
		wrongName x509.HostnameError
		unknown   x509.UnknownAuthorityError
		untrusted *tls.CertificateVerificationError
		notTLS    tls.RecordHeaderError
		remote    *net.OpError // a TLS alert, whose own type is hidden
	)
	switch {
	case errors.As(err, &wrongName):
		return "name the broker as its certificate does, in --brokers and in its advertised listeners"
	case errors.As(err, &unknown):
		return "--kafka-ca names the authority that signed the broker's certificate"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the broker's certificate has to be renewed, or a clock is wrong"
	case errors.As(err, &invalid), errors.As(err, &untrusted):
		return "the broker's certificate is not one to trust"
	case errors.As(err, &notTLS):
		return "the broker does not speak TLS on that port"
	case errors.As(err, &remote) && remote.Op == "remote error":
		return "the broker refuses our certificate: --kafka-cert and --kafka-key name one that it trusts and that is valid"
	case errors.Is(err, kafka.SASLAuthenticationFailed):
		return "check --kafka-user and the password"
	case errors.Is(err, kafka.UnsupportedSASLMechanism), errors.Is(err, kafka.IllegalSASLState):
		return "--kafka-sasl names a mechanism that the broker has on that port"
	case errors.Is(err, kafka.TopicAuthorizationFailed):
		return "the user needs Describe, DescribeConfigs, Read, Write and, for topics that are missing, Create on our topics"
	case errors.Is(err, kafka.GroupAuthorizationFailed):
		return "the user needs Read on the groups of our prefix"
	case errors.Is(err, kafka.ClusterAuthorizationFailed):
		return "the user needs that right on the cluster"
	}
	return ""
}
