#!/usr/bin/env bash
# Starts Apache Kafka on this machine, for tests: no container engine, only
# Java 17 or newer and Maven (for the first start, which fetches the jars).
#
#   kafka-up.sh DIR PORT [NODES]
#
# DIR keeps data, logs and process ids; kafka-down.sh DIR stops what runs
# there. NODES is 1 (default) or 3: brokers listen on 127.0.0.1:PORT, PORT+1
# and PORT+2, their controllers 100 ports above. With 3 nodes topics get three
# replicas, of which two must have a record before it counts as written.
#
# KAFKA_HEAP   memory of each node (512m)
# KAFKA_PROPS  a file of broker settings that are added to ours
set -euo pipefail

version=4.3.1
cluster=dHJhZGV3aXJlLXRlc3Qtaw # any 16 bytes in base64; here "tradewire-test-k"
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/tradewire/kafka-$version

fail() { echo "kafka-up: $*" >&2; exit 1; }

# jars fetches Kafka once. A second run at the same time does no harm: the
# folder appears under its name only when it is complete.
jars() {
  [ ! -d "$cache" ] || return 0
  command -v mvn >/dev/null || fail "mvn is missing: install Maven to fetch Kafka $version"
  mkdir -p "$(dirname "$cache")"
  local part
  part=$(mktemp -d "$cache.XXXXXX")
  echo "kafka-up: fetching Kafka $version from Maven Central" >&2
  if ! mvn -q -B -f "$here/pom.xml" -Dkafka.version=$version -Djars="$part" dependency:copy-dependencies >"$part.log" 2>&1; then
    cat "$part.log" >&2
    rm -rf "$part" "$part.log"
    fail "cannot fetch Kafka $version"
  fi
  rm -f "$part.log"
  mv -T "$part" "$cache" 2>/dev/null || rm -rf "$part"
}

# settings prints the configuration of node N: a broker and a controller.
settings() {
  local n=$1 home=$2 voters="" i isr=1
  for ((i = 1; i <= nodes; i++)); do voters+="${voters:+,}$i@127.0.0.1:$((port + 99 + i))"; done
  [ "$nodes" = 1 ] || isr=2
  cat <<PROPERTIES
node.id=$n
process.roles=broker,controller
controller.quorum.voters=$voters
listeners=CLIENTS://127.0.0.1:$((port + n - 1)),QUORUM://127.0.0.1:$((port + 99 + n))
advertised.listeners=CLIENTS://127.0.0.1:$((port + n - 1))
listener.security.protocol.map=CLIENTS:PLAINTEXT,QUORUM:PLAINTEXT
inter.broker.listener.name=CLIENTS
controller.listener.names=QUORUM
log.dirs=$home/data
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
default.replication.factor=$nodes
min.insync.replicas=$isr
offsets.topic.replication.factor=$nodes
offsets.topic.num.partitions=10
transaction.state.log.replication.factor=$nodes
transaction.state.log.min.isr=$isr
share.coordinator.state.topic.replication.factor=$nodes
share.coordinator.state.topic.min.isr=$isr
PROPERTIES
  [ -z "${KAFKA_PROPS:-}" ] || cat "$KAFKA_PROPS"
}

logging() {
  cat <<'PROPERTIES'
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %c{1}: %m%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
logger.start.name=kafka.server.KafkaRaftServer
logger.start.level=info
PROPERTIES
}

run() { # run NODE_HOME JAVA_OPTIONS… CLASS ARGUMENTS…
  local home=$1
  shift
  exec java -XX:+UseSerialGC -Dlog4j2.configurationFile="$home/log4j2.properties" -cp "$cache/*" "$@"
}

alive() { [ -f "$1/pid" ] && kill -0 "$(cat "$1/pid")" 2>/dev/null; }

start() {
  local n=$1 home=$dir/node-$1
  if alive "$home"; then return 0; fi
  mkdir -p "$home"
  settings "$n" "$home" >"$home/server.properties"
  logging >"$home/log4j2.properties"
  if [ ! -f "$home/data/meta.properties" ]; then
    (run "$home" -Xmx128m -XX:TieredStopAtLevel=1 kafka.tools.StorageTool \
      format -t "$cluster" -c "$home/server.properties") >"$home/format.log" 2>&1 ||
      { cat "$home/format.log" >&2; fail "cannot prepare $home/data"; }
  fi
  : >"$home/server.log"
  (run "$home" "-Xmx${KAFKA_HEAP:-512m}" kafka.Kafka "$home/server.properties") >>"$home/server.log" 2>&1 </dev/null &
  echo $! >"$home/pid"
  disown
}

await() {
  local n=$1 home=$dir/node-$1 i
  for ((i = 0; i < 450; i++)); do
    if grep -q 'Kafka Server started' "$home/server.log"; then return 0; fi
    if ! alive "$home"; then
      tail -n 20 "$home/server.log" >&2
      rm -f "$home/pid"
      fail "node $n ended at its start"
    fi
    sleep 0.2
  done
  fail "node $n is not ready after 90 s, see $home/server.log"
}

[ $# = 2 ] || [ $# = 3 ] || fail "usage: kafka-up.sh DIR PORT [NODES]"
port=$2 nodes=${3:-1}
[[ $port =~ ^[0-9]+$ ]] && ((port > 0 && port < 65400)) || fail "PORT is a number below 65400, not $port"
[ "$nodes" = 1 ] || [ "$nodes" = 3 ] || fail "NODES is 1 or 3, not $nodes"
command -v java >/dev/null || fail "java is missing: install Java 17 or newer"
mkdir -p "$1"
dir=$(cd "$1" && pwd)

jars
for ((n = 1; n <= nodes; n++)); do start "$n"; done
brokers=""
for ((n = 1; n <= nodes; n++)); do
  await "$n"
  brokers+="${brokers:+,}127.0.0.1:$((port + n - 1))"
done
echo "$brokers"
