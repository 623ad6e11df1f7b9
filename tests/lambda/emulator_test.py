# SPDX-License-Identifier: Apache-2.0
"""The Runtime API client in a real process under AWS's own emulator: see echo_main.cc for what an
event makes the function do. The emulator answers 200 to failures of the function, too."""
import os
import threading
import time
import unittest

from emulator import Emulator, require_emulator, resident_bytes, wait_for

ECHO = os.environ.get("SILVERSMITH_ECHO", "build/release/bin/lambda_echo")
# A sanitizer keeps freed memory for a while.
SANITIZED = os.environ.get("SILVERSMITH_SANITIZED") == "1"
MIB = 1 << 20
ANSWER_BYTES_MAX = 6 * MIB + 100


class Function(unittest.TestCase):
    def start(self, **options):
        emulator = Emulator(ECHO, **options)
        self.addCleanup(emulator.close)
        return emulator

    def echo(self, emulator, value=None):
        """The answer to an echo, which must be right."""
        event = {"do": "echo", "value": value}
        answer = emulator.invoke(event)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json()["event"], event)
        return answer.json()

    def assert_failed(self, answer, error_type, *words):
        self.assertEqual(answer.json()["errorType"], error_type, answer)
        for text in words:
            self.assertIn(text, answer.json()["errorMessage"])

    def test_answers_a_cold_and_a_warm_invocation_in_one_process(self):
        emulator = self.start(timeout_seconds=5)
        cold = self.echo(emulator, "caf\u00e9 \U0001f980")
        warm = self.echo(emulator, "+ %2B\n")
        self.assertEqual((cold["invocations"], warm["invocations"]), (1, 2))
        self.assertEqual(cold["pid"], warm["pid"])
        self.assertNotEqual(cold["request_id"], warm["request_id"])
        self.assertTrue(cold["function_arn"].startswith("arn:aws:lambda:"), cold)
        for answer in [cold, warm]:
            self.assertGreater(answer["left_millis"], 3000)
            self.assertLessEqual(answer["left_millis"], 5000)
        self.assertNotIn("echo: goes on", emulator.log())

    def test_does_not_grow_over_1000_invocations(self):
        emulator = self.start()
        for _ in range(100):
            pid = self.echo(emulator)["pid"]
        before = resident_bytes(pid)
        begun = time.monotonic()
        for i in range(1000):
            last = self.echo(emulator, i)
        seconds = time.monotonic() - begun
        after = resident_bytes(pid)
        print("1000 invocations in %.2f s; resident %d kB, then %d kB" %
              (seconds, before // 1024, after // 1024), flush=True)
        self.assertEqual((last["pid"], last["invocations"]), (pid, 1100))
        if not SANITIZED:
            self.assertLess(after - before, MIB // 4)

    def test_tells_failures_and_goes_on(self):
        emulator = self.start()
        failed = emulator.invoke({"do": "fail", "type": "Function.StoreBusy",
                                  "message": "503 for \"caf\u00e9\"\n\x7f"})
        self.assertEqual(failed.json(), {"errorType": "Function.StoreBusy", "stackTrace": [],
                                         "errorMessage": "503 for \"caf\u00e9\"\n\x7f"})
        failed = emulator.invoke({"do": "fail", "type": "store-busy", "message": "m"})
        self.assert_failed(failed, "Function.Unknown")
        failed = emulator.invoke({"do": "fail", "type": "Function.Long", "message": "m" * MIB})
        self.assert_failed(failed, "Function.Long", "m" * 30_000)
        self.assertEqual(self.echo(emulator)["invocations"], 4)
        log = emulator.log()
        self.assertNotIn("echo: goes on", log)
        self.assertNotIn("validation error", log)  # the emulator's words for a cause it drops

    def test_survives_payloads_that_are_no_events(self):
        emulator = self.start()
        for payload in [b"", b"not json", b"{", b"\x00\xff\xfe\r\n\r\n", b"[" * 100_000]:
            self.assert_failed(emulator.invoke(payload), "Function.NotJson")
        for payload in [b"null", b"7", b"[]", b"{}", b'{"do":7}']:
            self.assert_failed(emulator.invoke(payload), "Function.NoSuchAction")
        large = "x" * 5_000_000
        self.assertEqual(self.echo(emulator, large)["invocations"], 11)
        self.assert_failed(emulator.invoke(b"x" * 5_000_000), "Function.NotJson")
        self.assertEqual(self.echo(emulator)["invocations"], 13)
        self.assertNotIn("echo: goes on", emulator.log())

    def test_fails_an_answer_over_6_mib_and_goes_on(self):
        emulator = self.start()
        fits = emulator.invoke({"do": "big", "bytes": ANSWER_BYTES_MAX})
        self.assertEqual(len(fits.bytes), ANSWER_BYTES_MAX, fits)
        for size in [ANSWER_BYTES_MAX + 1, 20 * MIB]:
            failed = emulator.invoke({"do": "big", "bytes": size})
            self.assert_failed(failed, "Function.ResponseSizeTooLarge")
        self.assertEqual(self.echo(emulator)["invocations"], 4)
        wait_for(lambda: emulator.log().count("echo: goes on: answer to ") == 2, "both are said")

    def test_is_healthy_after_a_timeout(self):
        emulator = self.start(timeout_seconds=2)
        before = self.echo(emulator)
        late = emulator.invoke({"do": "hang"})
        self.assertIn(b"Task timed out after 2.00 seconds", late.bytes)
        after = self.echo(emulator)
        self.assertEqual(after["invocations"], 1)
        self.assertNotEqual(after["pid"], before["pid"])

    def test_is_healthy_after_a_crash(self):
        emulator = self.start()
        self.echo(emulator)
        crashed = emulator.invoke({"do": "crash"})
        self.assertEqual(crashed.status, 502, crashed)
        self.assert_failed(crashed, "Runtime.ExitError")
        self.assertEqual(self.echo(emulator)["invocations"], 1)

    def test_says_why_it_could_not_begin(self):
        emulator = self.start(env={"ECHO_INIT_ERROR": "1"})
        failed = emulator.invoke({"do": "echo"})
        self.assertEqual(failed.status, 502, failed)
        self.assert_failed(failed, "Runtime.NoLake", "no lake is named")

    def test_ends_in_good_order_at_sigterm_because_of_the_extension(self):
        emulator = self.start()
        self.echo(emulator)
        self.assertIn("echo: stopped in good order", emulator.terminate())

    def test_ends_what_it_had_begun_at_sigterm(self):
        emulator = self.start()
        self.echo(emulator)
        caller = threading.Thread(target=self.invoke_and_be_cut_off, args=[emulator])
        caller.start()
        wait_for(lambda: "echo: waits" in emulator.log(), "the handler works")
        log = emulator.terminate()
        caller.join()
        self.assertIn("echo: has waited", log)
        self.assertIn("echo: stopped in good order", log)

    @staticmethod
    def invoke_and_be_cut_off(emulator):
        try:
            emulator.invoke({"do": "wait"})
        except OSError:
            pass  # the emulator ends while it answers

    def test_works_without_the_extension_but_is_killed_without_a_word(self):
        emulator = self.start(env={"ECHO_NO_EXTENSION": "1"})
        self.echo(emulator)
        self.assertNotIn("echo: stopped in good order", emulator.terminate())


if __name__ == "__main__":
    require_emulator()
    unittest.main()
