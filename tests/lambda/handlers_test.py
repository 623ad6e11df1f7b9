# SPDX-License-Identifier: Apache-2.0
"""One zip, four functions: the real bootstrap under AWS's own emulator, with each handler, against
moto (S3, Glue, SNS, SQS), a webhook behind TLS with an authority of our own, a Glue of our own that
refuses what is stale (moto does not), and our own S3 where faults are wanted. Run with the Python of
tests/s3/setup."""
import json
import os
import pathlib
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests/cli"), str(ROOT / "tests/lambda"), str(ROOT / "tests/s3")]

from answering import Server
from emulator import Emulator, require_emulator
from end_to_end_test import BUCKET, MOTO, REGION, Moto
from fake import CREDENTIALS, FakeS3
from tls import TlsFront

BOOTSTRAP = os.environ.get("SILVERSMITH_BOOTSTRAP", "build/release/bin/bootstrap")
CONTRACT = b"""name: orders
title: Orders of the shop
schema:
  fieldsMatch: subset
  fields:
    - {name: Id, type: integer, title: The order, constraints: {required: true}}
    - {name: price, type: number, "silver:physical": "decimal(18,2)"}
"silver:contract": {version: 1, match: "bronze/orders/**"}
"silver:catalog":
  partitions: [{name: dt, type: date, range: "2020-01-01,NOW"}]
"""
DAY = "bronze/orders/dt=2026-01-02/"
SCHEDULED = {"version": "0", "source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": {}}


def created(key, bucket=BUCKET):
    return {"version": "0", "source": "aws.s3", "detail-type": "Object Created", "region": REGION,
            "detail": {"version": "0", "bucket": {"name": bucket}, "object": {"key": key, "size": 1},
                       "reason": "PutObject"}}


def batch(*bodies):
    return {"Records": [{"messageId": "m%d" % i, "eventSource": "aws:sqs", "receiptHandle": "r",
                         "body": body if isinstance(body, str) else json.dumps(body)}
                        for i, body in enumerate(bodies)]}


def lines(emulator):
    return [json.loads(line) for line in emulator.log().splitlines() if line.startswith("{")]


def in_json(status, said):
    """An answer in JSON."""
    return status, json.dumps(said).encode()


class StrictGlue:
    """Glue as AWS has it where moto is milder: an update names the version that it was made from.
    Before the first update somebody else adds a column."""

    def __init__(self):
        self.table = None
        self.version = 0
        self.calls = []
        self.raced = False
        self.server = Server(self.answer)
        self.endpoint = self.server.url
        self.close = self.server.close

    def answer(self, _method, _path, headers, body):
        call = headers["X-Amz-Target"].split(".")[1]
        asked = json.loads(body)
        self.calls.append(call)
        fault = getattr(self, call)(asked)
        if isinstance(fault, str):
            return in_json(400, {"__type": fault, "Message": "told"})
        return in_json(200, fault or {})

    def GetTable(self, asked):
        if self.table is None:
            return "EntityNotFoundException"
        return {"Table": {**self.table, "DatabaseName": asked["DatabaseName"],
                          "VersionId": str(self.version), "CreateTime": 1.5}}

    def CreateTable(self, asked):
        if self.table is not None:
            return "AlreadyExistsException"
        self.table = asked["TableInput"]
        return None

    def UpdateTable(self, asked):
        if not self.raced:
            self.raced = True
            self.table["StorageDescriptor"]["Columns"].append({"Name": "theirs", "Type": "int"})
            self.version += 1
        if asked.get("VersionId") != str(self.version):
            return "ConcurrentModificationException"
        assert asked["SkipArchive"] is True
        assert "CreateTime" not in asked["TableInput"], asked
        self.table = asked["TableInput"]
        self.version += 1
        return None

    def BatchCreatePartition(self, asked):
        return {"Errors": [{"PartitionValues": one["Values"],
                            "ErrorDetail": {"ErrorCode": "AlreadyExistsException"}}
                           for one in asked["PartitionInputList"]]}

    def columns(self):
        return [column["Name"] for column in self.table["StorageDescriptor"]["Columns"]]


