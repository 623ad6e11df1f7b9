# SPDX-License-Identifier: Apache-2.0
"""backfill and sweep of a lake in S3: with versions and without, the requests that they cost, and
messages to a queue."""
import collections
import http.server
import json
import os
import threading
import unittest

from backfill_test import final, nonzero
from program import run_program
from fake import CREDENTIALS
from s3_lake import S3LakeTest


class FakeQueue:
    """As much of SQS as a sender sees: bodies that were sent, or an error for each."""

    def __init__(self):
        self.bodies = []
        self.answers = []  # of the next calls, (status, error's name)
        queue = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                fields = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, name = queue.answers.pop(0) if queue.answers else (200, None)
                if status == 200:
                    queue.bodies.append(json.loads(fields["MessageBody"]))
                answer = json.dumps({"__type": "com.amazonaws.sqs#" + name} if name else
                                    {"MessageId": "1"}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/123456789012/events" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class BackfillInS3(S3LakeTest):
    def reconcile(self, *arguments, command="backfill", lake="s3://lake"):
        return self.run_lake("--json", *arguments, command=(command,), lake=lake)

    def fill(self, count):
        for i in range(count):
            self.s3.put("bronze/%03d.csv" % i, b"x\n1\n")

    def asked_by(self, *arguments, **keywords):
        """The operations of one run, counted."""
        before = len(self.s3.requests())
        done = self.reconcile(*arguments, **keywords)
        self.assertEqual(done.status, 0, done)
        return done, collections.Counter(r["operation"] for r in self.s3.requests()[before:])

    def test_converts_what_is_missing_and_accounts_for_all(self):
        self.fill(12)
        self.s3.put("bronze/bad.csv", b"")
        self.s3.put("bronze/b c+d.csv", b"x\n1\n")
        done = self.reconcile()
        self.assertEqual(done.status, 0, done)
        self.assertEqual(nonzero(done), {"converted": 13, "rejected": 1})
        self.assertEqual(nonzero(self.reconcile()), {"duplicate": 13, "rejected": 1})
        self.s3.put("bronze/003.csv", b"x\n2\n")
        self.assertEqual(nonzero(self.reconcile("--min-age", 0, command="sweep")),
                         {"duplicate": 12, "converted": 1, "rejected": 1})

    def test_a_broken_contract_is_a_configuration_error_as_of_run(self):
        self.fill(2)
        self.s3.put("contracts/bad.yaml", b"name: [")
        before = len(self.s3.requests())
        for command in ("run", "backfill", "sweep"):
            extra = ["--min-age", 0] if command == "sweep" else []
            done = self.run_lake(*extra, command=(command,))
            self.assertEqual(done.status, 2, done)
            self.assertIn("contracts/bad.yaml", done.out + done.err)
        asked = self.s3.requests()[before:]
        self.assertFalse([r for r in asked if r["operation"] == "PutObject"])

    def test_many_small_objects_are_not_bound_by_one_requests_way(self):
        self.fill(24)
        self.s3.fault(fault="delay", times=0, amount=30000)
        alone = final(self.reconcile("--concurrency", 1, "--memory", "1GiB"))
        self.assertEqual(alone["counts"]["converted"], 24)
        self.s3.http("POST", "/_fake/reset", b"")
        self.fill(24)
        self.s3.fault(fault="delay", times=0, amount=30000)
        done = self.reconcile("--concurrency", 8, "--memory", "1GiB")
        self.assertEqual(nonzero(done), {"converted": 24})
        self.assertLess(final(done)["duration_ms"] * 2, alone["duration_ms"])

    def test_what_needs_more_than_its_share_is_done_alone(self):
        self.fill(9)
        columns = range(1000)
        wide = ",".join("c%d" % i for i in columns) + "\n" + ",".join(map(str, columns)) + "\n"
        for key in ("bronze/0000.csv", "bronze/zzz.csv"):
            self.s3.put(key, wide.encode())
        done = self.reconcile("--concurrency", 4, "--memory", "256MiB")
        self.assertEqual((done.status, nonzero(done)), (0, {"converted": 11}), done)
        self.assertEqual(done.err, "")
        # Alone it is too much as well.
        self.s3.put("bronze/0000.csv", wide.encode() + wide.encode())
        done = self.reconcile("--concurrency", 2, "--memory", "96MiB")
        self.assertEqual((done.status, nonzero(done)), (2, {"duplicate": 10, "error": 1}), done)
        self.assertIn("1000 columns need at least", done.out)
        self.assertNotIn("a lower --concurrency", done.out)

    def test_parts_that_may_not_be_removed_are_told_of_by_those_that_work(self):
        cells = os.urandom(40_000_000).hex()
        rows = (cells[at:at + 1000] for at in range(0, len(cells), 1000))
        self.s3.put("bronze/a.csv", ("x\n" + "\n".join(rows) + "\n").encode())
        self.s3.deny(action="s3:AbortMultipartUpload", prefix="silver/")
        self.s3.fault(fault="conflict", operation="CompleteMultipartUpload", times=0)
        done = self.reconcile("--concurrency", 2)
        self.assertEqual(nonzero(done), {"error": 1}, done)
        self.assertEqual(done.err.count("the parts of an unfinished upload stay"), 1, done.err)
        self.assertIn("s3:AbortMultipartUpload", done.err)

    def test_a_little_memory_means_fewer_at_a_time_and_no_error(self):
        self.fill(3)
        self.assertEqual(nonzero(self.reconcile("--memory", "64MiB")), {"converted": 3})

    def test_an_object_that_is_done_costs_one_head_and_with_its_receipt_two(self):
        self.fill(50)
        self.reconcile()
        _, swept = self.asked_by("--min-age", 0, command="sweep")
        self.assertEqual(swept, {"ListObjectVersions": 1, "HeadObject": 50})
        _, filled = self.asked_by()
        self.assertEqual(filled, {"ListObjectVersions": 1, "HeadObject": 100})

    def test_an_object_that_is_converted_costs_one_head_more_than_a_run(self):
        self.fill(10)
        _, swept = self.asked_by("--min-age", 0, command="sweep")
        # The listing of versions is asked once, that of contracts by the one that looks and by each
        # of the four that work; the others look for a refusal.
        self.assertEqual(swept.pop("ListObjectVersions"), 1)
        self.assertIn(swept.pop("ListObjectsV2") - 10, range(2, 6))
        self.assertEqual(sum(swept.values()), 6 * 10, swept)
        self.s3.http("POST", "/_fake/reset", b"")
        self.fill(10)
        _, ran = self.asked_by(command="run")
        self.assertEqual(swept["HeadObject"] - ran["HeadObject"], 10)
        self.assertEqual(sum(ran.values()) - 2, 6 * 10, ran)

    def test_a_refusal_that_stands_costs_no_read_of_the_file(self):
        self.s3.put("bronze/bad.csv", b"")
        self.reconcile()
        before = len(self.s3.requests())
        done, asked = self.asked_by("--min-age", 0, command="sweep")
        self.assertEqual(nonzero(done), {"rejected": 1})
        self.assertFalse([r for r in self.s3.requests()[before:] if r["key"].startswith("bronze/")])
        # Of the lake the versions and the contracts; of the object silver, the report's folder and
        # the report.
        self.assertEqual(sum(asked.values()) - 2, 3, asked)

    def test_what_is_young_is_left_and_not_looked_at(self):
        self.fill(3)
        done, asked = self.asked_by(command="sweep")
        self.assertEqual(nonzero(done), {"resting": 3})
        self.assertEqual(asked, {"ListObjectVersions": 1})

    def test_without_the_right_to_list_versions_each_costs_a_head_more(self):
        self.fill(5)
        self.reconcile()
        self.s3.deny(action="s3:ListBucketVersions")
        done, asked = self.asked_by("--min-age", 0, command="sweep")
        self.assertEqual(nonzero(done), {"duplicate": 5})
        self.assertIn("s3:ListBucketVersions", done.err)
        self.assertEqual(asked["HeadObject"], 10)

    def test_a_lake_below_a_prefix(self):
        self.s3.put("team-a/bronze/a.csv", b"x\n1\n")
        self.s3.put("bronze/outside.csv", b"x\n1\n")
        done = self.reconcile(lake="s3://lake/team-a")
        self.assertEqual(nonzero(done), {"converted": 1})
        self.assertEqual(final(done)["last_key"], "team-a/bronze/a.csv")

    def test_passing_trouble_passes(self):
        self.fill(10)
        self.s3.fault(fault="slow_down", times=5)
        self.s3.fault(fault="drop_after", operation="PutObject", key="silver/*", times=2)
        done = self.reconcile()
        self.assertEqual((done.status, nonzero(done)), (0, {"converted": 10}), done)
        self.s3.fault(fault="internal_error", operation="HeadObject", key="silver/004*", times=0)
        done = self.reconcile()
        self.assertEqual((done.status, nonzero(done)), (75, {"duplicate": 9, "error": 1}), done)

    def test_a_denied_bucket_is_named(self):
        self.s3.deny(action="s3:ListBucket")
        self.s3.deny(action="s3:ListBucketVersions")
        done = self.reconcile()
        self.assertEqual(done.status, 3, done)
        self.assertIn("s3:ListBucket", done.err)
        self.assertFalse(final(done)["complete"])
        self.assertEqual(final(done)["error"]["code"], "denied")


class BackfillOfVersions(BackfillInS3):
    """The same in a bucket that keeps versions, where listings name them."""
    SERVER_OPTIONS = ("--versioned",)

    def test_the_newest_version_counts_and_a_delete_marker_is_no_object(self):
        self.fill(2)
        self.reconcile()
        self.s3.put("bronze/000.csv", b"x\n1\n")  # the same bytes, another version
        self.s3.http("DELETE", "/lake/bronze/001.csv")
        done = self.reconcile("--min-age", 0, command="sweep")
        self.assertEqual(nonzero(done), {"converted": 1})
        self.assertEqual(nonzero(self.reconcile()), {"duplicate": 1})


class BackfillToAQueue(S3LakeTest):
    def setUp(self):
        super().setUp()
        self.queue = FakeQueue()
        self.addCleanup(self.queue.close)

    def send(self, *arguments, lake="s3://lake"):
        env = {**CREDENTIALS, "AWS_ENDPOINT_URL_S3": self.s3.endpoint, "AWS_REGION": "us-east-1"}
        return run_program("backfill", lake, "--json", "--queue", self.queue.url, *arguments,
                           env=env)

    def test_one_message_each_of_our_own_envelope(self):
        self.s3.put("bronze/a.csv", b"x\n1\n")
        self.assertEqual(self.run_lake().status, 0)
        self.s3.put("bronze/bad.csv", b"")
        self.assertEqual(self.run_lake().status, 1)
        self.s3.put("bronze/b c+d.csv", b"x\n1\n")
        self.s3.put("bronze/c.csv", b"x\n1\n")
        done = self.send()
        self.assertEqual(done.status, 0, done)
        self.assertEqual(nonzero(done), {"duplicate": 1, "rejected": 1, "queued": 2})
        self.assertFalse(final(done)["reconciled"])
        bodies = sorted(self.queue.bodies, key=lambda body: body["key"])
        self.assertEqual(bodies, [{"bucket": "lake", "key": "bronze/b c+d.csv"},
                                  {"bucket": "lake", "key": "bronze/c.csv"}])
        self.assertIsNone(self.silver("c.parquet"))
        # Whoever takes such a message converts the object.
        taken = run_program("invoke", "s3://lake", "--endpoint-url", self.s3.endpoint,
                            stdin=json.dumps(bodies[1]).encode(), env=CREDENTIALS)
        self.assertEqual(json.loads(taken.out)["status"], "success", taken)

    def test_keys_are_whole_below_a_prefix(self):
        self.s3.put("team-a/bronze/a.csv", b"x\n1\n")
        self.send(lake="s3://lake/team-a")
        self.assertEqual(self.queue.bodies, [{"bucket": "lake", "key": "team-a/bronze/a.csv"}])

    def test_a_throttled_queue_is_asked_again(self):
        self.s3.put("bronze/a.csv", b"x\n1\n")
        self.queue.answers = [(400, "RequestThrottled"), (503, "ServiceUnavailable")]
        done = self.send()
        self.assertEqual((done.status, nonzero(done)), (0, {"queued": 1}), done)

    def test_a_queue_that_is_not_ours_ends_it(self):
        for i in range(5):
            self.s3.put("bronze/%d.csv" % i, b"x\n1\n")
        self.queue.answers = [(400, "QueueDoesNotExist")] * 5
        done = self.send()
        self.assertEqual(done.status, 3, done)
        self.assertEqual(nonzero(done), {"pending": 5})
        self.assertIn("see the queue's URL", done.err)

    def test_reprocess_can_not_be_asked_of_others(self):
        done = self.send("--reprocess")
        self.assertEqual(done.status, 2, done)


if __name__ == "__main__":
    unittest.main()
