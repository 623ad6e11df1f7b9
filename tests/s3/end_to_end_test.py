# SPDX-License-Identifier: Apache-2.0
"""The whole way among programs that we did not write: boto3 uploads to moto, whose S3 and EventBridge
tell its SQS; the program, and the function under AWS's emulator, convert what the messages say; boto3
and pyarrow read what came of it. In the clear, over TLS with an authority of our own, and with IAM
enforced. Run with the Python of tests/s3/setup."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests/cli"), str(ROOT / "tests/lambda"), str(ROOT / "tests/s3")]

import boto3
import botocore.config

from emulator import Emulator, free_port, require_emulator, wait_for
from program import PROGRAM, environment, run_program
from tls import TlsFront

BOOTSTRAP = os.environ.get("SILVERSMITH_BOOTSTRAP")
MOTO = ROOT / "build/deps/s3-python/bin/moto_server"
ARROW = ROOT / "build/deps/conformance-python/bin/python"
REGION = "us-east-1"
BUCKET = "data-lake"

# Every byte that keys and encodings have trouble with.
KEY = "bronze/orders/Gr\u00f6\u00dfe a+b 50%.csv"
SILVER = "silver/orders/Gr\u00f6\u00dfe a+b 50%.parquet"
CONTRACT = b"""name: orders
schema:
  fields:
    - {name: id, type: integer, constraints: {required: true}}
    - {name: price, type: number}
"silver:contract": {version: 1, match: "bronze/orders/**"}
"""
ORDERS = b"id,price\n1,2.5\n,3\n3,4\n"

READ = """
import json, sys
import pyarrow.parquet as pq
table = pq.read_table(sys.argv[1])
print(json.dumps({"rows": table.to_pylist(),
                  "key": (table.schema.metadata or {}).get(b"silversmith.source_key", b"").decode()},
                 default=bytes.decode))
"""


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": effect, "Action": actions, "Resource": resource}
        for effect, actions, resource in statements]})


class Moto:
    """moto as a process, with a bucket that tells two queues of each object: one by a notification
    of S3, the other by a rule of EventBridge. So everything is told twice."""

    def __init__(self):
        self.log = tempfile.TemporaryFile()
        port = free_port()
        self.endpoint = "http://127.0.0.1:%d" % port
        self.process = subprocess.Popen(
            [MOTO, "-H", "127.0.0.1", "-p", str(port)], stdout=self.log, stderr=self.log,
            env={**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "1000000"})
        wait_for(self.answers, "moto answers")
        self.keys = ("AKIDEVERYBODY", "secret")
        self.s3 = self.client("s3")
        self.sqs = self.client("sqs")

    def answers(self):
        try:
            urllib.request.urlopen(self.endpoint + "/moto-api/", timeout=5).close()
            return True
        except OSError:
            return False

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def reset(self):
        request = urllib.request.Request(self.endpoint + "/moto-api/reset", method="POST")
        urllib.request.urlopen(request).close()

    def client(self, service):
        return boto3.client(service, endpoint_url=self.endpoint, region_name=REGION,
                            aws_access_key_id=self.keys[0], aws_secret_access_key=self.keys[1],
                            config=botocore.config.Config(s3={"addressing_style": "path"}))

    def make_queue(self, name):
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, arn["Attributes"]["QueueArn"]

    def make_lake(self):
        self.s3.create_bucket(Bucket=BUCKET)
        self.told_by_s3, s3_arn = self.make_queue("by-s3")
        self.told_by_bus, bus_arn = self.make_queue("by-bus")
        self.s3.put_bucket_notification_configuration(
            Bucket=BUCKET, NotificationConfiguration={
                "EventBridgeConfiguration": {},
                "QueueConfigurations": [{"QueueArn": s3_arn, "Events": ["s3:ObjectCreated:*"]}]})
        events = self.client("events")
        events.put_rule(Name="bronze", EventPattern=json.dumps(
            {"source": ["aws.s3"], "detail-type": ["Object Created"]}))
        events.put_targets(Rule="bronze", Targets=[{"Id": "queue", "Arn": bus_arn}])

    def messages(self, url, wanted):
        """What Lambda makes of a queue's messages: one batch. Reads on until one is about `wanted`."""
        records = []

        def take():
            answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                records.append({"messageId": message["MessageId"], "body": message["Body"],
                                "receiptHandle": message["ReceiptHandle"],
                                "eventSource": "aws:sqs", "awsRegion": REGION})
            return any(wanted in record["body"] for record in records)

        wait_for(take, "a message about " + wanted)
        return {"Records": records}

    def enforce(self, document):
        """From now on a user has these rights, and nobody else has any."""
        iam = self.client("iam")
        iam.create_user(UserName="role")
        iam.put_user_policy(UserName="role", PolicyName="lake", PolicyDocument=document)
        made = iam.create_access_key(UserName="role")["AccessKey"]
        request = urllib.request.Request(self.endpoint + "/moto-api/reset-auth", data=b"0",
                                         headers={"Content-Type": "text/plain"})
        urllib.request.urlopen(request).close()
        return made["AccessKeyId"], made["SecretAccessKey"]

    def variables(self, keys=None, **more):
        """The environment of a program that is to find its AWS here."""
        keys = keys or self.keys
        return {"AWS_ACCESS_KEY_ID": keys[0], "AWS_SECRET_ACCESS_KEY": keys[1],
                "AWS_REGION": REGION, "AWS_ENDPOINT_URL": self.endpoint, **more}


