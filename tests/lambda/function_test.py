# SPDX-License-Identifier: Apache-2.0
"""The real bootstrap as a function: under AWS's own emulator, with a lake in our own S3."""
import gzip
import io
import json
import os
import pathlib
import tempfile
import threading
import time
import unittest

from emulator import Emulator, require_emulator, resident_bytes
from fake import CREDENTIALS, FakeS3

BOOTSTRAP = os.environ.get("SILVERSMITH_BOOTSTRAP", "build/release/bin/bootstrap")
# A sanitizer keeps freed memory for a while.
SANITIZED = os.environ.get("SILVERSMITH_SANITIZED") == "1"
MIB = 1 << 20


def eventbridge(key, bucket="lake"):
    return {"version": "0", "id": "1", "detail-type": "Object Created", "source": "aws.s3",
            "region": "eu-west-1", "resources": ["arn:aws:s3:::" + bucket],
            "detail": {"version": "0", "bucket": {"name": bucket},
                       "object": {"key": key, "size": 1, "etag": "0", "sequencer": "01"},
                       "reason": "PutObject"}}


def batch(*bodies):
    return {"Records": [{"messageId": "m%d" % i, "eventSource": "aws:sqs", "receiptHandle": "r",
                         "body": json.dumps(body)} for i, body in enumerate(bodies)]}


