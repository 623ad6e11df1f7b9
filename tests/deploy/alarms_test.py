# SPDX-License-Identifier: Apache-2.0
"""Each alarm of the template on histories that must and must not fire it. What the functions tell is
recorded: lines of metrics that the real programs print, held against the format's rules, and what
the emulator says of each invocation, as Lambda's own metrics. What only services tell (queues,
rules, retries) is made up, as little as the alarm needs; MADE is the list of it. How CloudWatch
evaluates is alarm_math.py's."""
import json
import os
import re
import signal
import unittest

import alarm_math
import emf_rules
import iam_recorder
import policies
import resolve
from alarm_math import ALARM, NO_DATA, OK
from emulator import require_emulator

START = 1_800_000_000  # a whole number of every period
REPORT = re.compile(r"^REPORT RequestId: .*\tDuration: ([\d.]+) ms", re.MULTILINE)
# Of the emulator, seconds; durations are told as shares of the timeout. The function itself gives up
# half a second before so short a one.
TIMEOUT, SLOW_SECONDS = 4, 3.3

CHOICES = {
    "queued": {"GlueDatabase": "lake"},
    "direct": {"Trigger": "direct", "LakePrefix": "team-a/", "Timeout": "60"},
    "told by the bucket": {"EventSource": "s3", "SilverBucket": "silver-lake"},
}

# Metrics that only services have, with a value that is bad and one that is good. Of each metric of
# a service that an alarm reads, that this is its name rests on AWS's documentation:
# docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html,
# .../AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html,
# .../eventbridge/latest/userguide/eb-monitoring.html
MADE = {
    ("AWS/Lambda", "Throttles"): (1, 0),
    ("AWS/Lambda", "AsyncEventAge"): (2 * 3600 * 1000, 1000),  # milliseconds
    ("AWS/Lambda", "AsyncEventsDropped"): (1, 0),
    ("AWS/Lambda", "DestinationDeliveryFailures"): (1, 0),
    ("AWS/Lambda", "DeadLetterErrors"): (1, 0),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): (1, 0),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): (2 * 3600, 10),
    ("AWS/Events", "FailedInvocations"): (1, 0),
    ("AWS/Events", "InvocationsSentToDlq"): (1, 0),
    ("AWS/Events", "InvocationsFailedToBeSentToDlq"): (1, 0),
}
# Which recorded runs fire an alarm that reads what functions tell, and which don't.
RECORDED = {
    "ErrorsAlarm": (["failed", "thrown", "timed out"], ["good", "refused", "mixed"]),
    "DurationAlarm": (["slow", "timed out"], ["good", "failed"]),
    "InvalidRowsAlarm": (["mixed", "mixed, by the sweep"],
                         ["good", "few invalid", "refused", "failed", "swept"]),
    "SweepErrorsAlarm": (["thrown"], ["good"]),
    "NotifyErrorsAlarm": (["thrown"], ["good"]),
    "CatalogErrorsAlarm": (["thrown"], ["good"]),
    "OldestObjectAlarm": (["old", "old and left"], ["young", "swept"]),
    "SweepCutShortAlarm": (["cut short"], ["old", "young", "swept"]),
}
# Where the queue between hides failures from Lambda, what only the queue tells of them.
BY_THE_QUEUE = {"NotifyErrorsAlarm": (["bad"], ["made good"])}


class Run:
    """What was told in one recorded run."""

    def __init__(self):
        self.emf = []          # lines
        self.invocations = []  # {"error": bool, "share": of the timeout}

    def fill(self, store, seconds, function, timeout_ms):
        """Everything of it at one moment; Lambda's metrics as those of `function`."""
        for line in self.emf:
            for sample in emf_rules.samples(line):
                for value in sample.values:
                    store.add(sample.namespace, sample.name, sample.dimensions, seconds, value)
        dimensions = {"FunctionName": function}
        for invocation in self.invocations:
            store.add("AWS/Lambda", "Invocations", dimensions, seconds, 1)
            store.add("AWS/Lambda", "Errors", dimensions, seconds, int(invocation["error"]))
            store.add("AWS/Lambda", "Duration", dimensions, seconds,
                      invocation["share"] * timeout_ms)


