# SPDX-License-Identifier: Apache-2.0
"""What stands around a lake, from the command line: the template, findings, policies, rules. A
pipeline as it is often taught, with its faults, must give a finding for each of them."""
import json
import pathlib
import re
import unittest

from program import ProgramTest, run_program

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "deploy/cloudformation/silversmith.yaml"

# Bucket, rule, permission, role, function, queue and endpoint as commands would make them, one after
# the other, from a page that nobody tried out.
TAUGHT = """\
Resources:
  Lake:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: data-lake
      NotificationConfiguration:
        LambdaConfigurations:
          - Event: s3:ObjectCreated:*
            Function: !GetAtt Validator.Arn
  Trigger:
    Type: AWS::Events::Rule
    Properties:
      Name: bronze-csv-trigger
      EventPattern:
        source: [aws.s3]
        detail-type: [Object Created]
        detail:
          bucket: {name: [data-lake]}
          object: {key: [{prefix: bronze/, suffix: .csv}]}
      Targets: [{Id: '1', Arn: !GetAtt Validator.Arn}]
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: csv-validator
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: arn:aws:events:us-east-1:123456789:rule/bronze-csv-trigger
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: pipeline
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: ['s3:GetObject'], Resource: 'arn:aws:s3:::data-lake/bronze/*'}
              - {Effect: Allow, Action: ['s3:PutObject'], Resource: 'arn:aws:s3:::data-lake/silver/*'}
              - Effect: Allow
                Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']
                Resource: '*'
  Validator:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: csv-validator
      Handler: app.lambda_handler
      Role: !GetAtt Role.Arn
      DeadLetterConfig: {TargetArn: !GetAtt DeadLetters.Arn}
      VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}
  DeadLetters: {Type: AWS::SQS::Queue, Properties: {QueueName: csv-validator-dlq}}
  Endpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties: {VpcId: vpc-123, ServiceName: com.amazonaws.us-east-1.s3, RouteTableIds: [rtb-456]}
"""
FAULTS = {
    ("Lake", "bucket-events"), ("Lake", "bucket-public"), ("Lake", "bucket-tls"),
    ("Lake", "bucket-writers"), ("Lake", "function-not-allowed"), ("Trigger", "pattern-invalid"),
    ("Trigger", "target-no-dlq"), ("Trigger", "target-no-retry"), ("Permission", "account-id"),
    ("Role", "role-no-dead-letter"), ("Role", "role-no-network"), ("Role", "role-no-list"),
    ("Role", "role-no-read-where-written"), ("Role", "role-makes-log-groups"),
    ("Role", "role-star-resource"), ("Validator", "function-log-group"),
    ("Validator", "function-memory"), ("Validator", "function-timeout"),
    ("Validator", "function-tracing"), ("Validator", "function-no-concurrency"),
    ("Endpoint", "endpoint-open")}

# Of our own template, what goes and what must then be found.
DAMAGES = [
    ("          DeadLetterConfig: {Arn: !GetAtt DeadLetterQueue.Arn}\n", "", "target-no-dlq"),
    ("      FunctionResponseTypes: [ReportBatchItemFailures]\n", "", "source-batch-failures"),
    ("maxReceiveCount: 5", "maxReceiveCount: 1", "queue-receives"),
    ("VisibilitySeconds: 1800", "VisibilitySeconds: 300", "queue-visibility"),
    ("      RetentionInDays: !Ref LogRetentionDays\n", "", "log-retention"),
    ("      TracingConfig: {Mode: Active}\n", "", "function-tracing"),
    ("        RestrictPublicBuckets: true\n", "", "bucket-public"),
    ("'aws:SecureTransport'", "'aws:Other'", "bucket-tls"),
    ("wildcard: !Sub '${LakePrefix}bronze/*.csv*'", "suffix: .csv", "pattern-loop"),
    ("wildcard: !Sub '${LakePrefix}bronze/*.csv*'", "wildcard: bronze/**", "pattern-invalid"),
    ("Action: [s3:GetObject, s3:PutObject]", "Action: s3:PutObject", "role-no-read-where-written"),
    ("Action: s3:ListBucket\n", "Action: s3:GetBucketLocation\n", "role-no-list"),
    ("ec2:CreateNetworkInterface", "ec2:Other", "role-no-network"),
    ("Action: [kms:Decrypt, kms:GenerateDataKey]", "Action: kms:Decrypt", "role-no-key"),
    ("      RouteTableIds: [!Ref RouteTable]\n", "", "endpoint-no-routes"),
    ("Principal: {Service: events.amazonaws.com}", "Principal: {Service: x}", "queue-not-allowed"),
    ("      SourceArn: !GetAtt SweepRule.Arn\n", "", "permission-source-arn"),
    ("      ReservedConcurrentExecutions: !If [HasReserve, !Ref ReservedConcurrency, "
     "!Ref AWS::NoValue]\n", "", "function-no-concurrency"),
]

