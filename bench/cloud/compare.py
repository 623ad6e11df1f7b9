# SPDX-License-Identifier: Apache-2.0
"""Measures silversmith where it runs in the cloud, on doubles on this machine:

  function   bootstrap beside a Python handler (pandas, pyarrow, boto3), both under AWS's own runtime
             emulator: cold, warm, memory; and small objects a second in one warm function
  requests   what one object costs in requests, by name
  worker     small objects a second with 1, 4 and 16 in flight, at once and with 20 ms added to each
             request, as far away as S3 is
  backfill   the same of a backfill, with 1, 4 and 16 objects at a time
  large      an object from S3 beside the same file from disk: our own CPU seconds, over HTTP and TLS

The S3 is our own double on the same two cores: compare ratios and CPU seconds, not wall time with
another machine's. `make bench-cloud` installs and builds first.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / part) for part in ["lambda", "s3", "cli"]]
BIN = pathlib.Path(os.environ.get("SILVERSMITH_BIN", ROOT / "build" / "release" / "bin"))
os.environ.setdefault("SILVERSMITH_FAKE_S3", str(BIN / "fake_s3"))

from emulator import Emulator  # noqa: E402
from fake import CREDENTIALS, FakeS3  # noqa: E402
from fake_sqs import FakeSqs  # noqa: E402
from tls import TlsFront  # noqa: E402

HEADER = b"order_id,customer_id,amount,ordered_at,note\n"
# What the Python handler checks and more: it infers types from what it reads.
CONTRACT = b"""name: orders
silver:contract: {version: 1, match: ["bronze/orders/**"]}
schema:
  fields:
    - {name: order_id, type: integer, constraints: {required: true}}
    - {name: customer_id, type: integer, constraints: {required: true}}
    - {name: amount, type: number, "silver:onTypeError": nullify}
    - {name: ordered_at, type: datetime}
    - {name: note, type: string}
