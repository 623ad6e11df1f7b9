# SPDX-License-Identifier: Apache-2.0
"""The template deployed into moto and read back; then driven: boto3 uploads, moto's S3 and EventBridge
or its notifications tell the stack's queues, the worker and the function under AWS's emulator convert,
pyarrow reads silver, a refused file reaches the rejects queue. What moto can't is in deviations.json.
Run with the Python of tests/s3/setup."""
import ast
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests/cli"), str(ROOT / "tests/lambda"), str(ROOT / "tests/s3"),
             str(ROOT / "tests/deploy")]

from emulator import Emulator, require_emulator, wait_for
from end_to_end_test import ARROW, BOOTSTRAP, MOTO, READ
from program import PROGRAM, environment, run_program
from stack import DEVIATIONS, PASSED_OVER, Deployed, Moto

CONTRACT = b"""name: orders
schema:
  fields:
    - {name: order_id, type: integer, constraints: {required: true}}
    - {name: amount, type: number}
"silver:contract": {version: 1, match: "bronze/orders/**"}
"""
ORDERS = b"order_id,amount\n1,2.5\n2,4\n"
REFUSED = b"customer,amount\n1,2.5\n"  # lacks order_id: no row of it can be right
NOT_READ = {read for entry in DEVIATIONS for read in entry.get("reads", [])}


def document_of(text):
    """A policy that moto has kept as Python writes it."""
    return ast.literal_eval(text) if isinstance(text, str) else text