class MotoFunctions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.moto = Moto()
        cls.addClassCleanup(cls.moto.close)

    def setUp(self):
        self.moto.reset()
        self.s3 = self.moto.s3
        self.s3.create_bucket(Bucket=BUCKET)
        self.glue = self.moto.client("glue")
        self.glue.create_database(DatabaseInput={"Name": "shop"})
        self.sns = self.moto.client("sns")
        self.topic = self.sns.create_topic(Name="notices")["TopicArn"]
        self.queue, arn = self.moto.make_queue("readers")
        self.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)
        self.emulators = []

    def start(self, handler, timeout_seconds=30, **more):
        names = {**self.moto.variables(), "SILVERSMITH_LAKE": "s3://" + BUCKET, "_HANDLER": handler,
                 "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "SILVERSMITH_DATABASE": "shop",
                 "SILVERSMITH_TOPIC": self.topic, **more}
        emulator = Emulator(BOOTSTRAP, timeout_seconds,
                            env={name: value for name, value in names.items() if value is not None})
        self.addCleanup(emulator.close)
        return emulator

    def put(self, key, body):
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    def converted(self, function, key, body, status="success"):
        self.put(key, body)
        answer = function.invoke(created(key)).json()
        self.assertEqual(answer.get("status"), status, answer)
        return answer

    def table(self):
        return self.glue.get_table(DatabaseName="shop", Name="orders")["Table"]

    def columns(self):
        return [(column["Name"], column["Type"])
                for column in self.table()["StorageDescriptor"]["Columns"]]

    def partitions(self):
        found = self.glue.get_partitions(DatabaseName="shop", TableName="orders")["Partitions"]
        return {tuple(one["Values"]): one["StorageDescriptor"]["Location"] for one in found}

    def told(self):
        """What a reader of the topic gets: SNS's envelopes."""
        answer = self.moto.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        messages = answer.get("Messages", [])
        for message in messages:
            self.moto.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]

    def test_an_upload_becomes_a_table_and_a_partition_and_then_a_column_more(self):
        self.put("contracts/orders.yaml", CONTRACT)
        convert, catalog = self.start("convert"), self.start("catalog")
        receipt = self.converted(convert, DAY + "a.csv", b"Id,price\n1,2.50\n")["receipt"]
        answer = catalog.invoke(created(receipt)).json()
        [result] = answer["results"]
        self.assertEqual((answer["status"], result["table"], result["change"],
                          result["partitions_added"], result["findings"]),
                         ("success", "orders", "made", 1, []), answer)
        self.assertEqual(self.columns(), [("id", "bigint"), ("price", "decimal(18,2)")])
        table = self.table()
        self.assertEqual(table["StorageDescriptor"]["Location"], "s3://%s/silver/orders/" % BUCKET)
        self.assertEqual(table["StorageDescriptor"]["Columns"][0]["Comment"], "The order")
        self.assertEqual(table["PartitionKeys"][0]["Name"], "dt")
        self.assertEqual(table["Parameters"]["projection.dt.range"], "2020-01-01,NOW")
        where = "s3://%s/silver/orders/dt=%s/"
        self.assertEqual(self.partitions(), {("2026-01-02",): where % (BUCKET, "2026-01-02")})
        # A column that no contract names, in another partition; both events in one batch.
        more = self.converted(convert, "bronze/orders/dt=2026-01-03/b.csv",
                              b"Id,price,note\n2,3.00,x\n")["receipt"]
        answer = catalog.invoke(batch(created(more), created(receipt))).json()
        self.assertEqual(answer, {"batchItemFailures": []}, catalog.log())
        self.assertEqual(self.columns(), [("id", "bigint"), ("price", "decimal(18,2)"),
                                          ("note", "string")])
        self.assertEqual(set(self.partitions()), {("2026-01-02",), ("2026-01-03",)})
        # A field more in the contract; then nothing more to do.
        self.put("contracts/orders.yaml", CONTRACT.replace(b"version: 1", b"version: 2").replace(
            b"fields:", b"fields:\n    - {name: paid, type: boolean}"))
        convert, catalog = self.start("convert"), self.start("catalog")
        third = self.converted(convert, DAY + "c.csv", b"Id,price,paid\n2,3.00,true\n")["receipt"]
        [result] = catalog.invoke(created(third)).json()["results"]
        self.assertEqual((result["change"], result["columns_added"]), ("changed", ["paid"]))
        [result] = catalog.invoke(created(third)).json()["results"]
        self.assertEqual((result["change"], result["partitions_added"]), ("none", 0))

    def test_the_catalog_leaves_alone_what_is_none_of_its_own(self):
        catalog, convert = self.start("catalog"), self.start("convert")
        receipt = self.converted(convert, "bronze/free/a.csv", b"x\n1\n")["receipt"]
        for key in [receipt, "receipts/none/g.json", "silver/orders/a.parquet", "receipts/a.txt"]:
            answer = catalog.invoke(created(key)).json()
            self.assertEqual(answer["status"], "ignored", answer)
        answer = catalog.invoke(created(receipt, bucket="other")).json()
        self.assertEqual(answer["status"], "ignored", answer)
        failed = catalog.invoke({"no": "event"}).json()
        self.assertEqual(failed["errorType"], "Function.UnreadableEvent", failed)
        self.assertEqual(self.glue.get_tables(DatabaseName="shop")["TableList"], [])

    def test_a_database_that_is_missing_is_for_an_operator(self):
        self.put("contracts/orders.yaml", CONTRACT)
        receipt = self.converted(self.start("convert"), DAY + "a.csv", b"Id,price\n1,2.5\n")["receipt"]
        catalog = self.start("catalog", SILVERSMITH_DATABASE="none")
        failed = catalog.invoke(created(receipt)).json()
        self.assertEqual(failed["errorType"], "Function.Misconfigured", failed)
        self.assertIn("make the database", failed["errorMessage"])
        answer = catalog.invoke(batch(created(receipt), created("receipts/x.json"))).json()
        self.assertEqual(answer, {"batchItemFailures": [{"itemIdentifier": "m0"}]})

    def test_two_that_change_a_table_at_once_both_do(self):
        self.put("contracts/orders.yaml", CONTRACT)
        receipt = self.converted(self.start("convert"), DAY + "a.csv",
                                 b"Id,price,note\n1,2.5,x\n")["receipt"]
        glue = StrictGlue()
        self.addCleanup(glue.close)
        catalog = self.start("catalog", AWS_ENDPOINT_URL_GLUE=glue.endpoint)
        self.assertEqual(catalog.invoke(created(receipt)).json()["results"][0]["change"], "made")
        glue.table["StorageDescriptor"]["Columns"].pop()  # note, so that there is a change to make
        glue.calls.clear()
        [result] = catalog.invoke(created(receipt)).json()["results"]
        self.assertEqual((result["attempts"], result["columns_added"], result["partitions_added"]),
                         (2, ["note"], 0), result)
        self.assertEqual(glue.columns(), ["id", "price", "theirs", "note"])
        self.assertEqual(glue.calls, ["GetTable", "UpdateTable", "GetTable", "UpdateTable",
                                      "BatchCreatePartition"])

    def test_a_sweep_converts_what_events_lost_and_measures_it(self):
        self.put("bronze/lost.csv", b"x\n1\n2\n")
        sweep = self.start("sweep", SILVERSMITH_MIN_AGE="0")
        answer = sweep.invoke(SCHEDULED).json()
        self.assertEqual((answer["schema"], answer["counts"]["converted"], answer["reconciled"]),
                         ("silversmith.reconciliation/1", 1, True), answer)
        self.assertEqual(self.s3.head_object(Bucket=BUCKET, Key="silver/lost.parquet")
                         ["ResponseMetadata"]["HTTPStatusCode"], 200)
        again = sweep.invoke(SCHEDULED).json()
        self.assertEqual((again["counts"]["converted"], again["counts"]["duplicate"]), (0, 1))
        told = lines(sweep)
        swept = [line for line in told if "OldestUnprocessedSeconds" in line]
        self.assertEqual([line["SweptUnprocessedFiles"] for line in swept], [1, 0], told)
        [metric] = [line for line in told if "RowsRead" in line]
        self.assertEqual(metric["RowsRead"], 2)
        self.assertEqual([line["status"] for line in told if line.get("message") == "run"],
                         ["success"])
        self.assertEqual(len([line for line in told if line.get("message") == "sweep"]), 2)

    def test_a_sweeps_event_says_how_far_it_looks(self):
        self.put("bronze/a.csv", b"x\n1\n")
        self.put("bronze/b.csv", b"x\n1\n")
        sweep = self.start("sweep", SILVERSMITH_MIN_AGE="0")
        time.sleep(1.1)  # ages are whole seconds
        old = sweep.invoke({"max_age_seconds": 1}).json()
        self.assertEqual((old["counts"]["older"], old["counts"]["converted"]), (2, 0), old)
        behind = sweep.invoke({"max_age_seconds": 0, "after": "bronze/a.csv"}).json()
        self.assertEqual((behind["objects"], behind["counts"]["converted"]), (1, 1), behind)
        for wrong in [{"max_age_seconds": -1}, {"max_age_seconds": "1"}, {"after": "silver/a"}]:
            failed = sweep.invoke(wrong).json()
            self.assertEqual(failed["errorType"], "Function.UnreadableEvent", failed)

    def test_a_refused_file_is_told_to_the_topic(self):
        self.put("contracts/orders.yaml", CONTRACT)
        refused = self.converted(self.start("convert"), DAY + "a.csv",
                                 b"Id,price\nAlice,1\nBob,2\n", status="rejected")
        report = refused["quarantine"] + "rejected.json"
        notify = self.start("notify")
        answer = notify.invoke(created(report)).json()
        self.assertEqual((answer["status"], answer["results"][0]["told"]), ("success", "topic"))
        [message] = self.told()
        self.assertEqual(message["Subject"], "Refused: a.csv (limit-exceeded)")
        for text in [DAY + "a.csv", "Records set aside, by reason:\n  type-error: 2",
                     "s3://%s/%s" % (BUCKET, report), "Contract: orders version 1",
                     "silversmith quarantine show s3://%s '" % BUCKET]:
            self.assertIn(text.rstrip("'"), message["Message"], message["Message"])
        for value in ["Alice", "Bob"]:
            self.assertNotIn(value, json.dumps(message))
            self.assertNotIn(value, notify.log())
        # Told of its own message it says nothing to the topic, or it would do so for ever.
        record = {"EventSource": "aws:sns", "Sns": message}
        for event in [{"Records": [record]}, batch(message)]:
            notify.invoke(event)
        self.assertEqual(self.told(), [])
        answer = notify.invoke(batch(created(report), created("quarantine/none/g/rejected.json"),
                                     created("bronze/a.csv"), "nonsense")).json()
        self.assertEqual(answer, {"batchItemFailures": [{"itemIdentifier": "m3"}]})
        self.assertEqual(len(self.told()), 1)

    def test_an_alarm_and_a_refused_file_are_posted_to_the_webhook(self):
        posts = []
        status = [200]

        def take(_method, path, headers, body):
            posts.append((path, headers, json.loads(body)))
            return in_json(status[0], {})

        server = Server(take)
        self.addCleanup(server.close)
        front = TlsFront(server.url)
        self.addCleanup(front.close)
        secret = {"SILVERSMITH_WEBHOOK": front.endpoint + "/services/T0/SECRET?x=1",
                  "SILVERSMITH_TOPIC": None}
        notify = self.start("notify", AWS_CA_BUNDLE=front.authority, **secret)
        alarm = {"AlarmName": "csv-validator-errors", "NewStateValue": "ALARM",
                 "NewStateReason": "7 > 5"}
        event = {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(alarm)}}]}
        self.assertEqual(notify.invoke(event).json()["results"][0]["told"], "webhook")
        path, headers, body = posts.pop()
        self.assertEqual(path, "/services/T0/SECRET?x=1")
        self.assertTrue(body["text"].startswith("ALARM: csv-validator-errors\n"), body)
        self.assertEqual(body["notice"], {"kind": "alarm", "alarm": "csv-validator-errors",
                                          "state": "ALARM"})
        self.assertIsNone(headers["Authorization"])
        self.put("bronze/a.csv", b"")
        report = self.start("convert").invoke(created("bronze/a.csv")).json()["quarantine"]
        report += "rejected.json"
        notify.invoke(created(report))
        self.assertIn("bronze/a.csv was refused", posts.pop()[2]["text"])
        for status[0], error_type in [(404, "Function.Misconfigured"), (503, "Function.Transient")]:
            failed = notify.invoke(created(report)).json()
            self.assertEqual(failed["errorType"], error_type, failed)
            self.assertIn("the webhook answered %d" % status[0], failed["errorMessage"])
        stranger = self.start("notify", **secret)
        posts.clear()
        failed = stranger.invoke(created(report)).json()
        # The TLS library waits before it tells, up to the function's own time here.
        self.assertIn(failed["errorType"], ["Function.Misconfigured", "Function.Transient"], failed)
        self.assertEqual(posts, [])
        for log in [notify.log(), stranger.log(), json.dumps(failed)]:
            self.assertNotIn("SECRET", log)

    def test_with_both_the_topic_knows_that_the_webhook_has_it(self):
        posts = []
        server = Server(lambda *asked: in_json(200, posts.append(json.loads(asked[3])) or {}))
        self.addCleanup(server.close)
        front = TlsFront(server.url)
        self.addCleanup(front.close)
        notify = self.start("notify", AWS_CA_BUNDLE=front.authority,
                            SILVERSMITH_WEBHOOK=front.endpoint + "/hook")
        self.put("bronze/a.csv", b"")
        report = self.start("convert").invoke(created("bronze/a.csv")).json()["quarantine"]
        answer = notify.invoke(created(report + "rejected.json")).json()
        self.assertEqual(answer["results"][0]["told"], "webhook, topic")
        [message] = self.told()
        notify.invoke({"Records": [{"EventSource": "aws:sns", "Sns": message}]})
        self.assertEqual((len(posts), self.told()), (1, []))

    def test_a_webhook_that_fails_keeps_nothing_from_the_topic(self):
        posts = []
        status = [503]
        server = Server(lambda *asked: in_json(status[0], posts.append(json.loads(asked[3])) or {}))
        self.addCleanup(server.close)
        front = TlsFront(server.url)
        self.addCleanup(front.close)
        notify = self.start("notify", AWS_CA_BUNDLE=front.authority,
                            SILVERSMITH_WEBHOOK=front.endpoint + "/hook")
        self.put("bronze/a.csv", b"")
        report = self.start("convert").invoke(created("bronze/a.csv")).json()["quarantine"]
        event = batch(created(report + "rejected.json"))
        failed = {"batchItemFailures": [{"itemIdentifier": "m0"}]}
        self.assertEqual(notify.invoke(event).json(), failed)
        [message] = self.told()
        # It comes again, and brings the webhook what it lacks; what comes from the topic does not.
        posts.clear()
        notify.invoke({"Records": [{"EventSource": "aws:sns", "Sns": message}]})
        self.assertEqual(posts, [])
        self.assertEqual(notify.invoke(event).json(), failed)
        self.assertEqual(self.told(), [])
        status[0] = 200
        posts.clear()
        self.assertEqual(notify.invoke(event).json(), {"batchItemFailures": []})
        self.assertEqual((len(posts), self.told()), (1, []))
        self.assertEqual([line["told"] for line in lines(notify) if "told" in line],
                         ["topic", "webhook"])

    def test_says_why_it_could_not_begin(self):
        for handler, more, words in [
                ("index.handler", {}, ["index.handler", "convert, sweep, catalog or notify"]),
                ("sweep", {"SILVERSMITH_LAKE": None}, ["SILVERSMITH_LAKE"]),
                ("catalog", {"SILVERSMITH_DATABASE": None}, ["SILVERSMITH_DATABASE"]),
                ("notify", {"SILVERSMITH_TOPIC": None}, ["SILVERSMITH_TOPIC", "SILVERSMITH_WEBHOOK"]),
                ("notify", {"SILVERSMITH_TOPIC": "notices"}, ["ARN"]),
                ("notify", {"SILVERSMITH_WEBHOOK": "http://SECRET/"}, ["SILVERSMITH_WEBHOOK"])]:
            failed = self.start(handler, **more).invoke(SCHEDULED)
            self.assertEqual(failed.json()["errorType"], "Runtime.Misconfigured", failed)
            for word in words:
                self.assertIn(word, failed.json()["errorMessage"])
            self.assertNotIn("SECRET", failed.json()["errorMessage"])

    def test_bootstrap_is_what_it_was(self):
        function = self.start("bootstrap")
        self.converted(function, "bronze/a.csv", b"x\n1\n")


