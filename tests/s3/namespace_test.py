# SPDX-License-Identifier: Apache-2.0
"""AWS's own addresses and names, without AWS: in network and mount namespaces of its own this test
owns 169.254.169.254 and has the names of a bucket lead to this machine, port 443. The real program
takes credentials from an instance's metadata (version 2 alone), and converts over the hosts of FIPS
and dual-stack. Exit 77, with the reason, where the system permits no such namespaces."""
import os
import subprocess
import sys
import tempfile
import unittest

from fake import FakeS3
from network_parts import FAKE_OPTIONS, metadata
from program import run_program
from tls import TlsFront

INSIDE = "SILVERSMITH_TEST_INSIDE"
REGION = "us-east-1"
NAMES = {kind: "lake.%s.%s.amazonaws.com" % (kind, REGION)
         for kind in ("s3", "s3-fips", "s3.dualstack", "s3-fips.dualstack")}
HOSTS = "127.0.0.1 localhost\n" + "".join("127.0.0.1 %s\n" % name for name in NAMES.values())


def enter():
    """Runs this file once more inside; its status."""
    prepare = ("ip link set lo up && ip addr add 169.254.169.254/32 dev lo && "
               "mount --make-rprivate / && mount --bind \"$0\" /etc/hosts")
    with tempfile.NamedTemporaryFile("w", suffix=".hosts") as hosts:
        hosts.write(HOSTS)
        hosts.flush()
        os.chmod(hosts.name, 0o644)
        tried = subprocess.run(["unshare", "-n", "-m", "sh", "-c", prepare, hosts.name],
                               capture_output=True, text=True, check=False)
        if tried.returncode != 0:
            print("skipped: no namespaces of our own: " + tried.stderr.strip())
            return 77
        again = [sys.executable, "-B", "-W", "error", os.path.abspath(__file__), *sys.argv[1:]]
        return subprocess.run(
            ["unshare", "-n", "-m", "sh", "-c", prepare + " && exec \"$@\"", hosts.name, *again],
            env={**os.environ, INSIDE: "1"}, check=False).returncode


class Inside(unittest.TestCase):
    def setUp(self):
        self.s3 = FakeS3(*FAKE_OPTIONS, "--region", REGION)
        self.addCleanup(self.s3.close)
        self.s3.http("POST", "/_fake/pattern", b'{"bucket": "lake", "key": "bronze/a.csv", '
                     b'"header": "x,y\\n", "block": "1,2.5\\n", "repeats": 3}')

    def run_with(self, **variables):
        return run_program("run", "s3://lake", "--json", env={"AWS_REGION": REGION, **variables})

    def test_an_instance_gives_credentials(self):
        source = metadata(("169.254.169.254", 80))
        self.addCleanup(source.close)
        done = self.run_with(AWS_ENDPOINT_URL=self.s3.endpoint)
        self.assertEqual((done.status, done.json()["status"]), (0, "success"), done)
        path = "/latest/meta-data/iam/security-credentials/"
        self.assertEqual(source.asked, ["PUT /latest/api/token", "GET " + path,
                                        "GET " + path + "worker-role"])

    def test_no_proxy_stands_between_an_instance_and_its_credentials(self):
        source = metadata(("169.254.169.254", 80))
        self.addCleanup(source.close)
        done = self.run_with(AWS_ENDPOINT_URL=self.s3.endpoint, HTTP_PROXY="http://127.0.0.1:1",
                             NO_PROXY="127.0.0.1")
        self.assertEqual((done.status, done.json()["status"]), (0, "success"), done)

    def test_an_instance_whose_metadata_fails_is_passing_trouble(self):
        source = metadata(("169.254.169.254", 80), status=500)
        self.addCleanup(source.close)
        done = self.run_with(AWS_ENDPOINT_URL=self.s3.endpoint)
        self.assertEqual(done.status, 75, done)
        self.assertIn("instance metadata", done.out + done.err)

    def test_a_machine_without_metadata_has_no_credentials(self):
        done = self.run_with(AWS_ENDPOINT_URL=self.s3.endpoint)
        self.assertEqual(done.status, 3, done)
        self.assertIn("no credentials", done.out + done.err)

    def over(self, kind, **variables):
        front = TlsFront(self.s3.endpoint, names=[NAMES[kind]], port=443)
        self.addCleanup(front.close)
        done = self.run_with(AWS_CA_BUNDLE=front.authority, AWS_ACCESS_KEY_ID=FAKE_OPTIONS[1],
                             AWS_SECRET_ACCESS_KEY=FAKE_OPTIONS[3],
                             AWS_SESSION_TOKEN=FAKE_OPTIONS[5], **variables)
        self.assertEqual((done.status, done.json()["status"]), (0, "success"), done)
        self.assertEqual(front.refused, [], "the certificate is for that host alone")

    def test_the_usual_host_is_reached(self):
        self.over("s3")

    def test_the_host_of_fips_is_reached(self):
        self.over("s3-fips", AWS_USE_FIPS_ENDPOINT="true")

    def test_the_host_of_dual_stack_is_reached(self):
        self.over("s3.dualstack", AWS_USE_DUALSTACK_ENDPOINT="true")

    def test_the_host_of_both_is_reached(self):
        self.over("s3-fips.dualstack", AWS_USE_FIPS_ENDPOINT="true",
                  AWS_USE_DUALSTACK_ENDPOINT="true")


if __name__ == "__main__":
    if INSIDE not in os.environ:
        sys.exit(enter())
    unittest.main()
