#!/usr/bin/env bash
# The latest of every event of a family, one JSON object a line, with kcat and
# jq alone: of one id the higher rev wins, and what was retracted is left out.
#
#   kcat.sh BROKERS FAMILY [PREFIX]      kcat.sh 127.0.0.1:9092 measures
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: kcat.sh BROKERS FAMILY [PREFIX]" >&2; exit 2; }
kcat -b "$1" -C -t "${3:-trade.}$2" -o beginning -e -q -f '%s\n' |
  jq -cs 'group_by(.id)[] | max_by(.rev) | select(.op != "retract")'