TAUGHT_PATTERN = {"source": ["aws.s3"], "detail": {
    "bucket": {"name": ["data-lake"]},
    "object": {"key": [{"prefix": "bronze/", "suffix": ".csv"}]}}}
ROLE = "arn:aws:iam::123456789012:role/"


class DeployTest(ProgramTest):
    def lint(self, text, status=1):
        path = self.write("template.yaml", text)
        done = run_program("deploy", "lint", path, "--json")
        self.assertEqual(done.status, status, done)
        return {(f["resource"], f["id"]) for f in done.json()["findings"]}

    def pattern(self, key, bucket="data-lake"):
        return self.write("pattern.json", json.dumps(
            {"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}, "object": {"key": key}}}))

    def test_prints_the_template_as_it_is(self):
        self.assertEqual(self.run_ok("deploy", "render").raw, TEMPLATE.read_bytes())

    def test_names_each_fault_of_a_pipeline_as_it_is_taught(self):
        self.assertEqual(self.lint(TAUGHT), FAULTS)

    def test_finds_nothing_in_our_own_template(self):
        self.assertEqual(self.lint(TEMPLATE.read_text(), status=0), set())

    def test_finds_what_goes_missing_from_our_own_template(self):
        text = TEMPLATE.read_text()
        for before, after, wanted in DAMAGES:
            with self.subTest(before=before):
                self.assertIn(before, text)
                found = {rule for _, rule in self.lint(text.replace(before, after))}
                self.assertIn(wanted, found)

    def test_every_rule_is_documented(self):
        page = (ROOT / "docs/formats/lint.md").read_text()
        sources = "".join(path.read_text() for path in (ROOT / "src/deploy").glob("lint*.*"))
        rules = set(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+) [a-z]', sources))
        self.assertEqual(rules, set(re.findall(r"^\| `([a-z0-9-]+)` \|", page, re.MULTILINE)))

    def test_says_findings_with_their_place(self):
        path = self.write("group.yaml", "Resources:\n  G:\n    Type: AWS::Logs::LogGroup\n")
        done = run_program("deploy", "lint", path)
        self.assertEqual(done.status, 1, done)
        self.assertEqual(done.out, "%s:3:5: warning log-retention: G: the log group keeps everything "
                                   "for ever; set RetentionInDays\n" % path)

    def test_says_that_a_file_can_not_be_read(self):
        for text in ("{", "[1]", "a: &x 1\n", "a: !Nonsense b\n"):
            done = run_program("deploy", "lint", self.write("bad", text))
            self.assertEqual(done.status, 2, done)
            self.assertEqual(done.out, "")
        self.assertNotEqual(run_program("deploy", "lint", self.folder / "absent").status, 0)

    def test_lints_patterns_and_policies_alone(self):
        done = run_program("deploy", "lint", self.write("p.json", json.dumps(TAUGHT_PATTERN)))
        self.assertEqual(done.status, 1, done)
        self.assert_says(done.out, "Only one key allowed in match expression")
        policy = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/silver/*"}]}
        done = run_program("deploy", "lint", self.write("i.json", json.dumps(policy)))
        self.assert_says(done.out, "role-no-read-where-written", "role-no-list")

    def test_says_which_keys_a_rule_matches(self):
        keys = ["bronze/a.csv", "silver/a.csv", "bronze/a.gz"]
        path = self.pattern([{"wildcard": "bronze/*.csv"}])
        done = run_program("deploy", "rule", *keys, "--pattern", path, "--json")
        self.assertEqual(done.status, 1, done)
        found = done.jsons()
        self.assertEqual([f["key"] for f in found], keys)
        self.assertEqual([f["matches"] for f in found], [True, False, False])
        self.assertEqual([f["taken"] for f in found], [True, False, False])
        self.assertEqual(found[0]["silver"], "silver/a.parquet")
        self.assertIsNone(found[1]["silver"])
        self.assertEqual(found[1]["note"], "it is our own output")
        done = self.run_ok("deploy", "rule", keys[0], "--pattern", path)
        self.assert_says(done.out, "matches", "takes it")

    def test_the_template_s_rules_match_what_is_taken(self):
        keys = ["bronze/a.csv", "bronze/x/y.tsv", "bronze/z.txt.gz", "bronze/Z.CSV",
                "bronze/caf\u00e9 +%.csv.zst"]
        found = self.run_ok("deploy", "rule", *keys, "--json").jsons()
        self.assertTrue(all(f["matches"] and f["taken"] for f in found), found)
        keys = ["team-a/" + key for key in keys]
        self.run_ok("deploy", "rule", *keys, "--lake", "s3://other/team-a")
        done = run_program("deploy", "rule", "bronze/a.csv", "--lake", "s3://other/team-a")
        self.assertEqual(done.status, 1, done)

    def test_says_of_an_invalid_pattern_what_eventbridge_says(self):
        path = self.write("pattern.json", json.dumps(TAUGHT_PATTERN))
        done = run_program("deploy", "rule", "bronze/a.csv", "--pattern", path)
        self.assertEqual(done.status, 2, done)
        self.assert_says(done.err, "Event pattern is not valid. Reason: Only one key allowed")

    def test_warns_of_a_member_that_is_dropped(self):
        path = self.write("pattern.json", '{"detail":{"object":{"key":[{"prefix":"bronze/"}],'
                                          '"key":[{"suffix":".csv"}]}}}')
        done = self.run_ok("deploy", "rule", "silver/a.csv", "--pattern", path)
        self.assert_says(done.err, '"key" twice')
        self.assert_says(done.out, "the event comes and is ignored")

    def test_prints_the_least_policies(self):
        done = self.run_ok("deploy", "iam", "s3://data-lake/team-a", "--silver", "s3://served",
                           "--account", "123456789012", "--region", "eu-central-1",
                           "--convert-role", ROLE + "c,%sd" % ROLE, "--convert-role", ROLE + "e",
                           "--sweep-role", ROLE + "s")
        policies = json.loads(done.out)
        self.assertEqual(sorted(policies["functions"]), ["catalog", "convert", "notify", "sweep"])
        self.assertEqual(sorted(policies["buckets"]), ["data-lake", "served"])
        self.assertEqual(done.err, "")
        self.assertNotIn("ACCOUNT-ID", done.out)
        self.assertNotIn("ROLE-ARN", done.out)
        ours = [ROLE + name for name in "cdes"]
        guard = next(s for s in policies["buckets"]["served"]["Statement"]
                     if s["Sid"] == "OnlyOursWrite")
        self.assertEqual(guard["Condition"], {"ArnNotEquals": {"aws:PrincipalArn": ours}})
        [way] = policies["endpoint"]["Statement"]
        self.assertEqual(way["Condition"], {"ArnEquals": {"aws:PrincipalArn": ours}})
        unknown = self.run_ok("deploy", "iam", "s3://data-lake", "--account", "123456789012",
                              "--region", "eu-central-1")
        self.assertIn('"CONVERT-ROLE-ARN"', unknown.out)
        self.assert_says(unknown.err, "SweepRoleArn")
        one = json.loads(self.run_ok("deploy", "iam", "s3://data-lake", "--function", "convert").out)
        self.assertEqual(one["Version"], "2012-10-17")
        self.assertEqual(self.lint_policy(one), set())

    def lint_policy(self, policy):
        done = run_program("deploy", "lint", self.write("p.json", json.dumps(policy)), "--json")
        return {finding["id"] for finding in done.json()["findings"]}

    def test_reads_only_what_a_contract_matches(self):
        self.make_lake()
        contracts = self.lake / "contracts"
        arguments = ("deploy", "iam", "s3://b", "--function", "convert", "--json")
        for given in (("--contract", contracts / "orders.yaml"), ("--contracts", contracts)):
            policy = self.run_ok(*arguments, *given).json()
            read = next(s for s in policy["Statement"] if s["Sid"] == "Read")
            self.assertEqual(read["Resource"], ["arn:aws:s3:::b/bronze/orders/*",
                                                "arn:aws:s3:::b/contracts/*"])
        elsewhere = self.run_ok(*arguments, "--contracts", "s3://shared/c").json()
        self.assertIn("arn:aws:s3:::shared/c/*", json.dumps(elsewhere))

    def test_refuses_what_makes_no_policy(self):
        for arguments in (["folder"], ["s3://b", "--account", "123456789"],
                          ["s3://b", "--function", "other"], ["s3://b", "--sweep-role", "s"], ["s3://b", "--contracts", "absent"]):
            done = run_program("deploy", "iam", *arguments)
            self.assertIn(done.status, (2, 3), done)
            self.assertEqual(done.out, "")


if __name__ == "__main__":
    unittest.main()
