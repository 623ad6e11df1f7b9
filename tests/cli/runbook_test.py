# SPDX-License-Identifier: Apache-2.0
"""Each alarm's section of docs/operations/runbook.md, walked: the test makes the state that fires
the alarm, types exactly the commands that stand there, mends where the page says "# mend:", and
checks that what the page calls good is so. AWS is moto; the functions of the stack run nothing."""
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import unittest

from dlq_test import OF_LAMBDA, OF_RULE, event, record
from moto_service import Moto
from program import PROGRAM, environment, run_program, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "operations" / "runbook.md"
TEMPLATE = ROOT / "deploy" / "cloudformation" / "silversmith.yaml"
SHIM = pathlib.Path(__file__).with_name("aws_shim.py")
CSV = "id,name\n1,one\n2,two\n"
BAD = "id,name\n1,one\nx,two\n"
KEY = "bronze/orders/a.csv"
ALARMS = {"Errors", "Duration", "InvalidRows", "Throttles", "DeadLetters", "StepsDeadLetters",
          "Rejects", "QueueAge", "AsyncAge", "AsyncDropped", "DestinationFailures", "RuleFailed",
          "RuleDeadLetters", "RuleLost", "RejectsRuleFailed", "SweepErrors", "SweepCutShort",
          "OldestObject", "NotifyErrors", "CatalogErrors"}


def sections():
    """The commands of each alarm: (what to type, what shows that it is good)."""
    found = {}
    for part in PAGE.read_text().split("\n## ")[1:]:
        name, _, text = part.partition("\n")
        if not name.endswith("Alarm"):
            continue
        before, _, good = text.partition("Good:")
        found[name.removesuffix("Alarm")] = tuple(
            [line for block in re.findall(r"```sh\n(.*?)```", side, re.DOTALL)
             for line in block.splitlines()] for side in (before, good))
    return found


SECTIONS = sections()


class Page(unittest.TestCase):
    def test_every_alarm_has_its_section_and_both_halves(self):
        self.assertEqual(set(SECTIONS), ALARMS)
        for name, (typed, good) in SECTIONS.items():
            self.assertTrue(typed and good, name)
            for line in good:
                self.assertRegex(line, r"^silversmith .*  # says: \S", name)

    def test_every_alarm_of_the_template_is_led_to_a_section(self):
        text = TEMPLATE.read_text()
        led = set(re.findall(r"docs/operations/runbook\.md#(\w+)alarm", text))
        self.assertEqual(led, {name.lower() for name in ALARMS})
        alarms = re.findall(r"^  (\w+)Alarm:$", text, re.MULTILINE)
        self.assertEqual({name.removeprefix("Upper") for name in alarms}, ALARMS)

    def test_every_alarm_is_walked(self):
        walked = {name.removeprefix("test_walk_") for name in dir(Walk)
                  if name.startswith("test_walk_")}
        self.assertEqual(walked, ALARMS)


