# SPDX-License-Identifier: Apache-2.0
"""The template's policies, judged by a simulator of IAM that we did not write: every request that the
functions were recorded to make is allowed, every permission is needed by one of them, and what must
not happen is denied."""
import fnmatch
import functools
import json
import os
import subprocess
import unittest

import iam_denials
import iam_recorder
import iam_service
import policies
import resolve
from iam_requests import asks_of
from emulator import require_emulator
from simulator import Simulator, readable, require_simulator

KEY = "arn:aws:kms:%s:%s:key/01234567-89ab-cdef-0123-456789abcdef" % (policies.REGION,
                                                                      policies.ACCOUNT)
# KMS asks the key's own policy first. The template wants one that leaves it to IAM.
KEY_POLICY = policies.document([{
    "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::%s:root" % policies.ACCOUNT},
    "Action": "kms:*", "Resource": "*"}])

ONE = {"LakeBucket": "lake", "CodeBucket": "code", "CodeKey": "silversmith.zip"}
TWO = {**ONE, "SilverBucket": "silver-lake", "LakePrefix": "team-a/"}
PRIVATE = {"Network": "new"}
# Each switch that changes a policy, both ways, with each other where they meet in one statement.
CHOICES = {
    "one": {**ONE, "GlueDatabase": "lake"},
    "one, key": {**ONE, "KmsKeyArn": KEY},
    "one, private": {**ONE, **PRIVATE, "Trigger": "direct"},
    "one, key, private": {**ONE, **PRIVATE, "KmsKeyArn": KEY, "GlueDatabase": "lake",
                          "EventSource": "s3"},
    "two": {**TWO, "GlueDatabase": "lake", "Trigger": "direct", "EventSource": "s3"},
    "two, key": {**TWO, "KmsKeyArn": KEY, "GlueDatabase": "lake",
                 "BreakGlassRoleArn": "arn:aws:iam::%s:role/repair" % policies.ACCOUNT},
    "two, private": {**TWO, **PRIVATE, "GlueDatabase": "lake"},
    "two, key, private": {**TWO, **PRIVATE, "KmsKeyArn": KEY, "Trigger": "direct"},
}


# What `silversmith deploy iam` prints is put to the same judge.
PRINTED = {"printed, one": {**ONE, "GlueDatabase": "lake"},
           "printed, two, key": {**TWO, "KmsKeyArn": KEY, "GlueDatabase": "lake"}}


