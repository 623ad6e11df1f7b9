# SPDX-License-Identifier: Apache-2.0
"""What must be denied, and to whom: a table. Somebody else is an administrator of the account, who
may do anything as far as his own policies go, so that only the bucket's policy can stop him."""
import dataclasses

import policies
from iam_requests import Ask, bucket_arn, object_arn

ADMIN = "arn:aws:iam::%s:role/admin" % policies.ACCOUNT
ANYTHING = policies.document([{"Effect": "Allow", "Action": "*", "Resource": "*"}])
CREATES = {"s3:ObjectCreationOperation": "true"}
IF_ABSENT = {**CREATES, "s3:if-none-match": "*"}
IF_SAME = {**CREATES, "s3:if-match": '"0123456789abcdef0123456789abcdef"'}
PARTS = ("silver/orders/a.parquet", "quarantine/orders/a/0-1/report.json",
         "receipts/orders/a/0-1.json")


@dataclasses.dataclass(frozen=True)
class Denial:
    what: str
    ask: Ask
    function: str = ""       # in whose role; else:
    principal: object = ADMIN
    identity: object = dataclasses.field(default=None, hash=False)
    through_endpoint: bool = False


def asked(what, action, resource, context=None):
    return Ask(action, resource, frozenset((context or {}).items()), what)


def cases(chosen):
    yield from of_others(chosen)
    yield from of_the_network(chosen)
    for function in chosen.roles:
        yield from of_every_function(chosen, function)
    for function in ("convert", "sweep"):
        yield from of_converting(chosen, function)
    for function in ("catalog", "notify"):
        if function in chosen.roles:
            yield from of_telling(chosen, function)


def other(what, action, resource, context=None, **more):
    context = {"aws:SecureTransport": "true", "aws:PrincipalArn": ADMIN,
               "aws:PrincipalAccount": policies.ACCOUNT, **(context or {})}
    return Denial(what, Ask(action, resource, frozenset(context.items()), what),
                  identity=ANYTHING, **more)


def of_others(chosen):
    """Everybody but the functions."""
    for part in PARTS:
        key = object_arn(chosen.silver, chosen.prefix + part)
        yield other("another's write", "s3:PutObject", key, IF_ABSENT)
        yield other("another's overwrite", "s3:PutObject", key, IF_SAME)
        yield other("another's upload in parts", "s3:PutObject", key,
                    {"s3:ObjectCreationOperation": "false"})
        yield other("another's delete", "s3:DeleteObject", key)
        yield other("another's delete of a version", "s3:DeleteObjectVersion", key,
                    {"s3:versionid": "3"})
        yield other("a public ACL", "s3:PutObjectAcl", key, {"s3:x-amz-acl": "public-read"})
        # Owner and tags of a replica change no content, and mean nothing where it can't be made.
        for action in ("s3:ReplicateObject", "s3:ReplicateDelete"):
            yield other("another's write by replication", action, key)
        yield other("another's tags", "s3:PutObjectTagging", key)
    for bucket in chosen.buckets:
        plain = {"aws:SecureTransport": "false"}
        yield other("plain HTTP", "s3:GetObject", object_arn(bucket, chosen.prefix + "bronze/a.csv"),
                    plain)
        yield other("plain HTTP", "s3:PutObject", object_arn(bucket, chosen.prefix + "bronze/a.csv"),
                    {**plain, **CREATES})
        yield other("plain HTTP", "s3:ListBucket", bucket_arn(bucket), plain)
        yield Denial("nobody's read", Ask(
            "s3:GetObject", object_arn(bucket, chosen.prefix + PARTS[0]),
            frozenset({"aws:SecureTransport": "true"}.items())), principal={"type": "Anonymous"})


def of_the_network(chosen):
    if not chosen.endpoint:
        return
    within = {"aws:SourceVpce": chosen.endpoint_id}
    stranger = object_arn("somebody-elses", "stolen.csv")
    yield other("another bucket through the endpoint", "s3:PutObject", stranger,
                {**within, **CREATES}, through_endpoint=True)
    yield other("another bucket through the endpoint", "s3:GetObject", stranger, within,
                through_endpoint=True)
    if chosen.printed:
        return  # its bucket policies and its endpoint's know of no network and no roles in it
    yield other("somebody else through the endpoint", "s3:GetObject",
                object_arn(chosen.lake, chosen.prefix + "bronze/a.csv"), within,
                through_endpoint=True)
    for function in ("convert", "sweep"):
        # Credentials that were carried away: no endpoint, or one of another network.
        for context in ({}, {"aws:SourceVpce": "vpce-0fedcba9876543210"}):
            for bucket, key in ((chosen.lake, "bronze/a.csv"), (chosen.silver, PARTS[0])):
                yield Denial("credentials used elsewhere", asked(
                    "from elsewhere", "s3:GetObject", object_arn(bucket, chosen.prefix + key),
                    context), function)


