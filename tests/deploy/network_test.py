# SPDX-License-Identifier: Apache-2.0
"""The function in a network where nothing but S3 can be reached, as in a VPC whose only way out is
the S3 endpoint: it does all of its work, hangs nowhere, and sends no packet to anybody else.

The test runs itself again in a network namespace of its own. There the double of S3 sits behind one
pair of virtual interfaces, in a second namespace; the default routes lead into another pair, at whose
far end everything is dropped. Every packet on every interface is written down, loopback too. All of
it is gone with the last process. Needs root, or user namespaces; else it is skipped (77)."""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests/s3"), str(ROOT / "tests/lambda"), str(ROOT / "tests/cli")]

from emulator import Emulator, require_emulator, wait_for
from fake import CREDENTIALS, FakeS3
from function_test import batch, eventbridge

BOOTSTRAP = os.environ.get("SILVERSMITH_BOOTSTRAP", "build/release/bin/bootstrap")
SNIFFER = pathlib.Path(__file__).with_name("sniffer.py")
INSIDE = "SILVERSMITH_INSIDE_NETWORK"

LAKE, DOUBLE = "10.203.0.2", "10.203.0.1"
HOLE_OWN, HOLE = "10.204.0.2", "10.204.0.1"
HOLE6_OWN, HOLE6 = "fd00:204::2", "fd00:204::1"
# What Lambda's own environment names besides; none of them may be asked.
ELSEWHERE = {"AWS_XRAY_DAEMON_ADDRESS": "169.254.79.129:2000",
             "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"}
# The function does all of its work in a second; nothing that waits for a network is that quick.
SECONDS_MAX = 5
# The kernel asks who is there, router or neighbour, on its own: types of ICMPv6.
KERNEL_ICMP6 = (131, 132, 133, 135, 136, 143)

CONTRACT = b"""name: orders
schema:
  fields:
    - {name: id, type: integer, constraints: {required: true}}
    - {name: price, type: number}
"silver:contract": {version: 1, match: "bronze/orders/**"}
"""


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def make_namespace():
    """A process that holds a network namespace, until its standard input ends."""
    holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE)
    own = os.readlink("/proc/self/ns/net")

    def apart():
        try:
            return os.readlink("/proc/%d/ns/net" % holder.pid) != own
        except OSError:
            return False

    wait_for(apart, "the namespace is there")
    return holder


class Network:
    """The namespace that this process is in, and that of the double."""

    def __init__(self):
        self.holder = make_namespace()
        self.there = ["nsenter", "--net", "--target", str(self.holder.pid)]
        for name in ("lake0", "hole0"):
            run("ip", "link", "add", name, "type", "veth", "peer", "name", name,
                "netns", str(self.holder.pid))
        for prefix, lake, hole, hole6 in (([], LAKE, HOLE_OWN, HOLE6_OWN),
                                          (self.there, DOUBLE, HOLE, HOLE6)):
            run(*prefix, "ip", "address", "add", lake + "/30", "dev", "lake0")
            run(*prefix, "ip", "address", "add", hole + "/30", "dev", "hole0")
            run(*prefix, "ip", "address", "add", hole6 + "/64", "dev", "hole0", "nodad")
            for name in ("lo", "lake0", "hole0"):
                run(*prefix, "ip", "link", "set", name, "up")
        # The far end neither forwards nor answers: what arrives there is dropped without a word.
        run(*self.there, "ip", "route", "add", "blackhole", "default")
        run("ip", "route", "add", "default", "via", HOLE)
        run("ip", "-6", "route", "add", "default", "via", HOLE6)

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()


class Capture:
    """What is sent while it is open."""

    def __init__(self):
        self.file = tempfile.TemporaryFile()
        self.process = subprocess.Popen([sys.executable, "-B", SNIFFER], stdin=subprocess.PIPE,
                                        stdout=self.file)
        wait_for(lambda: self.lines(), "the sniffer is ready")

    def lines(self):
        size = os.fstat(self.file.fileno()).st_size
        return os.pread(self.file.fileno(), size, 0).decode().splitlines()

    def packets(self):
        """Ends it."""
        self.process.stdin.close()
        if self.process.wait() != 0:
            raise AssertionError("the sniffer failed")
        ready, *packets, last = self.lines()
        last = json.loads(last)
        if ready != "ready" or last["lost"] or last["seen"] != len(packets):
            raise AssertionError("the sniffer lost packets: %r" % last)
        return [json.loads(packet) for packet in packets]

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if not self.process.stdin.closed:
            self.process.stdin.close()
        self.file.close()