class MotoTest(unittest.TestCase):
    """A moto for each class, and a new lake in it for each test."""

    @classmethod
    def setUpClass(cls):
        cls.moto = Moto()
        cls.addClassCleanup(cls.moto.close)

    def setUp(self):
        self.moto.reset()
        self.moto.make_lake()

    def variables(self, keys=None, **more):
        return self.moto.variables(keys, **more)

    def upload(self, key, body):
        self.moto.s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    def invoke(self, event, variables=None):
        return run_program("invoke", "s3://" + BUCKET, "--event", "-",
                           env=variables or self.variables(), stdin=json.dumps(event).encode())

    def get(self, key):
        return self.moto.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def keys(self, prefix):
        listed = self.moto.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return [entry["Key"] for entry in listed.get("Contents", [])]

    def arrow(self, key):
        """A Parquet object as pyarrow sees it."""
        with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
            file.write(self.get(key))
            file.flush()
            read = subprocess.run([ARROW, "-c", READ, file.name], capture_output=True, check=True)
        return json.loads(read.stdout)

    def assert_converted(self):
        silver = self.arrow(SILVER)
        self.assertEqual(silver["rows"], [{"id": 1, "price": 2.5}, {"id": 3, "price": 4.0}])
        self.assertEqual(silver["key"], KEY)
        left = {key.rsplit("/", 1)[1]: key for key in self.keys("quarantine/")}
        self.assertEqual(sorted(left), ["rejects.csv", "rejects.parquet", "report.json"])
        self.assertEqual(self.get(left["rejects.csv"]), b"id,price\n,3\n")
        [reject] = self.arrow(left["rejects.parquet"])["rows"]
        self.assertEqual((reject["reason"], reject["field"], reject["source_key"]),
                         ("constraint-error", "id", KEY))
        head = self.moto.s3.head_object(Bucket=BUCKET, Key=SILVER)
        generation = head["Metadata"]["sm-generation"]
        self.assertIn("/%s/" % generation, left["report.json"])
        self.assertEqual(len(self.keys("receipts/")), 1)