class InMoto(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.moto = Moto()
        cls.addClassCleanup(cls.moto.close)

    def setUp(self):
        self.moto.reset()

    def variables(self, **more):
        return self.moto.variables(**more)


class ReadBack(InMoto):
    """Each resource as the service shows it, against what the template says."""

    def assert_read_back(self, deployed):
        self.assertEqual(deployed.status, "CREATE_COMPLETE")
        passed_over = {deployed.made[name]["Type"] for name in set(deployed.made)
                       - set(deployed.listed)}
        self.assertLessEqual(passed_over, PASSED_OVER)
        self.assertEqual(set(deployed.listed) - set(deployed.made), set())
        readers = {"AWS::SQS::Queue": self.queue, "AWS::Lambda::Function": self.function,
                   "AWS::IAM::Role": self.role, "AWS::Events::Rule": self.rule,
                   "AWS::Lambda::EventSourceMapping": self.source, "AWS::S3::Bucket": self.bucket,
                   "AWS::Logs::LogGroup": self.log_group, "AWS::EC2::VPCEndpoint": self.endpoint,
                   "AWS::EC2::SecurityGroup": self.security_group,
                   "AWS::CloudWatch::Alarm": self.alarm,
                   "AWS::Lambda::Permission": self.permission}
        count = 0
        for logical_id, resource in deployed.made.items():
            reader = readers.get(resource["Type"])
            if reader:
                with self.subTest(logical_id):
                    reader(deployed, logical_id, resource["Properties"])
                count += 1
        return count

    def queue(self, deployed, logical_id, wanted):
        found = self.moto.sqs.get_queue_attributes(
            QueueUrl=deployed.queue_url(logical_id), AttributeNames=["All"])["Attributes"]
        self.assertEqual(found["MessageRetentionPeriod"], str(wanted["MessageRetentionPeriod"]))
        self.assertEqual(found["VisibilityTimeout"], str(wanted.get("VisibilityTimeout", 30)))
        self.assertEqual(json.loads(found.get("RedrivePolicy", "null")),
                         wanted.get("RedrivePolicy"))
        [policy] = [p["PolicyDocument"] for p in deployed.of_type("AWS::SQS::QueuePolicy").values()
                    if p["Queues"][0].endswith("/" + wanted["QueueName"])]
        self.assertEqual(json.loads(found["Policy"]), policy)

    def function(self, _, __, wanted):
        found = self.moto.client("lambda").get_function_configuration(
            FunctionName=wanted["FunctionName"])
        for name in ("Runtime", "Handler", "Role", "MemorySize"):
            self.assertEqual(found[name], wanted[name], name)
        self.assertEqual(found["Timeout"], int(wanted["Timeout"]))
        self.assertEqual(found["Environment"]["Variables"], wanted["Environment"]["Variables"])
        network = wanted.get("VpcConfig", {"SubnetIds": [], "SecurityGroupIds": []})
        for name, ids in network.items():
            self.assertEqual(found.get("VpcConfig", {}).get(name, []), ids)

    def role(self, deployed, logical_id, wanted):
        iam = self.moto.client("iam")
        name = deployed.listed[logical_id]["PhysicalResourceId"]
        trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        self.assertEqual(trust, wanted["AssumeRolePolicyDocument"])
        names = iam.list_role_policies(RoleName=name)["PolicyNames"]
        self.assertEqual(sorted(names), sorted(p["PolicyName"] for p in wanted["Policies"]))
        for policy in wanted["Policies"]:
            found = iam.get_role_policy(RoleName=name, PolicyName=policy["PolicyName"])
            self.assertEqual(document_of(found["PolicyDocument"]), policy["PolicyDocument"])

    def rule(self, _, __, wanted):
        events = self.moto.client("events")
        found = events.describe_rule(Name=wanted["Name"])
        self.assertEqual(json.loads(found.get("EventPattern", "null")),
                         wanted.get("EventPattern"))
        self.assertEqual(found.get("ScheduleExpression"), wanted.get("ScheduleExpression"))
        self.assertEqual(found["State"], "ENABLED")
        targets = events.list_targets_by_rule(Rule=wanted["Name"])["Targets"]
        self.assertEqual(sorted(targets, key=lambda t: t["Id"]),
                         sorted(wanted["Targets"], key=lambda t: t["Id"]))

    def source(self, deployed, logical_id, wanted):
        found = self.moto.client("lambda").get_event_source_mapping(
            UUID=deployed.listed[logical_id]["PhysicalResourceId"])
        self.assertEqual((found["EventSourceArn"], found["BatchSize"]),
                         (wanted["EventSourceArn"], 1))
        self.assertTrue(found["FunctionArn"].endswith(":" + wanted["FunctionName"]))

    def bucket(self, _, __, wanted):
        s3, name = self.moto.s3, wanted["BucketName"]
        encryption = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
        self.assertEqual(
            encryption["Rules"][0]["ApplyServerSideEncryptionByDefault"],
            wanted["BucketEncryption"]["ServerSideEncryptionConfiguration"][0][
                "ServerSideEncryptionByDefault"])
        self.assertEqual(s3.get_bucket_versioning(Bucket=name)["Status"], "Enabled")
        self.assertEqual(set(s3.get_public_access_block(Bucket=name)[
            "PublicAccessBlockConfiguration"].values()), {True})
        [rule] = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
        self.assertEqual(rule["AbortIncompleteMultipartUpload"], {"DaysAfterInitiation": 1})
        [owner] = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
        self.assertEqual(owner["ObjectOwnership"], "BucketOwnerEnforced")

    def log_group(self, _, __, wanted):
        [found] = self.moto.client("logs").describe_log_groups(
            logGroupNamePrefix=wanted["LogGroupName"])["logGroups"][:1]
        self.assertEqual((found["logGroupName"], found["retentionInDays"]),
                         (wanted["LogGroupName"], wanted["RetentionInDays"]))

    def endpoint(self, deployed, logical_id, wanted):
        [found] = self.moto.client("ec2").describe_vpc_endpoints(
            VpcEndpointIds=[deployed.listed[logical_id]["PhysicalResourceId"]])["VpcEndpoints"]
        self.assertEqual((found["VpcEndpointType"], found["ServiceName"], found["RouteTableIds"]),
                         ("Gateway", "com.amazonaws.us-east-1.s3", wanted["RouteTableIds"]))

    def security_group(self, deployed, logical_id, _):
        [found] = self.moto.client("ec2").describe_security_groups(
            GroupIds=[deployed.listed[logical_id]["PhysicalResourceId"]])["SecurityGroups"]
        self.assertEqual(found["IpPermissions"], [])

    def alarm(self, _, __, wanted):
        [found] = self.moto.client("cloudwatch").describe_alarms(
            AlarmNames=[wanted["AlarmName"]])["MetricAlarms"]
        for name, value in wanted.items():
            if name not in ("Metrics",):
                self.assertEqual(found[name], value, name)

    def permission(self, deployed, _, wanted):
        policy = json.loads(self.moto.client("lambda").get_policy(
            FunctionName=wanted["FunctionName"])["Policy"])
        self.assertIn(wanted["Principal"],
                      [statement["Principal"].get("Service") for statement in policy["Statement"]])

    def deploy(self, **parameters):
        deployed = Deployed(self.moto, **parameters)
        deployed.complete()
        return deployed

    def test_the_default(self):
        self.assertGreater(self.assert_read_back(self.deploy()), 30)

    def test_each_switch(self):
        for more in [
                {"Trigger": "direct"}, {"EventSource": "s3"},
                {"Trigger": "direct", "EventSource": "s3"}, {"Network": "new"},
                {"Network": "new", "S3PrefixListId": "pl-63a5400a"},
                {"SilverBucket": "silver-bucket"}, {"GlueDatabase": "lake"},
                {"KmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/1"},
                {"NotifyEmail": "a@example.org", "WebhookUrl": "https://example.org/hook"},
                {"LakePrefix": "team-a/", "Architecture": "x86_64", "Timeout": "900"},
                {"SilverBucket": "silver-bucket", "EventSource": "s3", "GlueDatabase": "lake",
                 "Network": "new", "Trigger": "direct"}]:
            with self.subTest(more):
                self.moto.reset()
                self.assert_read_back(self.deploy(**more))

    def test_buckets_that_are_not_the_stacks(self):
        self.moto.s3.create_bucket(Bucket="data-lake")
        deployed = self.deploy(CreateLakeBucket="no")
        self.assertNotIn("LakeBucketResource", deployed.made)
        self.assertNotIn("LakeBucketPolicy", deployed.made)
        self.assert_read_back(deployed)
        forced = self.stack_with(CreateLakeBucket="no", ManageBucketPolicy="yes")
        self.assertIn("LakeBucketPolicy", forced)

    def stack_with(self, **parameters):
        self.moto.reset()
        return Deployed(self.moto, **parameters).made

    def test_what_moto_passes_over_is_still_passed_over(self):
        """A deviation that is none any more must go."""
        deployed = Deployed(self.moto, GlueDatabase="lake", NotifyEmail="a@example.org")
        passed_over = {deployed.made[name]["Type"] for name in set(deployed.made)
                       - set(deployed.listed)}
        self.assertEqual(passed_over, PASSED_OVER)
        s3, missing = self.moto.s3, set()
        reads = {"lifecycle": s3.get_bucket_lifecycle_configuration,
                 "ownership": s3.get_bucket_ownership_controls,
                 "public_access": s3.get_public_access_block}
        for name, read in reads.items():
            try:
                read(Bucket="data-lake")
            except s3.exceptions.ClientError:
                missing.add("bucket." + name)
        if "Status" not in s3.get_bucket_versioning(Bucket="data-lake"):
            missing.add("bucket.versioning")
        told = s3.get_bucket_notification_configuration(Bucket="data-lake")
        if "EventBridgeConfiguration" not in told:
            missing.add("bucket.notifications")
        function = self.moto.client("lambda").get_function_configuration(
            FunctionName="csv-validator")
        if function["Architectures"] != ["arm64"]:
            missing.add("function.architectures")
        if function["TracingConfig"] != {"Mode": "Active"}:
            missing.add("function.tracing")
        role = self.moto.client("iam").get_role_policy(
            RoleName=deployed.listed["ConvertRole"]["PhysicalResourceId"], PolicyName="lake")
        if isinstance(role["PolicyDocument"], str):
            missing.add("role.policies_as_json")
        self.assertEqual(missing, NOT_READ)


class InUse(InMoto):
    """A stack that can be used: what moto can't of it taken away."""

    def deploy(self, **parameters):
        deployed = Deployed(self.moto, **parameters)
        deployed.complete()
        # moto knows no conditions of a policy: ours would deny everything to everybody.
        for policy in deployed.of_type("AWS::S3::BucketPolicy").values():
            self.moto.s3.delete_bucket_policy(Bucket=policy["Bucket"])
        # Its EventBridge calls no functions: an event for one ends the delivery to all others.
        events = self.moto.client("events")
        for rule in deployed.of_type("AWS::Events::Rule").values():
            functions = [t["Id"] for t in rule["Targets"] if ":lambda:" in t["Arn"]]
            if functions:
                events.remove_targets(Rule=rule["Name"], Ids=functions)
        self.moto.s3.put_object(Bucket="data-lake", Key="contracts/orders.yaml", Body=CONTRACT)
        return deployed

    def upload(self, key, body):
        self.moto.s3.put_object(Bucket="data-lake", Key=key, Body=body)

    def keys(self, prefix, bucket="data-lake"):
        listed = self.moto.s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
        return [entry["Key"] for entry in listed.get("Contents", [])]

    def rows(self, key, bucket="data-lake"):
        with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
            file.write(self.moto.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
            file.flush()
            read = subprocess.run([ARROW, "-c", READ, file.name], capture_output=True, check=True)
        return json.loads(read.stdout)["rows"]

    def waiting(self, url):
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.moto.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)
        return sum(int(found["Attributes"][name]) for name in names)

    def take(self, url, count=1):
        """The messages that wait, as Lambda hands them to a function."""
        messages = wait_for(lambda: self.moto.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10).get("Messages"), "a message")
        self.assertEqual(len(messages), count)
        return {"Records": [
            {"messageId": message["MessageId"], "body": message["Body"],
             "receiptHandle": message["ReceiptHandle"],
             "attributes": {"ApproximateReceiveCount": "1"},
             "eventSource": "aws:sqs", "awsRegion": "us-east-1"} for message in messages]}

    def settings(self, deployed, function="ConvertFunction"):
        """What the template gives the function."""
        wanted = deployed.properties(function)
        return {**wanted["Environment"]["Variables"], "_HANDLER": wanted["Handler"],
                "AWS_LAMBDA_FUNCTION_NAME": wanted["FunctionName"],
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(wanted["MemorySize"])}

    @contextlib.contextmanager
    def worker(self, deployed):
        """The worker on the work queue, in the function's place; stopped at the end."""
        log = tempfile.TemporaryFile()
        self.addCleanup(log.close)
        process = subprocess.Popen(
            [os.path.abspath(PROGRAM), "worker", "--queue", deployed.queue_url("WorkQueue"),
             "--lake", self.settings(deployed)["SILVERSMITH_LAKE"]], stdout=log, stderr=log,
            env=environment(self.variables()))
        try:
            yield
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(timeout=60), 0)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


