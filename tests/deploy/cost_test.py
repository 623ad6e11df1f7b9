#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/operations/cost.md shows what deploy/cost prints, and deploy/cost counts requests as the program
makes them.

    cost_test.py            compares
    cost_test.py --write    writes the page's tables anew
"""
import importlib.machinery
import importlib.util
import pathlib
import re
import shlex
import subprocess
import sys
import unittest

import alarm_math
import resolve

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "deploy" / "cloudformation" / "silversmith.yaml"
PAGE = ROOT / "docs" / "operations" / "cost.md"
BLOCK = re.compile(r"(<!-- output: (.*) -->\n)(\n\|(?:.*\n)*?\n.*\n)?", re.MULTILINE)


def tool():
    loader = importlib.machinery.SourceFileLoader("cost", str(ROOT / "deploy" / "cost"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("cost", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def printed(command):
    return subprocess.run(shlex.split(command), cwd=ROOT, capture_output=True, text=True,
                          check=True).stdout


def filled(text):
    return BLOCK.sub(lambda found: found[1] + "\n" + printed(found[2]), text)


class Cost(unittest.TestCase):
    def test_the_page_shows_what_is_printed(self):
        text = PAGE.read_text(encoding="utf-8")
        self.assertEqual(len(BLOCK.findall(text)), 2)
        self.assertEqual(text, filled(text))

    def test_the_sum_is_of_its_lines(self):
        for command in ["deploy/cost", "deploy/cost --direct --objects 1 --architecture x86_64"]:
            rows = re.findall(r"\| ([0-9.]+) \|$|\*\*([0-9.]+)\*\* \|$", printed(command), re.MULTILINE)
            lines = [float(line) for line, _ in rows if line]
            total = [float(total) for _, total in rows if total]
            self.assertAlmostEqual(sum(lines), total[0], delta=0.01 * len(lines))

    def test_requests_of_an_object_are_those_that_s3_md_names(self):
        # Five of a small object: HEAD silver, GET bronze, PUT silver, PUT receipt, HEAD bronze.
        self.assertEqual(tool().requests_of(0.01), (2, 3))
        # 64 MiB in ranges of 8; its Parquet still goes by one PUT.
        self.assertEqual(tool().requests_of(64 * 2**20 / 1e6), (2, 10))
        # 200 MiB: 80 MiB of Parquet in ten parts, between Create and Complete.
        self.assertEqual(tool().requests_of(200 * 2**20 / 1e6), (13, 27))

    def test_alarms_are_those_of_the_template(self):
        choices = {"Queued": {}, "Direct": {"Trigger": "direct"}}
        for trigger, parameters in choices.items():
            for source, value in (("ByEventBridge", "eventbridge"), ("ByBucket", "s3")):
                stack = resolve.Stack(resolve.load(TEMPLATE), {
                    "LakeBucket": "lake", "CodeBucket": "code", "CodeKey": "key",
                    "EventSource": value, **parameters})
                alarms = [resource["Properties"] for resource in stack.resources().values()
                          if resource["Type"] == "AWS::CloudWatch::Alarm"]
                read = sum(len(alarm_math.metrics_of(alarm)) for alarm in alarms)
                self.assertEqual(tool().alarm_metrics({trigger, source}), (len(alarms), read))
                self.assertGreater(read, len(alarms))

    def test_series_are_those_that_the_programs_print(self):
        def named(path, begin):
            text = (ROOT / path).read_text(encoding="utf-8").partition(begin)[2]
            return len(re.findall(r'\{"\w+", "(?:Count|Bytes|Seconds|Milliseconds)",',
                                  text.partition("\n}")[0]))
        self.assertEqual(tool().RUN_METRICS, named("src/smith/emf.cc", "metrics_of("))
        self.assertEqual(tool().SWEEP_METRICS, named("src/smith/ledger.cc", "ledger_emf("))

    def test_a_large_lakes_weekly_sweep_is_in_it(self):
        looks = lambda objects: float(re.search(
            r"sweep, looks \|.*\| ([0-9.]+) \|", printed(
                "deploy/cost --objects 1 --lake-objects %d" % objects))[1])
        # 730 / 168 sweeps, 0.0004 dollars a thousand looks; both sums are of whole cents
        self.assertAlmostEqual(looks(40_000) - looks(1), 730 / 168 * 40 * 0.0004, delta=0.011)
        # In 900 s there is time for no more than 720,000 looks, whatever the lake.
        self.assertLessEqual(looks(10_000_000), 730 / 168 * 720 * 0.0004 + 0.02)

    def test_a_queue_costs_and_direct_does_not(self):
        self.assertIn("| SQS |", printed("deploy/cost"))
        self.assertNotIn("| SQS |", printed("deploy/cost --direct"))


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        unittest.main()
