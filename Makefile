# make demo   watch articles become events: needs Go and make only
# make test   everything that needs no network
SHELL := /bin/bash
GO    ?= go
export CGO_ENABLED ?= 0

# go leaves folders called testdata out of ./...
PACKAGES = ./... ./testdata/site ./testdata/gold

# make test RACE=1 runs the same tests under the race detector (needs gcc).
ifdef RACE
test: export CGO_ENABLED = 1
endif

# Where test-kafka keeps the broker it starts, and the port it starts it on.
KAFKA_DIR  ?= $(CURDIR)/data/kafka-test
KAFKA_PORT ?= 19092
# 1 or 3 nodes; with 3, topics have three replicas, of which two must agree.
KAFKA_NODES ?= 1

.PHONY: build demo test race test-kafka test-kafka-secure test-consumers test-faults test-soak test-scale fuzz bench bench-kafka lint clean

build:
	$(GO) build -trimpath -ldflags="-s -w" -o bin/tradewire ./cmd/tradewire

demo: build
	bin/tradewire demo

# Seeds and kept finds of the fuzz tests are part of it.
test:
	$(GO) test $(if $(RACE),-race -timeout 30m) $(PACKAGES)

race:
	$(MAKE) test RACE=1

# The suites that talk to a broker, against Apache Kafka: the one named in
# KAFKA_BROKERS (host:port,…), or one that is started for them and stopped.
test-kafka:
	@set -euo pipefail; \
	if [ -z "$${KAFKA_BROKERS:-}" ]; then \
	  trap 'deploy/kafka/kafka-down.sh "$(KAFKA_DIR)"; rm -rf "$(KAFKA_DIR)"' EXIT; \
	  KAFKA_BROKERS=$$(deploy/kafka/kafka-up.sh "$(KAFKA_DIR)" $(KAFKA_PORT) $(KAFKA_NODES)); \
	  export KAFKA_BROKERS KAFKA_NODES=$(KAFKA_NODES); \
	fi; \
	$(GO) test -count=1 ./internal/topic/... ./internal/pipeline/...

# TLS, mTLS, passwords and rights, against an Apache Kafka that the test starts.
test-kafka-secure:
	KAFKA_SECURE=$$(($(KAFKA_PORT) + 200)) $(GO) test -count=1 -run 'Secur|Secret' ./internal/topic ./internal/pipeline

# The example consumers of deploy/consumers, against Apache Kafka.
test-consumers:
	KAFKA_PORT=$$(($(KAFKA_PORT) + 400)) deploy/consumers/check.sh

# Faults under load, on Apache Kafka: processes and nodes killed, disks full, lost
# acknowledgements, the broker away, groups that keep rebalancing, directories
# copied under load. Seeds are printed; FAULTS_SEED=N repeats one. The full form
# is FAULTS=50 FAULTS_ARTICLES=10000 FAULTS_POISON=10000 FAULTS_AWAY=60
# FAULTS_REBALANCES=6.
FAULTS          ?= 8
FAULTS_ARTICLES ?= 3000
FAULTS_ACKS     ?= 100
FAULTS_COPIES   ?= 100
FAULTS_POISON   ?= 600
# Seconds for which the broker is away, and how often a member comes and goes.
FAULTS_AWAY       ?= 8
FAULTS_REBALANCES ?= 2
test-faults:
	@set -euo pipefail; \
	export FAULTS=$(FAULTS) FAULTS_ARTICLES=$(FAULTS_ARTICLES) FAULTS_ACKS=$(FAULTS_ACKS) FAULTS_COPIES=$(FAULTS_COPIES) \
	  FAULTS_POISON=$(FAULTS_POISON) FAULTS_AWAY=$(FAULTS_AWAY) FAULTS_REBALANCES=$(FAULTS_REBALANCES); \
	deploy/kafka/kafka-up.sh "$(KAFKA_DIR)-faults" $$(($(KAFKA_PORT) + 600)); \
	trap 'deploy/kafka/kafka-down.sh "$(KAFKA_DIR)-faults"; rm -rf "$(KAFKA_DIR)-faults"' EXIT; \
	KAFKA_BROKERS=127.0.0.1:$$(($(KAFKA_PORT) + 600)) $(GO) test -count=1 -v -timeout 30m -run "KilledAtRandom|DiskFull|OnePercentPoison|DataCopied|KeepsRebalancing" ./cmd/tradewire; \
	FAULTS_NODES=$$(($(KAFKA_PORT) + 800)) $(GO) test -count=1 -v -timeout 30m -run 'BrokerAway' ./cmd/tradewire; \
	FAULTS_NODES=$$(($(KAFKA_PORT) + 800)) $(GO) test -count=1 -v -timeout 30m -run 'LostAck|NodeOfThree|CopiedUnderLoad' ./internal/topic

# A process at full load on Apache Kafka, and what must not grow. The full form is
# SOAK=30m; with SOAK_EMBEDDED=1 on the embedded broker.
SOAK ?= 60s
test-soak:
	@set -euo pipefail; \
	if [ -z "$(SOAK_EMBEDDED)" ]; then \
	  KAFKA_BROKERS=$$(deploy/kafka/kafka-up.sh "$(KAFKA_DIR)-soak" $$(($(KAFKA_PORT) + 1000))); \
	  export KAFKA_BROKERS; \
	  trap 'deploy/kafka/kafka-down.sh "$(KAFKA_DIR)-soak"; rm -rf "$(KAFKA_DIR)-soak"' EXIT; \
	fi; \
	SOAK=$(SOAK) $(GO) test -count=1 -v -timeout 0 -run TestSoak ./cmd/tradewire

# The tests of scale in full: 10,000 pages of 200 hosts with faults, and a
# backlog of 1,000,000 addresses (about 6 minutes). SHORT=1 does with less
# (3 minutes).
test-scale:
	TRADEWIRE_SCALE=$(if $(SHORT),short,full) $(GO) test -count=1 -timeout 30m -v -run 'ManyPages|Backlog|ProcessesShare' ./internal/pipeline

# Every fuzz test of the project, one after the other, FUZZTIME each.
FUZZTIME ?= 30s
fuzz:
	.ci/fuzz $(FUZZTIME)

bench: build
	.ci/bench

# Our Kafka clients against franz-go and librdkafka, the time from an article to
# its event, and what it costs in each stage; needs Java and Maven. SHORT=1 does
# with less, and fails only where a figure is far off.
bench-kafka:
	KAFKA_PORT=$$(($(KAFKA_PORT) + 1000)) .ci/bench-kafka $(if $(SHORT),short,full)

lint:
	@unformatted=$$(gofmt -l cmd internal pipelines testdata deploy); \
	  if [ -n "$$unformatted" ]; then echo "gofmt these:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet $(PACKAGES)
	$(GO) tool staticcheck $(PACKAGES)
	@if command -v promtool >/dev/null; then \
	  promtool check rules deploy/prometheus/rules.yml && \
	  promtool test rules deploy/prometheus/rules_test.yml; \
	else echo "promtool is not installed: the alert rules are not checked"; fi

clean:
	rm -rf bin data