def printed(parameters):
    at = lambda bucket: "s3://%s/%s" % (bucket, parameters.get("LakePrefix", ""))
    command = [os.path.abspath(iam_recorder.PROGRAM), "deploy", "iam", at(parameters["LakeBucket"]),
               "--account", policies.ACCOUNT, "--region", policies.REGION,
               "--glue-database", parameters["GlueDatabase"],
               "--convert-role", policies.printed_role("convert"),
               "--sweep-role", policies.printed_role("sweep")]
    if "SilverBucket" in parameters:
        command += ["--silver", at(parameters["SilverBucket"])]
    if "KmsKeyArn" in parameters:
        command += ["--kms-key", parameters["KmsKeyArn"]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError("deploy iam failed: " + done.stderr)
    return json.loads(done.stdout)


def bucket_of(ask):
    return ask.resource.split(":::")[1].split("/")[0]


def put(simulator, chosen, function, ask, **changed):
    """Asks what one of the functions asks, as it comes to AWS. `changed` takes other statements of
    the role, bucket policies or endpoint policy than those of the template."""
    role = chosen.roles[function]
    principal = "arn:aws:sts::%s:assumed-role/%s/%s" % (policies.ACCOUNT, role.arn.split("/")[-1],
                                                        role.function_arn.split(":")[-1])
    context = {"aws:SecureTransport": "true", "aws:PrincipalArn": role.arn,
               "aws:PrincipalAccount": policies.ACCOUNT, **dict(ask.context)}
    statements = changed.get("statements", role.statements)
    bucket = endpoint = None
    if ask.action.startswith("s3:"):
        bucket = changed.get("buckets", chosen.buckets).get(bucket_of(ask))
        if role.private and chosen.endpoint and not ask.why.startswith("from elsewhere"):
            context.setdefault("aws:SourceVpce", chosen.endpoint_id)
            endpoint = changed.get("endpoint", chosen.endpoint)
    if ask.action.startswith("kms:"):
        bucket = KEY_POLICY
    return simulator.ask(principal, ask.with_context(context), policies.ACCOUNT,
                         policies.document(statements), bucket, endpoint)


class Policies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        template = resolve.load(policies.TEMPLATE)
        cls.choices = [policies.of_template(name, template, parameters)
                       for name, parameters in CHOICES.items()]
        cls.choices += [policies.of_printed(name, printed(parameters), parameters)
                        for name, parameters in PRINTED.items()]
        cls.two = next(chosen for chosen in cls.choices if chosen.name == "two")
        cls.recorded = {}  # (lake, silver, prefix, scenario): requests
        for chosen in [cls.two, *cls.choices]:
            cls.record(chosen)

    @classmethod
    def record(cls, chosen):
        place = (chosen.lake, chosen.silver, chosen.prefix)
        if (*place, "convert_success") in cls.recorded:
            return
        lake = iam_recorder.Lake(chosen)
        cls.addClassCleanup(lake.close)
        for name in iam_recorder.SCENARIOS:
            if name in iam_recorder.LONG and chosen is not cls.two:
                long = cls.recorded[(cls.two.lake, cls.two.silver, cls.two.prefix, name)]
                cls.recorded[(*place, name)] = iam_recorder.moved(long, cls.two, chosen)
            else:
                cls.recorded[(*place, name)] = iam_recorder.play(lake, name)

    def scenario_asks(self, chosen, name):
        asks = {}  # each once, in their order
        for request in self.recorded[(chosen.lake, chosen.silver, chosen.prefix, name)]:
            for ask in asks_of(request, chosen.key):
                asks.setdefault(ask, ask)
        return list(asks.values())

    def recorded_asks(self, chosen, function):
        asks = {}
        for name in iam_recorder.SCENARIOS:
            if iam_recorder.function_of(name) == function:
                for ask in self.scenario_asks(chosen, name):
                    asks.setdefault(ask, ask)
        return list(asks.values())

    def all_asks(self, chosen, function):
        return [*self.recorded_asks(chosen, function), *iam_service.asks_of(chosen, function)]

    def test_the_recording_reaches_every_kind_of_request(self):
        seen = {(request["operation"], request["key"].removeprefix("team-a/").split("/")[0],
                 request["condition"].split(":")[0], request["status"])
                for requests in self.recorded.values() for request in requests
                if "service" not in request}
        for wanted in [("HeadObject", "silver", "", 404), ("HeadObject", "silver", "", 200),
                       ("GetObject", "bronze", "", 206), ("GetObject", "bronze", "", 404),
                       ("GetObject", "bronze", "If-Match", 206), ("ListObjectsV2", "", "", 200),
                       ("GetObject", "contracts", "", 206), ("GetObject", "silver", "", 206),
                       ("PutObject", "silver", "If-None-Match", 200),
                       ("PutObject", "silver", "If-Match", 200),
                       ("CreateMultipartUpload", "silver", "", 200),
                       ("CompleteMultipartUpload", "silver", "If-None-Match", 200),
                       ("AbortMultipartUpload", "silver", "", 204),
                       ("AbortMultipartUpload", "quarantine", "", 204),
                       ("PutObject", "quarantine", "If-None-Match", 412),
                       ("HeadObject", "quarantine", "", 200),
                       ("PutObject", "receipts", "If-None-Match", 200),
                       ("HeadObject", "receipts", "", 404),
                       ("ListObjectVersions", "", "", 200)]:
            self.assertIn(wanted, seen)
        called = {request["operation"] for requests in self.recorded.values()
                  for request in requests if "service" in request}
        self.assertEqual(called, {"GetTable", "CreateTable", "UpdateTable", "BatchCreatePartition",
                                  "Publish"})
        writes = {condition for operation, _, condition, _ in seen
                  if operation in ("PutObject", "CompleteMultipartUpload")}
        self.assertEqual(writes, {"If-None-Match", "If-Match"}, "no write without a condition")

    def test_every_request_is_allowed(self):
        simulator, asked = Simulator(), {}
        for chosen in self.choices:
            for function in chosen.roles:
                for ask in self.all_asks(chosen, function):
                    asked[put(simulator, chosen, function, ask)] = (chosen.name, function, ask)
        answers = simulator.answers()
        denied = [(asked[number], answer) for number, answer in answers.items()
                  if answer != "Allowed"]
        self.assertEqual(denied, [])
        self.assertGreater(len(answers), 500)

    def test_every_permission_is_needed(self):
        """Each action on each resource is taken away in turn: some request is then denied."""
        simulator, asked = Simulator(), {}
        for chosen in self.choices:
            for function, role in chosen.roles.items():
                single = policies.grants(role.statements)
                asks = self.all_asks(chosen, function)
                for i, (name, taken) in enumerate(single):
                    if taken["Effect"] == "Deny":
                        continue  # test_every_denial_is_needed
                    left = [statement for j, (_, statement) in enumerate(single) if j != i]
                    asked[(chosen.name, function, name)] = [
                        put(simulator, chosen, function, ask, statements=left)
                        for ask in asks if ask.action == taken["Action"] and
                        any(fnmatch.fnmatchcase(ask.resource, resource)
                            for resource in readable(taken["Resource"]))]
        answers = simulator.answers()
        superfluous = [name for name, numbers in asked.items()
                       if all(answers[number] == "Allowed" for number in numbers)]
        self.assertEqual(superfluous, [])

    def test_every_action_of_the_endpoint_is_needed(self):
        simulator, asked = Simulator(), {}
        for chosen in self.choices:
            if not chosen.endpoint:
                continue
            [statement] = chosen.endpoint["Statement"]
            asks = [(function, ask) for function in ("convert", "sweep")
                    for ask in self.recorded_asks(chosen, function)]
            for action in statement["Action"]:
                left = policies.document([{**statement, "Action": [
                    other for other in statement["Action"] if other != action]}])
                asked[(chosen.name, action)] = [
                    put(simulator, chosen, function, ask, endpoint=left)
                    for function, ask in asks if ask.action == action]
        answers = simulator.answers()
        self.assertEqual([name for name, numbers in asked.items()
                          if all(answers[number] == "Allowed" for number in numbers)], [])

    # What must be denied

    @staticmethod
    def put_denial(simulator, chosen, case, **changed):
        if case.function:
            return put(simulator, chosen, case.function, case.ask, **changed)
        bucket = changed.get("buckets", chosen.buckets).get(bucket_of(case.ask))
        endpoint = changed.get("endpoint", chosen.endpoint) if case.through_endpoint else None
        return simulator.ask(case.principal, case.ask, policies.ACCOUNT, case.identity, bucket,
                             endpoint)

    @classmethod
    @functools.cache
    def denials(cls):
        """(choice, case, answer) of everything that must be denied."""
        simulator, asked = Simulator(), {}
        for chosen in cls.choices:
            for case in iam_denials.cases(chosen):
                asked[cls.put_denial(simulator, chosen, case)] = (chosen, case)
        return [(*asked[number], answer) for number, answer in simulator.answers().items()]

    def test_what_must_not_happen_is_denied(self):
        self.assertEqual([(chosen.name, case) for chosen, case, answer in self.denials()
                          if answer == "Allowed"], [])
        self.assertGreater(len(self.denials()), 1000)

    def test_every_denial_is_needed(self):
        """Each statement that denies, of buckets and roles, is taken away in turn: something that
        must not happen is then allowed. What no statement denies can't become so."""
        simulator, asked = Simulator(), {}
        for chosen in self.choices:
            cases = [case for other, case, answer in self.denials()
                     if other is chosen and answer == "ExplicitlyDenied"]
            for bucket, policy in chosen.buckets.items():
                for taken in policy["Statement"]:
                    left = policies.document([s for s in policy["Statement"] if s != taken])
                    buckets = {**chosen.buckets, bucket: left}
                    asked[(chosen.name, bucket, taken["Sid"])] = [
                        self.put_denial(simulator, chosen, case, buckets=buckets)
                        for case in cases if case.ask.action.startswith("s3:") and
                        bucket_of(case.ask) == bucket]
            for function, role in chosen.roles.items():
                for taken in [s for s in role.statements if s["Effect"] == "Deny"]:
                    left = [s for s in role.statements if s != taken]
                    asked[(chosen.name, function, taken["Sid"])] = [
                        self.put_denial(simulator, chosen, case, statements=left)
                        for case in cases if case.function == function]
        answers = simulator.answers()
        self.assertEqual([name for name, numbers in asked.items()
                          if all(answers[number] != "Allowed" for number in numbers)], [])

    def test_policies_of_resources_name_who_is_behind_a_service(self):
        """Else any account's rule, bucket or topic could make the service act on ours."""
        seen = 0
        for chosen in self.choices:
            for logical_id, resource in chosen.resources.items():
                document = resource["Properties"].get("PolicyDocument", {})
                for statement in document.get("Statement", []):
                    principal = statement.get("Principal")
                    if isinstance(principal, dict) and "Service" in principal:
                        keys = {key for values in statement.get("Condition", {}).values()
                                for key in values}
                        self.assertIn("aws:SourceArn", keys, (logical_id, statement))
                        if principal["Service"] == "s3.amazonaws.com":  # its ARNs name no account
                            self.assertIn("aws:SourceAccount", keys, (logical_id, statement))
                        seen += 1
                if resource["Type"] == "AWS::Lambda::Permission":
                    self.assertIn("SourceArn", resource["Properties"], logical_id)
                    if resource["Properties"]["Principal"] == "s3.amazonaws.com":
                        self.assertIn("SourceAccount", resource["Properties"], logical_id)
                    seen += 1
        self.assertGreater(seen, 40)

    def test_no_permission_has_a_star_that_could_be_narrower(self):
        """None in an action; and all resources only where IAM knows none of the action's."""
        without = {"xray:PutTraceSegments", "xray:PutTelemetryRecords",
                   "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"}
        for chosen in self.choices:
            for function, role in chosen.roles.items():
                for name, grant in policies.grants(role.statements):
                    if grant["Effect"] == "Allow":
                        self.assertNotIn("*", grant["Action"], (chosen.name, function, name))
                        self.assertEqual(grant["Resource"] == "*", grant["Action"] in without,
                                         (chosen.name, function, name))

    def test_only_lambda_takes_on_the_roles(self):
        for chosen in self.choices:
            for function, role in chosen.roles.items():
                self.assertEqual(
                    [(s["Effect"], s["Principal"], s["Action"]) for s in role.trust["Statement"]],
                    [("Allow", {"Service": "lambda.amazonaws.com"}, "sts:AssumeRole")], function)

    def test_new_buckets_let_nobody_make_anything_public(self):
        for chosen in self.choices:
            for logical_id in ("LakeBucketResource", "SilverBucketResource"):
                if logical_id in chosen.resources:
                    properties = chosen.resources[logical_id]["Properties"]
                    self.assertEqual(properties["PublicAccessBlockConfiguration"], {
                        "BlockPublicAcls": True, "BlockPublicPolicy": True,
                        "IgnorePublicAcls": True, "RestrictPublicBuckets": True}, logical_id)
                    self.assertEqual(properties["OwnershipControls"]["Rules"],
                                     [{"ObjectOwnership": "BucketOwnerEnforced"}], logical_id)

    # The real programs without a permission

    def test_a_missing_permission_is_named_by_the_program(self):
        """In two buckets below a prefix. The shortest scenario that the simulator says is denied is
        run again with exactly that permission denied by the fake. Without the right to abort
        uploads files are converted all the same, and what is left is the bucket's lifecycle's; it is
        doctor that names it."""
        lake = iam_recorder.Lake(self.two)
        self.addCleanup(lake.close)
        seen = 0
        for function in ("convert", "sweep"):
            for action, resource in self.s3_grants(self.two, function):
                prefix = resource.split(":::")[1].partition("/")[2].removesuffix("*")
                denial = {"action": action, "prefix": prefix}
                if action == "s3:AbortMultipartUpload":
                    lake.s3.http("POST", "/_fake/reset")
                    lake.s3.deny(**denial)
                    lake.said = ""
                    lake.doctor()
                else:
                    iam_recorder.play(lake, self.shortest_denied(function, action, resource), denial)
                self.assertIn(action, lake.said, resource)
                seen += 1
        self.assertGreaterEqual(seen, 22)

    def s3_grants(self, chosen, function):
        # Listing one bucket is not told from listing the other by the fake's denials.
        return sorted({(statement["Action"], statement["Resource"]) for _, statement in
                       policies.grants(chosen.roles[function].statements)
                       if statement["Effect"] == "Allow" and
                       statement["Action"].startswith("s3:")})

    def shortest_denied(self, function, action, resource):
        simulator, asked, chosen = Simulator(), {}, self.two
        left = [statement for _, statement in policies.grants(chosen.roles[function].statements)
                if (statement["Action"], statement["Resource"]) != (action, resource)]
        for name in iam_recorder.SCENARIOS:
            if iam_recorder.function_of(name) == function:
                asked[name] = [put(simulator, chosen, function, ask, statements=left)
                               for ask in self.scenario_asks(chosen, name)
                               if ask.action == action]
        answers = simulator.answers()
        lengths = {name: len(self.scenario_asks(chosen, name)) for name, numbers in asked.items()
                   if any(answers[number] != "Allowed" for number in numbers)}
        self.assertTrue(lengths, (function, action, resource))
        return min(lengths, key=lambda name: (lengths[name], name))


if __name__ == "__main__":
    require_emulator()
    require_simulator()
    unittest.main()
