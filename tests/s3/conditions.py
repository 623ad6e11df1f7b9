# SPDX-License-Identifier: Apache-2.0
"""The table of conditional writes, as data: what was there, what is asked, what S3 answers.

A row is (request, conditions, before, meanwhile, wanted):
  request     put, complete (of an upload in parts) or delete
  conditions  for the request; CURRENT is the ETag of what was there before, STALE another one
  before      absent, present, or gone (written and deleted again)
  meanwhile   between CreateMultipartUpload and CompleteMultipartUpload, in order
  wanted      (status, code)
Each row runs in a bucket without versions and in one with them, where gone leaves a delete marker.
"""
CURRENT, STALE = "current", "stale"
OK = (200, None)
DELETED = (204, None)
FAILED = (412, "PreconditionFailed")
ABSENT = (404, "NoSuchKey")
CONFLICT = (409, "ConditionalRequestConflict")
NOT_IMPLEMENTED = (501, "NotImplemented")

NONE_MATCH = {"IfNoneMatch": "*"}
MATCH = {"IfMatch": CURRENT}

TABLE = [
    ("put", NONE_MATCH, "absent", (), OK),
    ("put", NONE_MATCH, "gone", (), OK),
    ("put", NONE_MATCH, "present", (), FAILED),
    ("put", MATCH, "present", (), OK),
    ("put", {"IfMatch": STALE}, "present", (), FAILED),
    ("put", {"IfMatch": STALE}, "absent", (), ABSENT),
    ("put", MATCH, "gone", (), ABSENT),
    ("put", {"IfNoneMatch": CURRENT}, "present", (), NOT_IMPLEMENTED),
    ("put", {"IfNoneMatch": STALE}, "absent", (), NOT_IMPLEMENTED),
    ("put", {"IfMatch": "*"}, "present", (), NOT_IMPLEMENTED),
    ("put", {"IfMatch": "*"}, "absent", (), NOT_IMPLEMENTED),
    ("put", {"IfMatch": CURRENT, "IfNoneMatch": "*"}, "present", (), NOT_IMPLEMENTED),

    ("complete", NONE_MATCH, "absent", (), OK),
    ("complete", NONE_MATCH, "gone", (), OK),
    ("complete", NONE_MATCH, "present", (), FAILED),
    ("complete", NONE_MATCH, "absent", ("put",), FAILED),
    ("complete", NONE_MATCH, "present", ("delete",), CONFLICT),
    ("complete", NONE_MATCH, "absent", ("put", "delete"), CONFLICT),
    ("complete", MATCH, "present", (), OK),
    ("complete", {"IfMatch": STALE}, "present", (), FAILED),
    ("complete", {"IfMatch": STALE}, "absent", (), ABSENT),
    ("complete", MATCH, "present", ("delete",), ABSENT),
    ("complete", MATCH, "present", ("put",), CONFLICT),  # the same bytes, the same ETag
    ("complete", MATCH, "present", ("delete", "put"), CONFLICT),
    ("complete", MATCH, "present", ("other",), FAILED),
    ("complete", {"IfNoneMatch": STALE}, "absent", (), NOT_IMPLEMENTED),
    ("complete", {"IfMatch": "*"}, "present", (), NOT_IMPLEMENTED),
    ("complete", {"IfMatch": CURRENT, "IfNoneMatch": "*"}, "present", (), NOT_IMPLEMENTED),

    ("delete", MATCH, "present", (), DELETED),
    ("delete", {"IfMatch": "*"}, "present", (), DELETED),
    ("delete", {"IfMatch": STALE}, "present", (), FAILED),
]
STALE_ETAG = '"00000000000000000000000000000000"'


def rows():
    """[(name, (bucket, row))]; the name says the row, for deviations.json."""
    out = []
    for bucket in ("plain", "versioned"):
        for request, conditions, before, meanwhile, wanted in TABLE:
            said = "+".join("%s_%s" % ("none_match" if name == "IfNoneMatch" else "match",
                                       "any" if value == "*" else value)
                            for name, value in sorted(conditions.items()))
            name = "-".join((bucket, request, said, before) + meanwhile)
            out.append((name, (bucket, (request, conditions, before, meanwhile, wanted))))
    return out


def check(world, row):
    bucket_name, (request, conditions, before, meanwhile, wanted) = row
    place = {"Bucket": getattr(world, bucket_name), "Key": world.new_key("condition/")}
    current = STALE_ETAG
    if before != "absent":
        current = world.s3.put_object(Body=b"before", **place)["ETag"]
    if before == "gone":
        world.s3.delete_object(**place)
    values = {CURRENT: current, STALE: STALE_ETAG}
    arguments = {name: values.get(value, value) for name, value in conditions.items()}
    if request == "complete":
        check_complete(world, place, arguments, meanwhile, wanted)
    else:
        call = world.s3.put_object if request == "put" else world.s3.delete_object
        body = {"Body": b"after"} if request == "put" else {}
        world.expect(wanted, call, **place, **arguments, **body)
    check_effect(world, place, row[1])


def check_complete(world, place, arguments, meanwhile, wanted):
    upload = start(world, place)
    for event in meanwhile:
        if event == "delete":
            world.s3.delete_object(**place)
        else:
            world.s3.put_object(Body=b"before" if event == "put" else b"other", **place)
    world.expect(wanted, world.s3.complete_multipart_upload, **upload, **arguments)
    if wanted != CONFLICT:
        return
    # Only a new upload helps.
    world.expect(wanted, world.s3.complete_multipart_upload, **upload, **arguments)
    world.expect(OK, world.s3.complete_multipart_upload, **start(world, place), **arguments)
    world.equal(world.s3.get_object(**place)["Body"].read(), b"after", "the second upload")
    world.s3.abort_multipart_upload(**place, UploadId=upload["UploadId"])


def start(world, place):
    """An upload with one part, ready for Complete."""
    upload_id = world.s3.create_multipart_upload(**place)["UploadId"]
    part = world.s3.upload_part(**place, UploadId=upload_id, PartNumber=1, Body=b"after")
    return {**place, "UploadId": upload_id,
            "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}}


def body_afterwards(row):
    """A refused request has no effect; a 409 was followed by a new upload that went well."""
    _, _, before, meanwhile, wanted = row
    if wanted == CONFLICT or wanted == OK:
        return b"after"
    if wanted == DELETED:
        return None
    body = b"before" if before == "present" else None
    for event in meanwhile:
        body = {"put": b"before", "other": b"other", "delete": None}[event]
    return body


def check_effect(world, place, row):
    body = body_afterwards(row)
    if body is None:
        world.equal(world.outcome(world.s3.head_object, **place)[0], 404, "HEAD afterwards")
    else:
        world.equal(world.s3.get_object(**place)["Body"].read(), body, "the object afterwards")