class Driven(InUse):
    def test_upload_rule_queue_worker_silver(self):
        deployed = self.deploy()
        work, rejects = deployed.queue_url("WorkQueue"), deployed.queue_url("RejectsQueue")
        self.upload("bronze/orders/a+b 1.csv", ORDERS)
        self.upload("bronze/orders/UPPER.CSV", ORDERS)
        self.upload("bronze/orders/notes.json", b"{}")
        self.upload("bronze/orders/bad.csv", REFUSED)
        self.assertEqual(self.waiting(work), 3)
        with self.worker(deployed):
            wait_for(lambda: self.waiting(work) == 0, "the queue is empty")
        self.assertEqual(self.keys("silver/"), ["silver/orders/UPPER.CSV.parquet",
                                                "silver/orders/a+b 1.parquet"])
        for key in self.keys("silver/"):
            self.assertEqual(self.rows(key), [{"order_id": 1, "amount": 2.5},
                                              {"order_id": 2, "amount": 4.0}])
        [report] = [key for key in self.keys("quarantine/") if key.endswith("/rejected.json")]
        told = json.loads(self.take(rejects)["Records"][0]["body"])
        self.assertEqual(told["detail"]["object"]["key"], report)
        self.assertEqual(self.waiting(deployed.queue_url("DeadLetterQueue")), 0)
        self.assertEqual(self.waiting(work), 0)  # nothing of what we wrote came back as work

    @unittest.skipUnless(BOOTSTRAP, "the function is not built here")
    def test_upload_rule_queue_function_silver(self):
        deployed = self.deploy()
        self.upload("bronze/orders/a.csv", ORDERS)
        batch = self.take(deployed.queue_url("WorkQueue"))
        emulator = Emulator(BOOTSTRAP, env=self.variables(**self.settings(deployed)),
                            timeout_seconds=int(deployed.properties("ConvertFunction")["Timeout"]))
        self.addCleanup(emulator.close)
        self.assertEqual(emulator.invoke(batch).json(), {"batchItemFailures": []}, emulator.log())
        self.assertEqual(len(self.rows("silver/orders/a.parquet")), 2)
        self.assertEqual(emulator.invoke(batch).json(), {"batchItemFailures": []})
        self.assertEqual(len(self.keys("receipts/")), 1)
        lines = [json.loads(line) for line in emulator.log().splitlines() if '"_aws"' in line]
        [alarm] = [metric["MetricStat"]["Metric"] for metric in
                   deployed.properties("InvalidRowsAlarm")["Metrics"] if metric["Id"] == "r"]
        self.assertTrue(any(alarm["MetricName"] in line and all(
            line.get(d["Name"]) == d["Value"] for d in alarm["Dimensions"]) for line in lines),
            "no line has the metric of the alarm: %s" % lines)

    def test_notifications_of_the_bucket(self):
        deployed = self.deploy(EventSource="s3", LakePrefix="")
        work = deployed.queue_url("WorkQueue")
        for url in (work, deployed.queue_url("RejectsQueue"), deployed.queue_url("NotifyQueue")):
            self.moto.sqs.purge_queue(QueueUrl=url)  # S3's own test events
        self.upload("bronze/orders/a+b 1.csv", ORDERS)
        self.upload("bronze/orders/bad.csv", REFUSED)
        self.assertEqual(self.waiting(work), 2)
        with self.worker(deployed):
            wait_for(lambda: self.waiting(work) == 0, "the queue is empty")
        self.assertEqual(self.keys("silver/"), ["silver/orders/a+b 1.parquet"])
        for queue in ("RejectsQueue", "NotifyQueue"):
            told = json.loads(self.take(deployed.queue_url(queue))["Records"][0]["body"])
            key = urllib.parse.unquote_plus(told["Records"][0]["s3"]["object"]["key"])
            self.assertRegex(key, r"^quarantine/orders/bad/[0-9a-f-]+/rejected\.json$")

    def test_silver_in_a_bucket_of_its_own_below_a_prefix(self):
        deployed = self.deploy(SilverBucket="silver-bucket", LakePrefix="team-a/",
                               ContractsPrefix="rules/v1/")
        self.upload("team-a/rules/v1/orders.yaml", CONTRACT)
        self.upload("team-a/bronze/orders/a.csv", ORDERS)
        self.upload("team-a/bronze/orders/bad.csv", REFUSED)
        self.upload("bronze/orders/not-ours.csv", ORDERS)
        batch = self.take(deployed.queue_url("WorkQueue"), 2)
        settings = self.settings(deployed)
        done = run_program(
            "invoke", settings["SILVERSMITH_LAKE"], "--event", "-",
            "--silver", settings["SILVERSMITH_SILVER"],
            "--contracts", settings["SILVERSMITH_CONTRACTS"],
            env=self.variables(), stdin=json.dumps(batch).encode())
        self.assertEqual((done.status, done.json()), (0, {"batchItemFailures": []}), done)
        self.assertEqual(self.keys("", "silver-bucket")[-1], "team-a/silver/orders/a.parquet")
        self.assertEqual(self.keys("silver/") + self.keys("team-a/silver/"), [])
        told = json.loads(self.take(deployed.queue_url("RejectsQueue"))["Records"][0]["body"])
        self.assertEqual(told["detail"]["bucket"]["name"], "silver-bucket")
        self.assertRegex(told["detail"]["object"]["key"], r"^team-a/quarantine/orders/bad/")


