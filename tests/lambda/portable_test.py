# SPDX-License-Identifier: Apache-2.0
"""bootstrap needs nothing of the machine that it runs on: read as a file, then run as a function
inside a root file system (SILVERSMITH_ROOT, else one with nothing but settings), in a network of its
own where names come from a DNS server of this test and S3 is behind TLS."""
import fcntl
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

from emulator import Emulator, require_emulator
from fake import CREDENTIALS, FakeS3
from function_test import eventbridge
from tls import TlsFront

BOOTSTRAP = os.environ.get("SILVERSMITH_BOOTSTRAP", "build/release/bin/bootstrap")
ROOT = os.environ.get("SILVERSMITH_ROOT")
RUNNER = os.environ.get("SILVERSMITH_RUNNER", "")  # an emulator of another machine, static as well
ELF_BYTES_MAX = 10_000_000
HOST = "s3.lake.test"


def readelf(*options):
    return subprocess.run(["readelf", "-W", *options, BOOTSTRAP], capture_output=True, text=True,
                          check=True).stdout


class File(unittest.TestCase):
    def test_it_is_small(self):
        self.assertLessEqual(os.path.getsize(BOOTSTRAP), ELF_BYTES_MAX)

    def test_it_names_no_shared_library_and_no_loader(self):
        self.assertNotIn("NEEDED", readelf("-d"))
        self.assertNotIn("INTERP", readelf("-l"))
        # Versions of the C library's symbols, as a dynamic program would ask for them.
        self.assertNotIn("GLIBC_", readelf("--dyn-syms"))
        self.assertNotIn("GLIBC_", readelf("-V"))

    def test_it_can_be_loaded_anywhere(self):
        self.assertIn("DYN (Position-Independent Executable", readelf("-h"))


class Names(threading.Thread):
    """A DNS server that knows one name; counts what it was asked."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        self.asked = 0
        self.start()

    def run(self):
        while True:
            question, sender = self.socket.recvfrom(512)
            labels, at = [], 12
            while question[at]:
                labels.append(question[at + 1:at + 1 + question[at]].decode())
                at += 1 + question[at]
            [kind] = struct.unpack(">H", question[at + 1:at + 3])
            known = ".".join(labels) == HOST
            self.asked += known
            answered = known and kind == 1
            flags = 0x8180 if known else 0x8183
            answer = question[:2] + struct.pack(">HHHHH", flags, 1, int(answered), 0, 0)
            answer += question[12:at + 5]
            if answered:
                answer += struct.pack(">HHHIH4B", 0xC00C, 1, 1, 60, 4, 127, 0, 0, 1)
            self.socket.sendto(answer, sender)


class Inside(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.names = Names()

    def setUp(self):
        self.s3 = FakeS3()
        self.addCleanup(self.s3.close)
        self.front = TlsFront(self.s3.endpoint, HOST)
        self.addCleanup(self.front.close)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name, "root")
        if ROOT:
            self.assertTrue(pathlib.Path(ROOT, "complete").exists(), ROOT)
            shutil.copytree(ROOT, self.root, symlinks=True)
        for name in ["etc", "tmp", "var/task"]:
            (self.root / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(BOOTSTRAP, self.root / "var/task/bootstrap")
        if RUNNER:
            shutil.copy(shutil.which(RUNNER), self.root / "runner")
        shutil.copy(self.front.authority, self.root / "etc/authority.pem")
        self.write("etc/resolv.conf", "nameserver 127.0.0.1\n")
        # The one device that TLS can't do without.
        device = self.root / "dev/urandom"
        device.parent.mkdir(exist_ok=True)
        device.touch()
        subprocess.run(["mount", "--bind", "/dev/urandom", str(device)], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", str(device)], check=True)

    def write(self, name, text):
        (self.root / name).write_text(text)

    def start(self, **variables):
        starter = pathlib.Path(self.folder.name, "start")
        starter.write_text("#!/bin/sh\nexec chroot %s %s /var/task/bootstrap\n"
                           % (self.root, "/runner" if RUNNER else ""))
        starter.chmod(0o755)
        names = {"SILVERSMITH_LAKE": "s3://lake", "AWS_ENDPOINT_URL_S3": self.front.endpoint,
                 "AWS_CA_BUNDLE": "/etc/authority.pem", "AWS_REGION": "us-east-1",
                 "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", **CREDENTIALS, **variables}
        emulator = Emulator(str(starter), timeout_seconds=60, env=names)
        self.addCleanup(emulator.close)
        return emulator

    def assert_converts(self):
        self.s3.put("bronze/a.csv", b"x,y\n" + b"1,2\n" * 1_000)
        answer = self.start().invoke(eventbridge("bronze/a.csv"))
        self.assertEqual(answer.bytes[:1], b"{", answer)
        answer = answer.json()
        self.assertEqual((answer.get("status"), answer.get("rows")), ("success", 1000), answer)
        self.assertEqual(self.s3.get("silver/a.parquet")[-4:], b"PAR1")

    def test_finds_names_by_dns_however_the_machine_looks_them_up(self):
        for line in ["hosts: files dns", "hosts: files myhostname dns",
                     "hosts: files mymachines resolve [!UNAVAIL=return] dns myhostname", ""]:
            with self.subTest(line):
                self.s3.http("POST", "/_fake/reset")
                self.write("etc/nsswitch.conf", line + "\n")
                asked = self.names.asked
                self.assert_converts()
                self.assertGreater(self.names.asked, asked)

    def test_finds_names_in_the_hosts_file(self):
        self.write("etc/nsswitch.conf", "hosts: files dns\n")
        self.write("etc/hosts", "127.0.0.1 localhost %s\n" % HOST)
        asked = self.names.asked
        self.assert_converts()
        self.assertEqual(self.names.asked, asked)

    def test_a_name_that_there_is_not_is_transient(self):
        answer = self.start(AWS_ENDPOINT_URL_S3="http://none.test:80", SILVERSMITH_MEMORY="256MiB")
        failed = answer.invoke(eventbridge("bronze/a.csv")).json()
        self.assertEqual(failed["errorType"], "Function.Transient", failed)
        self.assertIn("none.test", failed["errorMessage"])


def start_loopback():
    with socket.socket() as any_socket:
        flags_of_lo = struct.pack("16sh", b"lo", 1)  # IFF_UP
        fcntl.ioctl(any_socket, 0x8914, flags_of_lo)  # SIOCSIFFLAGS


if __name__ == "__main__":
    require_emulator()
    if os.environ.get("SILVERSMITH_OWN_NETWORK") != "1":
        apart = ["unshare", "--net", "--mount", "--map-root-user"]
        if subprocess.run([*apart, "true"]).returncode != 0:
            print("this machine gives no namespaces", file=sys.stderr)
            sys.exit(77)
        os.environ["SILVERSMITH_OWN_NETWORK"] = "1"
        os.execvp(apart[0], [*apart, sys.executable, "-B", "-W", "error", *sys.argv])
    start_loopback()
    unittest.main()
