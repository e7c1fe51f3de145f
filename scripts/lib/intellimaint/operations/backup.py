"""Copies a table and a bucket into a folder.

    manifest.json          what there is and its digests; written last, so that a folder without it is
                           no backup
    table/NNN.jsonl.gz     items as DynamoDB writes them ({"S": …}), one a line
    objects.jsonl.gz       the bucket's objects: key, size, tag, headers, digest of the content
    objects/ab/abcdef…     contents, by their SHA-256: equal ones are kept once

The table first, then the bucket. Whatever a live system does in between, what is restored is whole: an
object without an item is left out, an item whose document was not finished yet is ingested again.
"""

import argparse
import base64
import datetime
import gzip
import hashlib
import json
import os
import pathlib
import tempfile
import threading

import botocore.exceptions

from intellimaint import aws, parallel
from intellimaint.parallel import Progress
from intellimaint.terminal import Failure, say

# Headers of an object that are kept, by their names in the API.
HEADERS = ("ContentType", "CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "Metadata")
SEGMENTS = 4
ATTEMPTS = 3


def main():
    parser = argparse.ArgumentParser(prog="scripts/backup", description="Copies table and bucket into a folder.")
    parser.add_argument("folder", type=pathlib.Path, help="a new or empty folder")
    aws.add_places(parser)
    options = parser.parse_args()
    os.umask(0o077)
    table, bucket = aws.places(options, os.environ)
    folder = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Failure(f"{folder} is not empty.")
    folder.chmod(0o700)
    begun = now()
    say(f"Table {table} …")
    items, files = copy_table(table, folder)
    say(f"Bucket {bucket} …")
    objects = copy_bucket(bucket, folder)
    index = folder / "objects.jsonl.gz"
    manifest = {
        "format": 1,
        "begun": begun,
        "ended": now(),
        "table": table,
        "bucket": bucket,
        "items": items,
        "objects": objects.count,
        "bytes": objects.bytes,
        "files": {str(path.relative_to(folder)): described(path) for path in [*files, index]},
    }
    unfinished = folder / "manifest.json.part"
    unfinished.write_text(json.dumps(manifest, indent=2) + "\n")
    unfinished.rename(folder / "manifest.json")
    say(f"{items:,} items and {objects} are in {folder}.")


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


def described(path):
    return {"bytes": path.stat().st_size, "sha256": digest(path)}


def copy_table(table, folder):
    (folder / "table").mkdir()
    dynamodb, progress = aws.client("dynamodb"), Progress("items")
    files = [folder / "table" / f"{segment:03}.jsonl.gz" for segment in range(SEGMENTS)]

    def copy_segment(segment):
        pages = dynamodb.get_paginator("scan").paginate(
            TableName=table, ConsistentRead=True, Segment=segment, TotalSegments=SEGMENTS
        )
        with gzip.open(files[segment], "wt", encoding="utf-8") as file:
            for page in pages:
                for item in page["Items"]:
                    file.write(json.dumps(item, default=as_text, ensure_ascii=False) + "\n")
                progress.add(len(page["Items"]))

    parallel.side_by_side(copy_segment, range(SEGMENTS))
    return progress.count, files


def digest(path):
    """The SHA-256 of a file. (Python 3.10 has no hashlib.file_digest.)"""
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def as_text(value):
    return base64.b64encode(value).decode()


def copy_bucket(bucket, folder):
    contents = folder / "objects"
    contents.mkdir()
    s3, progress, lock = aws.client("s3"), Progress("objects"), threading.Lock()
    with gzip.open(folder / "objects.jsonl.gz", "wt", encoding="utf-8") as index:

        def copy(key):
            entry = copy_object(s3, bucket, key, contents)
            if entry is None:
                return
            with lock:
                index.write(json.dumps(entry, ensure_ascii=False) + "\n")
            progress.add(1, entry["size"])

        parallel.side_by_side(copy, keys(s3, bucket))
    return progress


def keys(s3, bucket):
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            yield found["Key"]


def copy_object(s3, bucket, key, contents):
    """Copies one object; None where it was deleted meanwhile."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            answer = s3.get_object(Bucket=bucket, Key=key)
        except botocore.exceptions.ClientError as error:
            if aws.is_error(error, "NoSuchKey", "404"):
                return None
            raise
        try:
            content, size = keep(answer["Body"], contents)
            break
        except (botocore.exceptions.HTTPClientError, botocore.exceptions.IncompleteReadError):
            if attempt == ATTEMPTS:
                raise
    headers = {name: answer[name] for name in HEADERS if answer.get(name)}
    return {"key": key, "size": size, "etag": answer["ETag"], "sha256": content, "headers": headers}


def keep(body, contents):
    found, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=contents, prefix=".", delete=False) as file:
        try:
            for block in body.iter_chunks(1 << 20):
                found.update(block)
                size += len(block)
                file.write(block)
        except BaseException:
            os.unlink(file.name)
            raise
    name = found.hexdigest()
    place = contents / name[:2]
    place.mkdir(exist_ok=True)
    os.replace(file.name, place / name)
    return name, size


if __name__ == "__main__":
    aws.run(main)