class Recorder:
    """Runs of one deployment's functions, each in a lake of its own."""

    def __init__(self, chosen):
        self.chosen = chosen

    def lake(self, *options):
        lake = iam_recorder.Lake(self.chosen, *options)
        lake.strict = False
        lake.contract()
        return lake

    def converted(self, lake, keys, timeout_seconds=60, invoke=None):
        """A run of one invocation for each key, as the deployment's trigger makes it unless
        `invoke` (lake, key) does."""
        invoke = invoke or (lambda lake, key: lake.convert(key, None))
        run, started = Run(), lake.emulator("convert", timeout_seconds)
        try:
            for key in keys:
                before = len(REPORT.findall(started.log()))
                answer = invoke(lake, key)
                reported = REPORT.findall(started.log())[before:]
                late = b"Task timed out" in answer.bytes
                share = 1.0 if late else \
                    float(reported[-1]) / 1000 / timeout_seconds
                run.invocations.append({"error": late or b'"errorType"' in answer.bytes,
                                        "share": share})
            run.emf = [line for line in started.log().splitlines() if emf_rules.is_emf(line)]
        finally:
            lake.close()
        return run

    def swept(self, lake, timeout_seconds=60):
        run = Run()
        lake.end_functions()
        lake.emulator("sweep", timeout_seconds)
        lake.sweep({})
        log = lake.emulator("sweep").log()
        run.emf = [line for line in log.splitlines() if emf_rules.is_emf(line)]
        if not any("OldestUnprocessedSeconds" in line for line in run.emf):
            raise AssertionError("the sweep told no age: " + log)
        return run

    def good(self):
        lake = self.lake()
        keys = ["orders/%d.csv" % i for i in range(5)]
        for key in keys:
            lake.bronze(key, iam_recorder.GOOD)
        return self.converted(lake, [*keys, *keys])  # each is told twice

    def of_rows(self, body, key="orders/a.csv"):
        lake = self.lake()
        lake.bronze(key, body)
        return self.converted(lake, [key])

    def failed(self, invoke=None):
        lake = self.lake()
        lake.bronze("orders/a.csv", iam_recorder.GOOD)
        lake.s3.deny(action="s3:GetObject", prefix=lake.key("bronze/"))
        return self.converted(lake, ["orders/a.csv"], invoke=invoke)

    def thrown(self):
        """The same where no queue stands before: the failure is the invocation's."""
        run = self.failed(lambda lake, key: lake.invoke_with(key, queued=False))
        if not run.invocations[0]["error"]:
            raise AssertionError("the invocation did not fail")
        return run

    def slow(self):
        lake = self.lake()
        lake.bronze("orders/a.csv", iam_recorder.GOOD)
        lake.s3.fault(fault="delay", operation="PutObject", amount=int(SLOW_SECONDS * 1e6), times=0,
                      key="*silver/*")
        return self.converted(lake, ["orders/a.csv"], TIMEOUT)

    def timed_out(self):
        """The process is stopped, so that nothing in it can give up in time."""
        lake = self.lake()
        lake.bronze("orders/a.csv", iam_recorder.GOOD)
        emulator = lake.emulator("convert", 1)
        lake.convert("orders/a.csv", None)
        os.kill(int(emulator.function().name), signal.SIGSTOP)
        run = self.converted(lake, ["orders/a.csv"], 1)
        if not run.invocations[0]["error"]:
            raise AssertionError("the invocation did not time out")
        return run

    def swept_mixed(self):
        lake = self.lake()
        lake.bronze("orders/a.csv", iam_recorder.MIXED)
        try:
            return self.swept(lake)
        finally:
            lake.close()

    def left(self):
        """What the sweep finds it can't convert either."""
        lake = self.lake("--clock-behind", "7200")
        lake.bronze("orders/a.csv", iam_recorder.GOOD)
        lake.s3.deny(action="s3:GetObject", prefix=lake.key("bronze/"))
        try:
            return self.swept(lake)
        finally:
            lake.close()

    def cut_short(self):
        """Nothing is answered in the time that the function has."""
        lake = self.lake()
        for name in ("a", "b", "c"):
            lake.bronze("orders/%s.csv" % name, iam_recorder.GOOD)
        lake.s3.fault(fault="delay", operation="PutObject", amount=int(SLOW_SECONDS * 1e6), times=0,
                      key="*silver/*")
        try:
            return self.swept(lake, TIMEOUT)
        finally:
            lake.close()

    def unswept(self, seconds):
        lake = self.lake("--clock-behind", str(seconds))
        lake.bronze("orders/a.csv", iam_recorder.GOOD)
        try:
            return self.swept(lake)
        finally:
            lake.close()

    def all(self):
        few = b"id,note\n" + b"1,a\n" * 99 + b",b\n"
        old = self.lake("--clock-behind", "7200")
        old.bronze("orders/a.csv", iam_recorder.GOOD)
        try:
            found, then = self.swept(old), self.swept(old)
        finally:
            old.close()
        return {
            "good": self.good(), "failed": self.failed(), "thrown": self.thrown(),
            "mixed, by the sweep": self.swept_mixed(), "old and left": self.left(),
            "cut short": self.cut_short(), "mixed": self.of_rows(iam_recorder.MIXED),
            "few invalid": self.of_rows(few), "refused": self.of_rows(iam_recorder.REFUSED),
            "slow": self.slow(), "timed out": self.timed_out(),
            "old": found, "swept": then, "young": self.unswept(600)}


