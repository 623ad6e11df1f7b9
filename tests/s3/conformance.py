#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What S3 answers, as a table and a list of cases, held against one server through boto3.

    conformance.py --endpoint URL --server NAME [CASE]...

What is expected is what AWS does. deviations.json lists where a server is known to differ, with the
reason; a listed deviation that no longer happens is a failure too, unless it says "sometimes".
"""
import argparse
import fnmatch
import json
import pathlib
import socket
import sys
import time
import traceback
import urllib.parse
import urllib.request

import boto3
import botocore.config
import botocore.exceptions

import cases
import conditions

ACCESS_KEY, SECRET_KEY, REGION = "conformance", "conformance-secret", "us-east-1"


class Mismatch(Exception):
    """A server that answers something else."""


class World:
    """A server with two buckets of our own, and the means to ask and to compare."""

    def __init__(self, endpoint, keys):
        self.endpoint = endpoint
        self.keys = keys
        self.s3 = self.client()
        run = "%x" % time.time_ns()
        self.plain = "plain-" + run
        self.versioned = "versioned-" + run
        for bucket in (self.plain, self.versioned):
            self.s3.create_bucket(Bucket=bucket)
        self.s3.put_bucket_versioning(
            Bucket=self.versioned, VersioningConfiguration={"Status": "Enabled"})
        self.count = 0

    def client(self, access_key=None, secret_key=None, service="s3"):
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name=REGION,
            aws_access_key_id=access_key or self.keys[0],
            aws_secret_access_key=secret_key or self.keys[1],
            config=botocore.config.Config(
                retries={"total_max_attempts": 1}, s3={"addressing_style": "path"},
                max_pool_connections=40, connect_timeout=10, read_timeout=60))

    def new_key(self, prefix="case/"):
        self.count += 1
        return "%s%04d" % (prefix, self.count)

    def put(self, key, body=b"body", bucket=None, **options):
        """The ETag of what is written, with its quotes."""
        return self.s3.put_object(
            Bucket=bucket or self.plain, Key=key, Body=body, **options)["ETag"]

    @staticmethod
    def outcome(call, **arguments):
        """(status, code) of an answer; the code is None where it is no error."""
        try:
            answer = call(**arguments)
        except botocore.exceptions.ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            return status, error.response["Error"]["Code"]
        return answer["ResponseMetadata"]["HTTPStatusCode"], None

    def expect(self, wanted, call, **arguments):
        self.equal(self.outcome(call, **arguments), wanted, call.__name__)

    @staticmethod
    def equal(found, wanted, what):
        if found != wanted:
            raise Mismatch("%s: %r, wanted %r" % (what, found, wanted))


def wait_until_listening(endpoint):
    address = urllib.parse.urlsplit(endpoint)
    for _ in range(600):
        try:
            socket.create_connection((address.hostname, address.port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("nothing listens at %s after a minute" % endpoint)


def keys_of(server, endpoint):
    """The credentials of a user who may do everything, known to the server."""
    if server != "moto":
        return ACCESS_KEY, SECRET_KEY
    iam = boto3.client("iam", endpoint_url=endpoint, region_name=REGION,
                       aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY)
    iam.create_user(UserName="conformance")
    iam.put_user_policy(UserName="conformance", PolicyName="all", PolicyDocument=json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}))
    made = iam.create_access_key(UserName="conformance")["AccessKey"]
    request = urllib.request.Request(endpoint + "/moto-api/reset-auth", data=b"0",
                                     headers={"Content-Type": "text/plain"})
    urllib.request.urlopen(request).close()
    return made["AccessKeyId"], made["SecretAccessKey"]


def all_cases():
    """[(name, function of a World)]: each row of the table, then each function in cases.py."""
    table = [(name, lambda world, row=row: conditions.check(world, row))
             for name, row in conditions.rows()]
    functions = [(name, value) for name, value in vars(cases).items()
                 if callable(value) and getattr(value, "__module__", "") == "cases"
                 and not name.startswith("_")]
    names = [name for name, _ in table + functions]
    assert len(names) == len(set(names)), "two cases have one name"
    return table + functions


def known_deviations(server, names):
    """{case: entry of deviations.json} of one server, and the patterns that name no case."""
    entries = json.loads(pathlib.Path(__file__).with_name("deviations.json").read_text())
    known, nowhere = {}, []
    for entry in entries:
        for pattern in entry["cases"] if entry["server"] == server else []:
            found = fnmatch.filter(names, pattern)
            known.update((name, entry) for name in found)
            nowhere += [] if found else [pattern]
    return known, nowhere


def main(arguments):
    parser = argparse.ArgumentParser()
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--server", required=True)
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args(arguments)
    wait_until_listening(options.endpoint)
    world = World(options.endpoint, keys_of(options.server, options.endpoint))
    every = all_cases()
    known, nowhere = known_deviations(options.server, [name for name, _ in every])
    for pattern in nowhere:
        print("deviations.json: %s names no case" % pattern)
    failures, deviations, ran = len(nowhere), 0, 0
    for name, check in every:
        if options.cases and name not in options.cases:
            continue
        ran += 1
        problem = None
        try:
            check(world)
        except (Mismatch, botocore.exceptions.BotoCoreError,
                botocore.exceptions.ClientError) as error:
            problem = "%s: %s" % (type(error).__name__, error)
        except Exception:  # A case that breaks is no deviation of the server.
            failures += 1
            print("%s: %s: %s" % (options.server, name, traceback.format_exc()))
            continue
        if problem and name in known:
            deviations += 1
        elif problem:
            failures += 1
            print("%s: %s: %s" % (options.server, name, problem))
        elif name in known and not known[name].get("sometimes"):
            failures += 1
            print("%s: the deviation listed for %s is gone: delete it" % (options.server, name))
    print("%s: %d cases, %d known deviations, %d failures" % (
        options.server, ran, deviations, failures))
    return 1 if failures or not ran else 0


if __name__ == "__main__":
    sys.modules["conformance"] = sys.modules[__name__]
    sys.exit(main(sys.argv[1:]))
