# SPDX-License-Identifier: Apache-2.0
"""doctor on a bucket of our own S3, as good as AWS's and with the faults of other stores."""
import unittest

from doctor_test import check, checks
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

    def test_the_right_to_list_versions_is_only_advised(self):
        self.s3.deny(action="s3:ListBucketVersions")
        done = self.doctor()
        self.assertEqual((done.status, checks(done, "warning")),
                         (0, ["rights s3:ListBucketVersions on s3://lake/"]))

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


if __name__ == "__main__":
    unittest.main()