class CheckAccount(InUse):
    """deploy/check-account, as far as moto goes: the worker converts in the function's place."""

    def check(self, deployed):
        env = environment({**self.variables(), "AWS_DEFAULT_REGION": "us-east-1"})
        with self.worker(deployed):
            done = subprocess.run([sys.executable, "-B", str(ROOT / "deploy/check-account"),
                                   deployed.name, "--wait", "5"], env=env, check=False,
                                  capture_output=True, timeout=300)
        lines = done.stdout.decode().splitlines()
        told = {line[10:].split(":")[0]: line[:8].strip() for line in lines[:-1]}
        return done, lines, told

    def test_what_holds_in_moto(self):
        done, lines, told = self.check(self.deploy())
        text = done.stdout.decode() + done.stderr.decode()
        for check in ("the stack is whole", "data-lake blocks public access",
                      "data-lake keeps versions", "an upload becomes silver",
                      "a name with a blank becomes silver", "a name with a plus becomes silver",
                      "a name with a percent becomes silver", "a refused file leaves a report",
                      "its report is in the rejects queue", "nothing is in DeadLetterQueueUrl",
                      "the alarms are there"):
            self.assertEqual(told.get(check), "pass", text)
        # Without a bucket's policy, which moto can't, these must fail and say so.
        for check in ("data-lake has our policy", "you can't write silver", "EventBridge is on",
                      "a write to silver without a condition is denied"):
            self.assertEqual(told.get(check), "FAIL", text)
        # And what only a function could show is not claimed.
        for check in ("Names with blank, plus and percent arrive as they are",
                      "A second event about the same object changes nothing",
                      "An absent object is told from a denied one"):
            self.assertEqual(told.get(check), "not seen", text)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(lines[-1], r"^\d+ passed, \d+ failed, \d+ not seen$")
        self.assertNotIn("Traceback", text)
        for zone in ("bronze", "silver", "quarantine", "receipts"):
            self.assertEqual(self.keys(zone + "/silversmith-check/"), [])

    def test_a_stack_that_converts_nothing_fails(self):
        deployed = self.deploy()
        self.moto.client("events").remove_targets(Rule="bronze-csv-trigger", Ids=["convert"])
        _, _, told = self.check(deployed)
        self.assertEqual(told["an upload becomes silver"], "FAIL")


