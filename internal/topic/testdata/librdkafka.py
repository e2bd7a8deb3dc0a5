"""The side of librdkafka in the comparison of clients (rivals_test.go).

It reads one command a line and answers each with a line of JSON:

  produce TOPIC COUNT CODEC   -> {"seconds": …, "cpu": …}
  consume TOPIC COUNT GROUP   -> {"seconds": …, "cpu": …, "bytes": …}

Arguments: brokers, and as JSON what all clients share: batch_records, linger_ms,
in_flight, fetch_bytes, wait_ms, commit_ms, and events (a file with an event a
line, which are sent in turn).
"""

import json
import resource
import sys
import time

from confluent_kafka import Consumer, Producer

brokers, shared = sys.argv[1], json.loads(sys.argv[2])
with open(shared["events"], "rb") as file:
    events = file.read().splitlines()


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def produce(topic, count, codec):
    producer = Producer({
        "bootstrap.servers": brokers,
        "acks": "all",
        "compression.type": codec,
        "batch.num.messages": shared["batch_records"],
        "linger.ms": shared["linger_ms"],
        "queue.buffering.max.messages": shared["in_flight"],
        "partitioner": "murmur2_random",
    })
    failed = []

    def delivered(error, _):
        if error is not None:
            failed.append(error)

    producer.list_topics(topic, 10)  # connected, as the others are
    began, used = time.monotonic(), cpu()
    sent, chunk = 0, 1000
    while sent < count:
        batch = [{"key": b"%016d" % n, "value": events[n % len(events)]} for n in range(sent, min(count, sent + chunk))]
        while len(producer) > shared["in_flight"] - chunk:
            producer.poll(0.001)
        sent += producer.produce_batch(topic, batch, on_delivery=delivered)
        producer.poll(0)
    producer.flush()
    answer = {"seconds": time.monotonic() - began, "cpu": cpu() - used}
    if failed:
        answer["error"] = f"{len(failed)} records failed: {failed[0]}"
    return answer


def consume(topic, count, group):
    consumer = Consumer({
        "bootstrap.servers": brokers,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "max.partition.fetch.bytes": shared["fetch_bytes"],
        "fetch.wait.max.ms": shared["wait_ms"],
        "fetch.min.bytes": 1,
    })
    consumer.subscribe([topic])
    seen = size = 0
    began = used = committed = None
    reached = {}
    while seen < count:
        for message in consumer.consume(1000, 0.1):
            if message.error():
                return {"error": str(message.error())}
            if began is None:
                began, used = time.monotonic(), cpu()
                committed = began
            seen += 1
            size += len(message.value())
            reached[message.partition()] = message
        if began is not None and time.monotonic() - committed > shared["commit_ms"] / 1000:
            for message in reached.values():
                consumer.commit(message=message, asynchronous=True)
            reached.clear()
            committed = time.monotonic()
    for message in reached.values():
        consumer.commit(message=message, asynchronous=False)
    answer = {"seconds": time.monotonic() - began, "cpu": cpu() - used, "bytes": size}
    consumer.close()
    return answer


for line in sys.stdin:
    verb, topic, count, *rest = line.split()
    do = produce if verb == "produce" else consume
    print(json.dumps(do(topic, int(count), *rest)), flush=True)
