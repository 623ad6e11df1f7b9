# SPDX-License-Identifier: Apache-2.0
"""doctor and sweep on moto, a server that we did not write: doctor must find what moto is known to
get wrong (tests/s3/deviations.json), and nothing else."""
import os
import subprocess
import sys
import threading
import unittest
import urllib.request

from backfill_test import nonzero
from program import run_program, wait_for
from fake import CREDENTIALS

MOTO = os.environ["SILVERSMITH_MOTO"]


class DoctorOnMoto(unittest.TestCase):
    def setUp(self):
        self.server = subprocess.Popen([MOTO, "-H", "127.0.0.1", "-p", "0"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.stop)
        self.endpoint = wait_for(self.address, "moto says where it listens")
        # What it logs would fill the pipe.
        threading.Thread(target=self.server.stderr.read, daemon=True).start()
        self.put("/lake")

    def address(self):
        line = self.server.stderr.readline()
        return line.split()[-1] if "Running on" in line else None

    def put(self, path, body=None):
        request = urllib.request.Request(self.endpoint + path, data=body, method="PUT",
                                         headers={"Content-Type": "text/csv"})
        urllib.request.urlopen(request).close()

    def stop(self):
        self.server.terminate()
        self.server.wait()
        self.server.stderr.close()

    def run_lake(self, *arguments):
        return run_program(*arguments, "--json", "--endpoint-url", self.endpoint, env=CREDENTIALS)

    def test_it_says_that_complete_passes_over_if_match(self):
        done = self.run_lake("doctor", "s3://lake")
        self.assertEqual(done.status, 1, done)
        failed = done.json()["failed_conditions"]
        known = {"Complete If-Match, another object there", "Complete If-Match, nothing there",
                 "Complete If-Match, another put meanwhile",
                 "Complete If-Match, deleted meanwhile"}
        # Its checks and its writes are not one step: how many win depends on timing.
        sometimes = {"PUT If-None-Match: *, 8 at once", "PUT If-Match, 8 at once",
                     "Complete If-None-Match: *, 4 at once"}
        self.assertEqual(set(failed) - sometimes, known, done)
        races = {"PUT If-None-Match: *, 8 at once", "PUT If-Match, 8 at once"}
        wanted = "not_trusted" if races & set(failed) else "single_put_only"
        self.assertEqual(done.json()["verdict"], wanted)

    def test_a_sweep_pages_through_versions_and_takes_keys_that_need_care(self):
        for i in range(251):
            self.put("/lake/bronze/%04d.csv" % i, b"x\n1\n")
        self.put("/lake/bronze/z%20%2B%25.csv", b"x\n1\n")
        self.assertEqual(nonzero(self.run_lake("backfill", "s3://lake")), {"converted": 252})
        self.assertEqual(nonzero(self.run_lake("sweep", "s3://lake", "--min-age", "0")),
                         {"duplicate": 252})


if __name__ == "__main__":
    if not os.path.exists(MOTO):
        sys.exit(MOTO + " is not there: run tests/s3/setup")
    unittest.main()
