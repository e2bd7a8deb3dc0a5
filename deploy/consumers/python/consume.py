#!/usr/bin/env python3
"""Keep the events of tradewire in an SQLite table.

    pip install -r requirements.txt
    ./consume.py --brokers 127.0.0.1:9092 --db events.db measures disputes

Delivery is at least once, so two rules make it exact: an id and rev that was
seen is ignored, and of one id the higher rev wins. Both are one SQL statement
here. Offsets are committed after the rows, never before: cut short anywhere,
it goes on without a loss.

The password for SASL is in $TRADEWIRE_KAFKA_PASSWORD.
"""

import argparse
import json
import os
import signal
import sqlite3
import sys

from confluent_kafka import Consumer, KafkaError, KafkaException

FAMILIES = ["measures", "negotiations", "stances", "officials", "disputes", "markets"]

TABLE = """CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, rev INTEGER NOT NULL, op TEXT NOT NULL, family TEXT NOT NULL,
    kind TEXT NOT NULL, published TEXT, body TEXT NOT NULL)"""

# The consumer's rule.
UPSERT = """INSERT INTO events VALUES (:id, :rev, :op, :family, :kind, :published, :body)
    ON CONFLICT (id) DO UPDATE SET rev = excluded.rev, op = excluded.op, family = excluded.family,
        kind = excluded.kind, published = excluded.published, body = excluded.body
    WHERE excluded.rev > events.rev"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("families", nargs="*", help="some of %s (default all)" % ", ".join(FAMILIES))
    parser.add_argument("--brokers", default="127.0.0.1:9092")
    parser.add_argument("--prefix", default="trade.")
    parser.add_argument("--group", default="example-python")
    parser.add_argument("--db", default="events.db")
    parser.add_argument("--to-end", action="store_true", help="stop when all that is there now has been read")
    parser.add_argument("--ca", help="PEM file of the authorities to trust: connects over TLS")
    parser.add_argument("--sasl", choices=["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
    parser.add_argument("--user")
    return parser.parse_args()


def settings(args):
    config = {
        "bootstrap.servers": args.brokers,
        "group.id": args.group,
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "enable.partition.eof": args.to_end,
    }
    if args.sasl:
        config.update({"sasl.mechanism": args.sasl, "sasl.username": args.user,
                       "sasl.password": os.environ["TRADEWIRE_KAFKA_PASSWORD"]})
    if args.ca or args.sasl:
        config["security.protocol"] = ("SASL_" if args.sasl else "") + ("SSL" if args.ca else "PLAINTEXT")
    if args.ca:
        config["ssl.ca.location"] = args.ca
    return config


def store(db, messages):
    """Apply messages in one transaction; returns how many changed something."""
    changed = 0
    with db:
        for message in messages:
            if message.value() is None:  # a tombstone says nothing new
                continue
            event = json.loads(message.value())
            row = {name: event.get(name) for name in ("id", "rev", "op", "family", "kind", "published")}
            changed += db.execute(UPSERT, {**row, "body": message.value().decode()}).rowcount
    return changed


def split(messages, ended):
    """Parts records from notices; notes the partitions whose end was reached."""
    records = []
    for message in messages:
        where = (message.topic(), message.partition())
        if message.error() is None:
            records.append(message)
        elif message.error().code() == KafkaError._PARTITION_EOF:
            ended.add(where)
        elif not message.error().retriable():
            raise KafkaException(message.error())
    return records


def main():
    args = arguments()
    db = sqlite3.connect(args.db)
    db.execute(TABLE)
    consumer = Consumer(settings(args))
    consumer.subscribe([args.prefix + family for family in args.families or FAMILIES])
    stop = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.append(True))
    ended, changed, read = set(), 0, 0
    try:
        while not stop:
            records = split(consumer.consume(500, timeout=0.5), ended)
            if records:
                changed += store(db, records)
                read += len(records)
                consumer.commit(asynchronous=False)
            held = {(p.topic, p.partition) for p in consumer.assignment()}
            if args.to_end and held and held <= ended:
                break
    finally:
        consumer.close()
    print(f"{read} messages read, {changed} changed an event", file=sys.stderr)


if __name__ == "__main__":
    main()