class Function(unittest.TestCase):
    def setUp(self):
        self.s3 = FakeS3()
        self.addCleanup(self.s3.close)

    def start(self, timeout_seconds=30, **variables):
        names = {"SILVERSMITH_LAKE": "s3://lake", "AWS_ENDPOINT_URL_S3": self.s3.endpoint,
                 "AWS_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
                 "AWS_LAMBDA_FUNCTION_NAME": "csv-validator", **CREDENTIALS, **variables}
        names = {name: value for name, value in names.items() if value is not None}
        emulator = Emulator(BOOTSTRAP, timeout_seconds=timeout_seconds, env=names)
        self.addCleanup(emulator.close)
        return emulator

    def assert_status(self, answer, status):
        self.assertEqual(answer.json().get("status"), status, answer)
        return answer.json()

    def assert_failed(self, answer, error_type, *words):
        self.assertEqual(answer.json().get("errorType"), error_type, answer)
        for text in words:
            self.assertIn(text, answer.json()["errorMessage"])

    def lines(self, emulator):
        """What the function wrote itself: each line whole, as JSON."""
        return [json.loads(line) for line in emulator.log().splitlines() if line.startswith("{")]

    def test_a_cold_and_a_warm_invocation(self):
        self.s3.put("bronze/orders/a b+c.csv", b"x,y\n1,2\n3,4\n")
        emulator = self.start()
        first = self.assert_status(emulator.invoke(eventbridge("bronze/orders/a b+c.csv")), "success")
        self.assertEqual((first["rows"], first["output"], first["bucket"]),
                         (2, "silver/orders/a b+c.parquet", "lake"))
        self.assertEqual(self.s3.get(first["output"])[-4:], b"PAR1")
        self.assertIsNotNone(self.s3.get(first["receipt"]))
        again = self.assert_status(emulator.invoke(eventbridge("bronze/orders/a b+c.csv")),
                                   "duplicate")
        self.assertEqual(again["run_id"], first["run_id"])  # the same process
        lines = self.lines(emulator)
        metrics = [line for line in lines if "_aws" in line]
        runs = [line for line in lines if line.get("message") == "run"]
        self.assertEqual([line["RowsRead"] for line in metrics if "RowsRead" in line], [2])
        self.assertEqual({line["Pipeline"] for line in metrics}, {"csv-validator"})
        self.assertEqual([line["status"] for line in runs], ["success", "duplicate"])
        for line in lines:
            self.assertEqual(line["level"], "info", line)
            self.assertRegex(line["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(len({line["request_id"] for line in runs}), 2)

    def test_each_envelope_reaches_the_object(self):
        emulator = self.start()
        own = {"bucket": "lake", "key": "bronze/a.csv"}
        record = {"eventVersion": "2.5", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
                  "s3": {"bucket": {"name": "lake"}, "object": {"key": "bronze/a.csv", "size": 1}}}
        sns = {"Records": [{"EventSource": "aws:sns",
                            "Sns": {"Message": json.dumps({"Records": [record]})}}]}
        for event in [own, {"Records": [record]}, sns, eventbridge("bronze/a.csv")]:
            self.s3.put("bronze/a.csv", ("x\n%s\n" % time.monotonic_ns()).encode())
            self.assert_status(emulator.invoke(event), "success")
        test = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "lake"}
        self.assert_status(emulator.invoke(test), "ignored")
        self.assert_status(emulator.invoke(eventbridge("silver/a.parquet")), "ignored")
        self.assert_status(emulator.invoke(eventbridge("bronze/a.csv", bucket="other")), "ignored")
        tasks = {"invocationSchemaVersion": "1.0", "invocationId": "i", "job": {"id": "j"},
                 "tasks": [{"taskId": "t", "s3Key": "bronze/a.csv", "s3VersionId": None,
                            "s3BucketArn": "arn:aws:s3:::lake"}]}
        answer = emulator.invoke(tasks).json()
        self.assertEqual(answer["results"][0]["resultCode"], "Succeeded", answer)

    def test_without_a_lake_the_events_own_bucket_is_one(self):
        self.s3.put("bronze/a.csv", b"x\n1\n")
        emulator = self.start(SILVERSMITH_LAKE=None)
        self.assert_status(emulator.invoke(eventbridge("bronze/a.csv")), "success")
        self.assertIsNotNone(self.s3.get("silver/a.parquet"))
        self.assert_failed(emulator.invoke(eventbridge("bronze/a.csv", bucket="other")),
                           "Function.Misconfigured", "NoSuchBucket")
        self.assert_status(emulator.invoke(eventbridge("bronze/a.csv")), "duplicate")

    def test_a_lake_below_a_prefix(self):
        self.s3.put("team/bronze/a.csv", b"x\n1\n")
        emulator = self.start(SILVERSMITH_LAKE="s3://lake/team")
        result = self.assert_status(emulator.invoke(eventbridge("team/bronze/a.csv")), "success")
        self.assertEqual((result["key"], result["output"]),
                         ("team/bronze/a.csv", "team/silver/a.parquet"))
        self.assertIsNotNone(self.s3.get("team/silver/a.parquet"))
        self.assert_status(emulator.invoke(eventbridge("bronze/a.csv")), "ignored")
        self.assert_status(emulator.invoke(eventbridge("team/silver/a.parquet")), "ignored")

    def test_bad_data_is_no_failure_of_the_function(self):
        self.s3.put("bronze/a.csv", b"")
        emulator = self.start()
        result = self.assert_status(emulator.invoke(eventbridge("bronze/a.csv")), "rejected")
        report = json.loads(self.s3.get(result["quarantine"] + "rejected.json"))
        self.assertEqual(report["account"]["key"], "bronze/a.csv", report)
        self.assertIsNone(self.s3.get("silver/a.parquet"))

    def test_bad_payloads_fail_and_harm_nothing(self):
        self.s3.put("bronze/a.csv", b"x\n1\n")
        emulator = self.start()
        for payload in [b"", b"not json", b"{", b"\x00\xff\xfe\r\n\r\n", b"[" * 100_000, b"null",
                        b"[]", b"{}", b'{"Records":[{"s3":7}]}', b"x" * 5_000_000]:
            self.assert_failed(emulator.invoke(payload), "Function.UnreadableEvent")
        self.assert_status(emulator.invoke(eventbridge("bronze/a.csv")), "success")

    def test_of_a_batch_only_what_failed_comes_again(self):
        for name in "abc":
            self.s3.put("bronze/%s.csv" % name, b"x\n1\n")
        self.s3.put("bronze/empty.csv", b"")
        self.s3.fault(fault="slow_down", key="silver/b.parquet", times=0)
        emulator = self.start(timeout_seconds=60)
        events = [eventbridge("bronze/%s.csv" % name) for name in ["a", "b", "c", "empty"]]
        answer = emulator.invoke(batch(*events, {"no": "event"}, events[0]))
        self.assertEqual(answer.json(), {"batchItemFailures": [
            {"itemIdentifier": "m1"}, {"itemIdentifier": "m4"}]}, answer)
        self.assertIsNotNone(self.s3.get("silver/c.parquet"))
        runs = [line["key"] for line in self.lines(emulator) if line.get("message") == "run"]
        self.assertEqual(runs.count("bronze/a.csv"), 1, "the second event about it was no run")

    def test_stops_before_the_deadline_and_leaves_nothing_half_done(self):
        self.s3.put("bronze/a.csv", b"x,y\n" + b"1,2\n" * 100_000)
        emulator = self.start(timeout_seconds=3)
        self.assert_status(emulator.invoke(eventbridge("bronze/none.csv")), "ignored")
        self.s3.fault(fault="slow_body", operation="GetObject", key="bronze/a.csv", amount=20_000,
                      times=0)
        begun = time.monotonic()
        answer = emulator.invoke(eventbridge("bronze/a.csv"))
        self.assert_failed(answer, "Function.Transient")
        self.assertLess(time.monotonic() - begun, 3)
        self.assertEqual(self.s3.keys("silver/") + self.s3.keys("quarantine/"), [])
        self.s3.http("POST", "/_fake/reset")
        self.s3.put("bronze/a.csv", b"x,y\n" + b"1,2\n" * 100_000)
        result = self.assert_status(emulator.invoke(eventbridge("bronze/a.csv")), "success")
        self.assertEqual(result["rows"], 100_000)
        self.assertNotIn("Task timed out", emulator.log())

    def test_nothing_is_begun_without_time_for_it(self):
        for i in range(3):
            self.s3.put("bronze/%d.csv" % i, b"x\n1\n")
        self.s3.fault(fault="delay", operation="PutObject", key="silver/0.parquet",
                      amount=1_500_000, times=0)
        emulator = self.start(timeout_seconds=2)
        answer = emulator.invoke(batch(*[eventbridge("bronze/%d.csv" % i) for i in range(3)]))
        failed = [item["itemIdentifier"] for item in answer.json()["batchItemFailures"]]
        self.assertEqual(failed[-2:], ["m1", "m2"], answer)
        self.assertIsNone(self.s3.get("silver/1.parquet"))

    def test_a_missing_right_is_named(self):
        self.s3.put("bronze/a.csv", b"x\n1\n")
        self.s3.deny(action="s3:PutObject", prefix="silver/")
        emulator = self.start()
        self.assert_failed(emulator.invoke(eventbridge("bronze/a.csv")), "Function.Misconfigured",
                           "s3:PutObject", "silver/a.parquet")

    def test_says_why_it_could_not_begin(self):
        for lake in ["/no/such/folder", "s3://"]:
            failed = self.start(SILVERSMITH_LAKE=lake).invoke(eventbridge("bronze/a.csv"))
            self.assertEqual(failed.status, 502, failed)
            self.assert_failed(failed, "Runtime.Misconfigured", lake)

    def test_settings_that_are_wrong_are_said_in_the_log(self):
        emulator = self.start(SILVERSMITH_MEMORY="much")
        self.assertEqual(emulator.invoke(eventbridge("bronze/a.csv")).status, 502)
        self.assertIn("much", emulator.log())

    def test_contracts_that_came_with_the_code_hold(self):
        with tempfile.TemporaryDirectory() as root:
            folder = pathlib.Path(root, "contracts")
            folder.mkdir()
            (folder / "a.yaml").write_text(
                "name: a\nsilver:contract:\n  version: 3\n  match: [\"bronze/a/**\"]\n"
                "schema:\n  fields:\n    - {name: x, type: string}\n")
            self.s3.put("bronze/a/1.csv", b"x\n1\n")
            self.s3.put("contracts/b.yaml", b"not: a contract\n")  # nobody looks there now
            emulator = self.start(LAMBDA_TASK_ROOT=root)
            result = self.assert_status(emulator.invoke(eventbridge("bronze/a/1.csv")), "success")
            self.assertEqual((result["contract"], result["contract_version"]), ("a", 3))

    def test_lines_keep_the_level_that_the_function_is_set_to(self):
        self.s3.put("bronze/a.csv", b"x\n1\n")
        emulator = self.start(AWS_LAMBDA_LOG_LEVEL="WARN", AWS_LAMBDA_LOG_FORMAT="JSON")
        self.assert_status(emulator.invoke(eventbridge("bronze/a.csv")), "success")
        lines = self.lines(emulator)
        self.assertEqual(["_aws" in line for line in lines], [True], lines)
        self.assertEqual(lines[0]["level"], "warn")

    def test_no_cell_is_told_but_in_the_lake(self):
        """Whatever is wrong with a file, its cells are in silver and quarantine alone: not in the
        log, not in the answer, not in metrics, not in the receipt's name."""
        self.s3.put("contracts/a.yaml", b"name: a\n\"silver:contract\": {version: 1, match: "
                    b"\"bronze/a/**\"}\nschema:\n  fields:\n"
                    b"    - {name: id, type: integer, constraints: {required: true}}\n"
                    b"    - {name: day, type: date}\n    - {name: note, type: string}\n"
                    b"\"silver:policy\": {limits: {ratioAfterRows: 5}}\n")
        cell = b"HUSH-4711"
        good = b"1,2024-01-31,hush\n" * 9
        files = {"type": good + cell + b",2024-01-31,x\n", "null": good + b",2024-01-31," + cell,
                 "date": good + b"1," + cell + b",x\n", "extra": good + b"1,2024-01-31,x," + cell,
                 "missing": good + cell + b"\n", "quote": good + b'1,2024-01-31,"x"' + cell + b"\n",
                 "open": good + b'1,2024-01-31,"' + cell, "bytes": good + b"1,\xff," + cell + b"\n",
                 "nul": good + b"1,\0," + cell + b"\n", "all": (cell + b",x,y\n") * 20,
                 "good": good + b"2,2024-01-31," + cell + b"\n"}
        emulator, statuses, told = self.start(AWS_LAMBDA_LOG_LEVEL="DEBUG"), set(), ""
        for name, rows in files.items():
            for folder in ("a", "free"):  # with a contract, and without one
                key = "bronze/%s/%s.csv" % (folder, name)
                self.s3.put(key, b"id,day,note\n" + rows)
                answer = emulator.invoke(eventbridge(key))
                statuses.add(answer.json().get("status"))
                told += answer.bytes.decode()
        told += emulator.log()
        self.assertLessEqual({"success", "success_with_rejects", "rejected"}, statuses)
        self.assertNotIn("HUSH", told)
        kept = [request["key"] for request in self.s3.requests()
                if request["operation"] == "PutObject"]
        self.assertNotIn("HUSH", "".join(kept))
        self.assertTrue(any(cell in self.s3.get(key) for key in kept
                            if key.startswith("quarantine/")), "it is kept for the data's owner")

    def test_a_file_that_inflates_hundreds_of_times_stays_within_the_memory(self):
        for name, block, blocks in (("one-cell", b"a" * MIB, 160),
                                    ("rows", b"1,2\n" * (MIB // 4), 20)):
            packed = io.BytesIO()
            with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6) as out:
                out.write(b"x,y\n")
                for _ in range(blocks):
                    out.write(block)
            self.assertLess(len(packed.getvalue()), blocks * MIB // 200)
            self.s3.put("bronze/%s.csv.gz" % name, packed.getvalue())
            emulator = self.start(timeout_seconds=60, AWS_LAMBDA_FUNCTION_MEMORY_SIZE="128")
            answer = emulator.invoke(eventbridge("bronze/%s.csv.gz" % name)).json()
            self.assertIn(answer["status"], ["success", "success_with_rejects", "rejected"], answer)
            if not SANITIZED:
                self.assertLess(answer["memory_peak_bytes"], 128 * MIB)

    def test_does_not_grow_over_1000_invocations(self):
        for i in range(20):
            self.s3.put("bronze/%d.csv" % i, b"x,y\n" + b"1,2\n" * 1_000)
        emulator = self.start()

        def converge(i):
            if i % 10 == 0:  # a new version, else a duplicate
                self.s3.put("bronze/%d.csv" % (i % 20), b"x,y\n" + b"%d,2\n" % i * 1_000)
            answer = emulator.invoke(eventbridge("bronze/%d.csv" % (i % 20))).json()
            self.assertIn(answer["status"], ["success", "duplicate"])

        for i in range(200):
            converge(i)
        before = resident_bytes(emulator.function().name)
        begun = time.monotonic()
        for i in range(200, 1200):
            converge(i)
        seconds = time.monotonic() - begun
        after = resident_bytes(emulator.function().name)
        print("1000 invocations, a tenth of them conversions, in %.2f s; resident %d kB, then %d kB"
              % (seconds, before // 1024, after // 1024), flush=True)
        if not SANITIZED:
            self.assertLess(after - before, MIB)

    def test_ends_in_good_order_at_sigterm(self):
        self.s3.put("bronze/a.csv", b"x\n1\n")
        emulator = self.start()
        self.assert_status(emulator.invoke(eventbridge("bronze/a.csv")), "success")
        log = emulator.terminate()
        self.assertNotIn("signal: killed", log)
        self.assertNotIn("\"level\":\"error\"", log)

    def test_two_functions_told_of_the_same_upload_make_one_silver(self):
        self.s3.put("bronze/a.csv", b"x,y\n" + b"1,2\n" * 200_000)
        emulators = [self.start(), self.start()]
        answers = []
        threads = [threading.Thread(target=lambda one=one: answers.append(
            one.invoke(eventbridge("bronze/a.csv")).json())) for one in emulators]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        statuses = [answer["status"] for answer in answers]
        self.assertTrue(set(statuses) <= {"success", "duplicate"}, statuses)
        self.assertEqual(len({answer["output"] for answer in answers}), 1)
        good = [request for request in self.s3.requests()
                if request["operation"] == "PutObject" and request["key"].startswith("silver/")
                and request["status"] == 200]
        self.assertEqual(len(good), 1, "silver was written once")


if __name__ == "__main__":
    require_emulator()
    unittest.main()
