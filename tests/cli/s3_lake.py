# SPDX-License-Identifier: Apache-2.0
"""What the process tests of lakes in S3 share."""
import unittest

from fake import CREDENTIALS, FakeS3
from program import run_program


class S3LakeTest(unittest.TestCase):
    """A test with a bucket `lake` of our own S3, and the program pointed at it."""
    SERVER_OPTIONS = ()

    def setUp(self):
        self.s3 = FakeS3(*self.SERVER_OPTIONS)
        self.addCleanup(self.s3.close)

    def silver(self, key):
        return self.s3.get("silver/" + key)

    def run_lake(self, *arguments, command=("run",), lake="s3://lake"):
        return run_program(*command, lake, "--endpoint-url", self.s3.endpoint, *arguments,
                           env=CREDENTIALS)

    def statuses(self, done):
        return {result["key"]: result["status"] for result in done.jsons()}
