# SPDX-License-Identifier: Apache-2.0
"""What the process tests share: the program under test, a lake in a folder of its own, and waits
that poll for an outcome until a deadline."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

PROGRAM = os.environ.get("SILVERSMITH_PROGRAM", "build/release/bin/silversmith")
DEADLINE_SECONDS = 60
# A sanitizer needs threads, descriptors and memory of its own.
SANITIZED = os.environ.get("SILVERSMITH_SANITIZED") == "1"


def environment(extra=None):
    """Our own variables would change what is tested."""
    ours = ("SILVERSMITH_", "AWS_")
    proxies = ("http_proxy", "https_proxy", "no_proxy")
    kept = {k: v for k, v in os.environ.items()
            if not k.startswith(ours) and k.lower() not in proxies}
    kept.pop("XDG_CONFIG_HOME", None)
    kept.update({"TERM": "dumb", "LC_ALL": "C", "AWS_CONFIG_FILE": "/nonexistent"})
    kept.update(extra or {})
    return kept


class Done:
    """A process that has ended."""

    def __init__(self, completed):
        self.status = completed.returncode
        self.raw = completed.stdout
        self.out = completed.stdout.decode("utf-8", "replace")
        self.err = completed.stderr.decode("utf-8", "replace")

    def json(self):
        """The one JSON object on standard output."""
        lines = self.out.splitlines()
        assert len(lines) == 1, "found %d lines, wanted 1: %s%s" % (len(lines), self.out, self.err)
        return json.loads(lines[0])

    def jsons(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def __repr__(self):
        return "status %d\nstdout: %s\nstderr: %s" % (self.status, self.out, self.err)


def run_program(*arguments, env=None, cwd=None, stdin=b"", prefix=(), timeout=120):
    command = [*prefix, os.path.abspath(PROGRAM), *map(str, arguments)]
    return Done(subprocess.run(command, input=stdin, capture_output=True, env=environment(env),
                               cwd=cwd, timeout=timeout, check=False))


def wait_for(condition, what, seconds=DEADLINE_SECONDS):
    """The first true value of condition(); polls, and fails the test at the deadline."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("after %d s still not: %s" % (seconds, what))
        time.sleep(0.02)


class ProgramTest(unittest.TestCase):
    """A test with a scratch folder, and a lake in it on demand."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="silversmith-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.lake = self.folder / "lake"

    def run_ok(self, *arguments, **keywords):
        done = run_program(*arguments, **keywords)
        self.assertEqual(done.status, 0, done)
        return done

    def make_lake(self, files=None):
        self.run_ok("init", self.lake)
        for key, data in (files or {}).items():
            self.put(key, data)
        return self.lake

    def put(self, key, data):
        """Writes lake/<key> by a rename, as a careful producer does."""
        path = self.lake / key
        path.parent.mkdir(parents=True, exist_ok=True)
        hidden = path.parent / ("." + path.name + ".upload")
        hidden.write_bytes(data if isinstance(data, bytes) else data.encode())
        hidden.rename(path)
        return path

    def write(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def rows_of(self, path):
        """The rows of a Parquet file, as our own reader sees them."""
        return self.run_ok("parquet", "head", path, "--json", "--limit", "1000000").jsons()

    def verify(self, path):
        self.run_ok("parquet", "verify", path)

    def files_below(self, folder):
        return sorted(str(p.relative_to(folder)) for p in pathlib.Path(folder).rglob("*")
                      if p.is_file())

    def assert_nothing_half_written(self, root=None):
        """Every object is whole, and no scratch file is left or visible."""
        root = pathlib.Path(root or self.lake)
        for name in self.files_below(root):
            parts = name.split("/")
            if parts[0] == ".silversmith":
                self.assertNotEqual(parts[1], "tmp", "scratch is left: " + name)
                continue
            if parts[0] in ("silver", "quarantine", "receipts"):
                self.assertFalse(any(part.startswith(".") for part in parts), name)
                self.assertFalse(name.endswith((".tmp", ".partial")), name)
            if parts[0] in ("silver", "quarantine") and name.endswith(".parquet"):
                self.verify(root / name)
            if parts[0] in ("quarantine", "receipts") and name.endswith(".json"):
                json.loads((root / name).read_text())

    def assert_balance(self, result):
        self.assertEqual(result["rows_read"],
                         result["rows"] + result["rows_quarantined"] +
                         result["rows_deduplicated"] + result["rows_skipped"], result)

    def assert_says(self, text, *wanted):
        for words in wanted:
            self.assertIn(words, text)


class Watching:
    """A watcher that runs beside the test."""

    def __init__(self, lake, *arguments, prefix=()):
        self.results = []
        self.process = subprocess.Popen(
            [*prefix, os.path.abspath(PROGRAM), "watch", str(lake), "--json", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        os.set_blocking(self.process.stdout.fileno(), False)
        os.set_blocking(self.process.stderr.fileno(), False)
        self.out = b""
        self.err = b""
        wait_for(lambda: b"watching" in self.read_error(), "the watcher is up")

    def read_error(self):
        self.err += self.process.stderr.read() or b""
        return self.err

    def read_results(self):
        """All results so far."""
        self.out += self.process.stdout.read() or b""
        self.read_error()
        return [json.loads(line) for line in self.out.split(b"\n")[:-1]]

    def of(self, key):
        return [r for r in self.read_results() if r["key"] == key]

    def stop(self, number=signal.SIGTERM, seconds=15):
        """Its exit status."""
        self.process.send_signal(number)
        wait_for(lambda: (self.read_results(), self.process.poll() is not None)[1],
                 "the watcher has stopped", seconds)
        self.read_results()
        return self.process.returncode

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()
