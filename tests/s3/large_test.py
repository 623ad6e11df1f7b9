# SPDX-License-Identifier: Apache-2.0
"""An object of 5 GB through a budget of 256 MiB, network buffers included: the process's own peak
says so, and every record is counted."""
import json
import os
import subprocess
import unittest

from fake import CREDENTIALS, FakeS3

PROGRAM = os.environ["SILVERSMITH_PROGRAM"]
OBJECT_BYTES = int(os.environ.get("SILVERSMITH_LARGE_BYTES", 5_000_000_000))
MEMORY = 256 << 20
HEADER = "id,name,amount,when\n"
# Repeated; so many different values that they don't come down to a dictionary's few bytes.
LINES = ["%d,customer %d,%d.%02d,2024-05-%02dT09:%02d:00\n" %
         (i, i * 7919 % 100_003, i * 37 % 1000, i % 100, i % 28 + 1, i % 60) for i in range(60_000)]


class Large(unittest.TestCase):
    def test_converts_within_the_budget(self):
        s3 = FakeS3()
        self.addCleanup(s3.close)
        block = "".join(LINES)
        repeats = OBJECT_BYTES // len(block)
        s3.http("POST", "/_fake/pattern", json.dumps(
            {"bucket": "lake", "key": "bronze/large.csv", "header": HEADER, "block": block,
             "repeats": repeats}).encode())
        done = subprocess.run(
            [PROGRAM, "run", "s3://lake", "--endpoint-url", s3.endpoint, "--memory", "256MiB",
             "--json"], env={**CREDENTIALS, "AWS_REGION": "us-east-1"}, capture_output=True,
            text=True, timeout=1500, check=False)
        self.assertEqual(done.returncode, 0, done)
        result = json.loads(done.stdout)
        self.assertEqual((result["rows_read"], result["rows"]), (repeats * len(LINES),) * 2)
        self.assertEqual(result["bytes_in"], len(HEADER) + repeats * len(block))
        print("%.2f GB in, %.2f GB out, %.1f s, peak %.1f MiB" %
              (result["bytes_in"] / 1e9, result["bytes_out"] / 1e9, result["duration_ms"] / 1e3,
               result["memory_peak_bytes"] / (1 << 20)), flush=True)
        self.assertLessEqual(result["memory_peak_bytes"], MEMORY)
        requests = {}
        for request in s3.requests():
            requests[request["operation"]] = requests.get(request["operation"], 0) + 1
        print(requests, flush=True)
        self.assertEqual(requests.get("CompleteMultipartUpload"), 1, "one commit")


if __name__ == "__main__":
    unittest.main()
