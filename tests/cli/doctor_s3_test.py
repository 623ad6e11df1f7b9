# SPDX-License-Identifier: Apache-2.0
"""doctor on a bucket of our own S3, as good as AWS's and with the faults of other stores."""
import http.server
import threading
import unittest

from doctor_test import check, checks
from fake import CREDENTIALS
from program import run_program
from s3_lake import S3LakeTest

DATA = "quarantine/.silversmith-doctor/"


class DoctorInS3(S3LakeTest):
    def doctor(self, *arguments, lake="s3://lake"):
        return self.run_lake("--json", *arguments, command=("doctor",), lake=lake)

    def failed(self, done):
        return done.json()["failed_conditions"]

    def left(self):
        return self.s3.http("GET", "/lake?list-type=2").count(b"<Key>")

    def test_a_good_bucket_is_trusted_and_left_as_it_was(self):
        self.s3.put("bronze/a.csv", b"x\n1\n")
        done = self.doctor()
        self.assertEqual(done.status, 0, done)
        self.assertEqual((done.json()["verdict"], self.failed(done)), ("trusted", []))
        self.assertEqual(checks(done, "failed") + checks(done, "warning"), [])
        self.assertEqual(self.left(), 1)
        written = [r for r in self.s3.requests() if r["operation"] == "PutObject" and r["key"]]
        self.assertTrue(all(".silversmith-doctor/" in r["key"] for r in written[1:]))

    def test_a_store_without_conditions_is_not_trusted(self):
        self.s3.fault(fault="ignore_if_match", times=0)
        self.s3.fault(fault="ignore_if_none_match", times=0)
        done = self.doctor()
        self.assertEqual((done.status, done.json()["verdict"]), (1, "not_trusted"), done)
        self.assertIn("PUT If-None-Match: *, an object there", self.failed(done))
        self.assertIn("use another store", check(done, "verdict ")["hint"])
        self.assertEqual(self.left(), 0)

    def test_a_store_that_checks_first_and_writes_later_is_not_trusted(self):
        self.s3.fault(fault="late_write", operation="PutObject", amount=20000, times=0)
        done = self.doctor()
        self.assertEqual(done.json()["verdict"], "not_trusted", done)
        self.assertEqual(self.failed(done), ["PUT If-None-Match: *, 8 at once",
                                             "PUT If-Match, 8 at once"])

    def test_where_complete_passes_over_conditions_single_puts_are_trusted(self):
        self.s3.fault(fault="ignore_if_match", operation="CompleteMultipartUpload", times=0)
        done = self.doctor()
        self.assertEqual((done.status, done.json()["verdict"]), (1, "single_put_only"), done)
        self.assertIn("Complete If-Match, another object there", self.failed(done))

    def test_each_missing_right_is_named(self):
        self.s3.put("bronze/a.csv", b"x\n1\n")
        for action, prefix, name in (
                ("s3:GetObject", "bronze/", "rights s3:GetObject on s3://lake/bronze/*"),
                ("s3:PutObject", "silver/", "rights s3:PutObject on s3://lake/silver/*"),
                ("s3:GetObject", "receipts/", "rights s3:GetObject on s3://lake/receipts/*"),
                ("s3:AbortMultipartUpload", "silver/",
                 "rights s3:AbortMultipartUpload on s3://lake/silver/*")):
            self.s3.http("POST", "/_fake/reset", b"")
            self.s3.put("bronze/a.csv", b"x\n1\n")
            self.s3.deny(action=action, prefix=prefix)
            done = self.doctor()
            self.assertEqual(done.status, 1, done)
            self.assertIn(name, checks(done, "failed"))
            self.assertIn("allow " + action, check(done, name)["hint"])

    def test_a_missing_read_is_not_taken_for_a_missing_write(self):
        self.s3.put("bronze/a.csv", b"x\n1\n")
        self.s3.deny(action="s3:GetObject")
        done = self.doctor()
        failed = checks(done, "failed")
        self.assertIn("rights s3:GetObject on s3://lake/silver/*", failed)
        said = [name for name in failed + checks(done, "warning") if "s3:GetObject" not in name]
        self.assertEqual(said, ["verdict s3://lake"], done)
        self.assertIn("s3:GetObject on " + DATA, check(done, "verdict ")["hint"])
        self.assertEqual(self.left(), 1)

    def test_it_says_whether_the_bucket_keeps_versions(self):
        self.assert_versions(check(self.doctor(), "cloud versions"))

    def assert_versions(self, row):
        self.assertEqual(row["outcome"], "note")
        self.assertIn("switch on versioning", row["found"])

    def test_the_right_to_list_versions_is_only_advised(self):
        self.s3.deny(action="s3:ListBucketVersions")
        done = self.doctor()
        self.assertEqual((done.status, checks(done, "warning")),
                         (0, ["rights s3:ListBucketVersions on s3://lake/"]))

    def test_who_may_not_abort_uploads_is_told_that_right(self):
        self.s3.deny(action="s3:AbortMultipartUpload")
        done = self.doctor()
        lefts = [row for row in done.json()["checks"]
                 if row["group"] == "conditions" and "upload in parts" in row["found"]]
        self.assertTrue(lefts, done)
        for row in lefts:
            self.assertIn("s3:AbortMultipartUpload", row["hint"])
            self.assertNotIn("s3:DeleteObject", row["hint"])

    def test_who_may_nothing_is_told_of_the_right_to_delete(self):
        self.s3.deny(action="s3:GetObject")
        self.s3.deny(action="s3:DeleteObject")
        hint = check(self.doctor(), "verdict ")["hint"]
        self.assertIn("s3:DeleteObject and s3:GetObject on " + DATA, hint)

    def test_who_may_not_delete_tries_nothing_out_and_leaves_nothing(self):
        self.s3.deny(action="s3:DeleteObject")
        done = self.doctor()
        self.assertEqual((done.status, done.json()["verdict"]), (0, "unknown"), done)
        self.assertIn(DATA, check(done, "verdict ")["hint"])
        self.assertEqual(self.left(), 0)

    def test_a_bucket_that_is_not_there_and_a_service_that_is_not_there(self):
        done = self.doctor(lake="s3://other")
        self.assertEqual(done.status, 1, done)
        self.assertIn("NoSuchBucket", check(done, "cloud bucket")["found"])
        self.s3.process.terminate()
        self.s3.process.wait()
        done = self.doctor()
        self.assertEqual(done.status, 1, done)
        self.assertIn("127.0.0.1", check(done, "cloud bucket")["found"])

    def test_contracts_are_read_there_too(self):
        self.s3.put("contracts/bad.yaml", b"name: [")
        done = self.doctor()
        self.assertEqual(checks(done, "failed"), ["contracts contracts/bad.yaml"])