class FunctionAlone(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.network = Network()
        cls.addClassCleanup(cls.network.close)

    def setUp(self):
        self.s3 = FakeS3("--part-bytes-min", "1", address=DOUBLE, prefix=self.network.there)
        self.addCleanup(self.s3.close)
        self.s3.put("contracts/orders.yaml", CONTRACT)
        self.listeners = set()  # ports on loopback, of the emulator
        self.capture = Capture()
        self.addCleanup(self.capture.close)

    def start(self, timeout_seconds=20, **variables):
        names = {"SILVERSMITH_LAKE": "s3://lake", "AWS_ENDPOINT_URL_S3": self.s3.endpoint,
                 "AWS_REGION": "eu-west-1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
                 "AWS_LAMBDA_FUNCTION_NAME": "csv-validator", **ELSEWHERE, **CREDENTIALS,
                 **variables}
        emulator = Emulator(BOOTSTRAP, timeout_seconds=timeout_seconds, env={
            name: value for name, value in names.items() if value is not None})
        self.addCleanup(emulator.close)
        self.listeners |= {emulator.port, emulator.api_port}
        return emulator

    def invoke(self, emulator, event, status):
        begun = time.monotonic()
        answer = emulator.invoke(event)
        self.assertLess(time.monotonic() - begun, SECONDS_MAX, answer)
        self.assertEqual(answer.json().get("status"), status, answer)
        return answer.json()

    # What was sent

    def is_to_the_double(self, packet):
        ends = {(packet["source"], packet.get("source_port")),
                (packet["target"], packet.get("target_port"))}
        return packet["interface"] == "lake0" and packet["kind"] == "tcp" and \
            (DOUBLE, self.s3.port) in ends and {end[0] for end in ends} == {DOUBLE, LAKE}

    def is_expected(self, packet):
        if packet["interface"] == "lo":
            return packet["kind"] == "tcp" and packet["source"] == packet["target"] == "127.0.0.1" \
                and not {packet["source_port"], packet["target_port"]}.isdisjoint(self.listeners)
        if packet["kind"] == "arp" and packet["interface"] == "lake0":
            return True
        if packet["kind"] == "icmp6":
            return packet["type"] in KERNEL_ICMP6 and packet["target"] != HOLE6
        return self.is_to_the_double(packet)

    def strangers(self, packets):
        """Packets to or from anybody but the double, and the runtime's interface on loopback."""
        return [packet for packet in packets if not self.is_expected(packet)]

    def assert_nobody_else_was_asked(self):
        packets = self.capture.packets()
        self.assertEqual(self.strangers(packets), [])
        self.assertGreater(sum(map(self.is_to_the_double, packets)), 20, "the capture saw the work")
        self.assertTrue(any(packet["interface"] == "lo" for packet in packets))

    # Full success

    def test_converts_finds_duplicates_and_refuses(self):
        self.s3.put("bronze/orders/good.csv", b"id,price\n1,2.5\n2,3\n")
        self.s3.put("bronze/orders/mixed.csv", b"id,price\n1,2.5\n,3\n")
        self.s3.put("bronze/orders/bad.csv", b"nothing,of,that\n1,2,3\n")
        self.s3.put("bronze/free.csv", b"a,b\n" + b"1,2\n" * 100_000)
        emulator = self.start()
        event = lambda name: eventbridge("bronze/" + name)
        first = self.invoke(emulator, event("orders/good.csv"), "success")
        self.assertEqual(self.s3.get(first["output"])[-4:], b"PAR1")
        self.invoke(emulator, event("orders/good.csv"), "duplicate")
        self.invoke(emulator, event("orders/mixed.csv"), "success_with_rejects")
        refused = self.invoke(emulator, event("orders/bad.csv"), "rejected")
        self.assertIsNotNone(self.s3.get(refused["quarantine"] + "rejected.json"), refused)
        self.invoke(emulator, event("free.csv"), "success")
        self.s3.put("bronze/orders/good.csv", b"id,price\n1,2.5\n2,4\n")
        self.invoke(emulator, event("orders/good.csv"), "success")
        answer = emulator.invoke(batch(event("orders/good.csv"), event("orders/mixed.csv")))
        self.assertEqual(answer.json()["batchItemFailures"], [], answer)
        self.assertNotIn("\"level\":\"error\"", emulator.terminate())
        self.assert_nobody_else_was_asked()

    def test_a_sweep_converts_what_no_event_told_of(self):
        self.s3.put("bronze/orders/forgotten.csv", b"id,price\n1,2.5\n")
        emulator = self.start(_HANDLER="sweep", SILVERSMITH_MIN_AGE="0")
        begun = time.monotonic()
        answer = emulator.invoke({"version": "0", "source": "aws.events", "detail": {},
                                  "detail-type": "Scheduled Event"})
        self.assertLess(time.monotonic() - begun, SECONDS_MAX)
        self.assertEqual(answer.json()["counts"]["converted"], 1, answer)
        self.assertIsNotNone(self.s3.get("silver/orders/forgotten.parquet"))
        self.assert_nobody_else_was_asked()

    # The capture sees what it should: each of these makes the function ask somebody else.

    def strangers_of(self, **variables):
        self.s3.put("bronze/orders/good.csv", b"id,price\n1,2.5\n2,3\n")
        emulator = self.start(timeout_seconds=2, **variables)
        emulator.invoke(eventbridge("bronze/orders/good.csv"))
        self.assertIsNone(self.s3.get("silver/orders/good.parquet"))
        return self.strangers(self.capture.packets())

    def assert_asked(self, packets, **wanted):
        self.assertTrue(any(packet.items() >= wanted.items() for packet in packets), packets)

    def test_credentials_from_a_container_would_be_seen(self):
        none = {name: None for name in CREDENTIALS}
        found = self.strangers_of(
            **none, AWS_CONTAINER_CREDENTIALS_FULL_URI="http://169.254.170.23/v1/credentials")
        self.assert_asked(found, kind="tcp", target="169.254.170.23", target_port=80,
                          interface="hole0")

    def test_an_endpoint_at_another_address_would_be_seen(self):
        found = self.strangers_of(AWS_ENDPOINT_URL_S3="http://192.0.2.7:9000")
        self.assert_asked(found, kind="tcp", target="192.0.2.7", target_port=9000,
                          interface="hole0")

    def test_datagrams_of_both_kinds_of_addresses_would_be_seen(self):
        for family, address in ((socket.AF_INET, "192.0.2.7"), (socket.AF_INET6, "2001:db8::7")):
            with socket.socket(family, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"x", (address, 2000))
        found = self.strangers(self.capture.packets())
        for address in ("192.0.2.7", "2001:db8::7"):
            self.assert_asked(found, kind="udp", target=address, target_port=2000)

    def test_a_name_that_is_looked_up_would_be_seen(self):
        found = self.strangers_of(AWS_ENDPOINT_URL_S3="http://s3.example.test")
        self.assertTrue(any(packet.get("target_port") == 53 for packet in found), found)


def inside():
    """Runs this very test in a network of its own; its exit status. 77: not permitted here."""
    enter = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    probe = [*enter, "ip", "link", "add", "probe0", "type", "veth", "peer", "name", "probe1"]
    try:
        tried = subprocess.run(probe, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        tried = subprocess.CompletedProcess(probe, 1, "", str(error))
    if tried.returncode != 0:
        print("skipped: no network namespace can be made here: " + tried.stderr.strip(),
              file=sys.stderr)
        return 77
    command = [*enter, sys.executable, *sys.orig_argv[1:]]
    return subprocess.run(command, env={**os.environ, INSIDE: "1"}, check=False).returncode


if __name__ == "__main__":
    require_emulator()
    if os.environ.get(INSIDE) != "1":
        sys.exit(inside())
    unittest.main()
