# SPDX-License-Identifier: Apache-2.0
"""The plain questions that a user asks first, of the real program, on a folder and in S3: the same
upload twice at once, a corrected one, one during the conversion, and `bronze` twice in a key."""
import fcntl
import json
import os
import subprocess
import tempfile
import unittest

from fake import CREDENTIALS, FakeS3
from program import PROGRAM, ProgramTest, environment, run_program, wait_for

KEY = "bronze/sales/a.csv"
SILVER = "silver/sales/a.parquet"
STRIPES = 256  # of the locks of a folder


def csv(*amounts):
    return b"item,amount\n" + b"".join(b"x,%d\n" % amount for amount in amounts)


class FolderLake:
    """Its commits wait while the test holds the locks that they need."""

    def __init__(self, test):
        self.root = test.make_lake()
        self.put = test.put
        self.address = [str(self.root)]
        self.variables = {}
        self.locks = []

    def get(self, key):
        path = self.root / key
        return path.read_bytes() if path.exists() else None

    def hold_commits(self, _):
        folder = self.root / ".silversmith/locks"
        folder.mkdir(parents=True, exist_ok=True)
        for stripe in range(STRIPES):
            self.locks.append(open(folder / str(stripe), "w", encoding="ascii"))
            fcntl.flock(self.locks[-1], fcntl.LOCK_EX)

    def at_commit(self, processes):
        return all(any(".silversmith/locks" in name for name in self.open_files(process))
                   for process in processes)

    @staticmethod
    def open_files(process):
        folder = "/proc/%d/fd" % process.pid
        try:
            return [os.readlink(os.path.join(folder, name)) for name in os.listdir(folder)]
        except FileNotFoundError:  # closed, or ended, meanwhile
            return []

    def let_commit(self):
        for lock in self.locks:
            lock.close()

    def commits(self):
        return None


class S3Lake:
    """Its commits take their time in the store."""

    def __init__(self, test, *options):
        self.s3 = FakeS3(*options)
        test.addCleanup(self.s3.close)
        self.put, self.get = self.s3.put, self.s3.get
        self.address = ["s3://lake", "--endpoint-url", self.s3.endpoint]
        self.variables = CREDENTIALS

    def hold_commits(self, count):
        self.s3.fault(fault="delay", operation="PutObject", key=SILVER, times=count,
                      amount=2_000_000)

    def answered(self, operation, key):
        return [request["status"] for request in self.s3.requests()
                if (request["operation"], request["key"]) == (operation, key)]

    def at_commit(self, processes):
        return len(self.answered("GetObject", KEY)) >= len(processes)

    def let_commit(self):
        pass

    def commits(self):
        return sorted(self.answered("PutObject", SILVER))


class Questions:
    """Asked of every lake; make() is the subclass's."""

    def setUp(self):
        super().setUp()
        self.store = self.make()

    def start(self, key=KEY):
        """The program with the event about a key, as a Lambda has it."""
        event = tempfile.TemporaryFile()
        self.addCleanup(event.close)
        event.write(json.dumps({"bucket": "lake", "key": key}).encode())
        event.seek(0)
        return subprocess.Popen(
            [os.path.abspath(PROGRAM), "invoke", *self.store.address, "--event", "-"], stdin=event,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment(self.store.variables))

    def end(self, process):
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, (out, err))
        return json.loads(out)

    def invoke(self, key=KEY):
        return self.end(self.start(key))

    def amounts(self, key=SILVER):
        """What silver holds, by our own reader."""
        self.verify(self.write("silver.parquet", self.store.get(key)))
        return [row["amount"] for row in self.rows_of(self.folder / "silver.parquet")]

    def runs(self):
        """The receipts' generations, each with whether it is current."""
        done = run_program("runs", "ls", *self.store.address, "--json", env=self.store.variables)
        self.assertEqual(done.status, 0, done)
        return done.jsons()

    def test_the_same_upload_twice_at_once_is_one_silver_and_one_receipt(self):
        self.store.put(KEY, csv(1, 2))
        self.store.hold_commits(2)
        both = [self.start(), self.start()]
        wait_for(lambda: self.store.at_commit(both), "both have come to their commit")
        self.store.let_commit()
        results = [self.end(process) for process in both]
        # Who loses finds in silver what it made itself: that is its success, or a duplicate.
        self.assertIn("success", {result["status"] for result in results})
        self.assertLessEqual({result["status"] for result in results}, {"success", "duplicate"})
        self.assertEqual(len({result["receipt"] for result in results}), 1)
        self.assertEqual(self.amounts(), [1, 2])
        self.assertEqual(len(self.runs()), 1)
        self.assertIn(self.store.commits(), (None, [200, 412]))
        self.assertEqual(self.invoke()["status"], "duplicate")

    def test_a_corrected_upload_replaces_and_a_late_event_does_no_harm(self):
        self.store.put(KEY, csv(1, 2))
        first = self.invoke()
        self.store.put(KEY, csv(3))
        self.assertEqual(self.invoke()["status"], "success")
        self.assertEqual(self.invoke()["status"], "duplicate")  # the first upload's, at last
        self.assertEqual(self.amounts(), [3])
        self.assertIsNotNone(self.store.get(first["receipt"]))
        self.assertEqual(len(self.runs()), 2)

    def test_an_upload_during_the_conversion_is_what_silver_holds_at_the_end(self):
        self.store.put(KEY, csv(1, 2))
        self.store.hold_commits(1)
        process = self.start()
        wait_for(lambda: self.store.at_commit([process]), "the first version is converted")
        self.store.put(KEY, csv(3))
        self.store.let_commit()
        result = self.end(process)  # no second event: the run itself looks again
        self.assertEqual((result["status"], result["rows"]), ("success", 1), result)
        self.assertEqual(self.amounts(), [3])
        self.assertEqual(self.invoke()["status"], "duplicate")

    def test_bronze_twice_in_a_key_is_anchored_once(self):
        self.store.put("bronze/x/bronze/a.csv", csv(7))
        result = self.invoke("bronze/x/bronze/a.csv")
        self.assertEqual((result["status"], result["output"]),
                         ("success", "silver/x/bronze/a.parquet"))
        self.assertEqual(self.amounts("silver/x/bronze/a.parquet"), [7])
        self.assertIsNone(self.store.get("silver/x/silver/a.parquet"))
        self.store.put("x/bronze/a.csv", csv(8))
        self.assertEqual(self.invoke("x/bronze/a.csv")["status"], "ignored")


class InAFolder(Questions, ProgramTest):
    def make(self):
        return FolderLake(self)


if "SILVERSMITH_FAKE_S3" in os.environ:

    class InS3(Questions, ProgramTest):
        def make(self):
            return S3Lake(self)

    class InS3WithVersions(Questions, ProgramTest):
        def make(self):
            return S3Lake(self, "--versioned")


if __name__ == "__main__":
    unittest.main()
