# SPDX-License-Identifier: Apache-2.0
"""The requests that the real programs make: each scenario brings our fake S3 into a state, then runs
a function with the environment that the template gives it, and the fake's own log says what was
asked. A scenario is a generator: what it does up to its yield sets the scene and isn't
recorded, the rest is."""
import json
import os
import pathlib
import random
import subprocess
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests/s3"), str(ROOT / "tests/lambda")]

from answering import Server
from emulator import Emulator
from fake import CREDENTIALS, FakeS3
from function_test import batch, eventbridge

BOOTSTRAP = os.environ.get("SILVERSMITH_BOOTSTRAP", "build/release/bin/bootstrap")
PROGRAM = os.environ.get("SILVERSMITH_PROGRAM", "build/release/bin/silversmith")

CONTRACT = b"""name: orders
schema:
  fields:
    - {name: id, type: integer, constraints: {required: true}}
    - {name: note, type: string}
"silver:contract": {version: 1, match: "bronze/orders/**"}
"silver:policy": {limits: {maxBadRatio: null}}
"""
CATALOGUED = CONTRACT + b"""
"silver:catalog": {table: orders}
"""
HIVE = "org.apache.hadoop.hive.ql.io.parquet."
AS_PARQUET = {"InputFormat": HIVE + "MapredParquetInputFormat",
              "OutputFormat": HIVE + "MapredParquetOutputFormat",
              "SerdeInfo": {"SerializationLibrary": HIVE + "serde.ParquetHiveSerDe"}}
PARTITIONED = CONTRACT + b"""
"silver:catalog": {partitions: [{name: dt, type: date, range: "2020-01-01,NOW"}]}
"""
SCHEDULED = {"version": "0", "source": "aws.scheduler", "detail-type": "Scheduled Event",
             "detail": {}}
GOOD = b"id,note\n1,a\n2,b\n"
MIXED = b"id,note\n1,a\n,b\n"
REFUSED = b"nothing,of,that\n1,2,3\n"
# Repeated it is more than the 64 MiB that go by one PUT, and nothing that compression could make
# little of: its repeats are too far from each other.
RANDOM = random.Random(1)
NOISE = "".join("%d,%s\n" % (i, RANDOM.randbytes(500).hex()) for i in range(3_000))
BAD_NOISE = "x" + NOISE[:-1].replace("\n", "\nx") + "\n"  # ids that are none
NOISE_REPEATS = 25


class Services:
    """As much of Glue and SNS as the functions ask, and what they asked: requests as the fake's log
    has them, with the call as the operation."""

    def __init__(self):
        self.tables, self.calls = {}, []
        self.server = Server(self.answer)
        self.endpoint = self.server.url
        self.close = self.server.close

    def answer(self, _method, _path, headers, body):
        target = headers.get("X-Amz-Target", "")
        if not target.startswith("AWSGlue."):
            asked = dict(urllib.parse.parse_qsl(body.decode()))
            self.calls.append({"service": "sns", "operation": asked["Action"],
                               "topic": asked["TopicArn"]})
            return 200, (b"<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult>"
                         b"</PublishResponse>")
        asked, call = json.loads(body), target.split(".")[1]
        table = asked.get("Name") or asked.get("TableName") or asked["TableInput"]["Name"]
        self.calls.append({"service": "glue", "operation": call, "table": table,
                           "database": asked["DatabaseName"]})
        if call == "GetTable" and table not in self.tables:
            return 400, b'{"__type": "EntityNotFoundException", "Message": "no such table"}'
        if call in ("CreateTable", "UpdateTable"):
            self.tables[table] = asked["TableInput"]
        told = {"Table": {**self.tables[table], "VersionId": "1"}} if call == "GetTable" else {}
        return 200, json.dumps(told).encode()


