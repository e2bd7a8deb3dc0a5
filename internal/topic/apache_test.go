package topic_test

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/segmentio/kafka-go"
)

// apache starts Apache Kafka with a listener for each way in of a secured
// cluster, on the ports from KAFKA_SECURE on.
func apache(t *testing.T) secured {
	t.Helper()
	base, err := strconv.Atoi(os.Getenv("KAFKA_SECURE"))
	if err != nil {
		t.Fatalf("KAFKA_SECURE is the first port to use: %v", err)
	}
	ca, certs := certificates(t)
	at := func(n int) string { return fmt.Sprintf("127.0.0.1:%d", base+n) }
	s := secured{ca: ca, worker: certs["worker"], sasl: at(1), mtls: at(2), expired: at(3), other: at(4), answers: true}
	props := filepath.Join(t.TempDir(), "secure.properties")
	if err := os.WriteFile(props, []byte(secureProperties(s, certs, at)), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	script := func(name string, args ...string) {
		t.Helper()
		cmd := exec.Command(filepath.Join("..", "..", "deploy", "kafka", name), args...)
		cmd.Env = append(os.Environ(), "KAFKA_PROPS="+props)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	t.Cleanup(func() { script("kafka-down.sh", dir) })
	script("kafka-up.sh", dir, strconv.Itoa(base))
	giveRights(t, at(0))
	return s
}

func secureProperties(s secured, certs map[string]pair, at func(int) string) string {
	names := []string{"CLIENTS", "SASL", "MTLS", "EXPIRED", "OTHER"}
	var listeners []string
	for i, name := range names {
		listeners = append(listeners, name+"://"+at(i))
	}
	var b strings.Builder
	set := func(name, format string, args ...any) { fmt.Fprintf(&b, "%s=%s\n", name, fmt.Sprintf(format, args...)) }
	set("listeners", "%s,QUORUM://%s", strings.Join(listeners, ","), at(100))
	set("advertised.listeners", "%s", strings.Join(listeners, ","))
	set("listener.security.protocol.map", "CLIENTS:PLAINTEXT,QUORUM:PLAINTEXT,SASL:SASL_SSL,MTLS:SSL,EXPIRED:SSL,OTHER:SSL")
	for listener, cert := range map[string]string{"sasl": "broker", "mtls": "broker", "expired": "expired", "other": "other"} {
		set("listener.name."+listener+".ssl.keystore.type", "PEM")
		set("listener.name."+listener+".ssl.keystore.location", "%s", certs[cert].both)
	}
	set("listener.name.mtls.ssl.truststore.type", "PEM")
	set("listener.name.mtls.ssl.truststore.location", "%s", s.ca.file())
	set("listener.name.mtls.ssl.client.auth", "required")
	set("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512")
	module := "org.apache.kafka.common.security."
	set("listener.name.sasl.plain.sasl.jaas.config",
		`%splain.PlainLoginModule required user_worker="%s" user_stranger="%s";`, module, canary, canary)
	for _, mechanism := range []string{"scram-sha-256", "scram-sha-512"} {
		set("listener.name.sasl."+mechanism+".sasl.jaas.config", "%sscram.ScramLoginModule required;", module)
	}
	set("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
	set("super.users", "User:ANONYMOUS")
	return b.String()
}

// giveRights makes the users, and gives one of them rights on test topics.
func giveRights(t *testing.T, plaintext string) {
	t.Helper()
	admin := &kafka.Client{Addr: kafka.TCP(plaintext)}
	const iterations = 4096
	salt := []byte("salt of the tests")
	strong256, err := pbkdf2.Key(sha256.New, canary, salt, iterations, sha256.Size)
	if err != nil {
		t.Fatal(err)
	}
	strong512, err := pbkdf2.Key(sha512.New, canary, salt, iterations, sha512.Size)
	if err != nil {
		t.Fatal(err)
	}
	for mechanism, salted := range map[kafka.ScramMechanism][]byte{kafka.ScramMechanismSha256: strong256, kafka.ScramMechanismSha512: strong512} {
		users := &kafka.AlterUserScramCredentialsRequest{}
		for _, name := range []string{"worker", "onlooker", "stranger"} {
			users.Upsertions = append(users.Upsertions, kafka.UserScramCredentialsUpsertion{
				Name: name, Mechanism: mechanism, Iterations: iterations, Salt: salt, SaltedPassword: salted,
			})
		}
		made, err := admin.AlterUserScramCredentials(soon(t), users)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range made.Results {
			if r.Error != nil {
				t.Fatalf("make user %s: %v", r.User, r.Error)
			}
		}
	}
	rights := &kafka.CreateACLsRequest{}
	for _, principal := range []string{"User:worker", "User:CN=worker"} {
		for resource, prefix := range map[kafka.ResourceType]string{kafka.ResourceTypeTopic: "test", kafka.ResourceTypeGroup: "g"} {
			rights.ACLs = append(rights.ACLs, kafka.ACLEntry{
				ResourceType: resource, ResourceName: prefix, ResourcePatternType: kafka.PatternTypePrefixed, Principal: principal,
				Host: "*", Operation: kafka.ACLOperationTypeAll, PermissionType: kafka.ACLPermissionTypeAllow,
			})
		}
	}
	for _, op := range []kafka.ACLOperationType{kafka.ACLOperationTypeRead, kafka.ACLOperationTypeDescribeConfigs} {
		rights.ACLs = append(rights.ACLs, kafka.ACLEntry{
			ResourceType: kafka.ResourceTypeTopic, ResourceName: "test", ResourcePatternType: kafka.PatternTypePrefixed, Principal: "User:onlooker",
			Host: "*", Operation: op, PermissionType: kafka.ACLPermissionTypeAllow,
		})
	}
	given, err := admin.CreateACLs(soon(t), rights)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range given.Errors {
		if err != nil {
			t.Fatal(err)
		}
	}
	kafka.DefaultTransport.(*kafka.Transport).CloseIdleConnections()
}
