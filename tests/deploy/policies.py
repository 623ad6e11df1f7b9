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
    private: bool      # in a network of its own


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
        key=chosen["KmsKeyArn"], resources=made)