def of_every_function(chosen, function):
    deny = lambda what, *request: Denial(what, asked(what, *request), function)
    at = (policies.REGION, policies.ACCOUNT)
    name = chosen.roles[function].function_arn.split(":")[-1]
    yield deny("log group creation", "logs:CreateLogGroup",
               "arn:aws:logs:%s:%s:log-group:/aws/lambda/%s" % (*at, name))
    yield deny("another function's log", "logs:PutLogEvents",
               "arn:aws:logs:%s:%s:log-group:/aws/lambda/other:log-stream:1" % at)
    yield deny("deleting logs", "logs:DeleteLogGroup",
               "arn:aws:logs:%s:%s:log-group:/aws/lambda/%s" % (*at, name))
    for bucket in {chosen.lake, chosen.silver}:
        for action in ("s3:PutBucketPolicy", "s3:PutBucketAcl", "s3:DeleteBucket",
                       "s3:PutLifecycleConfiguration", "s3:PutBucketPublicAccessBlock",
                       "s3:PutBucketNotification"):
            yield deny("changing the bucket", action, bucket_arn(bucket))
    yield deny("another bucket", "s3:GetObject", object_arn("somebody-elses", "a.csv"))
    for key in ("bronze/orders/a.csv", "contracts/orders.yaml", "elsewhere/a.csv"):
        resource = object_arn(chosen.lake, chosen.prefix + key)
        for context in (CREATES, IF_ABSENT, IF_SAME):
            yield deny("write to " + key, "s3:PutObject", resource, context)
        yield deny("delete of " + key, "s3:DeleteObject", resource)
        yield deny("delete of a version of " + key, "s3:DeleteObjectVersion", resource,
                   {"s3:versionid": "3"})
        yield deny("a public ACL on " + key, "s3:PutObjectAcl", resource,
                   {"s3:x-amz-acl": "public-read"})
    yield deny("read of another prefix", "s3:GetObject",
               object_arn(chosen.lake, chosen.prefix + "elsewhere/a.csv"))
    yield deny("read beside the lake", "s3:GetObject",
               object_arn(chosen.lake, "bronzed/a.csv"))
    for part in PARTS:
        resource = object_arn(chosen.silver, chosen.prefix + part)
        yield deny("delete of " + part, "s3:DeleteObject", resource)
        yield deny("delete of a version of " + part, "s3:DeleteObjectVersion", resource,
                   {"s3:versionid": "3"})
        yield deny("a public ACL on " + part, "s3:PutObjectAcl", resource,
                   {"s3:x-amz-acl": "public-read"})
    yield deny("taking on a role", "sts:AssumeRole", ADMIN)
    yield deny("changing a role", "iam:PutRolePolicy", chosen.roles[function].arn)
    yield deny("changing a function", "lambda:UpdateFunctionCode",
               chosen.roles[function].function_arn)
    if chosen.key:
        yield from of_the_key(chosen, function)
    if chosen.roles[function].private and not chosen.printed:
        by_code = {"lambda:SourceFunctionArn": chosen.roles[function].function_arn}
        yield deny("interfaces made by the function's own code", "ec2:DeleteNetworkInterface",
                   "arn:aws:ec2:%s:%s:network-interface/eni-0123456789abcdef0" % at, by_code)
        yield deny("a look around by the function's own code", "ec2:DescribeSubnets", "*", by_code)


def of_the_key(chosen, function):
    deny = lambda what, *request: Denial(what, asked(what, *request), function)
    through_s3 = {"kms:ViaService": "s3.%s.amazonaws.com" % policies.REGION}
    yield deny("the key without S3", "kms:Decrypt", chosen.key)
    yield deny("the key through another service", "kms:Decrypt", chosen.key,
               {"kms:ViaService": "dynamodb.%s.amazonaws.com" % policies.REGION})
    yield deny("another key", "kms:Decrypt", chosen.key[:-1] + "0", through_s3)
    yield deny("an end to the key", "kms:ScheduleKeyDeletion", chosen.key, through_s3)


def of_converting(chosen, function):
    deny = lambda what, *request: Denial(what, asked(what, *request), function)
    for part in PARTS:
        resource = object_arn(chosen.silver, chosen.prefix + part)
        # PutObject without a header, and Complete without one, which IAM can't tell apart.
        yield deny("unconditional overwrite of " + part, "s3:PutObject", resource, CREATES)
        yield deny("plain HTTP", "s3:PutObject", resource,
                   {**IF_ABSENT, "aws:SecureTransport": "false"})
    yield deny("plain HTTP", "s3:GetObject",
               object_arn(chosen.lake, chosen.prefix + "bronze/a.csv"),
               {"aws:SecureTransport": "false"})
    if chosen.silver != chosen.lake:
        yield deny("silver in the lake's bucket", "s3:PutObject",
                   object_arn(chosen.lake, chosen.prefix + PARTS[0]), IF_ABSENT)
        yield deny("bronze in silver's bucket", "s3:GetObject",
                   object_arn(chosen.silver, chosen.prefix + "bronze/a.csv"))
    queue = "arn:aws:sqs:%s:%s:csv-validator-work" % (policies.REGION, policies.ACCOUNT)
    yield deny("an event of its own making", "sqs:SendMessage", queue)
    yield deny("an emptied queue", "sqs:PurgeQueue", queue)


def of_telling(chosen, function):
    """Catalog and notices: outside the private network, so that they may touch no data."""
    deny = lambda what, *request: Denial(what, asked(what, *request), function)
    for bucket, key in ((chosen.lake, "bronze/orders/a.csv"), (chosen.silver, PARTS[0]),
                        (chosen.silver, "quarantine/orders/a/0-1/rejects.csv")):
        yield deny("read of " + key, "s3:GetObject", object_arn(bucket, chosen.prefix + key))
    for part in PARTS:
        for context in (CREATES, IF_ABSENT, IF_SAME):
            yield deny("write of " + part, "s3:PutObject",
                       object_arn(chosen.silver, chosen.prefix + part), context)
    at = (policies.REGION, policies.ACCOUNT)
    yield deny("another topic", "sns:Publish", "arn:aws:sns:%s:%s:other" % at)
    yield deny("another database", "glue:UpdateTable", "arn:aws:glue:%s:%s:table/other/orders" % at)
    yield deny("a table that goes", "glue:DeleteTable", "arn:aws:glue:%s:%s:table/lake/orders" % at)
