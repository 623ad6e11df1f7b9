# SPDX-License-Identifier: Apache-2.0
"""What the process tests of lakes in S3 share: the S3 of our own tests over HTTP, with a bucket."""
import json
import os
import subprocess
import unittest
import urllib.error
import urllib.request

from program import run_program

FAKE = os.environ["SILVERSMITH_FAKE_S3"]
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"}


class LakeInS3(unittest.TestCase):
    """A bucket `lake` of our own S3, and the program pointed at it."""
    SERVER_ARGUMENTS = ()

    def setUp(self):
        self.server = subprocess.Popen([FAKE, "--port", "0", "--bucket", "lake",
                                        *self.SERVER_ARGUMENTS],
                                       stdout=subprocess.PIPE, text=True)
        self.endpoint = "http://127.0.0.1:" + self.server.stdout.readline().split()[-1]

    def tearDown(self):
        self.server.terminate()
        self.server.wait()
        self.server.stdout.close()

    def http(self, method, path, body=None):
        request = urllib.request.Request(self.endpoint + path, data=body, method=method)
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def put(self, key, body):
        self.http("PUT", "/lake/" + key, body)

    def fault(self, **rule):
        self.http("POST", "/_fake/faults", json.dumps(rule).encode())

    def deny(self, action, prefix=""):
        self.http("POST", "/_fake/deny", json.dumps({"action": action, "prefix": prefix}).encode())

    def requests(self):
        """What the server was asked so far, one dictionary a request."""
        return json.loads(self.http("GET", "/_fake/requests"))

    def silver(self, key):
        try:
            return self.http("GET", "/lake/silver/" + key)
        except urllib.error.HTTPError as error:
            error.close()
            return None

    def run_lake(self, *arguments, command=("run",), lake="s3://lake"):
        return run_program(*command, lake, "--endpoint-url", self.endpoint, *arguments,
                           env=CREDENTIALS)

    def statuses(self, done):
        return {result["key"]: result["status"] for result in done.jsons()}