class DoctorOfVersions(DoctorInS3):
    """The same in a bucket that keeps versions: of scratch objects none is left."""
    SERVER_OPTIONS = ("--versioned",)

    def left(self):
        return self.s3.http("GET", "/lake?versions").count(b"<Key>")

    def assert_versions(self, row):
        self.assertEqual((row["outcome"], row["found"]), ("ok", "the bucket keeps them"))

    def test_who_may_not_remove_versions_leaves_one_and_is_told_which(self):
        self.s3.deny(action="s3:DeleteObjectVersion")
        done = self.doctor()
        self.assertEqual((done.status, done.json()["verdict"]), (0, "unknown"), done)
        self.assertEqual(self.left(), 1)
        self.assertIn("s3:DeleteObjectVersion", check(done, "verdict ")["hint"])
        left = check(done, "conditions scratch objects")
        self.assertIn("s3://lake/" + DATA, left["found"])
        version = left["found"].split("(version ")[1].split(")")[0]
        self.assertIn(version.encode(), self.s3.http("GET", "/lake?versions"))
        self.assertIn("s3:DeleteObjectVersion", left["hint"])


class DoctorOfAWebServer(unittest.TestCase):
    """What answers, but not as S3 does."""

    def endpoint(self, status):
        class Handler(http.server.BaseHTTPRequestHandler):
            server_version = "teapot/1.0"
            sys_version = ""

            def do_GET(self):
                body = b"<html><body>It works!</body></html>"
                self.send_response(status)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_PUT = do_POST = do_DELETE = do_HEAD = do_GET

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return "http://127.0.0.1:%d" % server.server_address[1]

    def doctor(self, status):
        return run_program("doctor", "s3://lake", "--json", "--endpoint-url",
                           self.endpoint(status), env=CREDENTIALS)

    def test_what_lists_a_lake_says_the_same(self):
        for command in ("run", "sweep", "backfill"):
            done = run_program(command, "s3://lake", "--endpoint-url", self.endpoint(200),
                               env=CREDENTIALS)
            self.assertEqual(done.status, 3, done)
            for words in ("no S3", "status 200", '"teapot/1.0"', '"text/html"', "--endpoint-url"):
                self.assertIn(words, done.err)

    def test_it_says_what_was_found_and_what_to_do(self):
        for status in (200, 404, 403):
            done = self.doctor(status)
            self.assertEqual(done.status, 1, done)
            self.assertEqual(checks(done, "failed"), ["cloud bucket"])
            row = check(done, "cloud bucket")
            for words in ("no S3", "status %d" % status, '"teapot/1.0"', '"text/html"'):
                self.assertIn(words, row["found"])
            self.assertIn("--endpoint-url", row["hint"])
            self.assertNotIn("s3:", row["hint"])


if __name__ == "__main__":
    unittest.main()
