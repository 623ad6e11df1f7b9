# SPDX-License-Identifier: Apache-2.0
"""The template's event patterns before AWS's own rule engine (ruler/Judge.java): each is valid, and
matches exactly the keys that keys.json says; the pattern that tutorials show is none at all. Run with
the Python of tests/deploy/setup."""
import json
import pathlib
import shutil
import subprocess
import sys
import unittest

from resolve import resolve, load

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ENGINE = ROOT / "build/deps/ruler"
TEMPLATE = ROOT / "deploy/cloudformation/silversmith.yaml"
KEYS = json.loads((HERE / "keys.json").read_text("utf-8"))
RULES = ["BronzeRule", "BronzeUpperRule", "RejectsRule", "CatalogRule"]
PATTERN_CHARACTERS_MAX = 2048  # EventBridge's quota
# EventBridge refuses what is too complex and does not say where that begins. Public reports of
# deployments have patterns that the engine counts as 9 accepted and as 12 refused.
COMPLEXITY_MAX = 9

# The pattern as the tutorial that this project answers has it.
TUTORIAL = """{
    "source": ["aws.s3"],
    "detail-type": ["Object Created"],
    "detail": {
      "bucket": {"name": ["data-lake"]},
      "object": {
        "key": [{"prefix": "bronze/", "suffix": ".csv"}]
      }
    }
  }"""
# What one writes next, and what matches too much.
ALTERNATIVES = TUTORIAL.replace('{"prefix": "bronze/", "suffix": ".csv"}',
                                '{"prefix": "bronze/"}, {"suffix": ".csv"}')


def event(key, bucket="data-lake", kind="Object Created"):
    return json.dumps({
        "version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": kind,
        "source": "aws.s3", "account": "123456789012", "time": "2026-11-12T00:00:00Z",
        "region": "us-east-1", "resources": ["arn:aws:s3:::" + bucket],
        "detail": {"version": "0", "bucket": {"name": bucket},
                   "object": {"key": key, "size": 5, "etag": "b1946ac92492d2347c6235b4d2611184",
                              "sequencer": "617f08299329d189"},
                   "request-id": "N4N7GDK58NMKJ12R", "requester": "123456789012",
                   "reason": "PutObject"}})


class Engine:
    """The engine as a process, started once."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["java", "-cp", str(ENGINE / "*"), str(HERE / "ruler/Judge.java")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def answer(self, pattern, events):
        question = json.dumps({"pattern": pattern, "events": events}) + "\n"
        self.process.stdin.write(question.encode())
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise AssertionError("the rule engine ended: %s" % self.process.wait())
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


def patterns(**parameters):
    """{rule: pattern text} under these parameters."""
    made = resolve(load(TEMPLATE), {
        "LakeBucket": "data-lake", "CodeBucket": "code", "CodeKey": "k", "GlueDatabase": "lake",
        **parameters})
    return {rule: json.dumps(made[rule]["Properties"]["EventPattern"]) for rule in RULES}


class Patterns(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.engine = Engine()
        cls.addClassCleanup(cls.engine.close)

    def judge(self, *questions):
        """What the engine says of each (pattern text, events)."""
        return [self.engine.answer(pattern, events) for pattern, events in questions]

    def assert_matches(self, texts, cases, bucket_of=lambda name: "data-lake"):
        """`cases`: [(key, the rules that take it)]."""
        names = sorted(texts)
        answers = self.judge(*[(texts[name], [event(key, bucket_of(name)) for key, _ in cases])
                               for name in names])
        for name, answer in zip(names, answers):
            self.assertIsNone(answer["fault"], name)
            self.assertLessEqual(answer["complexity"], COMPLEXITY_MAX, name)
            print("%s: %d characters, complexity %d"
                  % (name, len(texts[name]), answer["complexity"]))
            wrong = [(key, matched) for (key, wanted), matched in zip(cases, answer["matches"])
                     if matched != (name in wanted)]
            self.assertEqual(wrong, [], name)

    def test_sixty_keys(self):
        self.assertEqual(len(KEYS), 60)
        self.assertEqual(len({row["key"] for row in KEYS}), 60)
        self.assert_matches(patterns(), [(row["key"], row["rules"]) for row in KEYS])

    def test_sixty_keys_below_a_prefix_and_none_without_it(self):
        below = [("team-a/" + row["key"], row["rules"]) for row in KEYS]
        self.assert_matches(patterns(LakePrefix="team-a/"),
                            below + [(row["key"], []) for row in KEYS])

    def test_silver_in_a_bucket_of_its_own(self):
        texts = patterns(SilverBucket="silver-bucket")
        cases = [(row["key"], row["rules"]) for row in KEYS]
        self.assert_matches(texts, cases, lambda name: "data-lake" if "Bronze" in name
                            else "silver-bucket")
        self.assert_matches(texts, [(key, []) for key, _ in cases],
                            lambda name: "silver-bucket" if "Bronze" in name else "data-lake")

    def test_other_events_are_left_alone(self):
        key = "bronze/a.csv"
        [answer] = self.judge((patterns()["BronzeRule"], [
            event(key), event(key, kind="Object Deleted"), event(key, bucket="another"),
            event(key).replace('"aws.s3"', '"our.own"')]))
        self.assertEqual(answer["matches"], [True, False, False, False])

    def test_the_longest_pattern_is_within_the_quota(self):
        longest = patterns(LakeBucket="b" * 63, SilverBucket="s" * 63, LakePrefix="p" * 39 + "/")
        for name, text in longest.items():
            self.assertLessEqual(len(text), PATTERN_CHARACTERS_MAX, name)
            [answer] = self.judge((text, []))
            self.assertIsNone(answer["fault"], name)
            self.assertLessEqual(answer["complexity"], COMPLEXITY_MAX, name)

    def test_one_wildcard_more_would_be_too_complex(self):
        suffixes = [".csv", ".tsv", ".txt", ".CSV"]
        [answer] = self.judge((json.dumps({"detail": {"object": {"key": [
            {"wildcard": "bronze/*%s*" % suffix} for suffix in suffixes]}}}), []))
        self.assertGreater(answer["complexity"], COMPLEXITY_MAX)

    def test_the_tutorials_pattern_is_none(self):
        tutorial, alternatives = self.judge((TUTORIAL, []), (ALTERNATIVES, [
            event("bronze/a.csv"), event("silver/a.csv"), event("bronze/x.gz")]))
        self.assertIn("Only one key allowed in match expression", tutorial["fault"])
        self.assertIsNone(alternatives["fault"])
        self.assertEqual(alternatives["matches"], [True, True, True])


if __name__ == "__main__":
    if not (ENGINE / "stamp").exists():
        print("no %s: run tests/deploy/setup" % ENGINE.relative_to(ROOT), file=sys.stderr)
        sys.exit(1 if shutil.which("mvn") and shutil.which("javac") else 77)
    unittest.main()
