# SPDX-License-Identifier: Apache-2.0
"""A lake in S3, as its user runs it, against the S3 of our own tests over HTTP."""
import os
import signal
import socket
import subprocess
import unittest

from fake import CREDENTIALS
from program import PROGRAM, environment
from s3_lake import S3LakeTest

CSV = b"order_id,customer_id,amount\n1,2,3.5\n2,3,4\n"


class LakeInS3(S3LakeTest):
    def test_objects_become_silver_once(self):
        self.s3.put("bronze/orders/a.csv", CSV)
        self.s3.put("bronze/b c+d.csv", b"x\n1\n")
        done = self.run_lake("--json")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(self.statuses(done),
                         {"bronze/b c+d.csv": "success", "bronze/orders/a.csv": "success"})
        self.assertEqual(self.silver("orders/a.parquet")[-4:], b"PAR1")
        self.assertEqual(self.silver("b c+d.parquet")[-4:], b"PAR1")
        again = self.run_lake("--json")
        self.assertEqual(set(self.statuses(again).values()), {"duplicate"})

    def test_a_corrected_upload_supersedes(self):
        self.s3.put("bronze/a.csv", b"x\n1\n")
        self.assertEqual(self.run_lake().status, 0)
        before = self.silver("a.parquet")
        self.s3.put("bronze/a.csv", b"x\n2\n")
        self.assertEqual(self.statuses(self.run_lake("--json")), {"bronze/a.csv": "success"})
        self.assertNotEqual(self.silver("a.parquet"), before)
        listed = self.run_lake(command=["runs", "ls"])
        self.assertIn("superseded", listed.out)

    def test_a_lost_answer_to_the_commit_is_found_out(self):
        self.s3.put("bronze/a.csv", CSV)
        self.s3.fault(fault="drop_after", operation="PutObject", key="silver/*")
        done = self.run_lake("--json")
        self.assertEqual(self.statuses(done), {"bronze/a.csv": "success"}, done)
        self.assertEqual(self.statuses(self.run_lake("--json")), {"bronze/a.csv": "duplicate"})

    def test_passing_trouble_passes(self):
        self.s3.put("bronze/a.csv", CSV)
        self.s3.fault(fault="slow_down", times=3)
        self.s3.fault(fault="drop_before", operation="GetObject", times=1)
        self.assertEqual(self.run_lake().status, 0)

    def test_a_bad_file_is_refused_and_good_silver_stays(self):
        self.s3.put("bronze/a.csv", b"x\n1\n")
        self.assertEqual(self.run_lake().status, 0)
        before = self.silver("a.parquet")
        self.s3.put("bronze/a.csv", b"")
        done = self.run_lake("--json")
        self.assertEqual((done.status, self.statuses(done)), (1, {"bronze/a.csv": "rejected"}))
        self.assertEqual(self.silver("a.parquet"), before)

    def assert_receipt_follows(self, failed, status, code):
        """Silver stands and says so; the next run only makes the receipt."""
        self.assertEqual(failed.status, status, failed)
        error = failed.json()["error"]
        self.assertEqual(error["code"], code, failed)
        self.assertIn("silver is committed, its receipt is not", error["message"])
        self.assertIn("makes the receipt", error["hint"])
        before = self.silver("a.parquet")
        self.assertEqual(before[-4:], b"PAR1")
        self.s3.http("DELETE", "/_fake/faults")
        self.s3.http("DELETE", "/_fake/deny")
        again = self.run_lake("--json")
        self.assertEqual((again.status, again.json()["status"]), (0, "duplicate"), again)
        self.assertEqual(self.silver("a.parquet"), before)
        self.assertIsNotNone(self.s3.get(again.json()["receipt"]))

    def test_a_receipt_that_passing_trouble_stops_is_made_by_the_next_run(self):
        self.s3.put("bronze/a.csv", CSV)
        self.s3.fault(fault="internal_error", operation="PutObject", key="receipts/*", times=0)
        self.assert_receipt_follows(self.run_lake("--json"), 75, "busy")

    def test_a_receipt_that_is_denied_is_made_when_the_right_is_there(self):
        self.s3.put("bronze/a.csv", CSV)
        self.s3.deny(action="s3:PutObject", prefix="receipts/")
        failed = self.run_lake("--json")
        self.assertIn("s3:PutObject", failed.out)
        self.assert_receipt_follows(failed, 3, "denied")

    def test_nobody_there_is_told_with_the_address(self):
        self.s3.process.kill()
        self.s3.process.wait()
        done = self.run_lake()
        self.assertEqual(done.status, 75, done)
        self.assertIn(self.s3.endpoint, done.err)

    def test_a_bucket_that_is_not_there_is_the_operators(self):
        done = self.run_lake(lake="s3://other")
        self.assertNotEqual(done.status, 0)
        self.assertIn("NoSuchBucket", done.err)

    def test_too_little_memory_is_told_in_terms_of_what_was_given(self):
        self.s3.put("bronze/a.csv", CSV)
        for given in ("16MiB", "40MiB"):
            done = self.run_lake("--memory", given)
            self.assertEqual(done.status, 2, done)
            self.assertIn("--memory is %s, and 3 columns need at least " % given, done.out)
            self.assertIn("of it for the network", done.out)
        named = done.out.split("need at least ")[1].split(",")[0]
        self.assertEqual(self.run_lake("--memory", named).status, 0)


class StoppedWhileItWaits(unittest.TestCase):
    """What stands in front of the work is stopped too, and has the signal's exit status."""

    def setUp(self):
        self.silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.silent.close)
        self.address = "http://127.0.0.1:%d" % self.silent.getsockname()[1]

    def assert_stopped(self, command, variables):
        for number, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            process = subprocess.Popen(
                [os.path.abspath(PROGRAM), command, "s3://lake", "--endpoint-url", self.address],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment(variables))
            self.addCleanup(process.kill)
            asked, _ = self.silent.accept()
            self.assertTrue(asked.recv(1))
            process.send_signal(number)
            told = process.communicate(timeout=30)[1]
            self.assertEqual(process.returncode, status, (command, told))
            asked.close()

    def test_by_a_listing(self):
        for command in ("run", "sweep", "backfill"):
            self.assert_stopped(command, CREDENTIALS)

    def test_by_credentials(self):
        self.assert_stopped("run", {"AWS_REGION": "eu-central-1",
                                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.address + "/c"})


if __name__ == "__main__":
    unittest.main()