class Lake:
    """A lake in the fake, and the functions of a deployment around it."""

    def __init__(self, policies, *options):
        self.policies = policies
        other = ["--bucket", policies.silver] if policies.silver != policies.lake else []
        self.s3 = FakeS3(*other, *options, bucket=policies.lake)
        self.said = ""       # all that the functions said: answers and logs
        self.strict = True   # whether outcomes must be the scenario's
        self.emulators = {}
        self.services = Services()

    def close(self):
        for emulator in self.emulators.values():
            emulator.close()
        self.services.close()
        self.s3.close()

    # The scene

    def key(self, key):
        return self.policies.prefix + key

    def contract(self, body=CONTRACT):
        contracts = dict(self.policies.roles["convert"].environment)["SILVERSMITH_CONTRACTS"]
        prefix = contracts.removeprefix("s3://%s/" % self.policies.lake)
        self.s3.put(prefix + "orders.yaml", body)

    def bronze(self, key, body):
        self.s3.put(self.key("bronze/" + key), body)

    def noise(self, key, block):
        self.s3.http("POST", "/_fake/pattern", json.dumps(
            {"bucket": self.policies.lake, "key": self.key("bronze/" + key), "header": "id,note\n1,good\n",
             "block": block, "repeats": NOISE_REPEATS}).encode())

    def remove(self, bucket, key):
        self.s3.http("DELETE", "/%s/%s" % (bucket, self.key(key)))

    def written(self, prefix):
        """Keys, below the lake's prefix, that were written below this one."""
        return sorted({request["key"].removeprefix(self.policies.prefix)
                       for request in self.s3.requests() if request["operation"] == "PutObject"
                       and request["key"].startswith(self.key(prefix))})

    # The functions

    def emulator(self, function, timeout_seconds=60):
        """`timeout_seconds` counts when it begins."""
        if function not in self.emulators:
            self.emulators[function] = Emulator(BOOTSTRAP, timeout_seconds=timeout_seconds, env={
                **self.policies.roles[function].environment, **CREDENTIALS,
                "_HANDLER": function, "AWS_REGION": "us-east-1",
                "AWS_ENDPOINT_URL_S3": self.s3.endpoint, "SILVERSMITH_MIN_AGE": "0",
                "AWS_ENDPOINT_URL_GLUE": self.services.endpoint,
                "AWS_ENDPOINT_URL_SNS": self.services.endpoint, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
                "AWS_LAMBDA_FUNCTION_NAME": self.policies.roles[function].function_arn.split(":")[-1]})
        return self.emulators[function]

    def end_functions(self):
        """The next invocation is in a new process, which knows no contracts yet."""
        for emulator in self.emulators.values():
            self.said += emulator.log()
            emulator.close()
        self.emulators = {}

    def invoke_with(self, key, queued):
        """The event about an object of bronze: alone, or inside a batch of SQS."""
        told = eventbridge(self.key("bronze/" + key), bucket=self.policies.lake)
        answer = self.emulator("convert").invoke(batch(told) if queued else told)
        self.said += answer.bytes.decode()
        return answer

    def convert(self, key, status):
        """As the deployment's trigger does it. A batch's answer names only what failed; what became
        of the object the function's log says."""
        emulator = self.emulator("convert")
        before = len(emulator.log())
        answer = self.invoke_with(key, self.policies.queued)
        if not self.strict:
            return answer
        found = answer.json().get("status")
        if self.policies.queued:
            lines = [json.loads(line) for line in emulator.log()[before:].splitlines()
                     if line.startswith("{")]
            found = next((line["status"] for line in lines if "_aws" in line),
                         "ignored" if answer.json() == {"batchItemFailures": []} else None)
        if found != status:
            raise AssertionError("%s: wanted %s, found %r\n%s" % (key, status, answer,
                                                                  emulator.log()))
        return answer

    def doctor(self):
        environment = self.policies.roles["convert"].environment
        done = subprocess.run(
            [os.path.abspath(PROGRAM), "doctor", environment["SILVERSMITH_LAKE"], "--json",
             "--endpoint-url", self.s3.endpoint], capture_output=True, text=True, check=False,
            timeout=120, env={**environment, **CREDENTIALS, "AWS_REGION": "us-east-1"})
        self.said += done.stdout + done.stderr

    def sweep(self, wanted):
        """`wanted`: counts of the reconciliation that must be."""
        answer = self.emulator("sweep").invoke(SCHEDULED)
        self.said += answer.bytes.decode()
        found = answer.json().get("counts", {})
        if self.strict and {name: found.get(name) for name in wanted} != wanted:
            raise AssertionError("a sweep: wanted %r, found %r" % (wanted, answer))

    def tell(self, function, prefix):
        """What was written below a prefix, as EventBridge tells the catalog or the notices."""
        [key] = self.written(prefix)
        answer = self.emulator(function).invoke(
            eventbridge(self.key(key), bucket=self.policies.silver))
        self.said += answer.bytes.decode()
        if self.strict and answer.json().get("status") != "success":
            raise AssertionError("%s of %s: %r" % (function, key, answer))