class SweepWithFaults(unittest.TestCase):
    def setUp(self):
        self.s3 = FakeS3()
        self.addCleanup(self.s3.close)
        self.s3.put("bronze/a.csv", b"x,y\n" + b"1,2\n" * 100_000)

    def sweep(self, timeout_seconds):
        emulator = Emulator(BOOTSTRAP, timeout_seconds, env={
            "SILVERSMITH_LAKE": "s3://lake", "AWS_ENDPOINT_URL_S3": self.s3.endpoint, "_HANDLER": "sweep",
            "AWS_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "SILVERSMITH_MIN_AGE": "0", **CREDENTIALS})
        self.addCleanup(emulator.close)
        return emulator

    def test_what_time_does_not_suffice_for_is_left_to_the_next(self):
        sweep = self.sweep(timeout_seconds=3)
        self.s3.fault(fault="slow_body", operation="GetObject", key="bronze/a.csv", amount=20_000,
                      times=0)
        answer = sweep.invoke(SCHEDULED).json()
        self.assertEqual((answer["counts"]["pending"], answer["reconciled"]), (1, False), answer)
        self.assertEqual(self.s3.keys("silver/"), [])
        self.s3.http("POST", "/_fake/reset")
        self.s3.put("bronze/a.csv", b"x\n1\n")
        self.assertEqual(sweep.invoke(SCHEDULED).json()["counts"]["converted"], 1)

    def test_the_next_sweep_goes_on_where_time_ended_the_last_one(self):
        sweep = self.sweep(timeout_seconds=3)
        self.s3.put("bronze/0.csv", b"x\n1\n")
        self.s3.put("bronze/z.csv", b"x\n1\n")
        self.s3.fault(fault="slow_body", operation="GetObject", key="bronze/a.csv", amount=20_000,
                      times=0)
        # The third passes a.csv over, which took all the time of the second and hardly less before.
        ends = [sweep.invoke(SCHEDULED).json() for _ in range(4)]
        self.assertEqual([end["after"] for end in ends],
                         ["", "bronze/0.csv", "bronze/0.csv", "bronze/a.csv"])
        self.assertEqual([end["complete"] for end in ends], [False, False, False, True])
        self.assertEqual([end["reconciled"] for end in ends], [False] * 4)
        self.assertTrue(self.s3.keys("silver/z"))
        told = lines(sweep)
        cut = [line["SweepsCutShort"] for line in told if "SweepsCutShort" in line]
        self.assertEqual(cut, [1, 1, 1, 0])
        self.assertEqual([line["after"] for line in told if line.get("message") == "sweep"],
                         [end["after"] for end in ends])
        self.s3.http("POST", "/_fake/reset")
        self.s3.put("bronze/a.csv", b"x\n1\n")
        self.s3.put("bronze/m.csv", b"x\n1\n")
        behind = sweep.invoke({"after": "bronze/b.csv"}).json()
        self.assertEqual((behind["after"], behind["counts"]["converted"]), ("bronze/b.csv", 1))
        around = sweep.invoke(SCHEDULED).json()
        self.assertEqual((around["after"], around["counts"]["converted"]), ("", 1))

    def test_a_listing_that_fails_is_a_failure(self):
        for action in ["s3:ListBucket", "s3:ListBucketVersions"]:
            self.s3.deny(action=action)
        failed = self.sweep(timeout_seconds=10).invoke(SCHEDULED).json()
        self.assertEqual(failed["errorType"], "Function.Misconfigured", failed)
        self.assertIn("s3:ListBucket", failed["errorMessage"])


if __name__ == "__main__":
    if not MOTO.exists():
        print("no %s: run tests/s3/setup" % MOTO, file=sys.stderr)
        sys.exit(1)
    require_emulator()
    unittest.main()
