# SPDX-License-Identifier: Apache-2.0
"""The template deployed into moto: by its CloudFormation, and what that passes over (deviations.json)
by the services' own calls, from the template's own text."""
import io
import json
import pathlib
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests/s3"), str(ROOT / "tests/deploy")]

import end_to_end_test
from resolve import Stack, load

TEMPLATE = load(ROOT / "deploy/cloudformation/silversmith.yaml")
DEVIATIONS = json.loads((ROOT / "tests/deploy/deviations.json").read_text("utf-8"))
PASSED_OVER = {kind for entry in DEVIATIONS for kind in entry.get("types", [])}
CODE = {"CodeBucket": "code-bucket", "CodeKey": "silversmith.zip"}
NAMED_BY_MOTO = ("AWS::IAM::Role", "AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::RouteTable",
                 "AWS::EC2::SecurityGroup", "AWS::EC2::VPCEndpoint")


class Moto(end_to_end_test.Moto):
    """Makes each client once: that takes longer than its calls."""

    def __init__(self):
        self.clients = {}
        super().__init__()

    def client(self, service):
        if service not in self.clients:
            self.clients[service] = super().client(service)
        return self.clients[service]

    def close(self):
        for client in self.clients.values():
            client.close()
        super().close()


class Deployed:
    """One stack. `made` is what the template says of each resource, with the names that moto gave."""

    def __init__(self, moto, name="silversmith", **parameters):
        self.moto = moto
        self.name = name
        self.parameters = {"LakeBucket": "data-lake", **CODE, **parameters}
        self.put_code()
        self.cloudformation = moto.client("cloudformation")
        self.cloudformation.create_stack(
            StackName=name, Capabilities=["CAPABILITY_IAM"],
            TemplateBody=json.dumps(Stack(TEMPLATE, self.parameters).reduced()),
            Parameters=[{"ParameterKey": key, "ParameterValue": str(value)}
                        for key, value in self.parameters.items()])
        self.status = self.describe()["StackStatus"]
        listed = self.cloudformation.get_paginator("list_stack_resources")
        self.listed = {entry["LogicalResourceId"]: entry
                       for page in listed.paginate(StackName=name)
                       for entry in page["StackResourceSummaries"] if entry["LogicalResourceId"]}
        self.stack = Stack(TEMPLATE, self.parameters, names={
            logical_id: entry["PhysicalResourceId"] for logical_id, entry in self.listed.items()
            if entry["ResourceType"] in NAMED_BY_MOTO})
        self.made = self.stack.resources()

    def describe(self):
        return self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]

    def put_code(self):
        zipped = io.BytesIO()
        with zipfile.ZipFile(zipped, "w") as archive:
            archive.writestr("bootstrap", "not run: the tests start the program themselves")
        if CODE["CodeBucket"] not in [b["Name"] for b in self.moto.s3.list_buckets()["Buckets"]]:
            self.moto.s3.create_bucket(Bucket=CODE["CodeBucket"])
        self.moto.s3.put_object(Bucket=CODE["CodeBucket"], Key=CODE["CodeKey"],
                                Body=zipped.getvalue())

    def of_type(self, kind):
        return {logical_id: resource["Properties"] for logical_id, resource in self.made.items()
                if resource["Type"] == kind}

    def properties(self, logical_id):
        return self.made[logical_id]["Properties"]

    def queue_url(self, logical_id):
        return self.moto.sqs.get_queue_url(
            QueueName=self.properties(logical_id)["QueueName"])["QueueUrl"]

    def complete(self):
        """Makes what moto's CloudFormation passed over."""
        calls = {"AWS::S3::BucketPolicy": self.bucket_policy, "AWS::S3::Bucket": self.bucket,
                 "AWS::SQS::QueuePolicy": self.queue_policy,
                 "AWS::SNS::TopicPolicy": self.topic_policy,
                 "AWS::SNS::Subscription": self.subscription, "AWS::CloudWatch::Alarm": self.alarm,
                 "AWS::Lambda::EventInvokeConfig": self.invoke_config,
                 "AWS::Glue::Database": self.database}
        order = sorted(self.made, key=lambda name: self.made[name]["Type"] == "AWS::S3::Bucket")
        for logical_id in order:
            call = calls.get(self.made[logical_id]["Type"])
            if call:
                call(self.properties(logical_id))

    def bucket(self, wanted):
        s3, name = self.moto.s3, wanted["BucketName"]
        s3.put_public_access_block(
            Bucket=name, PublicAccessBlockConfiguration=wanted["PublicAccessBlockConfiguration"])
        s3.put_bucket_ownership_controls(Bucket=name,
                                         OwnershipControls=wanted["OwnershipControls"])
        s3.put_bucket_versioning(Bucket=name,
                                 VersioningConfiguration=wanted["VersioningConfiguration"])
        rules = [{**{("ID" if key == "Id" else key): value for key, value in rule.items()},
                  "Filter": {"Prefix": ""}} for rule in wanted["LifecycleConfiguration"]["Rules"]]
        s3.put_bucket_lifecycle_configuration(Bucket=name,
                                              LifecycleConfiguration={"Rules": rules})
        s3.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration=notifications(wanted))

    def bucket_policy(self, wanted):
        self.moto.s3.put_bucket_policy(Bucket=wanted["Bucket"],
                                       Policy=json.dumps(wanted["PolicyDocument"]))

    def queue_policy(self, wanted):
        for url in wanted["Queues"]:
            here = self.moto.sqs.get_queue_url(QueueName=url.rsplit("/", 1)[1])["QueueUrl"]
            self.moto.sqs.set_queue_attributes(
                QueueUrl=here, Attributes={"Policy": json.dumps(wanted["PolicyDocument"])})

    def topic_policy(self, wanted):
        for topic in wanted["Topics"]:
            self.moto.client("sns").set_topic_attributes(
                TopicArn=topic, AttributeName="Policy",
                AttributeValue=json.dumps(wanted["PolicyDocument"]))

    def subscription(self, wanted):
        attributes = {"RedrivePolicy": json.dumps(wanted["RedrivePolicy"])}
        if wanted.get("RawMessageDelivery"):
            attributes["RawMessageDelivery"] = "true"
        self.moto.client("sns").subscribe(TopicArn=wanted["TopicArn"], Protocol=wanted["Protocol"],
                                          Endpoint=wanted["Endpoint"], Attributes=attributes)

    def alarm(self, wanted):
        self.moto.client("cloudwatch").put_metric_alarm(**wanted)

    def invoke_config(self, wanted):
        arguments = {key: value for key, value in wanted.items() if key != "Qualifier"}
        self.moto.client("lambda").put_function_event_invoke_config(**arguments)

    def database(self, wanted):
        self.moto.client("glue").create_database(DatabaseInput=wanted["DatabaseInput"])


def notifications(bucket):
    """A bucket's NotificationConfiguration as S3's call wants it."""
    given = bucket["NotificationConfiguration"]
    if "EventBridgeConfiguration" in given:
        return {"EventBridgeConfiguration": {}}
    named = {"QueueConfigurations": ("Queue", "QueueArn"),
             "TopicConfigurations": ("Topic", "TopicArn"),
             "LambdaConfigurations": ("Function", "LambdaFunctionArn")}
    wanted = {}
    for kind, (theirs, ours) in named.items():
        key = "LambdaFunctionConfigurations" if kind == "LambdaConfigurations" else kind
        wanted[key] = [{ours: entry[theirs], "Events": [entry["Event"]], "Filter": {"Key": {
            "FilterRules": entry["Filter"]["S3Key"]["Rules"]}}} for entry in given.get(kind, [])]
    return {key: entries for key, entries in wanted.items() if entries}
