# SPDX-License-Identifier: Apache-2.0
"""The policies that a deployment has, in plain values: of each function its role, what the role may
do, and the environment it runs with; of each bucket its policy; of the network its endpoint's. From
the template under one set of parameters, or from what `silversmith deploy iam` prints."""
import dataclasses
import pathlib

import resolve

TEMPLATE = pathlib.Path(__file__).resolve().parents[2] / "deploy/cloudformation/silversmith.yaml"
ACCOUNT = resolve.PSEUDO["AWS::AccountId"]
REGION = resolve.PSEUDO["AWS::Region"]
# Function: logical ids of its role and of itself.
FUNCTIONS = {name: (name.capitalize() + "Role", name.capitalize() + "Function")
             for name in ("convert", "sweep", "catalog", "notify")}


def listed(value):
    return value if isinstance(value, list) else [value]


def document(statements):
    return {"Version": "2012-10-17", "Statement": statements}


def grants(statements):
    """The statements taken apart: each allows one action on one resource, or denies as a whole.
    Pairs of (its name, statement)."""
    out = []
    for i, statement in enumerate(statements):
        sid = statement.get("Sid", "statement %d" % i)
        if statement["Effect"] != "Allow":
            out.append((sid, statement))
            continue
        for action in listed(statement["Action"]):
            for resource in listed(statement["Resource"]):
                out.append(("%s: %s on %s" % (sid, action, resource),
                            {**statement, "Action": action, "Resource": resource}))
    return out


@dataclasses.dataclass
class Role:
    arn: str
    statements: list   # of all of its policies
    trust: dict        # who may assume it
    function_arn: str
    environment: dict  # the function's variables
    private: bool      # its requests to S3 go through the endpoint


@dataclasses.dataclass
class Policies:
    name: str           # of the choice of parameters
    lake: str           # bucket
    silver: str         # bucket; the same when there is one
    prefix: str         # of the lake in both: "" or "team-a/"
    roles: dict         # function: Role
    buckets: dict       # bucket: policy
    endpoint: dict      # policy, or None
    endpoint_id: str    # or None
    key: str            # ARN of the KMS key, or ""
    resources: dict     # of the whole stack
    queued: bool = False   # whether SQS stands before the function that converts
    printed: bool = False  # by the program: nothing is known of a stack and its network


def of_template(name, template, parameters):
    stack = resolve.Stack(template, parameters)
    made = stack.resources()
    chosen = stack.parameters
    roles = {}
    for function, (role_id, function_id) in FUNCTIONS.items():
        if function_id not in made:
            continue
        role, properties = made[role_id]["Properties"], made[function_id]["Properties"]
        roles[function] = Role(
            arn=stack.value({"Fn::GetAtt": [role_id, "Arn"]}),
            statements=[statement for policy in role["Policies"]
                        for statement in policy["PolicyDocument"]["Statement"]],
            trust=role["AssumeRolePolicyDocument"],
            function_arn=stack.value({"Fn::GetAtt": [function_id, "Arn"]}),
            environment=properties.get("Environment", {}).get("Variables", {}),
            private="VpcConfig" in properties)
    buckets = {resource["Properties"]["Bucket"]: resource["Properties"]["PolicyDocument"]
               for resource in made.values() if resource["Type"] == "AWS::S3::BucketPolicy"}
    endpoint = made.get("S3Endpoint", {}).get("Properties", {}).get("PolicyDocument")
    return Policies(
        name=name, lake=chosen["LakeBucket"], silver=chosen["SilverBucket"] or chosen["LakeBucket"],
        prefix=chosen["LakePrefix"], roles=roles, buckets=buckets, endpoint=endpoint,
        endpoint_id=stack.value({"Ref": "S3Endpoint"}) if endpoint else None,
        key=chosen["KmsKeyArn"], resources=made, queued="WorkQueue" in made)


# What the printed policies name by the names that the template has, too.
NAMED = {"WorkQueue": ("AWS::SQS::Queue", "QueueName", "csv-validator-work"),
         "DeadLetterQueue": ("AWS::SQS::Queue", "QueueName", "csv-validator-dlq"),
         "StepsDeadLetterQueue": ("AWS::SQS::Queue", "QueueName", "csv-validator-dlq-steps"),
         "NoticeTopic": ("AWS::SNS::Topic", "TopicName", "csv-validator-notices")}


def printed_role(function):
    """The ARN of a role whose name is CloudFormation's, as `deploy iam` is told it."""
    return "arn:aws:iam::%s:role/stack-%sRole-1A2B3C" % (ACCOUNT, function.capitalize())


def of_printed(name, printed, parameters):
    """`printed`: the object that `silversmith deploy iam` prints for these parameters."""
    roles = {}
    for function in printed["functions"]:
        own = "csv-validator" + ("" if function == "convert" else "-" + function)
        roles[function] = Role(
            arn=printed_role(function),
            statements=printed["functions"][function]["Statement"], trust=printed["trust"],
            function_arn="arn:aws:lambda:%s:%s:function:%s" % (REGION, ACCOUNT, own),
            environment={"SILVERSMITH_DATABASE": parameters.get("GlueDatabase", "")},
            private=function in ("convert", "sweep"))
    return Policies(
        name=name, lake=parameters["LakeBucket"],
        silver=parameters.get("SilverBucket", parameters["LakeBucket"]),
        prefix=parameters.get("LakePrefix", ""), roles=roles, buckets=printed["buckets"],
        endpoint=printed["endpoint"], endpoint_id="vpce-0123456789abcdef0",
        key=parameters.get("KmsKeyArn", ""), printed=True,
        resources={logical_id: {"Type": kind, "Properties": {named_by: own}}
                   for logical_id, (kind, named_by, own) in NAMED.items()})
