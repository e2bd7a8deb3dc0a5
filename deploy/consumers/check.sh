#!/usr/bin/env bash
# Runs the example consumers against Apache Kafka and compares what they hold
# with what is on the topics: after events are created, when every message
# comes twice, when some are corrected, and when an old revision comes late.
# Needs Go, Python 3 with venv, and jq; kcat.sh is checked where kcat is.
#
# KAFKA_BROKERS  host:port of a cluster that runs; else one is started, with
#                Java and Maven, on KAFKA_PORT (19292)
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
finish() {
  [ -z "${running:-}" ] || kill "$running" 2>/dev/null || true
  [ -z "${started:-}" ] || deploy/kafka/kafka-down.sh "$work/kafka"
  rm -rf "$work"
}
trap finish EXIT
fail() { echo "check: $*" >&2; exit 1; }

if [ -z "${KAFKA_BROKERS:-}" ]; then
  started=yes
  KAFKA_BROKERS=$(deploy/kafka/kafka-up.sh "$work/kafka" "${KAFKA_PORT:-19292}")
fi
CGO_ENABLED=0 go build -o "$work/tradewire" ./cmd/tradewire
CGO_ENABLED=0 go build -o "$work/consume-go" ./deploy/consumers/go
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check -r deploy/consumers/python/requirements.txt

prefix=check-$$.
cp -r pipelines "$work/rules"
sed -i "s/^prefix: .*/prefix: $prefix/" "$work/rules/trade.yaml"
cp -r "$work/rules" "$work/fewer"
rm "$work/fewer/patterns/appointment.yaml" # rules that know no appointments

cat >"$work/articles.jsonl" <<'ARTICLES'
{"id":"check-1","title":"Tariff on lamps","url":"https://lamps.example/1","date":"2026-11-20","text":"Washington has imposed a tariff of 25% on lamps from Brazil, the trade ministry said on Friday.\nThe ministry expects the duty to last for two years."}
{"id":"check-2","title":"New chief negotiator","url":"https://lamps.example/2","date":"2026-11-20","text":"Canada has appointed Marta Ellingham as its chief trade negotiator.\nMs Ellingham will take charge in December."}
{"id":"check-3","title":"Talks on fish","url":"https://lamps.example/3","date":"2026-11-21","text":"Norway and Japan opened talks on a free trade agreement in Oslo on Monday.\nThe European Union has imposed anti-dumping duties of 12% on steel pipes from India."}
ARTICLES

tradewire() { "$work/tradewire" "$@" --brokers "$KAFKA_BROKERS"; }
consume() { # consume GROUP: the Python example, to the end of the topics
  "$work/venv/bin/python" deploy/consumers/python/consume.py --brokers "$KAFKA_BROKERS" --prefix "$prefix" \
    --group "$1" --db "$work/events.db" --to-end 2>"$work/consumed" || { cat "$work/consumed" >&2; fail "the Python example ended badly"; }
}
on_topics() { # the latest revision of every event, by the consumers' rule
  tradewire tail --config "$work/rules" --from-beginning --to-end --json | jq -cs 'group_by(.id)[] | max_by(.rev) | [.id, .rev, .op]' | sort
}
in_table() {
  "$work/venv/bin/python" -c 'import json, sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute("SELECT id, rev, op FROM events"):
    print(json.dumps(row, separators=(",", ":")))' "$work/events.db" | sort
}
same() { # same WHAT
  on_topics >"$work/topics"
  in_table >"$work/table"
  diff "$work/topics" "$work/table" >"$work/diff" || { cat "$work/diff" >&2; fail "$1: the Python example holds something else"; }
  echo "$1: $(wc -l <"$work/table") events, $(cat "$work/consumed")"
}
await() { # await COUNT: so many messages are on the topics of events
  for _ in $(seq 100); do
    n=$(tradewire tail --config "$work/rules" --from-beginning --to-end --json | wc -l)
    [ "$n" != "$1" ] || return 0
    sleep 0.2
  done
  fail "$n of $1 messages are on the topics after a while"
}

"$work/tradewire" run --brokers "$KAFKA_BROKERS" --config "$work/rules" --stages correlate --listen 127.0.0.1:0 --data "$work/data" 2>"$work/log" &
running=$!
for _ in $(seq 150); do grep -q msg=running "$work/log" && break; sleep 0.2; done
grep -q msg=running "$work/log" || { cat "$work/log" >&2; fail "tradewire does not start"; }

tradewire replay --config "$work/rules" --publish "$work/articles.jsonl" >/dev/null
created=$("$work/tradewire" extract --config "$work/rules" "$work/articles.jsonl" | jq -s 'map(.events | length) | add')
[ "$created" -ge 3 ] || fail "only $created events to check with"
await "$created"
consume first
same "created"

consume second # the same messages once more
grep -q "^$created messages read, 0 changed an event" "$work/consumed" || fail "messages that came twice: $(cat "$work/consumed")"
same "every message twice"

tradewire replay --config "$work/fewer" --publish "$work/articles.jsonl" >"$work/diff-of-rules"
retracted=$(grep -c ' retract$' "$work/diff-of-rules")
await $((created + retracted))
consume first
same "$retracted retracted"

"$work/venv/bin/python" - "$KAFKA_BROKERS" "${prefix}officials" <<'LATE'
import json, sys
from confluent_kafka import Consumer, Producer
brokers, topic = sys.argv[1:]
reader = Consumer({"bootstrap.servers": brokers, "group.id": topic, "auto.offset.reset": "earliest", "enable.auto.commit": False})
reader.subscribe([topic])
old = next(m for m in iter(lambda: reader.poll(10), None) if not m.error() and json.loads(m.value())["rev"] == 1)
reader.close()
writer = Producer({"bootstrap.servers": brokers, "acks": "all"})
writer.produce(topic, key=old.key(), value=old.value())
writer.flush()
LATE
consume first
grep -q "^1 messages read, 0 changed an event" "$work/consumed" || fail "an old revision that came late: $(cat "$work/consumed")"
same "an old revision late"

"$work/consume-go" -brokers "${KAFKA_BROKERS%%,*}" -prefix "$prefix" -until-quiet 5s | jq -cs 'group_by(.id)[] | last | [.id, .rev, .op]' | sort >"$work/go"
diff "$work/topics" "$work/go" || fail "the Go example holds something else"
echo "Go: $(wc -l <"$work/go") events"
if command -v kcat >/dev/null; then
  deploy/consumers/kcat.sh "$KAFKA_BROKERS" officials "$prefix" >"$work/kcat"
  [ ! -s "$work/kcat" ] || fail "kcat.sh shows officials that were retracted"
  n=$(deploy/consumers/kcat.sh "$KAFKA_BROKERS" measures "$prefix" | wc -l)
  [ "$n" -ge 1 ] || fail "kcat.sh shows no measures"
  echo "kcat: $n measures"
fi
kill "$running"
wait "$running" || fail "tradewire did not end in order"
running=
