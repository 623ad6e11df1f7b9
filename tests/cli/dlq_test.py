# SPDX-License-Identifier: Apache-2.0
"""The commands of `dlq` over our own SQS and Lambda and their faults: what is shown, what is sent
once more, what stays, and that nothing is lost when the program is killed."""
import json
import os
import pty
import signal
import subprocess
import time
import unittest

from fake import FakeS3
from fake_lambda import FakeLambda
from fake_sqs import FakeSqs
from program import PROGRAM, ProgramTest, environment, run_program, wait_for

CSV = "order_id,customer_id,amount\n1,2,3.5\n2,3,4\n"
KEYS = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
REPORT = "quarantine/%s/0123456789abcdef-fedcba9876543210/rejected.json"
OF_LAMBDA = {"RequestID": "r-1", "ErrorCode": 200,
             "ErrorMessage": "no permission: s3:PutObject on silver/a.parquet"}
OF_RULE = {"RULE_ARN": "arn:aws:events:us-east-1:123456789012:rule/bronze-csv-trigger",
           "TARGET_ARN": "arn:aws:sqs:us-east-1:123456789012:csv-validator-work",
           "ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "not authorized to send"}


def event(key, bucket="lake"):
    """As EventBridge sends it."""
    return {"version": "0", "source": "aws.s3", "detail-type": "Object Created",
            "time": "2026-01-02T03:04:05Z",
            "detail": {"version": "0", "bucket": {"name": bucket}, "object": {"key": key}}}


def record(key, condition="RetriesExhausted", **answer):
    """What an on-failure destination gets."""
    return {"version": "1.0", "timestamp": "2026-01-02T03:04:05.006Z",
            "requestContext": {"requestId": "r-2", "condition": condition,
                               "functionArn": "arn:aws:lambda:us-east-1:1:function:convert:$LATEST",
                               "approximateInvokeCount": 3},
            "requestPayload": event(key),
            "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
            "responsePayload": answer}


class DlqTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.queue = self.fake(FakeSqs(name="csv-validator-dlq"))
        self.work = self.fake(FakeSqs(name="csv-validator-work"))
        self.queue.sources = [self.work.url]

    def fake(self, server):
        self.addCleanup(server.close)
        return server

    def dlq(self, command, *arguments, **options):
        env = {**KEYS, **options.pop("env", {})}
        return run_program("dlq", command, self.queue.url, *arguments, env=env, **options)

    def send(self, *keys):
        return [self.queue.send(event(key)) for key in keys]

    def assert_all_back(self, count):
        """Nothing was taken away, and nothing is hidden from others."""
        self.assertEqual((self.queue.left(), self.queue.hidden()), (count, 0))


class Looking(DlqTest):
    def test_each_kind_is_told_from_the_others(self):
        ids = {
            "queue": self.send("bronze/orders/a.csv")[0].id,
            "function": self.queue.send(event("bronze/b.csv"), OF_LAMBDA).id,
            "destination": self.queue.send(record(
                "bronze/c.csv", errorType="Function.Misconfigured", errorMessage="no right")).id,
            "rule": self.queue.send(event("bronze/d.csv"), OF_RULE).id,
            "rejects": self.queue.send(event(REPORT % "e")).id,
            "unreadable": self.queue.send("hello").id,
        }
        done = self.dlq("ls", "--json")
        self.assertEqual(done.status, 0, done)
        found = {line["kind"]: line for line in done.jsons()}
        self.assertEqual({kind: line["message_id"] for kind, line in found.items()}, ids)
        self.assertEqual({line["schema"] for line in done.jsons()}, {"silversmith.dead-letter/1"})
        self.assertEqual(found["queue"]["events"][0]["key"], "bronze/orders/a.csv")
        self.assertEqual(found["queue"]["receives"], 1)
        self.assertEqual(found["function"]["error"], OF_LAMBDA["ErrorMessage"])
        self.assertEqual(found["destination"]["error"], "Function.Misconfigured: no right")
        self.assertEqual(found["destination"]["attempts"], "3")
        self.assertIn("events.amazonaws.com", found["rule"]["to_do"])
        self.assertEqual(found["rule"]["target_arn"], OF_RULE["TARGET_ARN"])
        self.assertIn("see who sends this", found["unreadable"]["to_do"])
        self.assert_all_back(6)

    def test_a_table_for_people_with_counts(self):
        self.send(*("bronze/orders/%d.csv" % i for i in range(12)))
        self.queue.send(event("bronze/b.csv"), OF_RULE)
        done = self.dlq("ls")
        self.assertEqual(done.status, 0, done)
        self.assert_says(done.out, "lake/bronze/orders/11.csv", "by error",
                         "12  queue: no reason is said", "1  rule: NO_PERMISSIONS", "by place",
                         "12  lake/bronze/orders/", "1  lake/bronze/")
        self.assert_all_back(13)

    def test_max_bounds_it_and_says_that_there_is_more(self):
        self.send(*("bronze/%d.csv" % i for i in range(25)))
        done = self.dlq("ls", "--json", "--max", 12)
        self.assertEqual(len(done.jsons()), 12)
        self.assertIn("about 13 more", done.err)
        self.assert_all_back(25)

    def test_an_empty_queue_is_no_failure(self):
        done = self.dlq("ls")
        self.assertEqual((done.status, done.out), (0, ""), done)
        self.assertIn("no message", done.err)

    def test_a_message_that_comes_twice_is_told_once(self):
        self.send("bronze/a.csv", "bronze/b.csv")
        # The lease of the first poll is lost before the second.
        self.queue.fault("ReceiveMessage", lambda: None, self.queue.expire_leases)
        done = self.dlq("ls", "--json")
        self.assertEqual(len(done.jsons()), 2, done)
        self.assertGreaterEqual(self.queue.count("ReceiveMessage"), 2)
        self.assert_all_back(2)

    def test_a_queue_with_a_redrive_policy_is_not_looked_into_by_mistake(self):
        self.send("bronze/a.csv")
        self.queue.redrives = True
        done = self.dlq("ls")
        self.assertEqual(done.status, 2, done)
        self.assertIn("redrive policy", done.err)
        self.assertEqual(self.queue.count("ReceiveMessage"), 0)
        self.assertEqual(len(self.dlq("ls", "--yes", "--json").jsons()), 1)

    def test_passing_trouble_is_waited_out_and_a_missing_right_is_named(self):
        self.send("bronze/a.csv")
        self.queue.fault("ReceiveMessage", 503, 500)
        self.assertEqual(len(self.dlq("ls", "--json").jsons()), 1)
        for action in ("GetQueueAttributes", "ReceiveMessage"):
            self.queue.fault(action, "AccessDeniedException")
            done = self.dlq("ls")
            self.assertEqual(done.status, 3, done)
            self.assertIn("sqs:" + action, done.err)
        self.queue.fault("ReceiveMessage", *[503] * 5)
        self.assertEqual(self.dlq("ls").status, 75)

    def test_what_can_not_be_given_back_comes_back_by_itself(self):
        self.send("bronze/a.csv")
        self.queue.fault("ChangeMessageVisibilityBatch", "AccessDeniedException")
        done = self.dlq("ls")
        self.assertEqual(done.status, 0, done)
        self.assert_says(done.err, "comes back by itself", "sqs:ChangeMessageVisibility")
        lease = next(fields["VisibilityTimeout"] for action, fields in self.queue.calls
                     if action == "ReceiveMessage")
        self.assertLessEqual(lease, 30)

    def test_show_has_all_of_a_message(self):
        self.send("bronze/x.csv")
        message = self.queue.send(event("bronze/b.csv"), OF_LAMBDA)
        done = self.dlq("show", message.id)
        self.assertEqual(done.status, 0, done)
        self.assert_says(done.out, message.id, "lake/bronze/b.csv", "request: r-1",
                         OF_LAMBDA["ErrorMessage"], "to do: ", "attribute ErrorCode: 200",
                         '"detail-type": "Object Created"')
        whole = self.dlq("show", message.id, "--json").json()
        self.assertEqual(json.loads(whole["body"]), event("bronze/b.csv"))
        self.assertEqual(whole["attributes"]["ErrorCode"], {"type": "Number", "value": "200"})
        self.assert_all_back(2)

    def test_show_says_what_is_not_there(self):
        message, = self.send("bronze/x.csv")
        done = self.dlq("show", message.id, "no-such-id")
        self.assertEqual(done.status, 1, done)
        self.assertIn("no-such-id", done.err)
        self.assertIn("bronze/x.csv", done.out)
        self.assert_all_back(1)

    def test_control_bytes_of_a_message_reach_no_terminal(self):
        self.queue.send(event("bronze/\x1b[31mred.csv"))
        self.queue.send("\x1b]0;title\x07")
        ids = [message.id for message in self.queue.messages]
        for done in (self.dlq("ls"), self.dlq("show", *ids)):
            self.assertEqual(done.status, 0, done)
            self.assertNotIn("\x1b", done.out)


class Redriving(DlqTest):
    def sent(self):
        return sorted(json.loads(body)["detail"]["object"]["key"] for body in self.work.bodies())

    def test_all_go_to_the_source_queue_as_they_were(self):
        keys = ["bronze/%02d.csv" % i for i in range(23)]
        for key in keys:
            self.queue.send(event(key), {"Note": "kept"})
        done = self.dlq("redrive")
        self.assertEqual(done.status, 0, done)
        self.assertIn("23 found, 23 sent, 0 left, 0 failed", done.out)
        self.assertEqual(self.sent(), keys)
        self.assertEqual(self.queue.left(), 0)
        self.assertEqual(self.work.messages[0].attributes["Note"]["StringValue"], "kept")

    def test_what_says_why_it_failed_is_left_behind(self):
        self.queue.send(event("bronze/a.csv"), OF_LAMBDA)
        self.queue.send(event("bronze/b.csv"), OF_RULE)
        self.queue.send(record("bronze/c.csv"))
        done = self.dlq("redrive", "--json")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(self.sent(), ["bronze/a.csv", "bronze/b.csv", "bronze/c.csv"])
        self.assertEqual([message.attributes for message in self.work.messages], [{}, {}, {}])
        last = done.jsons()[-1]
        self.assertEqual(last["schema"], "silversmith.redrive/1")
        self.assertEqual((last["found"], last["sent"], last["remaining_about"]), (3, 3, 0))
        self.assertEqual(last["target"], self.work.url)

    def test_a_fifo_queue_keeps_its_order_and_drops_what_comes_twice(self):
        target = self.fake(FakeSqs(name="work.fifo"))
        message = self.queue.send(event("bronze/a.csv"), group="g7")
        self.assertEqual(self.dlq("redrive", "--to", target.url).status, 0)
        fields = next(fields for action, fields in target.calls if action == "SendMessage")
        self.assertEqual((fields["MessageGroupId"], fields["MessageDeduplicationId"]),
                         ("g7", message.id))

    def test_a_dry_run_changes_nothing(self):
        self.send("bronze/a.csv", "bronze/b.csv")
        self.queue.send("hello")
        done = self.dlq("redrive", "--dry-run")
        self.assertEqual(done.status, 1, done)
        self.assert_says(done.out, "would-send", "3 found, 2 would be sent, 1 left, 0 failed")
        self.assertEqual(self.work.left(), 0)
        self.assert_all_back(3)

    def test_ids_and_max_pick_some(self):
        messages = self.send(*("bronze/%d.csv" % i for i in range(30)))
        picked = messages[17]
        done = self.dlq("redrive", picked.id)
        self.assertEqual(done.status, 0, done)
        self.assertEqual(self.sent(), ["bronze/17.csv"])
        self.assert_all_back(29)
        done = self.dlq("redrive", picked.id)
        self.assertEqual(done.status, 1, done)
        self.assertIn(picked.id, done.err)
        done = self.dlq("redrive", "--max", 12)
        self.assertEqual(done.status, 1, done)
        self.assert_says(done.out, "12 sent", "about 17 not looked at")
        self.assert_all_back(17)

    def test_what_would_do_no_good_stays_and_says_why(self):
        self.queue.send("hello")
        self.queue.send({"Event": "s3:TestEvent"})
        self.queue.send(record("bronze/a.csv", condition="Success"))
        self.queue.send(event("silver/a.parquet"))
        self.queue.send(event(REPORT % "e"))
        done = self.dlq("redrive")
        self.assertEqual(done.status, 1, done)
        self.assert_says(done.out, "5 found, 0 sent, 5 left", "no event that is known",
                         "asks for nothing", "makes a loop", "give --lake")
        self.assertEqual(self.work.left(), 0)
        self.assert_all_back(5)

    def test_the_target_is_found_or_asked_for(self):
        self.send("bronze/a.csv")
        for sources, words in (([], "no queue sends"), ([self.work.url, "http://q/1/b"],
                                                        "2 queues send")):
            self.queue.sources = sources
            done = self.dlq("redrive")
            self.assertEqual(done.status, 2, done)
            self.assert_says(done.err, words, "--to function:NAME")
        for to, words in ((self.queue.url, "the queue itself"), ("nonsense", "wanted a queue's URL"),
                          ("function:a b", "names no Lambda function"),
                          ("lake", "which one?")):
            done = self.dlq("redrive", "--to", to)
            self.assertEqual(done.status, 2, done)
            self.assertIn(words, done.err)
        self.assert_all_back(1)

    def test_what_fails_again_at_once_is_not_sent_in_circles(self):
        self.send("bronze/a.csv", "bronze/b.csv")

        def fails():
            """The worker behind the target fails at once, and its queue gives up at once."""
            self.queue.send(event("bronze/again.csv"))

        self.work.fault("SendMessage", *[fails] * 50)
        done = self.dlq("redrive", timeout=60)
        self.assertEqual(done.status, 1, done)
        self.assertEqual(self.work.count("SendMessage"), 2)
        self.assertEqual(self.queue.bodies(), [json.dumps(event("bronze/again.csv"))] * 2)
        self.assert_all_back(2)

    def test_a_wrong_clock_ends_at_the_count_of_the_start(self):
        for message in self.send(*("bronze/%d.csv" % i for i in range(12))):
            message.sent -= 7200

        def fails():
            self.queue.send(event("bronze/again.csv")).sent -= 3600

        self.work.fault("SendMessage", *[fails] * 100)
        done = self.dlq("redrive", timeout=60)
        self.assertEqual(self.work.count("SendMessage"), 12, done)
        self.assert_all_back(12)

    def test_the_rate_is_kept(self):
        self.send(*("bronze/%d.csv" % i for i in range(5)))
        began = time.monotonic()
        self.assertEqual(self.dlq("redrive", "--rate", 4).status, 0)
        self.assertGreaterEqual(time.monotonic() - began, 1.0)

    def test_a_lease_is_kept_while_the_rate_is_slow(self):
        self.send(*("bronze/%d.csv" % i for i in range(5)))
        done = self.dlq("redrive", "--rate", 1, "--lease-seconds", 3)
        self.assertEqual(done.status, 0, done)
        self.assertEqual(self.work.count("SendMessage"), 5)
        self.assertGreaterEqual(self.queue.count("ChangeMessageVisibility"), 2)
        # None of them was given to anybody a second time.
        self.assertEqual(max(fields["MaxNumberOfMessages"] for action, fields in self.queue.calls
                             if action == "ReceiveMessage"), 10)
        self.assertEqual(self.queue.left(), 0)

    def test_trouble_of_the_target_is_waited_out(self):
        self.send("bronze/a.csv", "bronze/b.csv")
        self.work.fault("SendMessage", 503, 500)
        self.assertEqual(self.dlq("redrive").status, 0)
        self.assertEqual(self.work.left(), 2)
        self.send("bronze/c.csv", "bronze/d.csv")
        self.work.fault("SendMessage", *[503] * 20)
        done = self.dlq("redrive")
        self.assertEqual(done.status, 75, done)
        self.assertIn("1 failed", done.out)
        self.assert_all_back(2)

    def test_a_missing_right_ends_it_and_is_named(self):
        for queue, action in ((self.work, "SendMessage"), (self.queue, "DeleteMessage"),
                              (self.queue, "ReceiveMessage"),
                              (self.queue, "ListDeadLetterSourceQueues")):
            self.queue.messages.clear()
            self.send("bronze/a.csv", "bronze/b.csv")
            queue.fault(action, *["AccessDeniedException"] * 5)
            done = self.dlq("redrive")
            self.assertEqual(done.status, 3, (action, done))
            self.assertIn("sqs:" + action, done.err)
            queue.faults.clear()
            self.assert_all_back(2)
        # What was sent and could not be deleted was told, and only one was.
        self.assertEqual(self.work.left(), 1)

    def test_a_message_that_no_queue_takes_holds_up_no_other(self):
        self.send("bronze/a.csv", "bronze/b.csv")
        self.work.fault("SendMessage", "InvalidMessageContents")
        done = self.dlq("redrive")
        self.assertEqual(done.status, 1, done)
        self.assertIn("2 found, 1 sent, 0 left, 1 failed", done.out)
        self.assertEqual((self.work.left(), self.queue.left()), (1, 1))

    def test_a_delete_that_was_not_heard_of_is_done_again(self):
        self.send(*("bronze/%d.csv" % i for i in range(3)))
        self.queue.fault("DeleteMessage", 503)
        self.assertEqual(self.dlq("redrive").status, 0)
        self.assertEqual((self.work.left(), self.queue.left()), (3, 0))

    def test_a_lost_lease_sends_twice_at_most(self):
        message, = self.send("bronze/a.csv")
        self.work.fault("SendMessage", lambda: self.queue.steal(message))
        done = self.dlq("redrive")
        self.assertEqual(done.status, 0, done)
        self.assert_says(done.out, "may come again", "1 sent")
        self.assertEqual(self.queue.left(), 1)

    def test_killed_anywhere_it_loses_nothing_and_goes_on(self):
        keys = ["bronze/%d.csv" % i for i in range(4)]
        places = [(self.queue, "ReceiveMessage", 0), (self.queue, "DeleteMessage", 0),
                  (self.queue, "DeleteMessage", 3), (self.work, "SendMessage", 0),
                  (self.work, "SendMessage", 2), (self.queue, "ReceiveMessage", 1)]
        killed = 0
        for server, action, number in places:
            for has_effect in (True, False):
                self.queue.messages.clear()
                self.work.messages.clear()
                self.send(*keys)
                killed += self.kill_at(server, action, number, has_effect)
                self.queue.faults.clear()
                self.work.faults.clear()
                self.queue.expire_leases()  # as time does
                done = self.dlq("redrive")
                self.assertEqual(done.status, 0, (action, number, has_effect, done))
                self.assertEqual(set(self.sent()), set(keys), (action, number, has_effect))
                self.assertLessEqual(self.work.left(), len(keys) + 1)
                self.assertEqual(self.queue.left(), 0)
        self.assertGreaterEqual(killed, 10)

    def kill_at(self, server, action, number, has_effect):
        """Runs it until the call of that number, and whether it was killed there."""
        process = subprocess.Popen(
            [os.path.abspath(PROGRAM), "dlq", "redrive", self.queue.url],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(KEYS))

        def kill():
            process.kill()
            process.wait()
            return None if has_effect else 500

        server.fault(action, *[lambda: None] * number, kill)
        return process.wait(timeout=60) == -signal.SIGKILL

    def test_a_signal_ends_it_and_gives_all_back(self):
        self.send(*("bronze/%d.csv" % i for i in range(9)))
        process = subprocess.Popen(
            [os.path.abspath(PROGRAM), "dlq", "redrive", self.queue.url, "--rate", "2"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(KEYS), text=True)
        wait_for(lambda: self.work.left() >= 1, "the first is sent")
        process.send_signal(signal.SIGTERM)
        out = process.communicate(timeout=60)[0]
        self.assertEqual(process.returncode, 143, out)
        self.assertIn(" sent, ", out)
        self.assertEqual(self.work.left() + self.queue.left(), 9)
        self.assertEqual(self.queue.hidden(), 0)


class RedrivingToAFunction(DlqTest):
    def setUp(self):
        super().setUp()
        self.service = self.fake(FakeLambda())
        self.queue.sources = []

    def redrive(self, *arguments, to="function:csv-validator"):
        return self.dlq("redrive", "--to", to, *arguments,
                        env={"AWS_ENDPOINT_URL_LAMBDA": self.service.endpoint})

    def test_the_function_is_handed_the_event_that_failed(self):
        self.queue.send(event("bronze/a.csv"), OF_LAMBDA)
        self.queue.send(record("bronze/b.csv"))
        done = self.redrive()
        self.assertEqual(done.status, 0, done)
        self.assertEqual(self.service.invoked,
                         [("csv-validator", None, event("bronze/a.csv")),
                          ("csv-validator", None, event("bronze/b.csv"))])
        self.assertEqual(self.queue.left(), 0)

    def test_an_alias_of_an_arn_is_called(self):
        self.send("bronze/a.csv")
        done = self.redrive(to="function:arn:aws:lambda:eu-west-1:123456789012:function:f:live")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(self.service.invoked, [("f", "live", event("bronze/a.csv"))])

    def test_a_function_that_is_made_for_other_events_gets_them(self):
        self.queue.send(event(REPORT % "a"), OF_LAMBDA)
        self.queue.send(event("silver/a.parquet"))
        schedule = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
        self.queue.send(schedule, OF_LAMBDA)
        done = self.redrive(to="function:csv-validator-notify")
        self.assertEqual(done.status, 1, done)
        self.assertEqual([payload for _, _, payload in self.service.invoked],
                         [event(REPORT % "a"), schedule])
        self.assertEqual(self.queue.left(), 1)

    def test_trouble_and_a_missing_right(self):
        self.send("bronze/a.csv", "bronze/b.csv")
        self.service.faults = [(429, "TooManyRequestsException")]
        self.assertEqual(self.redrive().status, 0)
        self.send("bronze/a.csv", "bronze/b.csv")
        self.service.faults = [(403, "AccessDeniedException")]
        done = self.redrive()
        self.assertEqual(done.status, 3, done)
        self.assertIn("lambda:InvokeFunction", done.err)
        self.service.faults = [(413, "RequestTooLargeException")]
        done = self.redrive()
        self.assertEqual(done.status, 1, done)
        self.assertIn("1 sent, 0 left, 1 failed", done.out)
        self.assert_all_back(1)

    def test_killed_between_two_steps_it_calls_twice_and_loses_nothing(self):
        self.send("bronze/a.csv", "bronze/b.csv")
        process = subprocess.Popen(
            [os.path.abspath(PROGRAM), "dlq", "redrive", self.queue.url, "--to", "function:f"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment({**KEYS, "AWS_ENDPOINT_URL_LAMBDA": self.service.endpoint}))
        self.queue.fault("DeleteMessage", lambda: (process.kill(), process.wait(), 500)[2])
        self.assertEqual(process.wait(timeout=60), -signal.SIGKILL)
        self.queue.expire_leases()
        self.assertEqual(self.redrive(to="function:f").status, 0)
        keys = [payload["detail"]["object"]["key"] for _, _, payload in self.service.invoked]
        self.assertEqual(set(keys), {"bronze/a.csv", "bronze/b.csv"})
        self.assertEqual(len(keys), 3)


class RedrivingToALake(DlqTest):
    def setUp(self):
        super().setUp()
        self.make_lake()

    def redrive(self, *arguments):
        return self.dlq("redrive", "--to", "lake", "--lake", self.lake, *arguments)

    def write_contract(self, version, max_bad_rows):
        self.put("contracts/o.yaml", json.dumps({
            "name": "o", "schema": {"fields": [{"name": "id", "type": "integer"}]},
            "silver:contract": {"version": version, "match": "bronze/o/*.csv"},
            "silver:policy": {"limits": {"maxBadRows": max_bad_rows}}}))

    def test_a_refused_file_is_taken_when_its_contract_is_mended(self):
        self.write_contract(1, 0)
        self.put("bronze/o/a.csv", "id\n1\nx\n")
        self.assertEqual(run_program("run", self.lake).status, 1)
        report = [name for name in self.files_below(self.lake) if name.endswith("/rejected.json")]
        self.assertEqual(len(report), 1)
        self.queue.send(event(report[0]))
        listed = self.dlq("ls", "--lake", self.lake, "--json").json()
        self.assertEqual(listed["kind"], "rejects")
        self.assertEqual(listed["source"], {"bucket": "lake", "key": "bronze/o/a.csv"})
        self.assertIn("bad", listed["error"])
        done = self.redrive()
        self.assertEqual(done.status, 1, done)
        self.assert_says(done.out, "refused as before", "1 left")
        self.assert_all_back(1)
        self.write_contract(2, 1)
        done = self.redrive()
        self.assertEqual(done.status, 0, done)
        self.assertEqual(self.files_below(self.lake / "silver"), ["o/a.parquet"])
        self.assertEqual(self.queue.left(), 0)

    def test_a_report_that_is_gone_leaves_its_message(self):
        self.queue.send(event(REPORT % "o/a"))
        done = self.redrive()
        self.assertEqual(done.status, 1, done)
        self.assertIn("rejected.json", done.out)
        self.assert_all_back(1)

    def test_a_queue_gets_the_event_of_the_refused_file_itself(self):
        self.write_contract(1, 0)
        self.put("bronze/o/a.csv", "id\n1\nx\n")
        self.assertEqual(run_program("run", self.lake).status, 1)
        report, = [name for name in self.files_below(self.lake) if name.endswith("/rejected.json")]
        self.queue.send(event(report))
        done = self.dlq("redrive", "--lake", self.lake)
        self.assertEqual(done.status, 0, done)
        self.assertEqual([json.loads(body) for body in self.work.bodies()],
                         [{"bucket": "lake", "key": "bronze/o/a.csv"}])

    def test_what_is_converted_leaves_the_queue(self):
        for name in ("a", "b"):
            self.put("bronze/%s.csv" % name, CSV)
        self.send("bronze/a.csv", "bronze/gone.csv")
        self.queue.send(record("bronze/b.csv"))
        done = self.redrive()
        self.assertEqual(done.status, 0, done)
        self.assertEqual(self.files_below(self.lake / "silver"), ["a.parquet", "b.parquet"])
        self.assertIn("success", done.out)
        self.assertEqual(self.queue.left(), 0)

    def test_what_fails_stays(self):
        self.put("bronze/a.csv", CSV)
        self.put("contracts/bad.yaml", "name: [")
        self.send("bronze/a.csv")
        done = self.redrive()
        self.assertEqual(done.status, 3, done)
        self.assert_says(done.out, "contracts/bad.yaml", "1 failed")
        self.assert_all_back(1)


class RedrivingToABucket(DlqTest):
    def test_a_lease_is_kept_while_a_conversion_is_slow(self):
        s3 = self.fake(FakeS3())
        text = "id,text\n" + "".join("%06d,abcdefghijkl\n" % i for i in range(100_000))
        s3.put("bronze/a.csv", text.encode())
        s3.fault(fault="slow_body", operation="GetObject", key="bronze/a.csv", times=0,
                 amount=400_000)
        message, = self.send("bronze/a.csv")
        done = self.dlq("redrive", "--to", "lake", "--lake", "s3://lake", "--lease-seconds", 3,
                        env={"AWS_ENDPOINT_URL_S3": s3.endpoint})
        self.assertEqual(done.status, 0, done)
        self.assertIn("1 sent", done.out)
        self.assertGreaterEqual(self.queue.count("ChangeMessageVisibility"), 3)
        # It was never given out a second time.
        self.assertEqual((self.queue.left(), message.receives), (0, 1))


class Purging(DlqTest):
    def test_yes_deletes_what_ls_shows(self):
        self.send(*("bronze/%d.csv" % i for i in range(15)))
        done = self.dlq("purge")
        self.assertEqual(done.status, 2, done)
        self.assertIn("--yes", done.err)
        self.assert_all_back(15)
        done = self.dlq("purge", "--yes", "--max", 11)
        self.assertEqual(done.status, 0, done)
        self.assertIn("11 deleted", done.out)
        self.assert_all_back(4)

    def test_ids_pick_some(self):
        messages = self.send("bronze/a.csv", "bronze/b.csv")
        done = self.dlq("purge", "--yes", messages[1].id, "--json")
        self.assertEqual(done.json()["deleted"], 1)
        self.assertEqual(self.queue.bodies(), [json.dumps(event("bronze/a.csv"))])
        self.assert_all_back(1)

    def test_an_export_holds_all_that_was_deleted(self):
        path = self.folder / "out.jsonl"
        messages = self.send(*("bronze/%d.csv" % i for i in range(12)))
        self.queue.send(event("bronze/b.csv"), OF_LAMBDA)
        self.assertEqual(self.dlq("purge", "--yes", "--export", path).status, 0)
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        self.assertEqual(len(lines), 13)
        self.assertEqual({line["message_id"] for line in lines[:12]},
                         {message.id for message in messages})
        self.assertEqual(json.loads(lines[0]["body"]), event("bronze/0.csv"))
        self.assertEqual(lines[12]["attributes"]["ErrorCode"]["value"], "200")
        self.assertEqual(self.queue.left(), 0)

    def test_without_its_export_nothing_is_deleted(self):
        self.send("bronze/a.csv")
        done = self.dlq("purge", "--yes", "--export", self.folder / "no" / "out.jsonl")
        self.assertEqual(done.status, 3, done)
        done = self.dlq("purge", "--yes", "--export", "/dev/full")
        self.assertNotEqual(done.status, 0, done)
        self.assertEqual(self.queue.count("DeleteMessage"), 0)
        self.assert_all_back(1)

    def test_killed_at_a_delete_the_export_has_the_message(self):
        path = self.folder / "out.jsonl"
        self.send("bronze/a.csv", "bronze/b.csv")
        process = subprocess.Popen(
            [os.path.abspath(PROGRAM), "dlq", "purge", self.queue.url, "--yes", "--export",
             str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=environment(KEYS))
        self.queue.fault("DeleteMessage", lambda: (process.kill(), process.wait(), None)[2])
        self.assertEqual(process.wait(timeout=60), -signal.SIGKILL)
        self.assertEqual(self.queue.left(), 1)
        self.assertEqual(len(path.read_text().splitlines()), 2)

    def test_all_at_once(self):
        self.send(*("bronze/%d.csv" % i for i in range(15)))
        self.assertEqual(self.dlq("purge", "--all", "--yes", "--export", "x").status, 2)
        self.queue.fault("PurgeQueue", "PurgeQueueInProgress")
        self.assertEqual(self.dlq("purge", "--all", "--yes").status, 75)
        self.queue.fault("PurgeQueue", "AccessDeniedException")
        done = self.dlq("purge", "--all", "--yes")
        self.assertEqual(done.status, 3, done)
        self.assertIn("sqs:PurgeQueue", done.err)
        done = self.dlq("purge", "--all", "--yes")
        self.assertIn("15 deleted", done.out)
        self.assertEqual((self.queue.left(), self.queue.count("ReceiveMessage")), (0, 0))

    def typed(self, text):
        """The exit status when that is typed at a terminal."""
        ours, theirs = pty.openpty()
        with os.fdopen(ours, "wb", buffering=0) as keyboard:
            process = subprocess.Popen(
                [os.path.abspath(PROGRAM), "dlq", "purge", self.queue.url], stdin=theirs,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment(KEYS))
            os.close(theirs)
            keyboard.write(text.encode() + b"\n")
            self.assertIn(b"Type the queue's name", process.communicate(timeout=60)[1])
            return process.returncode

    def test_a_person_types_the_name(self):
        self.send("bronze/a.csv")
        self.assertEqual(self.typed("yes"), 2)
        self.assert_all_back(1)
        self.assertEqual(self.typed("csv-validator-dlq"), 0)
        self.assertEqual(self.queue.left(), 0)


if __name__ == "__main__":
    unittest.main()
