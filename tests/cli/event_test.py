# SPDX-License-Identifier: Apache-2.0
"""Events from outside: the samples that `event` prints, and `invoke`, which runs any of them through
the handler of the Lambda. Keys are decoded here by Python's own library, as consumers do."""
import json
import pathlib
import unittest
import urllib.parse

from program import ProgramTest, run_program

KINDS = ["eventbridge", "s3", "sqs", "sns"]
HARD_KEYS = ["bronze/a.csv", "bronze/with blank.csv", "bronze/a+b.csv", "bronze/a%2Bb.csv",
             "bronze/100%.csv", "bronze/line\nbreak.csv", "bronze/caf\u00e9 \u65e5\u672c.csv",
             "bronze/\U0001F680 & more = \"x\".csv", "bronze/deep/er/dt=2026-01-02/a~b(c)!.csv"]
CSV = "x\n1\n2\n"


def key_in(kind, event):
    """The key that a consumer finds, and the bucket."""
    if kind == "sqs":
        return key_in("eventbridge", json.loads(event["Records"][0]["body"]))
    if kind == "sns":
        return key_in("s3", json.loads(event["Records"][0]["Sns"]["Message"]))
    if kind == "eventbridge":
        return event["detail"]["object"]["key"], event["detail"]["bucket"]["name"]
    s3 = event["Records"][0]["s3"]
    return urllib.parse.unquote_plus(s3["object"]["key"]), s3["bucket"]["name"]


class EventTest(ProgramTest):
    def invoke(self, event, *arguments, status=0):
        text = event if isinstance(event, (str, bytes)) else json.dumps(event)
        data = text if isinstance(text, bytes) else text.encode()
        done = run_program("invoke", self.lake, *arguments, stdin=data)
        self.assertEqual(done.status, status, done)
        return done.json()

    def sample(self, kind, key):
        return self.run_ok("event", kind, self.lake, key).out

    def notification(self, *keys):
        return {"Records": [{"eventVersion": "2.1", "eventName": "ObjectCreated:Put",
                             "s3": {"bucket": {"name": "b"},
                                    "object": {"key": urllib.parse.quote_plus(key)}}}
                            for key in keys]}

    def message(self, number, body):
        text = body if isinstance(body, str) else json.dumps(body)
        return {"messageId": number, "eventSource": "aws:sqs", "body": text}