"""
SMALL_BYTES = 10_000
LARGE_FUNCTION_BYTES = 20_000_000


def orders(size, salt=0):
    lines = [b"%d,%d,%d.%02d,2024-05-%02dT09:%02d:00,order number %d\n" %
             (i + salt, i * 7919 % 100_003, i * 37 % 1000, i % 100, i % 28 + 1, i % 60, i)
             for i in range(min(size, 20_000_000) // 50 + 1)]
    block = b"".join(lines)
    body = HEADER + block * (size // len(block) + 1)
    return body[:body.rindex(b"\n", 0, size) + 1]


def event(key):
    return {"version": "0", "detail-type": "Object Created", "source": "aws.s3",
            "detail": {"bucket": {"name": "lake"}, "object": {"key": key, "size": 1, "etag": "0"}}}


def peak_mib(emulator):
    status = (emulator.function() / "status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def programs(folder):
    python = pathlib.Path(folder, "python-function")
    interpreter = ROOT / "build" / "deps" / "bench-cloud" / "bin" / "python"
    python.write_text("#!/bin/sh\ncd %s && exec %s -m awslambdaric python_handler.handler\n" %
                      (ROOT / "bench" / "cloud", interpreter))
    python.chmod(0o755)
    return {"silversmith": str(BIN / "bootstrap"), "python": str(python)}


def start(program, s3):
    return Emulator(program, timeout_seconds=120, env={
        **CREDENTIALS, "AWS_ENDPOINT_URL_S3": s3.endpoint, "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1", "SILVERSMITH_LAKE": "s3://lake",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769"})


def invoke(emulator, key):
    """Seconds of one invocation, which must succeed."""
    begun = time.monotonic()
    answer = emulator.invoke(event(key))
    seconds = time.monotonic() - begun
    if answer.json().get("status") != "success":
        raise SystemExit("%r\n%s" % (answer, emulator.log()[-2000:]))
    return seconds


def measure_function(program, runs):
    """One process of the function: (cold, warm small, warm large seconds, small a second, peak)."""
    s3 = FakeS3()
    s3.put("contracts/orders.yaml", CONTRACT)
    for i in range(runs + 1):
        s3.put("bronze/orders/s%d.csv" % i, orders(SMALL_BYTES, i))
    s3.put("bronze/orders/large.csv", orders(LARGE_FUNCTION_BYTES))
    emulator = start(program, s3)
    cold = invoke(emulator, "bronze/orders/s0.csv")
    begun = time.monotonic()
    warm = [invoke(emulator, "bronze/orders/s%d.csv" % (i + 1)) for i in range(runs)]
    rate = runs / (time.monotonic() - begun)
    small_peak = peak_mib(emulator)
    large = invoke(emulator, "bronze/orders/large.csv")
    peak = peak_mib(emulator)
    emulator.close()
    s3.close()
    return cold, statistics.median(warm), large, rate, small_peak, peak


def function_table(runs):
    with tempfile.TemporaryDirectory() as folder:
        names = programs(folder)
        measured = {name: [] for name in names}
        for _ in range(3):  # interleaved
            for name, program in names.items():
                measured[name].append(measure_function(program, runs))
    middle = {name: [statistics.median(column) for column in zip(*rows)]
              for name, rows in measured.items()}
    labels = ["cold start and a 10 kB object, ms", "warm, a 10 kB object, ms",
              "warm, a 20 MB object, ms", "10 kB objects a second", "peak memory after small, MiB",
              "peak memory, MiB"]
    factors = [1000, 1000, 1000, 1, 1, 1]
    print("| one function | silversmith | Python | ratio |\n|---|---|---|---|")
    for i, label in enumerate(labels):
        ours, theirs = middle["silversmith"][i] * factors[i], middle["python"][i] * factors[i]
        ratio = ours / theirs if i == 3 else theirs / ours
        print("| %s | %.1f | %.1f | %.1f |" % (label, ours, theirs, ratio))


def count_requests():
    s3 = FakeS3()
    s3.put("contracts/orders.yaml", CONTRACT)
    s3.put("bronze/orders/a.csv", orders(SMALL_BYTES))
    emulator = start(str(BIN / "bootstrap"), s3)
    print("\n| one 10 kB object, with a contract | requests |\n|---|---|")
    seen = len(s3.requests())  # our own uploads
    for what in ["first invocation", "the same again"]:
        if emulator.invoke(event("bronze/orders/a.csv")).json()["status"] not in ["success",
                                                                                  "duplicate"]:
            raise SystemExit(emulator.log())
        requests = s3.requests()[seen:]
        seen += len(requests)
        print("| %s | %d: %s |" % (what, len(requests), ", ".join(
            "%s %s" % (r["operation"], r["key"].split("/")[0]) for r in requests)))
    emulator.close()
    s3.close()


def worker_rate(in_flight, delay_micros, objects):
    """10 kB objects a second, from the first message until the queue is empty."""
    s3, sqs = FakeS3(), FakeSqs()
    s3.put("contracts/orders.yaml", CONTRACT)
    for i in range(objects):
        s3.put("bronze/orders/%d.csv" % i, orders(SMALL_BYTES, i))
    if delay_micros:
        s3.fault(fault="delay", times=0, amount=delay_micros)
    worker = subprocess.Popen(
        [str(BIN / "silversmith"), "worker", "--queue", sqs.url, "--lake", "s3://lake",
         "--concurrency", str(in_flight), "--memory", "1GiB"], stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, env={**CREDENTIALS, "AWS_ENDPOINT_URL_S3": s3.endpoint,
                                        "AWS_ENDPOINT_URL_SQS": sqs.endpoint,
                                        "AWS_REGION": "us-east-1"})
    while sqs.count("ReceiveMessage") == 0:
        time.sleep(0.01)
    begun = time.monotonic()
    for i in range(objects):
        sqs.send(event("bronze/orders/%d.csv" % i))
    while sqs.left():
        if worker.poll() is not None:
            raise SystemExit("the worker ended with %d" % worker.returncode)
        time.sleep(0.01)
    seconds = time.monotonic() - begun
    worker.terminate()
    worker.wait()
    s3.close()
    sqs.close()
    return objects / seconds


def worker_table(objects):
    print("\n| worker, 10 kB objects a second | at once | 20 ms a request |\n|---|---|---|")
    for in_flight in [1, 4, 16]:
        print("| %d in flight | %.0f | %.0f |" % (
            in_flight, worker_rate(in_flight, 0, objects),
            worker_rate(in_flight, 20_000, max(objects // 5, in_flight * 4))))


def backfill_rate(at_once, delay_micros, objects):
    """10 kB objects a second of a backfill that finds none of them in silver."""
    s3 = FakeS3()
    s3.put("contracts/orders.yaml", CONTRACT)
    for i in range(objects):
        s3.put("bronze/orders/%04d.csv" % i, orders(SMALL_BYTES, i))
    if delay_micros:
        s3.fault(fault="delay", times=0, amount=delay_micros)
    begun = time.monotonic()
    done = subprocess.run(
        [str(BIN / "silversmith"), "backfill", "s3://lake", "--endpoint-url", s3.endpoint,
         "--concurrency", str(at_once), "--memory", "1GiB", "--quiet"], check=False,
        capture_output=True, text=True, env={**CREDENTIALS, "AWS_REGION": "us-east-1"})
    seconds = time.monotonic() - begun
    s3.close()
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return objects / seconds


def backfill_table(objects):
    print("\n| backfill of %d, 10 kB objects a second | near | 20 ms a request |" % objects)
    print("|---|---|---|")
    for at_once in [1, 4, 16]:
        print("| `--concurrency %d` | %.0f | %.0f |" % (
            at_once, backfill_rate(at_once, 0, objects), backfill_rate(at_once, 20_000, objects)))


def cpu_seconds(command, environment):
    before = os.times()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    after = os.times()
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return (after.children_user - before.children_user
            + after.children_system - before.children_system)


def large_table(size):
    from_disk, http, tls = [], [], []
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        body = orders(size)
        lake = pathlib.Path(folder, "lake")
        s3 = FakeS3()
        for key, content in [("bronze/orders/large.csv", body),
                             ("contracts/orders.yaml", CONTRACT)]:
            (lake / key).parent.mkdir(parents=True, exist_ok=True)
            (lake / key).write_bytes(content)
            s3.put(key, content)
        front = TlsFront(s3.endpoint)
        run = [str(BIN / "silversmith"), "run", "--force"]
        environment = {**CREDENTIALS, "AWS_REGION": "us-east-1"}
        for _ in range(3):  # interleaved
            from_disk.append(cpu_seconds([*run, str(lake)], environment))
            http.append(cpu_seconds([*run, "s3://lake", "--endpoint-url", s3.endpoint],
                                    environment))
            tls.append(cpu_seconds([*run, "s3://lake", "--endpoint-url", front.endpoint],
                                   {**environment, "AWS_CA_BUNDLE": front.authority}))
        front.close()
        s3.close()
    disk = statistics.median(from_disk)
    print("\n| %.2f GB, our own CPU seconds | seconds | times those of the file |\n|---|---|---|" %
          (len(body) / 1e9))
    for name, seconds in [("a file", from_disk), ("S3 over HTTP", http), ("S3 over TLS", tls)]:
        print("| %s | %.2f | %.2f |" % (name, statistics.median(seconds),
                                        statistics.median(seconds) / disk))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=[],
                        help="function, requests, worker, backfill, large")
    parser.add_argument("--runs", type=int, default=200, help="small objects a function gets")
    parser.add_argument("--mb", type=int, default=1000, help="size of the large object")
    arguments = parser.parse_args()
    parts = arguments.parts or ["function", "requests", "worker", "backfill", "large"]
    if "function" in parts:
        function_table(arguments.runs)
    if "requests" in parts:
        count_requests()
    if "worker" in parts:
        worker_table(arguments.runs * 3)
    if "backfill" in parts:
        backfill_table(500)
    if "large" in parts:
        large_table(arguments.mb * 1_000_000)


if __name__ == "__main__":
    main()