# ---- Scenarios of the function that converts

def converted(lake, body=GOOD, status="success", contract=CONTRACT):
    lake.contract(contract)
    lake.bronze("orders/a.csv", body)
    lake.convert("orders/a.csv", status)


def convert_success(lake):
    lake.contract()
    lake.bronze("orders/a.csv", GOOD)
    yield
    lake.convert("orders/a.csv", "success")


def convert_without_contract(lake):
    lake.bronze("free.csv", b"x,y\n1,2\n")
    yield
    lake.convert("free.csv", "success")


def convert_duplicate(lake):
    converted(lake)
    yield
    lake.convert("orders/a.csv", "duplicate")


def convert_rejects(lake):
    lake.contract()
    lake.bronze("orders/a.csv", MIXED)
    yield
    lake.convert("orders/a.csv", "success_with_rejects")


def convert_rejects_again(lake):
    """What lies in quarantine is found there, when silver went away."""
    converted(lake, MIXED, "success_with_rejects")
    lake.remove(lake.policies.silver, "silver/orders/a.parquet")
    yield
    lake.convert("orders/a.csv", "success_with_rejects")


def convert_refused(lake):
    lake.contract()
    lake.bronze("orders/a.csv", REFUSED)
    yield
    lake.convert("orders/a.csv", "rejected")


def convert_refused_again(lake):
    converted(lake, REFUSED, "rejected")
    yield
    lake.convert("orders/a.csv", "rejected")


def convert_correction(lake):
    converted(lake)
    lake.bronze("orders/a.csv", GOOD + b"3,c\n")
    yield
    lake.convert("orders/a.csv", "success")


def convert_missing_silver(lake):
    converted(lake)
    lake.remove(lake.policies.silver, "silver/orders/a.parquet")
    yield
    lake.convert("orders/a.csv", "success")


def convert_missing_receipt(lake):
    converted(lake)
    for key in lake.written("receipts/"):
        lake.remove(lake.policies.silver, key)
    yield
    lake.convert("orders/a.csv", "duplicate")


def convert_deleted_source(lake):
    lake.contract()
    yield
    lake.convert("orders/a.csv", "ignored")


def convert_in_parts(lake):
    """The first upload in parts is spoiled by a conflict and aborted, the second is the commit."""
    lake.contract()
    lake.noise("orders/a.csv", NOISE)
    lake.s3.fault(fault="conflict", operation="CompleteMultipartUpload")
    yield
    lake.convert("orders/a.csv", "success")


def convert_many_rejects(lake):
    """Rejects that don't go by one PUT, and an upload of theirs that is aborted."""
    lake.contract()
    lake.noise("orders/a.csv", BAD_NOISE)
    lake.s3.fault(fault="conflict", operation="CompleteMultipartUpload")
    yield
    lake.convert("orders/a.csv", "success_with_rejects")


# ---- Scenarios of the sweep