class Samples(EventTest):
    def test_say_the_key_as_a_consumer_reads_it(self):
        self.make_lake()
        for key in HARD_KEYS:
            self.put(key, CSV)
            for kind in KINDS:
                event = json.loads(self.sample(kind, key))
                self.assertEqual(key_in(kind, event), (key, "lake"), kind)

    def test_tell_size_and_time_of_the_object(self):
        self.make_lake({"bronze/a.csv": CSV})
        event = json.loads(self.sample("eventbridge", "bronze/a.csv"))
        self.assertEqual(event["source"], "aws.s3")
        self.assertEqual(event["detail-type"], "Object Created")
        self.assertEqual(event["detail"]["object"]["size"], len(CSV))
        self.assertRegex(event["time"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        again = self.sample("eventbridge", "bronze/a.csv")
        self.assertEqual(json.loads(again), event)
        self.put("bronze/a.csv", CSV + "3\n")
        changed = json.loads(self.sample("eventbridge", "bronze/a.csv"))
        self.assertNotEqual(changed["detail"]["object"]["etag"], event["detail"]["object"]["etag"])
        self.assertGreater(changed["detail"]["object"]["sequencer"],
                           event["detail"]["object"]["sequencer"])

    def test_may_be_about_what_is_not_there_and_say_so(self):
        self.make_lake()
        done = self.run_ok("event", "s3", self.lake, "silver/none.parquet", "--json")
        self.assertEqual(key_in("s3", done.json()), ("silver/none.parquet", "lake"))
        self.assert_says(done.err, "no such object")

    def test_name_the_bucket_of_a_lake_in_s3(self):
        done = self.run_ok("event", "s3", "s3://data-lake/team", "team/bronze/a.csv", "--json")
        self.assertEqual(key_in("s3", done.json()), ("team/bronze/a.csv", "data-lake"))
        self.assert_says(done.err, "its size is said to be 0")

    def test_refuse_keys_that_no_object_can_have(self):
        self.make_lake()
        for key, words in [("", "empty"), ("x" * 1025, "1025 bytes"), (b"a\xff".decode(
                "utf-8", "surrogateescape"), "UTF-8")]:
            done = run_program("event", "s3", self.lake, key)
            self.assertEqual((done.status, done.out), (2, ""), done)
            self.assert_says(done.err, words)
        done = run_program("event", "s3", "s3://", "k")
        self.assertEqual(done.status, 2, done)
        self.assertEqual(run_program("event", "mail", self.lake, "k").status, 2)
        self.assertEqual(run_program("event", "s3", self.folder / "none", "k").status, 2)


class Invoke(EventTest):
    def test_runs_every_sample_and_recognises_the_repeat(self):
        self.make_lake()
        for number, key in enumerate(HARD_KEYS):
            self.put(key, CSV)
            kind = KINDS[number % len(KINDS)]
            answer = self.invoke(self.sample(kind, key))
            if kind == "sqs":
                self.assertEqual(answer, {"batchItemFailures": []})
            else:
                self.assertEqual((answer["status"], answer["key"], answer["rows"]),
                                 ("success", key, 2), kind)
                self.assertTrue((self.lake / answer["output"]).is_file())
                self.assert_balance(answer)
            again = self.invoke(self.sample("s3", key))
            self.assertEqual((again["status"], again["key"]), ("duplicate", key))
        self.assertEqual(len(self.files_below(self.lake / "silver")), len(HARD_KEYS))
        self.assert_nothing_half_written()

    def test_reads_the_event_from_a_file_too(self):
        self.make_lake({"bronze/a.csv": CSV})
        path = self.write("event.json", self.sample("sns", "bronze/a.csv"))
        done = self.run_ok("invoke", self.lake, "--event", path)
        self.assertEqual(done.json()["status"], "success")
        done = run_program("invoke", self.lake, "--event", self.folder / "none.json")
        self.assertEqual((done.status, done.out), (3, ""), done)
        self.assert_says(done.err, "--event", "none.json")

    def test_finds_what_an_event_names_encoded_though_it_should_not(self):
        self.make_lake({"bronze/a b.csv": CSV})
        event = json.loads(self.sample("eventbridge", "bronze/a b.csv"))
        event["detail"]["object"]["key"] = "bronze/a%20b.csv"
        answer = self.invoke(event)
        self.assertEqual((answer["status"], answer["key"], answer["key_decoding"]),
                         ("success", "bronze/a b.csv", "fallback"))

    def test_ignores_what_is_gone_removed_or_not_ours(self):
        self.make_lake({"bronze/a.csv": CSV, "bronze/b.md": CSV})
        removed = self.notification("bronze/a.csv")
        removed["Records"][0]["eventName"] = "ObjectRemoved:Delete"
        for event, words in [(self.notification("bronze/none.csv"), "no such object"),
                             (self.notification("bronze/b.md"), ".csv"),
                             (self.notification("else/a.csv"), "not under bronze/"),
                             (removed, "removed"),
                             ({"Service": "Amazon S3", "Event": "s3:TestEvent"}, "s3:TestEvent")]:
            answer = self.invoke(event)
            self.assertEqual(answer["status"], "ignored")
            self.assertIn(words, answer["note"])
        self.assertEqual(self.files_below(self.lake / "silver"), [])

    def test_is_loud_about_a_loop(self):
        self.make_lake({"bronze/a.csv": CSV})
        self.invoke(self.notification("bronze/a.csv"))
        done = self.run_ok("invoke", self.lake, "--log-format", "json",
                           stdin=json.dumps(self.notification("silver/a.parquet")).encode())
        self.assertEqual(done.json()["status"], "ignored")
        line = json.loads(done.err)
        self.assertEqual((line["level"], line["error"]["code"]), ("warn", "event-loop"))

    def test_a_refused_file_is_a_success_of_the_invocation(self):
        self.make_lake({"bronze/empty.csv": ""})
        for _ in range(2):
            answer = self.invoke(self.notification("bronze/empty.csv"))
            self.assertEqual((answer["status"], answer["error"]["code"]),
                             ("rejected", "source-error"))
            self.assertTrue((self.lake / answer["quarantine"] / "rejected.json").is_file())

    def test_answers_for_several_objects_with_each_and_the_totals(self):
        self.make_lake({"bronze/a.csv": CSV, "bronze/b.csv": ""})
        answer = self.invoke(self.notification("bronze/a.csv", "bronze/b.csv", "bronze/a.csv"))
        self.assertEqual(answer["status"], "rejected")
        self.assertEqual([(r["key"], r["status"]) for r in answer["results"]],
                         [("bronze/a.csv", "success"), ("bronze/b.csv", "rejected")])
        self.assertEqual((answer["totals"]["events"], answer["totals"]["coalesced"],
                          answer["totals"]["rows"]), (3, 1, 2))

    def test_gives_back_only_the_messages_that_failed(self):
        self.make_lake({"bronze/a.csv": CSV, "bronze/b.csv": CSV, "bronze/empty.csv": ""})
        (self.lake / "silver/b.parquet").write_text("not ours")
        answer = self.invoke({"Records": [
            self.message("good", self.notification("bronze/a.csv")),
            self.message("misconfigured", self.notification("bronze/b.csv")),
            self.message("rejected", self.notification("bronze/empty.csv")),
            self.message("broken", "{"),
            self.message("dead letter", json.loads(self.sample("eventbridge", "bronze/a.csv")))]})
        self.assertEqual(answer, {"batchItemFailures": [{"itemIdentifier": "misconfigured"},
                                                        {"itemIdentifier": "broken"}]})
        self.assertTrue((self.lake / "silver/a.parquet").is_file())

    def test_answers_s3_batch_operations(self):
        self.make_lake({"bronze/a b.csv": CSV})
        answer = self.invoke({
            "invocationSchemaVersion": "1.0", "invocationId": "i", "job": {"id": "j"},
            "tasks": [{"taskId": "t", "s3Key": "bronze/a+b.csv", "s3VersionId": "1",
                       "s3BucketArn": "arn:aws:s3:::lake"}]})
        self.assertEqual(answer, {
            "invocationSchemaVersion": "1.0", "treatMissingKeysAs": "PermanentFailure",
            "invocationId": "i",
            "results": [{"taskId": "t", "resultCode": "Succeeded",
                         "resultString": "success: 2 rows, 0 quarantined"}]})

    def test_fails_as_lambda_would_and_says_what_it_found(self):
        self.make_lake({"bronze/a.csv": CSV})
        for event in ["", "hello", "[]", "{}", b"\xff", '{"Records": [{}]}']:
            answer = self.invoke(event, status=2)
            self.assertEqual(answer["errorType"], "Function.UnreadableEvent", event)
            self.assertIn("found", answer["errorMessage"])
        (self.lake / "silver/a.parquet").write_text("not ours")
        answer = self.invoke(self.notification("bronze/a.csv"), status=2)
        self.assertEqual(answer["errorType"], "Function.Misconfigured")
        self.assert_says(answer["errorMessage"], "bronze/a.csv", "--adopt")
        self.assertEqual((self.lake / "silver/a.parquet").read_text(), "not ours")

    def test_logs_one_line_an_event_with_the_envelope_around_it(self):
        self.make_lake({"bronze/a.csv": CSV})
        body = json.loads(self.sample("eventbridge", "bronze/a.csv"))
        batch = {"Records": [self.message("m", body)]}
        done = self.run_ok("invoke", self.lake, "--log-format", "json",
                           stdin=json.dumps(batch).encode())
        line = json.loads(done.err)
        self.assertEqual((line["level"], line["status"], line["message_id"], line["via"]),
                         ("info", "success", "m", "sqs/eventbridge"))
        self.assertRegex(line["timestamp"], r"^20\d\d-.*Z$")

    def test_puts_silver_under_another_root(self):
        self.make_lake({"bronze/a.csv": CSV})
        silver = pathlib.Path(self.folder / "served")
        silver.mkdir()
        answer = self.invoke(self.notification("bronze/a.csv"), "--silver", str(silver))
        self.assertEqual(answer["status"], "success")
        self.assertTrue((silver / "silver/a.parquet").is_file())


if __name__ == "__main__":
    unittest.main()
