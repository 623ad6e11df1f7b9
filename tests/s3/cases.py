# SPDX-License-Identifier: Apache-2.0
"""What S3 does besides conditional writes: one function a case, its name a sentence. Each gets a
World (conformance.py) and raises what doesn't fit."""
import base64
import concurrent.futures
import datetime
import hashlib
import zlib

MEBIBYTE = 1 << 20
PART_BYTES = 5 * MEBIBYTE


def _crc(data, width, polynomial):
    """A reflected CRC, bit by bit."""
    mask = (1 << width) - 1
    value = mask
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (polynomial if value & 1 else 0)
    return base64.b64encode((value ^ mask).to_bytes(width // 8, "big")).decode()


def _checksums(data):
    return {
        "CRC32": base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode(),
        "CRC32C": _crc(data, 32, 0x82F63B78),
        "CRC64NVME": _crc(data, 64, 0x9A6C9329AC4BC9B5),
        "SHA256": base64.b64encode(hashlib.sha256(data).digest()).decode(),
    }


def _upload(world, place, bodies, **options):
    """Creates an upload and puts these parts; (upload id, parts for Complete)."""
    upload_id = world.s3.create_multipart_upload(**place, **options)["UploadId"]
    parts = []
    for number, body in enumerate(bodies, 1):
        part = world.s3.upload_part(
            **place, UploadId=upload_id, PartNumber=number, Body=body)
        sums = {name: value for name, value in part.items()
                if name == "Checksum" + options.get("ChecksumAlgorithm", "")}
        parts.append({"PartNumber": number, "ETag": part["ETag"], **sums})
    return upload_id, parts


def _in_threads(count, work):
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return sorted(pool.map(work, range(count)), key=str)


# Reading.

def get_gives_back_what_was_put(world):
    key = world.new_key()
    body = bytes(range(256)) * 300
    before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    etag = world.put(key, body, ContentType="text/csv", Metadata={"sm-sid": "a/1", "x": "two  b"})
    answer = world.s3.get_object(Bucket=world.plain, Key=key)
    world.equal(answer["Body"].read(), body, "body")
    world.equal(etag, '"%s"' % hashlib.md5(body).hexdigest(), "ETag")
    head = world.s3.head_object(Bucket=world.plain, Key=key)
    for found in (answer, head):
        world.equal(found["ETag"], etag, "ETag")
        world.equal(found["ContentLength"], len(body), "length")
        world.equal(found["ContentType"], "text/csv", "content type")
        world.equal(found["Metadata"], {"sm-sid": "a/1", "x": "two  b"}, "metadata")
        if abs((found["LastModified"] - before).total_seconds()) > 60:
            raise ValueError("LastModified %s, written at %s" % (found["LastModified"], before))


def an_empty_object_is_an_object(world):
    key = world.new_key()
    world.put(key, b"")
    world.equal(world.s3.get_object(Bucket=world.plain, Key=key)["Body"].read(), b"", "body")
    world.equal(world.outcome(world.s3.get_object, Bucket=world.plain, Key=key, Range="bytes=0-0"),
                (416, "InvalidRange"), "a range of it")


def an_absent_key_is_404(world):
    place = {"Bucket": world.plain, "Key": world.new_key()}
    world.expect((404, "NoSuchKey"), world.s3.get_object, **place)
    world.equal(world.outcome(world.s3.head_object, **place)[0], 404, "HEAD")
    world.equal(world.outcome(world.s3.delete_object, **place), (204, None), "DELETE")


def an_absent_bucket_is_404(world):
    world.expect((404, "NoSuchBucket"), world.s3.get_object, Bucket="there-is-none", Key="k")
    world.expect((404, "NoSuchBucket"), world.s3.put_object, Bucket="there-is-none", Key="k")
    world.expect((404, "NoSuchBucket"), world.s3.list_objects_v2, Bucket="there-is-none")
    world.equal(world.outcome(world.s3.head_bucket, Bucket="there-is-none")[0], 404, "HEAD")


def a_range_is_206_with_its_place(world):
    place = {"Bucket": world.plain, "Key": world.new_key()}
    body = bytes(range(200))
    world.put(place["Key"], body)
    for header, first, last in (("bytes=0-9", 0, 9), ("bytes=190-", 190, 199),
                                ("bytes=-5", 195, 199), ("bytes=100-9999", 100, 199),
                                ("bytes=-9999", 0, 199), ("bytes=7-7", 7, 7)):
        answer = world.s3.get_object(**place, Range=header)
        world.equal(answer["ResponseMetadata"]["HTTPStatusCode"], 206, header)
        world.equal(answer["ContentRange"], "bytes %d-%d/200" % (first, last), header)
        world.equal(answer["Body"].read(), body[first:last + 1], header)


def a_range_behind_the_end_is_416(world):
    place = {"Bucket": world.plain, "Key": world.new_key()}
    world.put(place["Key"], b"0123456789")
    world.expect((416, "InvalidRange"), world.s3.get_object, **place, Range="bytes=10-")
    world.expect((416, "InvalidRange"), world.s3.get_object, **place, Range="bytes=10-20")


def a_read_can_be_pinned_to_an_etag(world):
    place = {"Bucket": world.plain, "Key": world.new_key()}
    old = world.put(place["Key"], b"old bytes")
    world.equal(world.s3.get_object(**place, IfMatch=old, Range="bytes=4-")["Body"].read(),
                b"bytes", "pinned range")
    world.put(place["Key"], b"new bytes")
    world.expect((412, "PreconditionFailed"), world.s3.get_object, **place, IfMatch=old)
    world.expect((412, "PreconditionFailed"), world.s3.get_object, **place, IfMatch=old,
                 Range="bytes=0-1")
    world.equal(world.outcome(world.s3.head_object, **place, IfMatch=old)[0], 412, "HEAD")


def a_read_of_what_is_known_is_304(world):
    place = {"Bucket": world.plain, "Key": world.new_key()}
    etag = world.put(place["Key"])
    world.equal(world.outcome(world.s3.get_object, **place, IfNoneMatch=etag)[0], 304, "GET")
    world.equal(world.outcome(world.s3.head_object, **place, IfNoneMatch=etag)[0], 304, "HEAD")
    world.expect((200, None), world.s3.get_object, **place, IfNoneMatch='"other"')


def keys_keep_their_bytes(world):
    keys = ["odd/a b+c%2B.csv", "odd/\u00fcn\u00ef/\u6f22\u5b57/\U0001f600", "odd/a=b&c;d@e,f:g$h",
            "odd/'quoted' (x)*!~", "odd/<tag>&amp;"]
    for number, key in enumerate(keys):
        world.put(key, b"%d" % number)
    for number, key in enumerate(keys):
        found = world.s3.get_object(Bucket=world.plain, Key=key)["Body"].read()
        world.equal(found, b"%d" % number, repr(key))
    listed = world.s3.list_objects_v2(Bucket=world.plain, Prefix="odd/")["Contents"]
    world.equal([entry["Key"] for entry in listed], sorted(keys, key=str.encode), "listing")


def a_key_of_1025_bytes_is_refused(world):
    world.expect((200, None), world.s3.put_object, Bucket=world.plain,
                 Key="/".join(["k" * 204] * 5), Body=b"")
    world.expect((400, "KeyTooLongError"), world.s3.put_object, Bucket=world.plain,
                 Key="/".join(["l" * 204] * 5) + "l", Body=b"")


def metadata_of_more_than_two_kilobytes_is_refused(world):
    world.expect((400, "MetadataTooLarge"), world.s3.put_object, Bucket=world.plain,
                 Key=world.new_key(), Body=b"", Metadata={"a": "b" * 2048})


# Listing.

def _listed(world, **options):
    """Every page of a listing: (keys, common prefixes, number of pages)."""
    keys, prefixes, pages, token = [], [], 0, {}
    while pages < 1000:
        page = world.s3.list_objects_v2(Bucket=world.plain, **options, **token)
        pages += 1
        keys += [entry["Key"] for entry in page.get("Contents", [])]
        prefixes += [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
        if not page["IsTruncated"]:
            return keys, prefixes, pages
        token = {"ContinuationToken": page["NextContinuationToken"]}
    raise ValueError("a listing that has no end")


def a_listing_comes_in_pages_in_the_order_of_bytes(world):
    wanted = ["page/%02d" % number for number in range(25)] + ["page/Z", "page/a", "page/\u00e9"]
    for key in reversed(wanted):
        world.put(key)
    for keys_max in (1, 7, 28, 1000):
        keys, _, pages = _listed(world, Prefix="page/", MaxKeys=keys_max)
        world.equal(keys, wanted, "pages of %d" % keys_max)
        world.equal(pages, -(-len(wanted) // keys_max), "pages of %d" % keys_max)
    keys, _, _ = _listed(world, Prefix="page/", StartAfter="page/Z")
    world.equal(keys, wanted[-2:], "start-after")


def a_listing_folds_keys_at_a_delimiter(world):
    for key in ("fold/a/1", "fold/a/2", "fold/b", "fold/c/1", "fold/c/d/2", "fold/e"):
        world.put(key)
    for keys_max in (1, 2, 1000):
        keys, prefixes, _ = _listed(world, Prefix="fold/", Delimiter="/", MaxKeys=keys_max)
        world.equal((keys, prefixes), (["fold/b", "fold/e"], ["fold/a/", "fold/c/"]),
                    "pages of %d" % keys_max)


def a_listing_says_size_and_etag(world):
    key = world.new_key("listed/")
    etag = world.put(key, b"12345")
    entry, = world.s3.list_objects_v2(Bucket=world.plain, Prefix=key)["Contents"]
    world.equal((entry["Size"], entry["ETag"]), (5, etag), "entry")


# Versions.

def versions_stay_and_can_be_read(world):
    place = {"Bucket": world.versioned, "Key": world.new_key()}
    first = world.s3.put_object(**place, Body=b"first")["VersionId"]
    second = world.s3.put_object(**place, Body=b"second!")["VersionId"]
    if first == second:
        raise ValueError("two versions have one id")
    answer = world.s3.get_object(**place)
    world.equal((answer["Body"].read(), answer["VersionId"]), (b"second!", second), "current")
    answer = world.s3.get_object(**place, VersionId=first)
    world.equal((answer["Body"].read(), answer["VersionId"]), (b"first", first), "old")
    world.equal(world.s3.head_object(**place, VersionId=first)["ContentLength"], 5, "HEAD")
    listed = world.s3.list_object_versions(Bucket=world.versioned, Prefix=place["Key"])["Versions"]
    world.equal([(entry["VersionId"], entry["IsLatest"]) for entry in listed],
                [(second, True), (first, False)], "listing")


def a_delete_leaves_a_marker(world):
    place = {"Bucket": world.versioned, "Key": world.new_key()}
    version = world.s3.put_object(**place, Body=b"body")["VersionId"]
    answer = world.s3.delete_object(**place)
    world.equal(answer.get("DeleteMarker"), True, "DELETE")
    marker = answer["VersionId"]
    try:
        world.s3.get_object(**place)
    except world.s3.exceptions.NoSuchKey as error:
        headers = error.response["ResponseMetadata"]["HTTPHeaders"]
        world.equal(headers.get("x-amz-delete-marker"), "true", "x-amz-delete-marker of GET")
    else:
        raise ValueError("GET of a deleted key goes well")
    world.expect((405, "MethodNotAllowed"), world.s3.get_object, **place, VersionId=marker)
    keys = world.s3.list_objects_v2(Bucket=world.versioned, Prefix=place["Key"]).get("Contents", [])
    world.equal(keys, [], "listing")
    listed = world.s3.list_object_versions(Bucket=world.versioned, Prefix=place["Key"])
    world.equal([entry["VersionId"] for entry in listed["DeleteMarkers"]], [marker], "markers")
    world.equal(world.s3.get_object(**place, VersionId=version)["Body"].read(), b"body", "old")
    world.s3.delete_object(**place, VersionId=marker)
    world.equal(world.s3.get_object(**place)["Body"].read(), b"body", "without its marker")


def a_version_can_be_deleted_for_good(world):
    place = {"Bucket": world.versioned, "Key": world.new_key()}
    first = world.s3.put_object(**place, Body=b"first")["VersionId"]
    second = world.s3.put_object(**place, Body=b"second")["VersionId"]
    world.s3.delete_object(**place, VersionId=second)
    world.equal(world.s3.get_object(**place)["Body"].read(), b"first", "current")
    world.expect((404, "NoSuchVersion"), world.s3.get_object, **place, VersionId=second)
    world.s3.delete_object(**place, VersionId=first)
    world.equal(world.outcome(world.s3.head_object, **place)[0], 404, "HEAD")


def a_version_id_of_no_form_is_refused(world):
    place = {"Bucket": world.versioned, "Key": world.new_key()}
    world.s3.put_object(**place, Body=b"")
    world.expect((400, "InvalidArgument"), world.s3.get_object, **place, VersionId="no version!")


# Uploads in parts.

def an_upload_in_parts_becomes_one_object(world):
    place = {"Bucket": world.plain, "Key": world.new_key()}
    bodies = [b"a" * PART_BYTES, b"b" * PART_BYTES, b"c" * 10]
    upload_id, parts = _upload(world, place, bodies, Metadata={"sm-sid": "x"},
                               ContentType="text/csv")
    world.equal(world.outcome(world.s3.head_object, **place)[0], 404, "before Complete")
    listed = world.s3.list_parts(**place, UploadId=upload_id)["Parts"]
    world.equal([(part["PartNumber"], part["Size"]) for part in listed],
                [(1, PART_BYTES), (2, PART_BYTES), (3, 10)], "parts")
    uploads = world.s3.list_multipart_uploads(Bucket=world.plain, Prefix=place["Key"])["Uploads"]
    world.equal([entry["UploadId"] for entry in uploads], [upload_id], "uploads")
    etag = world.s3.complete_multipart_upload(
        **place, UploadId=upload_id, MultipartUpload={"Parts": parts})["ETag"]
    digests = b"".join(hashlib.md5(body).digest() for body in bodies)
    world.equal(etag, '"%s-3"' % hashlib.md5(digests).hexdigest(), "ETag")
    head = world.s3.head_object(**place)
    world.equal((head["ETag"], head["ContentLength"], head["Metadata"], head["ContentType"]),
                (etag, 2 * PART_BYTES + 10, {"sm-sid": "x"}, "text/csv"), "HEAD")
    answer = world.s3.get_object(**place, IfMatch=etag, Range="bytes=%d-" % (2 * PART_BYTES - 2))
    world.equal(answer["Body"].read(), b"bb" + b"c" * 10, "a range over two parts")
    uploads = world.s3.list_multipart_uploads(Bucket=world.plain, Prefix=place["Key"])
    world.equal(uploads.get("Uploads", []), [], "uploads afterwards")


def a_part_that_is_put_again_is_replaced(world):
    place = {"Bucket": world.plain, "Key": world.new_key()}
    upload_id, _ = _upload(world, place, [b"first"])
    part = world.s3.upload_part(**place, UploadId=upload_id, PartNumber=1, Body=b"second")
    world.s3.complete_multipart_upload(**place, UploadId=upload_id, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    world.equal(world.s3.get_object(**place)["Body"].read(), b"second", "body")


def an_aborted_upload_is_gone(world):
    place = {"Bucket": world.plain, "Key": world.new_key()}
    upload_id, parts = _upload(world, place, [b"a"])
    world.s3.abort_multipart_upload(**place, UploadId=upload_id)
    world.expect((404, "NoSuchUpload"), world.s3.complete_multipart_upload, **place,
                 UploadId=upload_id, MultipartUpload={"Parts": parts})
    world.expect((404, "NoSuchUpload"), world.s3.upload_part, **place, UploadId=upload_id,
                 PartNumber=1, Body=b"a")
    world.expect((404, "NoSuchUpload"), world.s3.list_parts, **place, UploadId=upload_id)
    world.equal(world.outcome(world.s3.head_object, **place)[0], 404, "HEAD")


def parts_have_a_least_size(world):
    place = {"Bucket": world.plain, "Key": world.new_key()}
    upload_id, parts = _upload(world, place, [b"a" * (PART_BYTES - 1), b"b"])
    world.expect((400, "EntityTooSmall"), world.s3.complete_multipart_upload, **place,
                 UploadId=upload_id, MultipartUpload={"Parts": parts})
    world.s3.abort_multipart_upload(**place, UploadId=upload_id)


def complete_wants_the_parts_that_were_put(world):
    place = {"Bucket": world.plain, "Key": world.new_key()}
    upload_id, parts = _upload(world, place, [b"a" * PART_BYTES, b"b" * PART_BYTES])
    for code, wrong in (
            ("InvalidPart", [parts[0], {"PartNumber": 2, "ETag": parts[0]["ETag"]}]),
            ("InvalidPart", parts + [{"PartNumber": 3, "ETag": parts[0]["ETag"]}]),
            ("InvalidPartOrder", list(reversed(parts)))):
        world.expect((400, code), world.s3.complete_multipart_upload, **place,
                     UploadId=upload_id, MultipartUpload={"Parts": wrong})
    world.expect((200, None), world.s3.complete_multipart_upload, **place, UploadId=upload_id,
                 MultipartUpload={"Parts": parts})


# Checksums.

def a_checksum_comes_back_with_the_object(world):
    body = b"bytes that are summed"
    for name, value in _checksums(body).items():
        place = {"Bucket": world.plain, "Key": world.new_key()}
        world.s3.put_object(**place, Body=body, **{"Checksum" + name: value})
        for call in (world.s3.get_object, world.s3.head_object):
            answer = call(**place, ChecksumMode="ENABLED")
            world.equal(answer.get("Checksum" + name), value, name)


def a_wrong_checksum_is_400(world):
    for name, value in _checksums(b"other bytes").items():
        place = {"Bucket": world.plain, "Key": world.new_key()}
        world.expect((400, "BadDigest"), world.s3.put_object, **place, Body=b"bytes",
                     **{"Checksum" + name: value})
        world.equal(world.outcome(world.s3.head_object, **place)[0], 404, "HEAD afterwards")


def a_wrong_checksum_of_a_part_is_400(world):
    place = {"Bucket": world.plain, "Key": world.new_key()}
    upload_id = world.s3.create_multipart_upload(
        **place, ChecksumAlgorithm="CRC32C")["UploadId"]
    world.expect((400, "BadDigest"), world.s3.upload_part, **place, UploadId=upload_id,
                 PartNumber=1, Body=b"bytes", ChecksumCRC32C=_checksums(b"other")["CRC32C"])
    world.s3.abort_multipart_upload(**place, UploadId=upload_id)


def an_upload_has_the_checksum_of_the_whole_object(world):
    bodies = [b"x" * PART_BYTES, b"tail"]
    place = {"Bucket": world.plain, "Key": world.new_key()}
    upload_id, parts = _upload(world, place, bodies, ChecksumAlgorithm="CRC32",
                               ChecksumType="FULL_OBJECT")
    world.s3.complete_multipart_upload(**place, UploadId=upload_id,
                                       MultipartUpload={"Parts": parts},
                                       ChecksumType="FULL_OBJECT")
    whole = zlib.crc32(b"".join(bodies)).to_bytes(4, "big")
    head = world.s3.head_object(**place, ChecksumMode="ENABLED")
    world.equal(head.get("ChecksumCRC32"), base64.b64encode(whole).decode(), "checksum")


def a_wrong_md5_is_400(world):
    def md5(data):
        return base64.b64encode(hashlib.md5(data).digest()).decode()
    place = {"Bucket": world.plain, "Key": world.new_key()}
    world.expect((400, "BadDigest"), world.s3.put_object, **place, Body=b"a",
                 ContentMD5=md5(b"b"))
    world.expect((400, "InvalidDigest"), world.s3.put_object, **place, Body=b"a",
                 ContentMD5="bm9uZQ==")
    world.expect((200, None), world.s3.put_object, **place, Body=b"a", ContentMD5=md5(b"a"))


# Many at once.

def of_32_creators_one_wins(world):
    for _ in range(5):
        place = {"Bucket": world.plain, "Key": world.new_key("race/")}
        statuses = _in_threads(32, lambda number, place=place: world.outcome(
            world.s3.put_object, **place, Body=b"%d" % number, IfNoneMatch="*")[0])
        world.equal(statuses.count(200), 1, "winners")
        world.equal({*statuses} - {200, 409, 412}, set(), "other answers")


def of_32_replacers_one_wins(world):
    for _ in range(5):
        place = {"Bucket": world.plain, "Key": world.new_key("race/")}
        etag = world.put(place["Key"], b"before")
        statuses = _in_threads(32, lambda number, place=place, etag=etag: world.outcome(
            world.s3.put_object, **place, Body=b"%d" % number, IfMatch=etag)[0])
        world.equal(statuses.count(200), 1, "winners")
        world.equal({*statuses} - {200, 409, 412}, set(), "other answers")


def of_8_completes_one_wins(world):
    for _ in range(3):
        place = {"Bucket": world.plain, "Key": world.new_key("race/")}
        uploads = [_upload(world, place, [b"%d" % number]) for number in range(8)]
        statuses = _in_threads(8, lambda number, place=place, uploads=uploads: world.outcome(
            world.s3.complete_multipart_upload, **place, UploadId=uploads[number][0],
            MultipartUpload={"Parts": uploads[number][1]}, IfNoneMatch="*")[0])
        world.equal(statuses.count(200), 1, "winners")
        world.equal({*statuses} - {200, 409, 412}, set(), "other answers")


# Signatures.

def a_wrong_secret_is_403(world):
    other = world.client(secret_key="not-the-secret")
    world.expect((403, "SignatureDoesNotMatch"), other.list_objects_v2, Bucket=world.plain)
    world.expect((403, "SignatureDoesNotMatch"), other.put_object, Bucket=world.plain,
                 Key=world.new_key(), Body=b"")


def an_unknown_access_key_is_403(world):
    other = world.client(access_key="nobody")
    world.expect((403, "InvalidAccessKeyId"), other.list_objects_v2, Bucket=world.plain)


def _changed_on_the_way(world, change):
    client = world.client()
    client.meta.events.register("before-send.s3.PutObject",
                                lambda request, **_: change(request))
    key = world.new_key()
    return client.put_object, {"Bucket": world.plain, "Key": key, "Body": b"as it was signed"}


def a_body_that_changed_on_the_way_is_400(world):
    def change(request):
        request.body = b"as it WAS signed"
    call, arguments = _changed_on_the_way(world, change)
    arguments["ChecksumSHA256"] = _checksums(b"as it WAS signed")["SHA256"]
    world.expect((400, "XAmzContentSHA256Mismatch"), call, **arguments)


def a_header_that_changed_on_the_way_is_403(world):
    def change(request):
        request.headers["x-amz-meta-a"] = "changed"
    call, arguments = _changed_on_the_way(world, change)
    world.expect((403, "SignatureDoesNotMatch"), call, **arguments, Metadata={"a": "b"})


def a_request_of_an_hour_ago_is_403(world):
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
    import http.client
    import urllib.parse
    credentials = botocore.credentials.Credentials(*world.keys)
    request = botocore.awsrequest.AWSRequest(
        "GET", world.endpoint + "/" + world.plain + "?list-type=2",
        headers={"x-amz-content-sha256": hashlib.sha256(b"").hexdigest()})
    then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)

    class Past(botocore.auth.S3SigV4Auth):
        def add_auth(self, request):
            request.context["timestamp"] = then.strftime("%Y%m%dT%H%M%SZ")
            self._modify_request_before_signing(request)
            canonical = self.canonical_request(request)
            self._inject_signature_to_request(
                request, self.signature(self.string_to_sign(request, canonical), request))
    Past(credentials, "s3", "us-east-1").add_auth(request)
    address = urllib.parse.urlsplit(world.endpoint)
    connection = http.client.HTTPConnection(address.hostname, address.port)
    connection.request("GET", "/" + world.plain + "?list-type=2", headers=dict(request.headers))
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    world.equal((answer.status, "RequestTimeTooSkewed" in text), (403, True), text)


# Buckets.

def a_bucket_that_holds_something_stays(world):
    bucket = "holding-" + world.plain
    world.s3.create_bucket(Bucket=bucket)
    world.put("k", bucket=bucket)
    world.expect((409, "BucketNotEmpty"), world.s3.delete_bucket, Bucket=bucket)
    world.s3.delete_object(Bucket=bucket, Key="k")
    world.expect((204, None), world.s3.delete_bucket, Bucket=bucket)
    world.equal(world.outcome(world.s3.head_bucket, Bucket=bucket)[0], 404, "HEAD")


def versioning_can_be_asked(world):
    world.equal(world.s3.get_bucket_versioning(Bucket=world.versioned).get("Status"), "Enabled",
                "versioned")
    world.equal(world.s3.get_bucket_versioning(Bucket=world.plain).get("Status"), None, "plain")
