#!/usr/bin/env bash
# Stops the brokers that kafka-up.sh DIR started, and only those. Data stay.
#
#   kafka-down.sh DIR
set -euo pipefail

[ $# = 1 ] || { echo "kafka-down: usage: kafka-down.sh DIR" >&2; exit 1; }
[ -d "$1" ] || exit 0
dir=$(cd "$1" && pwd)

# ours reports that the process still is the broker of that node: the system
# gives the ids of dead processes to others.
ours() {
  case $({ tr '\0' ' ' <"/proc/$1/cmdline" || ps -o args= -p "$1"; } 2>/dev/null) in
    *"$2/server.properties"*) return 0 ;;
    *) return 1 ;;
  esac
}

# Signal all before waiting for any: the last nodes of a quorum would wait for
# those that are gone.
for file in "$dir"/node-*/pid; do
  [ -f "$file" ] && ours "$(cat "$file")" "$(dirname "$file")" && kill "$(cat "$file")" || true
done
for file in "$dir"/node-*/pid; do
  [ -f "$file" ] || continue
  pid=$(cat "$file") home=$(dirname "$file")
  for ((i = 0; i < 100; i++)); do
    ours "$pid" "$home" || break
    sleep 0.2
  done
  if ours "$pid" "$home"; then kill -9 "$pid"; fi
  rm -f "$file"
done
