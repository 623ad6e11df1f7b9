# SPDX-License-Identifier: Apache-2.0
"""What IAM is asked for each request that our fake S3 wrote down: one table, from the operation to
actions, resource and context keys. A request that isn't in it is an error: nobody has thought about
it. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"""
import dataclasses
import urllib.parse

import policies


@dataclasses.dataclass(frozen=True)
class Ask:
    action: str
    resource: str                    # ARN
    context: frozenset = frozenset() # of (key, value)
    why: str = dataclasses.field(default="", compare=False)

    def with_context(self, values):
        return dataclasses.replace(self, context=frozenset({**dict(self.context), **values}.items()))

    def without_context(self, *keys):
        return dataclasses.replace(
            self, context=frozenset(pair for pair in self.context if pair[0] not in keys))


# Operation: (action, action where a version is named, whether it makes an object).
OF_KEYS = {
    "HeadObject": ("s3:GetObject", "s3:GetObjectVersion", None),
    "GetObject": ("s3:GetObject", "s3:GetObjectVersion", None),
    "PutObject": ("s3:PutObject", None, "true"),
    "CreateMultipartUpload": ("s3:PutObject", None, "false"),
    "UploadPart": ("s3:PutObject", None, "false"),
    "CompleteMultipartUpload": ("s3:PutObject", None, "true"),
    "AbortMultipartUpload": ("s3:AbortMultipartUpload", None, None),
    "ListParts": ("s3:ListMultipartUploadParts", None, None),
    "DeleteObject": ("s3:DeleteObject", "s3:DeleteObjectVersion", None),
}
OF_BUCKETS = {
    "HeadBucket": "s3:ListBucket",
    "ListObjectsV2": "s3:ListBucket",
    "ListObjectVersions": "s3:ListBucketVersions",
    "ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "GetBucketVersioning": "s3:GetBucketVersioning",
    "GetBucketLocation": "s3:GetBucketLocation",
}
# Parameters of listings that are context keys.
LISTING_KEYS = {"prefix": "s3:prefix", "delimiter": "s3:delimiter", "max-keys": "s3:max-keys"}
CONDITIONS = {"If-Match": "s3:if-match", "If-None-Match": "s3:if-none-match"}


def bucket_arn(bucket):
    return "arn:aws:s3:::" + bucket


def object_arn(bucket, key):
    return "arn:aws:s3:::%s/%s" % (bucket, key)


def asks_of(request, key=""):
    """What IAM is asked, when S3 gets this request of the fake's log. `key` is the ARN of the KMS
    key that the buckets encrypt with; S3 then asks KMS in the caller's name."""
    if "service" in request:
        return OF_SERVICES[request["service"]](request)
    operation, why = request["operation"], "%(operation)s %(bucket)s/%(key)s" % request
    query = dict(urllib.parse.parse_qsl(request["query"], keep_blank_values=True))
    if operation in OF_BUCKETS:
        context = {LISTING_KEYS[name]: value for name, value in query.items()
                   if name in LISTING_KEYS}
        return [Ask(OF_BUCKETS[operation], bucket_arn(request["bucket"]),
                    frozenset(context.items()), why)]
    if operation not in OF_KEYS:
        raise AssertionError("no row for this request: %r" % request)
    plain, of_version, creates = OF_KEYS[operation]
    resource = object_arn(request["bucket"], request["key"])
    context = {}
    if creates is not None:
        context["s3:ObjectCreationOperation"] = creates
    # Reading on a condition is no matter of IAM's; writing and deleting are.
    condition, _, value = request["condition"].partition(": ")
    writes = creates == "true" or operation == "DeleteObject"
    if condition and writes:
        context[CONDITIONS[condition]] = value
    if "versionId" in query:
        context["s3:versionid"] = query["versionId"]
    action = of_version if "versionId" in query else plain
    asks = [Ask(action, resource, frozenset(context.items()), why)]
    if condition == "If-Match" and writes:
        asks.append(Ask("s3:GetObject", resource, why=why + " on a condition"))
    if request["status"] == 404 and operation in ("HeadObject", "GetObject"):
        # Else it would be 403. It asks nothing of a prefix, so that no condition on one can hold.
        asks.append(Ask("s3:ListBucket", bucket_arn(request["bucket"]), why=why + " is not there"))
    return asks + (asks_of_key(asks[0], operation, key) if key else [])


def asks_of_glue(request):
    """A call about a table is asked about its catalog and its database as well:
    docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html"""
    at = "arn:aws:glue:%s:%s:" % (policies.REGION, policies.ACCOUNT)
    names = ("catalog", "database/%(database)s" % request, "table/%(database)s/%(table)s" % request)
    return [Ask("glue:" + request["operation"], at + name, why=request["operation"])
            for name in names]


def asks_of_sns(request):
    return [Ask("sns:" + request["operation"], request["topic"], why=request["operation"])]


OF_SERVICES = {"glue": asks_of_glue, "sns": asks_of_sns}


def asks_of_key(ask, operation, key):
    through = frozenset({("kms:ViaService", "s3.%s.amazonaws.com" % key.split(":")[3])})
    actions = {"GetObject": ["kms:Decrypt"], "HeadObject": ["kms:Decrypt"],
               "PutObject": ["kms:GenerateDataKey"],
               "CreateMultipartUpload": ["kms:GenerateDataKey", "kms:Decrypt"],
               "UploadPart": ["kms:GenerateDataKey", "kms:Decrypt"],
               "CompleteMultipartUpload": ["kms:Decrypt"]}
    return [Ask(action, key, through, "S3 for " + ask.why) for action in actions.get(operation, [])]