def three_files(lake):
    lake.contract()
    lake.bronze("orders/a.csv", GOOD)
    lake.bronze("orders/b.csv", MIXED)
    lake.bronze("orders/c.csv", REFUSED)


def sweep_nothing(lake):
    yield
    lake.sweep({"converted": 0})


def sweep_forgotten(lake):
    three_files(lake)
    yield
    lake.sweep({"converted": 2, "rejected": 1})


def sweep_done(lake):
    three_files(lake)
    lake.sweep({"converted": 2, "rejected": 1})
    yield
    lake.sweep({"converted": 0, "error": 0})


def sweep_corrections(lake):
    three_files(lake)
    lake.sweep({"converted": 2, "rejected": 1})
    lake.bronze("orders/a.csv", GOOD + b"3,c\n")
    lake.remove(lake.policies.silver, "silver/orders/b.parquet")
    yield
    lake.sweep({"converted": 2})


def sweep_in_parts(lake):
    lake.contract()
    lake.noise("orders/a.csv", NOISE)
    lake.s3.fault(fault="conflict", operation="CompleteMultipartUpload")
    yield
    lake.sweep({"converted": 1})


def sweep_many_rejects(lake):
    lake.contract()
    lake.noise("orders/a.csv", BAD_NOISE)
    lake.s3.fault(fault="conflict", operation="CompleteMultipartUpload")
    yield
    lake.sweep({"converted": 1})


# ---- Scenarios of the catalog and the notices

def catalog_new_table(lake):
    lake.contract(PARTITIONED)
    lake.bronze("orders/dt=2026-01-02/a.csv", GOOD)
    lake.convert("orders/dt=2026-01-02/a.csv", "success")
    yield
    lake.tell("catalog", "receipts/")


def catalog_more_columns(lake):
    lake.services.tables["orders"] = {
        "Name": "orders", "TableType": "EXTERNAL_TABLE", "PartitionKeys": [],
        "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "bigint"}], "Location": "s3://%s/%s"
                              % (lake.policies.silver, lake.key("silver/orders/")),
                              **AS_PARQUET},
        "Parameters": {"classification": "parquet"}}
    converted(lake, contract=CATALOGUED)
    yield
    lake.tell("catalog", "receipts/")


def notify_refused(lake):
    converted(lake, REFUSED, "rejected")
    yield
    lake.tell("notify", "quarantine/")


# Those that take seconds each. They are played in one lake: what they ask for in another follows.
LONG = ("convert_in_parts", "convert_many_rejects", "sweep_in_parts", "sweep_many_rejects")
SCENARIOS = {name: function for name, function in sorted(globals().items())
             if name.startswith(("convert_", "sweep_", "catalog_", "notify_"))}


def function_of(name):
    return name.split("_")[0]


def moved(requests, old, new):
    """The same requests in another lake."""
    buckets = {old.lake: new.lake, old.silver: new.silver}
    if old.lake == old.silver != new.silver:
        raise AssertionError("what was recorded in one bucket doesn't say which of two")
    return [{**request, "bucket": buckets[request["bucket"]],
             "key": request["key"].replace(old.prefix, new.prefix, 1),
             "query": request["query"].replace(old.prefix.replace("/", "%2F"), new.prefix, 1)}
            for request in requests]


def play(lake, name, deny=None):
    """The requests of a scenario's recorded part, those to Glue and SNS among them. With `deny` ({"action", "prefix"}) the fake
    refuses those in that part, and its outcome may be another; lake.said is what was said of it."""
    lake.s3.http("POST", "/_fake/reset")
    lake.services.tables, lake.strict = {}, True
    parts = SCENARIOS[name](lake)
    next(parts)
    lake.end_functions()
    lake.said, lake.strict = "", deny is None
    before, lake.services.calls = {request["number"] for request in lake.s3.requests()}, []
    if deny:
        lake.s3.deny(**deny)
    next(parts, None)
    lake.end_functions()
    return [request for request in lake.s3.requests() if request["number"] not in before] + \
        lake.services.calls
