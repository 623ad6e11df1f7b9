# SPDX-License-Identifier: Apache-2.0
"""resolve.py on small templates whose values are worked out by hand here. Run with a Python that has
PyYAML (tests/deploy/setup)."""
import os
import tempfile
import unittest

from resolve import Stack, Unresolvable, load, resolve

TEXT = """
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Bucket: {Type: String, AllowedPattern: '[a-z-]+'}
  Key: {Type: String, Default: ''}
  Timeout: {Type: Number, Default: 300, AllowedValues: [60, 300]}
  Subnets: {Type: CommaDelimitedList, Default: ''}
Mappings:
  Seconds: {'60': {Six: 360}, '300': {Six: 1800}}
Rules:
  Named:
    RuleCondition: !Not [!Equals [!Ref Key, '']]
    Assertions:
      - {Assert: !Not [!EachMemberEquals [!Ref Subnets, '']], AssertDescription: a key needs subnets}
Conditions:
  HasKey: !Not [!Equals [!Ref Key, '']]
  HasBoth: !And [!Condition HasKey, !Equals [!Ref Timeout, 300]]
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub '${Bucket}-work'
      VisibilityTimeout: !FindInMap [Seconds, !Ref Timeout, Six]
      KmsMasterKeyId: !If [HasKey, !Ref Key, !Ref 'AWS::NoValue']
  Role: {Type: AWS::IAM::Role, Properties: {}}
  Policy:
    Type: AWS::SQS::QueuePolicy
    DependsOn: [Extra, Role]
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - {Resource: !GetAtt Queue.Arn, Sid: !Join ['', [a, b]]}
          - !If [HasBoth, {Resource: '*'}, !Ref AWS::NoValue]
  Extra:
    Type: AWS::S3::Bucket
    Condition: HasKey
    Properties: {BucketName: !Sub ['${Bucket}-${Own}-${!Literal}', {Own: x}]}
Outputs:
  Url: {Value: !Ref Queue}
  Arn: {Value: !Sub '${Extra.Arn}/*', Condition: HasKey}
"""


class Resolve(unittest.TestCase):
    def setUp(self):
        file = tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False)
        self.addCleanup(os.unlink, file.name)
        with file:
            file.write(TEXT)
        self.template = load(file.name)

    def test_plain_values(self):
        made = resolve(self.template, {"Bucket": "lake"})
        self.assertEqual(sorted(made), ["Policy", "Queue", "Role"])
        self.assertEqual(made["Queue"]["Properties"],
                         {"QueueName": "lake-work", "VisibilityTimeout": 1800})
        self.assertEqual(made["Policy"]["DependsOn"], ["Role"])
        self.assertEqual(made["Policy"]["Properties"], {
            "Queues": ["https://sqs.us-east-1.amazonaws.com/123456789012/lake-work"],
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                {"Resource": "arn:aws:sqs:us-east-1:123456789012:lake-work", "Sid": "ab"}]}})

    def test_conditions_that_hold(self):
        stack = Stack(self.template, {"Bucket": "lake", "Key": "k", "Subnets": "subnet-1,subnet-2"},
                      {"AWS::Partition": "aws-cn"})
        made = stack.resources()
        self.assertEqual(made["Extra"]["Properties"], {"BucketName": "lake-x-${Literal}"})
        self.assertEqual(made["Queue"]["Properties"]["KmsMasterKeyId"], "k")
        self.assertEqual(made["Policy"]["DependsOn"], ["Extra", "Role"])
        self.assertEqual(len(made["Policy"]["Properties"]["PolicyDocument"]["Statement"]), 2)
        self.assertEqual(stack.outputs()["Arn"], "arn:aws-cn:s3:::lake-x-${Literal}/*")
        self.assertEqual(stack.parameters["Subnets"], ["subnet-1", "subnet-2"])

    def test_the_conditions_are_each_looked_at(self):
        made = resolve(self.template, {"Bucket": "lake", "Key": "k", "Subnets": "s", "Timeout": 60})
        self.assertEqual(len(made["Policy"]["Properties"]["PolicyDocument"]["Statement"]), 1)
        self.assertEqual(made["Queue"]["Properties"]["VisibilityTimeout"], 360)

    def test_the_template_that_is_left(self):
        left = Stack(self.template, {"Bucket": "lake"}).reduced()
        self.assertEqual(sorted(left), ["AWSTemplateFormatVersion", "Outputs", "Parameters",
                                        "Resources"])
        self.assertEqual(sorted(left["Resources"]), ["Policy", "Queue", "Role"])
        self.assertEqual(left["Resources"]["Queue"]["Properties"],
                         {"QueueName": {"Fn::Sub": "${Bucket}-work"}, "VisibilityTimeout": 1800})
        self.assertEqual(left["Resources"]["Policy"]["DependsOn"], ["Role"])
        self.assertEqual(list(left["Outputs"]), ["Url"])
        again = Stack(left, {"Bucket": "lake"})
        self.assertEqual(again.resources(), resolve(self.template, {"Bucket": "lake"}))

    def test_names_of_a_deployment(self):
        stack = Stack(self.template, {"Bucket": "lake"}, names={"Role": "made-up"})
        self.assertEqual(stack.value({"Fn::GetAtt": ["Role", "Arn"]}),
                         "arn:aws:iam::123456789012:role/made-up")

    def test_what_is_refused(self):
        for parameters, why in [
                ({}, "no default"), ({"Bucket": "UPPER"}, "does not match"),
                ({"Bucket": "a", "Timeout": 61}, "not one of"), ({"Bucket": "a", "X": 1}, "no such"),
                ({"Bucket": "a", "Key": "k"}, "a key needs subnets")]:
            with self.assertRaisesRegex(Unresolvable, why):
                resolve(self.template, parameters)
        for node, why in [({"Fn::ImportValue": "x"}, "not known"), ({"Ref": "Nobody"}, "nothing"),
                          ({"Ref": "Extra"}, "not made"), ({"Fn::GetAtt": "Queue.Color"}, "Color"),
                          ({"Fn::Sub": "${AWS::NoValue}"}, "NoValue")]:
            with self.assertRaisesRegex(Unresolvable, why):
                Stack(self.template, {"Bucket": "a"}).value(node)


if __name__ == "__main__":
    unittest.main()
