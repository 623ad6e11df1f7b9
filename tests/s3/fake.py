# SPDX-License-Identifier: Apache-2.0
"""Our own S3 (tests/support/fake_s3_main.cc) as a process, for tests that run programs."""
import json
import os
import subprocess
import urllib.error
import urllib.parse
import urllib.request

PROGRAM = os.environ.get("SILVERSMITH_FAKE_S3", "build/release/bin/fake_s3")
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"}


class FakeS3:
    def __init__(self, *options, bucket="lake", address="127.0.0.1", prefix=()):
        """`prefix` is put in front of the command: where it runs, when that is somewhere else."""
        self.bucket = bucket
        self.process = subprocess.Popen([*prefix, PROGRAM, "--address", address, "--port", "0",
                                         "--bucket", bucket, *options],
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.endpoint = "http://%s:%d" % (address, self.port)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def http(self, method, path, body=None):
        request = urllib.request.Request(self.endpoint + path, data=body, method=method)
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def path(self, key):
        return "/%s/%s" % (self.bucket, urllib.parse.quote(key))

    def put(self, key, body):
        self.http("PUT", self.path(key), body)

    def get(self, key):
        """The object's bytes; None where there is none."""
        try:
            return self.http("GET", self.path(key))
        except urllib.error.HTTPError as error:
            error.close()
            return None

    def fault(self, **rule):
        """The next request that matches goes wrong: tests/support/fake_s3_faults.h."""
        self.http("POST", "/_fake/faults", json.dumps(rule).encode())

    def deny(self, **rule):
        self.http("POST", "/_fake/deny", json.dumps(rule).encode())

    def requests(self):
        return json.loads(self.http("GET", "/_fake/requests"))

    def keys(self, prefix):
        """What was ever asked about below a prefix and is there now."""
        seen = {request["key"] for request in self.requests() if request["key"].startswith(prefix)}
        return sorted(key for key in seen if self.get(key) is not None)