AWS = """#!%s
import json, os, sys
import boto3, botocore.config
assert sys.argv[1] == "s3api" and sys.argv[3] == "--bucket", sys.argv
s3 = boto3.client("s3", config=botocore.config.Config(s3={"addressing_style": "path"}))
if sys.argv[2] == "get-bucket-notification-configuration":
    if "REFUSED" in os.environ:
        sys.exit("An error occurred (AccessDenied)")
    found = s3.get_bucket_notification_configuration(Bucket=sys.argv[4])
    found.pop("ResponseMetadata")
    if found:  # like the original, which prints nothing for nothing
        print(json.dumps(found))
else:
    assert sys.argv[2] == "put-bucket-notification-configuration", sys.argv
    assert sys.argv[5:] == ["--notification-configuration", "file:///dev/stdin"], sys.argv
    given = json.load(sys.stdin)
    print(json.dumps(given))
    s3.put_bucket_notification_configuration(Bucket=sys.argv[4], NotificationConfiguration=given)
"""


class Commands(InMoto):
    """The commands that the outputs print for buckets that are not the stack's, run by a shell with
    an `aws` of ours that knows these two calls alone."""

    def run_output(self, deployed, name):
        done = self.run_command(deployed, name, ["bash", "-euo", "pipefail", "-c"])
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return json.loads(done.stdout)

    def run_command(self, deployed, name, shell, **more):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "aws"
            program.write_text(AWS % sys.executable)
            program.chmod(0o755)
            text = deployed.stack.outputs()[name]
            env = environment({**self.variables(), **more, "AWS_DEFAULT_REGION": "us-east-1",
                               "PATH": folder + ":" + os.environ["PATH"]})
            return subprocess.run([*shell, text], env=env, check=False, capture_output=True)

    def test_eventbridge_is_added_to_what_is_there(self):
        self.moto.s3.create_bucket(Bucket="data-lake")
        deployed = Deployed(self.moto, CreateLakeBucket="no")
        self.assertEqual(self.run_output(deployed, "LakeBucketCommand"),
                         {"EventBridgeConfiguration": {}})
        self.notify_another()
        put = self.run_output(deployed, "LakeBucketCommand")
        self.assertEqual(put["EventBridgeConfiguration"], {})
        self.assertEqual([c["Id"] for c in put["QueueConfigurations"]], ["theirs"])

    def assert_left_alone(self, source):
        self.moto.s3.create_bucket(Bucket="data-lake")
        self.notify_another()
        deployed = Deployed(self.moto, CreateLakeBucket="no", EventSource=source)
        # In a shell without options, as people type it.
        done = self.run_command(deployed, "LakeBucketCommand", ["sh", "-c"], REFUSED="1")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"AccessDenied", done.stderr)
        self.assertEqual(done.stdout, b"")
        found = self.moto.s3.get_bucket_notification_configuration(Bucket="data-lake")
        self.assertEqual([c["Id"] for c in found["QueueConfigurations"]], ["theirs"])

    def test_a_bucket_that_cannot_be_asked_for_eventbridge_is_left_alone(self):
        self.assert_left_alone("eventbridge")

    def test_a_bucket_that_cannot_be_asked_for_notifications_is_left_alone(self):
        self.assert_left_alone("s3")

    def test_another_stack_with_a_longer_name_keeps_its_notifications(self):
        self.moto.s3.create_bucket(Bucket="data-lake")
        self.notify_another("csv-validator-b-bronze")
        deployed = Deployed(self.moto, CreateLakeBucket="no", EventSource="s3")
        put = self.run_output(deployed, "LakeBucketCommand")
        self.assertEqual(sorted(c["Id"] for c in put["QueueConfigurations"]),
                         ["csv-validator-b-bronze", "csv-validator-bronze"])

    def notify_another(self, name="theirs"):
        _, arn = self.moto.make_queue("another")
        self.moto.s3.put_bucket_notification_configuration(
            Bucket="data-lake", NotificationConfiguration={"QueueConfigurations": [
                {"Id": name, "QueueArn": arn, "Events": ["s3:ObjectRemoved:*"]}]})

    def test_our_notifications_are_added_once(self):
        self.moto.s3.create_bucket(Bucket="data-lake")
        self.notify_another()
        deployed = Deployed(self.moto, CreateLakeBucket="no", EventSource="s3",
                            GlueDatabase="lake")
        for _ in range(2):
            put = self.run_output(deployed, "LakeBucketCommand")
            self.assertEqual(sorted(c["Id"] for c in put["QueueConfigurations"]),
                             ["csv-validator-bronze", "theirs"])
            self.assertEqual([c["Id"] for c in put["TopicConfigurations"]],
                             ["csv-validator-rejects"])
            self.assertEqual([c["Id"] for c in put["LambdaFunctionConfigurations"]],
                             ["csv-validator-catalog"])


if __name__ == "__main__":
    for needed in (MOTO, ARROW):
        if not needed.exists():
            print("no %s: run tests/s3/setup and tests/conformance/setup" % needed, file=sys.stderr)
            sys.exit(1)
    if BOOTSTRAP:
        require_emulator()
    unittest.main()
