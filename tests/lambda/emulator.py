# SPDX-License-Identifier: Apache-2.0
"""AWS's Lambda runtime emulator around a program, for tests: start, invoke, stop, and its log."""
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
EMULATOR = ROOT / "build/deps/lambda/aws-lambda-rie"
MACHINES = ("x86_64", "aarch64")
DEADLINE_SECONDS = 30
INVOKE = "/2015-03-31/functions/function/invocations"


def require_emulator():
    """Ends the test run when there is none: skipped (77) where none is built for this machine."""
    if EMULATOR.exists():
        return
    print("no %s: run tests/lambda/setup" % EMULATOR.relative_to(ROOT), file=sys.stderr)
    sys.exit(1 if os.uname().machine in MACHINES else 77)


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


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Answered:
    def __init__(self, response):
        self.status = response.status
        self.bytes = response.read()

    def json(self):
        return json.loads(self.bytes)

    def __repr__(self):
        return "%d %r" % (self.status, self.bytes[:500])


def resident_bytes(pid):
    pages = int(pathlib.Path("/proc/%s/statm" % pid).read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Emulator:
    """One emulator; the program starts with the first invocation. One invocation at a time: the
    emulator does not outlive a second one beside it."""

    def __init__(self, program, timeout_seconds=10, env=None):
        self.port, self.api_port = free_port(), free_port()
        self.log_file = tempfile.NamedTemporaryFile(prefix="silversmith-lambda-", suffix=".txt")
        variables = {k: v for k, v in os.environ.items()
                     if not k.startswith(("AWS_", "SILVERSMITH_", "ECHO_", "_X_AMZN"))}
        variables["AWS_LAMBDA_FUNCTION_TIMEOUT"] = str(timeout_seconds)
        variables.update(env or {})
        self.process = subprocess.Popen(
            [EMULATOR, "--runtime-interface-emulator-address", "127.0.0.1:%d" % self.port,
             "--runtime-api-address", "127.0.0.1:%d" % self.api_port, os.path.abspath(program)],
            stdout=self.log_file, stderr=subprocess.STDOUT, env=variables, start_new_session=True)
        wait_for(self.listens, "the emulator listens")

    def listens(self):
        if self.process.poll() is not None:
            raise AssertionError("the emulator ended: " + self.log())
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except ConnectionRefusedError:
            return False

    def invoke(self, event):
        """`event` as JSON, or bytes as they are."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_SECONDS)
        try:
            connection.request("POST", INVOKE, body)
            return Answered(connection.getresponse())
        finally:
            connection.close()

    def function(self):
        """The function's process, the emulator's only child, as its folder in /proc."""
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has just ended
            if parent == self.process.pid:
                return path.parent
        raise AssertionError("the emulator has no function: " + self.log())

    def log(self):
        return pathlib.Path(self.log_file.name).read_text("utf-8", "replace")

    def terminate(self):
        """SIGTERM, as at the end of a sandbox; the log of the whole life."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(DEADLINE_SECONDS)
        return self.log()

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)  # the program is in the emulator's session
        except ProcessLookupError:
            pass
        self.process.wait()
        self.log_file.close()