class Alarms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        template = resolve.load(policies.TEMPLATE)
        base = {"LakeBucket": "lake", "CodeBucket": "code", "CodeKey": "silversmith.zip"}
        cls.choices = [policies.of_template(name, template, {**base, **more})
                       for name, more in CHOICES.items()]
        cls.runs = {chosen.name: Recorder(chosen).all() for chosen in cls.choices}

    def alarms(self):
        for chosen in self.choices:
            for name, resource in chosen.resources.items():
                if resource["Type"] == "AWS::CloudWatch::Alarm":
                    yield chosen, name, resource["Properties"]

    def timeout_ms(self, chosen):
        return chosen.resources["ConvertFunction"]["Properties"]["Timeout"] * 1000

    def store_of(self, chosen, alarm, history, seconds=START):
        """`history`: the name of a run, or "bad" or "good" for what only services tell."""
        store = alarm_math.Store()
        functions = set()
        for namespace, metric, dimensions, _, _ in alarm_math.metrics_of(alarm):
            functions |= {dimensions["FunctionName"]} if "FunctionName" in dimensions else set()
            if history in ("bad", "made good") and (namespace, metric) in MADE:
                bad, good = MADE[(namespace, metric)]
                store.add(namespace, metric, dimensions, seconds, bad if history == "bad" else good)
        if history in ("bad", "made good"):
            self.assertTrue(store.samples, "nothing of it is made up")
            return store
        self.assertLessEqual(len(functions), 1)
        # As long as the alarm waits before it fires.
        for i in range(alarm.get("DatapointsToAlarm", 1)):
            self.runs[chosen.name][history].fill(
                store, seconds - i * alarm_math.period_of(alarm), "".join(functions),
                self.timeout_ms(chosen))
        return store

    def histories(self, chosen, name, alarm):
        firing, quiet = RECORDED.get(name, (["bad"], ["made good"]))
        made = {(namespace, metric) for namespace, metric, _, _, _ in alarm_math.metrics_of(alarm)}
        if name in BY_THE_QUEUE and made & set(MADE):
            firing, quiet = [(a + b) for a, b in zip((firing, quiet), BY_THE_QUEUE[name])]
        return firing, quiet

    def test_each_alarm_fires_when_it_must_and_only_then(self):
        seen = set()
        for chosen, name, alarm in self.alarms():
            now = START + alarm_math.period_of(alarm)
            firing, quiet = self.histories(chosen, name, alarm)
            for history in firing:
                store = self.store_of(chosen, alarm, history)
                self.assertEqual(alarm_math.state(alarm, store, now), ALARM,
                                 (chosen.name, name, history))
            for history in quiet:
                store = self.store_of(chosen, alarm, history)
                self.assertEqual(alarm_math.state(alarm, store, now), OK,
                                 (chosen.name, name, history))
            seen.add(name)
        self.assertLessEqual(set(RECORDED), seen, "each is an alarm of the template")
        self.assertGreater(len(seen), 15)

    def test_each_alarm_ends_when_what_it_is_about_has_ended(self):
        for chosen, name, alarm in self.alarms():
            period = alarm_math.period_of(alarm)
            firing, _ = self.histories(chosen, name, alarm)
            store = self.store_of(chosen, alarm, firing[0])
            later = START + period * (alarm["EvaluationPeriods"] + alarm_math.PERIODS_BACK + 1)
            self.assertIn(alarm_math.state(alarm, store, later), (OK, NO_DATA), name)

    def test_a_failure_that_the_queue_hides_from_lambda_is_told(self):
        """Of the deployments with a queue the failed conversion is no error of the function."""
        seen = set()
        for chosen in self.choices:
            run = self.runs[chosen.name]["failed"]
            self.assertEqual([i["error"] for i in run.invocations], [not chosen.queued], chosen.name)
            failed = [value for line in run.emf for sample in emf_rules.samples(line)
                      if sample.name == "FailedFiles" and
                      dict(sample.dimensions) == {"Pipeline": "csv-validator"}
                      for value in sample.values]
            self.assertEqual(failed, [1], chosen.name)
            seen.add(chosen.queued)
        self.assertEqual(seen, {True, False})

    def test_one_failure_of_many_is_below_the_threshold(self):
        """By either count, and by none of them because of the other's silence."""
        for chosen, name, alarm in self.alarms():
            if name != "ErrorsAlarm":
                continue
            for history in ("failed", "thrown", "timed out"):
                store = self.store_of(chosen, alarm, history)
                for _ in range(4):  # of 10 each
                    self.runs[chosen.name]["good"].fill(store, START, "csv-validator", 300_000)
                now = START + alarm_math.period_of(alarm)
                self.assertEqual(alarm_math.state(alarm, store, now), OK, (chosen.name, history))

    def test_a_sweep_that_is_cut_short_once_is_no_alarm(self):
        seen = 0
        for chosen, name, alarm in self.alarms():
            if name != "SweepCutShortAlarm":
                continue
            period = alarm_math.period_of(alarm)
            for hours, wanted in ((1, OK), (2, OK), (3, ALARM)):
                store = alarm_math.Store()
                for i in range(4):
                    run = "cut short" if i < hours else "young"
                    self.runs[chosen.name][run].fill(store, START - i * period, "", 0)
                self.assertEqual(alarm_math.state(alarm, store, START + period), wanted, hours)
                seen += 1
        self.assertEqual(seen, 3 * len(self.choices))

    def test_silence_is_no_alarm_but_of_the_sweep_it_is_told(self):
        """A lake that gets no files is not ill. A sweep that tells nothing is: it is on a schedule."""
        told = {"ALARM": [], "OK": [], "INSUFFICIENT_DATA": []}
        for _, name, alarm in self.alarms():
            told[alarm_math.state(alarm, alarm_math.Store(), START)].append(name)
            if alarm_math.state(alarm, alarm_math.Store(), START) == NO_DATA:
                self.assertTrue(alarm["InsufficientDataActions"], name)
        self.assertEqual(told["ALARM"], [])
        self.assertEqual(set(told["INSUFFICIENT_DATA"]), {"OldestObjectAlarm"})

    def test_each_alarm_tells_somebody(self):
        anchors = {name.lower() for _, name, _ in self.alarms()}
        for _, name, alarm in self.alarms():
            self.assertTrue(alarm["AlarmActions"], name)
            anchor = re.search(r"docs/operations/runbook\.md#(\w+)", alarm["AlarmDescription"])
            self.assertIn(anchor and anchor.group(1), anchors, name)

    def test_lines_of_metrics_keep_the_formats_rules(self):
        lines = [line for runs in self.runs.values() for run in runs.values() for line in run.emf]
        self.assertGreater(len(lines), 50)
        for line in lines:
            self.assertEqual(emf_rules.faults(line), [], line)

    # Metrics that there are

    def recorded_metrics(self, chosen):
        return {(sample.namespace, sample.name, sample.dimensions)
                for run in self.runs[chosen.name].values() for line in run.emf
                for sample in emf_rules.samples(line)}

    def assert_exists(self, chosen, where, namespace, metric, dimensions):
        if namespace == "Silversmith":
            self.assertIn((namespace, metric, frozenset(dimensions.items())),
                          self.recorded_metrics(chosen), where)
            return
        lambdas = {"Invocations", "Errors", "Duration", "ConcurrentExecutions"}
        self.assertTrue((namespace, metric) in MADE or
                        (namespace == "AWS/Lambda" and metric in lambdas), (where, metric))
        kind, name = {"FunctionName": ("AWS::Lambda::Function", "FunctionName"),
                      "QueueName": ("AWS::SQS::Queue", "QueueName"),
                      "RuleName": ("AWS::Events::Rule", "Name")}[next(iter(dimensions))]
        self.assertIn(list(dimensions.values()), [
            [resource["Properties"][name]] for resource in chosen.resources.values()
            if resource["Type"] == kind], where)

    def test_alarms_are_about_metrics_that_there_are(self):
        for chosen, name, alarm in self.alarms():
            for namespace, metric, dimensions, _, _ in alarm_math.metrics_of(alarm):
                self.assert_exists(chosen, (chosen.name, name), namespace, metric, dimensions)

    def test_the_dashboard_shows_metrics_that_there_are(self):
        seen = 0
        for chosen in self.choices:
            body = json.loads(chosen.resources["Dashboard"]["Properties"]["DashboardBody"])
            for widget in body["widgets"]:
                title = widget["properties"]["title"]
                for row in spelled_out(widget["properties"]["metrics"]):
                    dimensions = dict(zip(row[2::2], row[3::2]))
                    if dimensions.get("QueueName", "").endswith("-work") and \
                            "WorkQueue" not in chosen.resources:
                        continue  # one dashboard for both triggers
                    self.assert_exists(chosen, (chosen.name, title), row[0], row[1], dimensions)
                    seen += 1
        self.assertGreater(seen, 40)

    def test_what_is_counted_once_counts_once(self):
        """An event that is told twice is no second file of rows."""
        run = self.runs["queued"]["good"]
        store = alarm_math.Store()
        run.fill(store, START, "csv-validator", 300_000)
        series = lambda name: store.series("Silversmith", name, {"Pipeline": "csv-validator"}, 300,
                                           "Sum")
        self.assertEqual((series("Files"), series("DuplicateFiles"), series("RowsRead")),
                         ({START: 10}, {START: 5}, {START: 10}))


def spelled_out(rows):
    """A dashboard's rows, in which "." is what stands above and "..." all of it but the last."""
    above = []
    for row in rows:
        row = [field for field in row if not isinstance(field, dict)]
        if row and row[0] == "...":
            row = above[:len(above) - len(row) + 1] + row[1:]
        above = [above[i] if field == "." else field for i, field in enumerate(row)]
        yield above


if __name__ == "__main__":
    require_emulator()
    unittest.main()