class EndToEnd(MotoTest):
    def test_the_program_converts_what_either_queue_tells(self):
        self.upload("contracts/orders.yaml", CONTRACT)
        self.upload(KEY, ORDERS)
        # S3 writes keys as forms do, EventBridge as they are (here as JSON text).
        for url, wanted in [(self.moto.told_by_s3, "a%2Bb"), (self.moto.told_by_bus, "a+b")]:
            done = self.invoke(self.moto.messages(url, wanted))
            self.assertEqual((done.status, done.json()), (0, {"batchItemFailures": []}), done)
            self.assertEqual(self.keys("silver/"), [SILVER])
        self.assert_converted()
        self.upload(KEY, b"id,price\n9,9\n")
        self.assertEqual(self.invoke(self.moto.messages(self.moto.told_by_bus, "a+b")).status, 0)
        self.assertEqual(self.arrow(SILVER)["rows"], [{"id": 9, "price": 9.0}])
        self.assertEqual(len(self.keys("receipts/")), 2)

    def test_what_silver_tells_is_ignored(self):
        self.upload(KEY, b"id\n1\n")
        self.assertEqual(self.invoke(self.moto.messages(self.moto.told_by_s3, "bronze")).status, 0)
        written = self.keys("")
        batch = self.moto.messages(self.moto.told_by_s3, "silver")
        self.assertEqual(self.invoke(batch).json(), {"batchItemFailures": []})
        self.assertEqual(self.keys(""), written)

    @unittest.skipUnless(BOOTSTRAP, "the function is not built here")
    def test_the_function_converts_what_a_queue_tells(self):
        self.upload("contracts/orders.yaml", CONTRACT)
        self.upload(KEY, ORDERS)
        emulator = Emulator(BOOTSTRAP, timeout_seconds=30, env=self.variables(
            SILVERSMITH_LAKE="s3://" + BUCKET, AWS_LAMBDA_FUNCTION_MEMORY_SIZE="256"))
        self.addCleanup(emulator.close)
        for url, wanted in [(self.moto.told_by_bus, "a+b"), (self.moto.told_by_s3, "a%2Bb")]:
            answer = emulator.invoke(self.moto.messages(url, wanted))
            self.assertEqual(answer.json(), {"batchItemFailures": []}, emulator.log())
        self.assert_converted()

    def test_over_tls_with_an_authority_of_our_own(self):
        self.upload("contracts/orders.yaml", CONTRACT)
        self.upload(KEY, ORDERS)
        front = TlsFront(self.moto.endpoint)
        self.addCleanup(front.close)
        batch = self.moto.messages(self.moto.told_by_bus, "a+b")
        stranger = self.invoke(batch, self.variables(AWS_ENDPOINT_URL=front.endpoint))
        self.assertNotIn({"batchItemFailures": []}, stranger.jsons())
        self.assertEqual(self.keys("silver/"), [])
        done = self.invoke(batch, self.variables(AWS_ENDPOINT_URL=front.endpoint,
                                                 AWS_CA_BUNDLE=front.authority))
        self.assertEqual((done.status, done.json()), (0, {"batchItemFailures": []}), done)
        self.assert_converted()


class WithRights(MotoTest):
    def test_with_the_rights_that_are_documented_and_with_one_less(self):
        self.upload("contracts/orders.yaml", CONTRACT)
        self.upload(KEY, ORDERS)
        batch = self.moto.messages(self.moto.told_by_bus, "a+b")
        lake = "arn:aws:s3:::" + BUCKET
        self.moto.keys = self.moto.enforce(policy(("Allow", ["*"], "*")))
        iam, self.moto.s3 = self.moto.client("iam"), self.moto.client("s3")
        iam.create_user(UserName="function")
        made = iam.create_access_key(UserName="function")["AccessKey"]
        keys = made["AccessKeyId"], made["SecretAccessKey"]

        read = ["bronze", "silver", "quarantine", "receipts", "contracts"]

        def allow(written):  # what docs/operations/lambda.md asks for, less what is missing
            iam.put_user_policy(UserName="function", PolicyName="lake", PolicyDocument=policy(
                ("Allow", ["s3:GetObject"], [lake + "/" + prefix + "/*" for prefix in read]),
                ("Allow", ["s3:ListBucket"], lake),
                ("Allow", ["s3:PutObject"], [lake + "/" + prefix for prefix in written])))

        allow(["quarantine/*", "receipts/*"])
        failed = self.invoke(batch, self.variables(keys, SILVERSMITH_LOG_FORMAT="json"))
        self.assertEqual(len(failed.json()["batchItemFailures"]), 1, failed)
        self.assertIn("s3:PutObject", failed.err, failed)
        self.assertEqual(self.keys("silver/"), [])
        allow(["silver/*", "quarantine/*", "receipts/*"])
        done = self.invoke(batch, self.variables(keys))
        self.assertEqual((done.status, done.json()), (0, {"batchItemFailures": []}), done)
        self.assert_converted()


if __name__ == "__main__":
    for needed in (MOTO, ARROW):
        if not needed.exists():
            print("no %s: run tests/s3/setup and tests/conformance/setup" % needed, file=sys.stderr)
            sys.exit(1)
    if BOOTSTRAP:
        require_emulator()
    unittest.main()
