#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The worker end to end with programs that we did not write: boto3 uploads, moto's S3 notifies its
SQS, workers converge, boto3 reads silver.

    worker.py --endpoint URL --program SILVERSMITH
"""
import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import boto3
import botocore.config

KEYS = {"aws_access_key_id": "conformance", "aws_secret_access_key": "conformance-secret"}
CSV = b"order_id,customer_id,amount\n1,2,3.5\n2,3,4\n"
arguments = None


def wait_for(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("after %d s still not: %s" % (seconds, what))
        time.sleep(0.1)


def answers(endpoint):
    try:
        with urllib.request.urlopen(endpoint + "/moto-api/", timeout=5):
            return True
    except OSError:
        return False


class WorkerOnMoto(unittest.TestCase):
    def setUp(self):
        config = botocore.config.Config(s3={"addressing_style": "path"})
        make = lambda service: boto3.client(service, endpoint_url=arguments.endpoint,
                                            region_name="us-east-1", config=config, **KEYS)
        self.s3, self.sqs = make("s3"), make("sqs")
        for client in (self.s3, self.sqs):
            self.addCleanup(client.close)
        run = "%x" % time.time_ns()
        self.bucket = "lake-" + run
        self.s3.create_bucket(Bucket=self.bucket)
        self.dead = self.sqs.create_queue(QueueName="dead-" + run)["QueueUrl"]
        self.url = self.sqs.create_queue(QueueName="in-" + run)["QueueUrl"]
        self.redrive_after(20)
        self.s3.put_bucket_notification_configuration(
            Bucket=self.bucket, NotificationConfiguration={"QueueConfigurations": [
                {"QueueArn": self.arn(self.url), "Events": ["s3:ObjectCreated:*"],
                 "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "bronze/"}]}}}]})
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.workers = []

    def redrive_after(self, receives):
        policy = {"deadLetterTargetArn": self.arn(self.dead), "maxReceiveCount": receives}
        self.sqs.set_queue_attributes(QueueUrl=self.url,
                                      Attributes={"RedrivePolicy": json.dumps(policy)})

    def arn(self, url):
        return self.sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def waiting(self, url):
        """Messages that wait, and those that are leased."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return tuple(int(attributes[name]) for name in names)

    def put(self, key, body=CSV):
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def worker(self, *more):
        """Its process, once it takes events."""
        place = pathlib.Path(self.folder.name) / ("worker-%d" % len(self.workers))
        place.mkdir()
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SILVERSMITH_"))}
        with open(place / "out", "wb") as out, open(place / "err", "wb") as err:
            process = subprocess.Popen(
                [arguments.program, "worker", "--queue", self.url, "--lake", "s3://" + self.bucket,
                 "--json", "--endpoint-url", arguments.endpoint, *more], stdout=out, stderr=err,
                env={**kept, "AWS_ACCESS_KEY_ID": KEYS["aws_access_key_id"],
                     "AWS_SECRET_ACCESS_KEY": KEYS["aws_secret_access_key"],
                     "AWS_CONFIG_FILE": "/nonexistent"})
        self.workers.append((process, place))
        self.addCleanup(self.kill, process)
        wait_for(lambda: "taking events" in (place / "err").read_text(), "the worker is up")
        return process

    def kill(self, process):
        if process.poll() is None:
            process.kill()
        process.wait()

    def stop_all(self):
        """The results of all workers."""
        results = []
        for process, place in self.workers:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                self.assertEqual(process.wait(timeout=60), 0, (place / "err").read_text())
            results += [json.loads(line) for line in (place / "out").read_text().splitlines()]
        return results

    def silver(self):
        listing = self.s3.list_objects_v2(Bucket=self.bucket, Prefix="silver/")
        return sorted(entry["Key"] for entry in listing.get("Contents", []))

    def test_uploads_become_silver_over_one_and_sixteen_slots(self):
        keys = ["bronze/a b/%02d +%%.csv" % i for i in range(40)]
        for key in keys:
            self.put(key)
        self.worker("--concurrency", "1")
        self.worker("--concurrency", "16", "--memory", "700MiB")
        wait_for(lambda: self.waiting(self.url) == (0, 0), "the queue is empty")
        results = self.stop_all()
        self.assertEqual({r["key"] for r in results if r["status"] == "success"}, set(keys))
        self.assertEqual(len(self.silver()), 40)
        body = self.s3.get_object(Bucket=self.bucket, Key=self.silver()[0])["Body"].read()
        self.assertEqual((body[:4], body[-4:]), (b"PAR1", b"PAR1"))
        self.assertEqual(self.waiting(self.dead), (0, 0))

    def test_poison_reaches_the_dead_letter_queue_by_the_redrive_policy(self):
        self.redrive_after(3)
        self.put("bronze/good.csv")
        self.sqs.send_message(QueueUrl=self.url, MessageBody="no event")
        self.worker()
        wait_for(lambda: sum(self.waiting(self.dead)) == 1 and self.waiting(self.url) == (0, 0),
                 "the poison is away")
        self.stop_all()
        self.assertEqual(self.silver(), ["silver/good.parquet"])

    def test_killed_workers_leave_one_whole_silver(self):
        rows = b"".join(b"%07d,abcdefghijklmnopqrstuvwxyz\n" % i for i in range(300_000))
        self.put("bronze/a.csv", b"id,text\n" + rows)
        for _ in range(2):
            process = self.worker("--lease-seconds", "3")
            wait_for(lambda: self.waiting(self.url)[1] == 1 or self.silver(), "it is begun")
            self.kill(process)
            # moto does not see that who polled is gone, and gives his poll the message once more.
            wait_for(lambda: self.waiting(self.url) != (0, 1), "its lease has ended")
        self.worker("--lease-seconds", "3")
        wait_for(lambda: self.waiting(self.url) == (0, 0), "the queue is empty")
        self.stop_all()
        self.assertEqual(self.silver(), ["silver/a.parquet"])
        receipts = self.s3.list_objects_v2(Bucket=self.bucket, Prefix="receipts/a/")["Contents"]
        self.assertEqual(len(receipts), 1)
        receipt = self.s3.get_object(Bucket=self.bucket, Key=receipts[0]["Key"])["Body"].read()
        self.assertEqual(json.loads(receipt)["account"]["rows"], 300_000)
        self.assertEqual(self.waiting(self.dead), (0, 0))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--program", required=True)
    arguments, rest = parser.parse_known_args()
    wait_for(lambda: answers(arguments.endpoint), "moto is up")
    unittest.main(argv=[sys.argv[0], *rest])
