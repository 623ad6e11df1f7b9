# SPDX-License-Identifier: Apache-2.0
"""The worker as a process, over our own SQS and its faults: what is deleted, what comes again, what
is given back, and what it serves over HTTP."""
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from fake import FakeS3
from fake_sqs import FakeSqs
from program import PROGRAM, SANITIZED, ProgramTest, environment, run_program, wait_for

CSV = "order_id,customer_id,amount\n1,2,3.5\n2,3,4\n"
PAGE = pathlib.Path(__file__).parents[2] / "docs" / "operations" / "worker.md"


def event(key):
    """As S3 itself notifies."""
    return {"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3",
                         "eventName": "ObjectCreated:Put",
                         "s3": {"bucket": {"name": "lake"}, "object": {"key": key}}}]}


class S3(FakeS3):
    """With the bucket "lake", until the test ends."""

    def __init__(self, test):
        super().__init__()
        test.addCleanup(self.close)

    def put(self, key, text):
        super().put(key, text.encode())

    def silver(self):
        listing = self.http("GET", "/lake?list-type=2&prefix=silver/").decode()
        return sorted(re.findall(r"<Key>silver/(.*?)</Key>", listing))


class Worker:
    """A worker that runs beside the test, logging to files; results may go elsewhere."""

    def __init__(self, test, *arguments, stdout=None):
        folder = test.folder / ("worker-%d" % len(test.workers))
        folder.mkdir()
        self.out, self.err = folder / "out", folder / "err"
        command = [os.path.abspath(PROGRAM), "worker", "--queue", test.queue.url,
                   "--lake", str(test.lake), "--log-format", "json", "--json",
                   "--metrics", "0", "--log-level", "debug", *map(str, arguments)]
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(command, stdout=stdout or out, stderr=err, env=environment(
                {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret",
                 "AWS_ENDPOINT_URL_S3": test.s3.endpoint if test.s3 else ""}))
        test.workers.append(self)
        test.addCleanup(self.kill)

    def lines(self):
        return [json.loads(line) for line in self.err.read_text().splitlines()]

    def results(self):
        return [json.loads(line) for line in self.out.read_text().splitlines()]

    def told(self, text):
        return [line for line in self.lines() if text in line["message"]]

    def wait_told(self, text):
        return wait_for(lambda: self.told(text), "the worker says %r" % text)

    def statuses(self):
        return [result["status"] for result in self.results()]

    def base(self):
        line = self.wait_told("metrics at ")[0]["message"]
        return line.split(" at ")[1].removesuffix("/metrics")

    def page(self, path):
        try:
            with urllib.request.urlopen(self.base() + path, timeout=10) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers

    def metric(self, sample):
        for line in self.page("/metrics")[1].splitlines():
            if line.startswith(sample + " "):
                return int(line.split()[-1])
        raise AssertionError("no metric " + sample)

    def stop(self, number=signal.SIGTERM, seconds=30):
        self.process.send_signal(number)
        return self.process.wait(timeout=seconds)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class WorkerTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.workers = []
        self.s3 = None
        self.queue = FakeSqs()
        self.addCleanup(self.queue.close)
        self.make_lake()

    def worker(self, *arguments, **options):
        return Worker(self, *arguments, **options)

    def wait_empty(self):
        def empty():
            for worker in self.workers:
                self.assertIn(worker.process.poll(), (None, 0, -9), worker.err.read_text())
            return self.queue.left() == 0
        wait_for(empty, "the queue is empty", 300 if SANITIZED else 60)

    def wait_begun(self, worker):
        wait_for(lambda: worker.metric("silversmith_queue_messages_in_flight") == 1, "it is begun")

    def make_slow_lake(self, key, bytes_a_second):
        """The lake is a bucket now, and reading the object of 2 MB takes its time."""
        self.s3 = S3(self)
        self.lake = "s3://lake"
        self.s3.put(key, "id,text\n" + "".join("%06d,abcdefghijkl\n" % i for i in range(100_000)))
        self.s3.fault(fault="slow_body", operation="GetObject", key=key, times=0,
                      amount=bytes_a_second)
        return self.queue.send(event(key))

    def test_events_become_silver_and_messages_go(self):
        keys = ["bronze/orders/%d.csv" % i for i in range(20)]
        for key in keys:
            self.put(key, CSV)
            self.queue.send(event(key))
        worker = self.worker("--concurrency", 4)
        self.wait_empty()
        self.assertEqual(worker.stop(), 0)
        self.assertEqual(sorted(worker.statuses()), ["success"] * 20)
        self.assertEqual(len(self.files_below(self.lake / "silver")), 20)
        runs = worker.told("run")
        self.assertEqual(len(runs), 20)
        self.assertEqual({line["via"] for line in runs}, {"sqs/s3"})
        self.assert_nothing_half_written()

    def test_one_and_sixteen_in_flight(self):
        for count, memory in ((1, "64MiB"), (16, "700MiB")):
            for i in range(32):
                self.put("bronze/%d/%d.csv" % (count, i), CSV)
                self.queue.send(event("bronze/%d/%d.csv" % (count, i)))
            worker = self.worker("--concurrency", count, "--memory", memory)
            self.wait_empty()
            self.assertEqual(worker.stop(), 0)
            self.assertEqual(worker.statuses(), ["success"] * 32)
            most = max(fields["MaxNumberOfMessages"] for name, fields in self.queue.calls
                       if name == "ReceiveMessage")
            self.assertEqual(most, min(count, 10))

    def test_duplicates_and_several_records_in_a_message(self):
        self.put("bronze/a.csv", CSV)
        twice = event("bronze/a.csv")
        twice["Records"] *= 2
        for body in (event("bronze/a.csv"), twice, event("bronze/a.csv")):
            self.queue.send(body)
        worker = self.worker("--concurrency", 1)
        self.wait_empty()
        self.assertEqual(worker.stop(), 0)
        self.assertEqual(worker.statuses(), ["success", "duplicate", "duplicate"])
        coalesced = [line for line in worker.told("run") if line.get("coalesced")]
        self.assertEqual(len(coalesced), 1)

    def test_the_same_key_in_two_slots_at_once_is_one_silver(self):
        for _ in range(6):
            self.put("bronze/a.csv", CSV)
            for _ in range(4):
                self.queue.send(event("bronze/a.csv"))
        worker = self.worker("--concurrency", 4)
        self.wait_empty()
        self.assertEqual(worker.stop(), 0)
        self.assertEqual(self.files_below(self.lake / "silver"), ["a.parquet"])
        self.assertLessEqual(set(worker.statuses()), {"success", "duplicate", "superseded"})
        self.assert_nothing_half_written()

    def test_a_queue_in_trouble_is_asked_again(self):
        self.put("bronze/a.csv", CSV)
        self.queue.send(event("bronze/a.csv"))
        self.queue.fault("ReceiveMessage", 503, 500)
        self.queue.fault("DeleteMessage", 503)
        worker = self.worker()
        self.wait_empty()
        self.assertEqual(len(worker.told("cannot receive")), 2)
        self.assertEqual(worker.metric("silversmith_queue_polls_failed_total"), 2)
        self.assertEqual(worker.stop(), 0)

    def test_what_cannot_be_deleted_comes_again_as_a_duplicate(self):
        self.put("bronze/a.csv", CSV)
        self.queue.send(event("bronze/a.csv"))
        self.queue.fault("DeleteMessage", *[503] * 4)
        worker = self.worker("--lease-seconds", 3)
        self.wait_empty()
        self.assertEqual(worker.stop(), 0)
        self.assertEqual(worker.statuses(), ["success", "duplicate"])

    def test_a_bad_file_is_done_and_its_message_goes(self):
        self.put("bronze/a.csv", "")
        self.queue.send(event("bronze/a.csv"))
        worker = self.worker()
        self.wait_empty()
        self.assertEqual(worker.stop(), 0)
        self.assertEqual(worker.statuses(), ["rejected"])

    def test_bad_neighbours_harm_nobody_and_reach_the_dead_letter_queue(self):
        self.queue.receives_max = 2
        self.put("bronze/good.csv", CSV)
        self.queue.send("this is no event")
        self.queue.send(event("bronze/good.csv"))
        worker = self.worker("--concurrency", 1)
        wait_for(lambda: self.queue.dead and self.queue.left() == 0, "the poison is away")
        self.assertEqual([m.body for m in self.queue.dead], ["this is no event"])
        self.assertEqual(self.queue.dead[0].receives, 2)
        self.assertEqual(len(worker.told("redrive policy")), 2)
        self.assertEqual(worker.metric(
            'silversmith_queue_messages_returned_total{reason="unreadable"}'), 2)
        self.assertEqual(worker.stop(), 0)
        self.assertEqual(worker.statuses(), ["success"])

    def test_what_an_operator_must_mend_waits(self):
        self.put("bronze/a.csv", CSV)
        self.put("contracts/broken.yaml", "fields: [")
        self.queue.send(event("bronze/a.csv"))
        worker = self.worker()
        line = worker.wait_told("given back: misconfigured")[0]
        self.assertGreaterEqual(line["again_in_seconds"], 30)
        self.assertEqual(worker.stop(), 0)
        self.assertEqual(self.queue.left(), 1)

    def test_a_lease_is_extended_while_work_goes_on(self):
        self.make_slow_lake("bronze/a.csv", 100_000)
        worker = self.worker("--lease-seconds", 3)
        self.wait_empty()
        self.assertEqual(worker.stop(), 0)
        self.assertEqual(worker.statuses(), ["success"])
        self.assertGreaterEqual(worker.results()[0]["duration_ms"], 4000)
        self.assertGreaterEqual(self.queue.count("ChangeMessageVisibility"), 3)

    def test_a_lost_lease_ends_that_work_alone(self):
        slow = self.make_slow_lake("bronze/slow.csv", 10_000)
        worker = self.worker("--lease-seconds", 3)
        self.wait_begun(worker)
        self.queue.steal(slow)
        worker.wait_told("its work was given up")
        self.assertEqual(worker.metric("silversmith_queue_leases_lost_total"), 1)
        self.assertEqual(worker.metric("silversmith_queue_messages_in_flight"), 0)
        self.s3.put("bronze/quick.csv", CSV)
        self.queue.send(event("bronze/quick.csv"))
        wait_for(lambda: self.queue.left() == 1, "the other one is done")
        self.assertEqual(worker.stop(), 0)
        self.assertEqual(self.s3.silver(), ["quick.parquet"])

    def test_killed_in_the_middle_somebody_else_does_it_once(self):
        self.make_slow_lake("bronze/a.csv", 100_000)
        first = self.worker("--lease-seconds", 3)
        self.wait_begun(first)
        first.kill()
        self.assertEqual(self.s3.silver(), [])
        second = self.worker("--lease-seconds", 3)
        self.wait_empty()
        self.assertEqual(second.stop(), 0)
        self.assertEqual(second.statuses(), ["success"])
        self.assertEqual(self.s3.silver(), ["a.parquet"])

    def test_drain_lets_work_end(self):
        self.make_slow_lake("bronze/a.csv", 100_000)
        worker = self.worker("--drain-seconds", 300)
        self.wait_begun(worker)
        worker.process.send_signal(signal.SIGTERM)
        wait_for(lambda: worker.page("/healthz")[:2] == (503, "draining\n"), "it says so")
        polls = self.queue.count("ReceiveMessage")
        self.queue.send(event("bronze/b.csv"))
        self.assertEqual(worker.process.wait(timeout=300), 0)
        self.assertEqual(worker.statuses(), ["success"])
        self.assertEqual(self.queue.left(), 1)
        self.assertEqual(self.queue.count("ReceiveMessage"), polls)

    def test_what_drain_cuts_off_is_given_back_at_once(self):
        message = self.make_slow_lake("bronze/a.csv", 10_000)
        worker = self.worker("--drain-seconds", 1)
        self.wait_begun(worker)
        begun = time.monotonic()
        self.assertEqual(worker.stop(), 143)
        self.assertLess(time.monotonic() - begun, 4)
        self.assertEqual([fields["VisibilityTimeout"] for name, fields in self.queue.calls
                          if name == "ChangeMessageVisibility"], [0])
        self.assertEqual((self.queue.left(), message.receives), (1, 1))
        self.assertEqual(self.s3.silver(), [])

    def test_work_cut_off_behind_a_service_that_is_away_holds_nobody_up(self):
        self.make_slow_lake("bronze/a.csv", 100_000)
        self.s3.fault(fault="slow_down", times=0)
        worker = self.worker("--drain-seconds", 0)
        self.wait_begun(worker)
        begun = time.monotonic()
        self.assertEqual(worker.stop(), 143)
        self.assertLess(time.monotonic() - begun, 12)
        self.assertEqual(self.queue.left(), 1)

    def test_idle_it_stops_at_once(self):
        worker = self.worker()
        worker.base()
        wait_for(lambda: self.queue.count("ReceiveMessage"), "it polls")
        self.assertEqual(worker.stop(signal.SIGINT, seconds=5), 0)

    def test_a_second_signal_never_waits(self):
        self.make_slow_lake("bronze/a.csv", 10_000)
        worker = self.worker("--drain-seconds", 300)
        self.wait_begun(worker)
        worker.process.send_signal(signal.SIGINT)
        wait_for(lambda: worker.page("/healthz")[0] == 503, "it drains")
        self.assertEqual(worker.stop(signal.SIGINT, seconds=5), 130)

    def test_memory_does_not_grow(self):
        """A thousand small objects cost no more than the first three hundred."""
        for i in range(1000):
            self.put("bronze/%d.csv" % i, CSV)
        worker = self.worker("--log-level", "info")
        peaks = []
        for start, end in ((0, 300), (300, 1000)):
            for i in range(start, end):
                self.queue.send(event("bronze/%d.csv" % i))
            self.wait_empty()
            peaks.append(worker.metric("silversmith_memory_peak_bytes"))
        self.assertEqual(worker.stop(), 0)
        if not SANITIZED:
            self.assertLess(peaks[1], peaks[0] + (4 << 20))

    def test_metrics_and_health(self):
        self.put("bronze/a.csv", CSV + "x,1,2\n")
        self.queue.send(event("bronze/a.csv"))
        worker = self.worker()
        self.wait_empty()
        wait_for(lambda: worker.metric("silversmith_queue_messages_in_flight") == 0, "it rests")
        status, text, headers = worker.page("/metrics")
        self.assertEqual(status, 200)
        self.assertTrue(headers["Content-Type"].startswith("text/plain; version=0.0.4"))
        self.assertEqual(worker.metric("silversmith_queue_messages_deleted_total"), 1)
        self.assertGreaterEqual(worker.metric("silversmith_rows_read_total"), 2)
        wait_for(lambda: worker.page("/healthz")[0] == 200, "it is healthy")
        self.assertEqual(worker.page("/else")[0], 404)
        self.assertEqual(worker.stop(), 0)
        # Every sample belongs to a family with help and type.
        families = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
        helped = dict(re.findall(r"^# HELP (\S+) (.+)$", text, re.M))
        self.assertEqual(set(families), set(helped))
        for line in text.splitlines():
            if not line.startswith("#"):
                name = re.match(r"[a-z_]+", line)[0]
                self.assertIn(name, families)
                self.assertEqual(name.endswith("_total"), families[name] == "counter")
        # The page of the documentation is the program's own.
        documented = dict(re.findall(r"^\| `(silversmith_\w+)(?:\{\w+\})?` \| (?:counter|gauge) "
                                     r"\| (.+) \|$", PAGE.read_text(), re.M))
        self.assertEqual(documented, helped)

    def test_pages_are_served_while_nobody_reads_the_results(self):
        """A pipe that is full holds up who prints, not who asks for the totals."""
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        try:
            while True:
                os.write(writer, b" " * 4096)
        except BlockingIOError:
            os.set_blocking(writer, True)
        self.put("bronze/a.csv", CSV)
        self.queue.send(event("bronze/a.csv"))
        worker = self.worker(stdout=writer)
        os.close(writer)
        with open(reader, "rb") as results:
            done = 'silversmith_files_total{status="success"}'
            wait_for(lambda: worker.metric(done) == 1, "it is done")
            for _ in range(3):
                self.assertEqual(worker.page("/healthz")[0], 200)
            self.assertEqual(self.queue.left(), 1)
            worker.process.send_signal(signal.SIGTERM)
            self.assertIn(b'"status":"success"', results.read())
        self.assertEqual(worker.process.wait(timeout=30), 0)

    def test_a_queue_that_is_not_there_is_said_at_once(self):
        self.queue.fault("ReceiveMessage", "QueueDoesNotExist")
        done = run_program("worker", "--queue", self.queue.url, "--lake", self.lake,
                           env={"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"})
        self.assertEqual(done.status, 3, done)
        self.assert_says(done.err, "QueueDoesNotExist", self.queue.url)

    def test_health_says_what_is_wrong_with_the_queue(self):
        worker = self.worker()
        self.assertEqual(worker.page("/healthz")[:2],
                         (503, "no poll of the queue has succeeded yet\n"))
        self.assertEqual(worker.metric("silversmith_healthy"), 0)

    def test_settings_that_cannot_be(self):
        usual = ["--queue", self.queue.url, "--lake", self.lake]
        for arguments, wanted in (
                (["--lake", self.lake], "--queue"),
                (["--queue", self.queue.url], "--lake"),
                (["--queue", "in", "--lake", self.lake], "no URL of a queue"),
                ([*usual, "--concurrency", "0"], "1 to 64"),
                ([*usual, "--concurrency", "65"], "1 to 64"),
                ([*usual, "--concurrency", "64"], "--memory"),
                ([*usual, "--lease-seconds", "2"], "3 to 43200"),
                ([*usual, "--metrics", "nowhere"], "HOST:PORT"),
                ([*usual, "--metrics", "192.0.2.1:1"], "cannot listen at 192.0.2.1:1")):
            done = run_program("worker", *arguments)
            self.assertEqual(done.status, 2, done)
            self.assert_says(done.err, wanted)
        self.assertEqual(self.queue.calls, [])


if __name__ == "__main__":
    unittest.main()