class Walk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.moto = Moto(cls.addClassCleanup)

    def setUp(self):
        self.moto.call("POST", "/moto-api/reset")
        self.moto.put("/data-lake")
        self.dead = self.moto.queue("csv-validator-dlq")
        self.work = self.moto.queue("csv-validator-work", self.dead)
        self.steps = self.moto.queue("csv-validator-dlq-steps")
        self.rejects = self.moto.queue("csv-validator-rejects")
        self.moto.function("csv-validator")
        self.id = None
        self.said = []

    # What the page's reader does.

    def type_line(self, line):
        words = {"LAKE": "s3://data-lake", "DEAD_URL": self.dead, "WORK_URL": self.work,
                 "STEPS_URL": self.steps, "REJECTS_URL": self.rejects, "KEY": KEY, "ID": self.id}
        command, _, promised = line.partition("  # says: ")
        words = [words.get(word, word) for word in shlex.split(command)]
        self.assertNotIn(None, words, "no id was listed before: " + line)
        if words[0] == "aws":
            done = subprocess.run([os.environ["SILVERSMITH_MOTO_PYTHON"], str(SHIM), *words[1:]],
                                  env={**environment(self.moto.env),
                                       "AWS_DEFAULT_REGION": "us-east-1"},
                                  capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 0, (line, done.stderr))
            return
        self.assertEqual(words[0], "silversmith", line)
        if words[1] == "worker":
            self.work_until_empty(words[1:])
            return
        done = run_program(*words[1:], env=self.moto.env)
        self.said.append(done.out + done.err)
        if promised:
            self.assertEqual(done.status, 0, (line, done))
            self.assertIn(promised, done.out + done.err, line)
        else:
            # 1 says that there is something to mend; that is why the page has it typed.
            self.assertIn(done.status, self.statuses, (line, done))
        if words[1:3] == ["dlq", "ls"] and done.out and not promised:
            self.id = done.out.splitlines()[1].split()[0]

    def work_until_empty(self, words):
        process = subprocess.Popen([os.path.abspath(PROGRAM), *words], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=environment(self.moto.env))
        try:
            wait_for(lambda: self.moto.depth(self.work) == (0, 0), "the queue is empty")
        finally:
            process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=30), 0)

    def walk(self, alarm, mend=None, statuses=(0, 1), said=()):
        """`said`: what the commands before the mending must have shown."""
        self.statuses = statuses
        typed, good = SECTIONS[alarm]
        mended = False
        for line in typed:
            if not line.startswith("# mend: "):
                self.type_line(line)
                continue
            self.assertIsNotNone(mend, line)
            self.assert_said(said)
            mend()
            mended = True
        self.assertEqual(mended, mend is not None)
        if mend is None:
            self.assert_said(said)
        # What the stack does by itself meanwhile.
        self.convert_what_waits()
        for line in good:
            self.type_line(line)

    def assert_said(self, words):
        for word in words:
            self.assertIn(word, "\n".join(self.said))

    # What the stack does.

    def put(self, key, text=CSV):
        self.moto.put("/data-lake/" + key, text)

    def contract(self, version, max_bad_rows=0, kind="integer"):
        self.put("contracts/orders.yaml", json.dumps({
            "name": "orders", "schema": {"fields": [{"name": "id", "type": kind},
                                                    {"name": "name", "type": "string"}]},
            "silver:contract": {"version": version, "match": "bronze/orders/*.csv"},
            "silver:policy": {"limits": {"maxBadRows": max_bad_rows}}}))

    def convert_what_waits(self):
        """As the function behind the work queue."""
        while True:
            answer = self.moto.sqs("ReceiveMessage", QueueUrl=self.work, MaxNumberOfMessages=10)
            if not answer.get("Messages"):
                return
            for message in answer["Messages"]:
                done = run_program("invoke", "s3://data-lake", env=self.moto.env,
                                   stdin=message["Body"].encode())
                self.assertEqual(done.status, 0, done)
                self.moto.sqs("DeleteMessage", QueueUrl=self.work,
                              ReceiptHandle=message["ReceiptHandle"])

    def give_up(self, *keys):
        """The work queue's own redrive policy, after receives that came to nothing."""
        for key in keys:
            self.moto.send(self.work, event(key, "data-lake"))
        for _ in range(3):
            self.moto.sqs("ReceiveMessage", QueueUrl=self.work, MaxNumberOfMessages=10,
                          VisibilityTimeout=0)
        self.assertEqual(self.moto.depth(self.dead), (len(keys), 0))

    def dead_letter(self, queue, body, attributes=None):
        typed = {name: {"DataType": "Number" if isinstance(value, int) else "String",
                        "StringValue": str(value)} for name, value in (attributes or {}).items()}
        self.moto.sqs("SendMessage", QueueUrl=queue, MessageBody=json.dumps(body),
                      MessageAttributes=typed)

    def refuse(self):
        """A file is refused as a whole, and its report reaches the rejects queue."""
        self.contract(1)
        self.put(KEY, BAD)
        done = run_program("run", "s3://data-lake", env=self.moto.env)
        self.assertEqual(done.status, 1, done)
        report, = [key for key in self.moto.keys("data-lake", "quarantine/")
                   if key.endswith("/rejected.json")]
        self.dead_letter(self.rejects, event(report, "data-lake"))
        return report

    def silver(self):
        return self.moto.keys("data-lake", "silver/")

    def assert_converted(self):
        self.assertEqual(self.silver(), ["silver/orders/a.parquet"])

    # The walks.

    def test_walk_Errors(self):
        self.put(KEY)
        self.put("contracts/orders.yaml", "name: [")
        self.give_up(KEY)
        self.walk("Errors", lambda: self.contract(1), statuses=(0, 1, 2),
                  said=["contracts/orders.yaml"])
        self.assert_converted()

    def test_walk_Duration(self):
        self.put(KEY)
        self.give_up(KEY)
        self.walk("Duration", said=["1 sent"])
        self.assert_converted()

    def test_walk_InvalidRows(self):
        self.contract(1, max_bad_rows=5)
        self.put(KEY, BAD)
        self.assertEqual(run_program("run", "s3://data-lake", env=self.moto.env).status, 0)
        self.walk("InvalidRows", lambda: self.contract(2, kind="string"),
                  said=["type-error", "quarantine/orders/a/"])
        self.assert_converted()

    def test_walk_Throttles(self):
        self.put(KEY)
        self.put("bronze/orders/b.csv")
        self.give_up("bronze/orders/b.csv")
        self.walk("Throttles")
        self.assertEqual(self.silver(), ["silver/orders/a.parquet", "silver/orders/b.parquet"])

    def test_walk_DeadLetters(self):
        self.put(KEY)
        self.put("contracts/orders.yaml", "name: [")
        self.give_up(KEY)
        self.walk("DeadLetters", lambda: self.contract(1), statuses=(0, 1, 3),
                  said=["contracts/orders.yaml", "data-lake/" + KEY])
        self.assert_converted()

    def test_walk_StepsDeadLetters(self):
        self.dead_letter(self.steps, record(KEY, errorType="Function.Transient",
                                            errorMessage="no answer of the topic"))
        self.walk("StepsDeadLetters", lambda: None,
                  said=["no answer of the topic", "function:convert"])

    def test_walk_Rejects(self):
        self.refuse()
        self.walk("Rejects", lambda: self.contract(2, kind="string"),
                  said=["data-lake/" + KEY, "the file was refused"])
        self.assert_converted()

    def test_walk_QueueAge(self):
        self.put(KEY)
        self.moto.send(self.work, event(KEY, "data-lake"))
        self.walk("QueueAge")
        self.assert_converted()

    def test_walk_AsyncAge(self):
        self.put(KEY)
        self.walk("AsyncAge", said=["1 converted"])
        self.assert_converted()

    def test_walk_AsyncDropped(self):
        self.dead_letter(self.dead, record(KEY, condition="EventAgeExceeded"))
        self.dead_letter(self.dead, event(KEY, "data-lake"), OF_LAMBDA)
        self.walk("AsyncDropped", lambda: None, said=["EventAgeExceeded", "at once"])

    def test_walk_DestinationFailures(self):
        self.put(KEY)
        self.walk("DestinationFailures", said=["pending  " + KEY, "1 converted"])
        self.assert_converted()

    def test_walk_RuleFailed(self):
        self.put(KEY)
        self.dead_letter(self.dead, event(KEY, "data-lake"), OF_RULE)
        self.walk("RuleFailed", lambda: None, said=["NO_PERMISSIONS", "events.amazonaws.com"])
        self.assert_converted()

    def test_walk_RuleDeadLetters(self):
        self.put(KEY)
        self.dead_letter(self.dead, event(KEY, "data-lake"), OF_RULE)
        self.walk("RuleDeadLetters", lambda: None, said=["NO_PERMISSIONS", OF_RULE["TARGET_ARN"]])
        self.assert_converted()

    def test_walk_RuleLost(self):
        self.put(KEY)
        self.walk("RuleLost", said=["pending  " + KEY, "1 converted"])
        self.assert_converted()

    def test_walk_RejectsRuleFailed(self):
        self.refuse()
        self.walk("RejectsRuleFailed", lambda: self.put(KEY), said=["the file was refused"])
        self.assert_converted()

    def test_walk_SweepErrors(self):
        self.put(KEY)
        self.put("contracts/orders.yaml", "name: [")
        self.walk("SweepErrors", lambda: self.contract(1), statuses=(0, 1, 2),
                  said=["contracts/orders.yaml"])
        self.assert_converted()

    def test_walk_SweepCutShort(self):
        self.put(KEY)
        self.walk("SweepCutShort", said=["1 converted"])
        self.assert_converted()

    def test_walk_OldestObject(self):
        self.put(KEY)
        self.walk("OldestObject", said=["pending  " + KEY, "no message", "1 converted"])
        self.assert_converted()

    def test_walk_NotifyErrors(self):
        report = self.refuse()
        self.dead_letter(self.steps, event(report, "data-lake"), OF_LAMBDA)
        self.walk("NotifyErrors", lambda: None, said=[OF_LAMBDA["ErrorMessage"][:20]])

    def test_walk_CatalogErrors(self):
        self.dead_letter(self.steps, event("receipts/orders/a/g.json", "data-lake"), OF_LAMBDA)
        self.walk("CatalogErrors", lambda: None, said=[OF_LAMBDA["ErrorMessage"]])


if __name__ == "__main__":
    unittest.main()
