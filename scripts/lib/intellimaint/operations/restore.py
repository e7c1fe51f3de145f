"""Brings a backup back into a table and a bucket.

The table first: an event of an object that no item knows makes the ingest delete the object. Then the
objects that start nothing, and at last those under uploads/, whose events find everything in its place.

A document that has been read carries the tag of its file, which may change on its way. So while its file is
put, such a document is claimed, and given back with the tag that the file has now: its event finds nothing
to do. That, and what becomes of deleted accounts, is done by intellimaint-admin.
"""

import argparse
import base64
import gzip
import json
import os
import pathlib
import random
import time

import botocore.exceptions

from intellimaint import aws, parallel
from intellimaint.operations import admin
from intellimaint.operations.backup import digest
from intellimaint.parallel import Progress
from intellimaint.terminal import Failure, say

BATCH = 25
ROUNDS = 12


def main():
    parser = argparse.ArgumentParser(prog="scripts/restore", description="Brings a backup back.")
    parser.add_argument("folder", type=pathlib.Path, help="what scripts/backup made")
    aws.add_places(parser)
    parser.add_argument("--merge", action="store_true", help="keep what is there, add what is missing")
    parser.add_argument("--verify", action="store_true", help="only check that the backup is whole")
    options = parser.parse_args()
    backup = Backup(options.folder)
    if not options.verify:
        table, bucket = aws.places(options, os.environ)
    say(f"Checking the backup of {backup.manifest['ended']} …")
    backup.verify()
    if options.verify:
        say(f"The backup is whole: {backup.manifest['items']:,} items, {len(backup.objects):,} objects.")
        return
    with admin.Conversation("restore", admin.storage(table, bucket)) as library:
        restore = Restore(backup, table, bucket, options.merge, library.ask)
        restore.check_empty()
        say(f"Table {table} …")
        restore.items()
        say(f"Bucket {bucket} …")
        restore.objects()
        restore.report()


def decoded(value):
    """A value of DynamoDB as boto3 takes it: bytes are Base64 in the file."""
    ((kind, content),) = value.items()
    if kind == "B":
        content = base64.b64decode(content)
    elif kind == "BS":
        content = [base64.b64decode(part) for part in content]
    elif kind == "L":
        content = [decoded(part) for part in content]
    elif kind == "M":
        content = {name: decoded(part) for name, part in content.items()}
    return {kind: content}


class Backup:
    """A folder that scripts/backup made."""

    def __init__(self, folder):
        self.folder = folder
        try:
            self.manifest = json.loads((folder / "manifest.json").read_text())
        except (OSError, ValueError):
            raise Failure(f"{folder} is no finished backup: it has no manifest.json that can be read.") from None
        if self.manifest.get("format") != 1:
            raise Failure(f"{folder} was made by another version of scripts/backup.")

    def verify(self):
        """Everything that the manifest names is there and unchanged."""
        for name, expected in self.manifest["files"].items():
            self.check(self.folder / name, expected["bytes"], expected["sha256"])
        with gzip.open(self.folder / "objects.jsonl.gz", "rt", encoding="utf-8") as index:
            self.objects = [json.loads(line) for line in index]
        contents = {entry["sha256"]: entry["size"] for entry in self.objects}
        parallel.side_by_side(lambda found: self.check(self.content(found[0]), found[1], found[0]), contents.items())
        if len(self.objects) != self.manifest["objects"]:
            raise Failure("The backup is damaged: objects are missing from its list.")

    def check(self, path, size, expected):
        if not path.is_file():
            raise Failure(f"The backup is damaged: {path} is missing.")
        if path.stat().st_size != size or digest(path) != expected:
            raise Failure(f"The backup is damaged: {path} is not as it was written.")

    def content(self, name):
        return self.folder / "objects" / name[:2] / name

    def items(self):
        for name in self.manifest["files"]:
            if not name.startswith("table/"):
                continue
            with gzip.open(self.folder / name, "rt", encoding="utf-8") as file:
                for line in file:
                    yield {key: decoded(value) for key, value in json.loads(line).items()}


class Restore:
    """One restore."""

    def __init__(self, backup, table, bucket, merge, ask):
        self.backup, self.table, self.bucket, self.merge, self.ask = backup, table, bucket, merge, ask
        self.dynamodb, self.s3 = aws.client("dynamodb"), aws.client("s3")
        self.keys = {entry["key"] for entry in backup.objects}
        # What objects belong to: documents with their status and tag, jobs, users.
        self.documents, self.jobs, self.users, self.half_removed = {}, set(), set(), set()
        self.written, self.put, self.kept = Progress("items"), Progress("objects"), Progress("items and objects")
        self.expired, self.never_arrived, self.orphans, self.deleted = 0, 0, 0, 0
        # Whether the account of a user was deleted where it is restored.
        self.deleted_users = {}

    def check_empty(self):
        found = self.dynamodb.scan(TableName=self.table, Limit=1, ConsistentRead=True)["Items"]
        objects = self.s3.list_objects_v2(Bucket=self.bucket, MaxKeys=1).get("Contents")
        if (found or objects) and not self.merge:
            what = "table" if found else "bucket"
            raise Failure(f"The {what} is not empty. --merge keeps what is there and adds what is missing.")

    # The table.

    def items(self):
        if self.merge:
            parallel.side_by_side(self.put_missing, self.wanted())
        else:
            parallel.side_by_side(self.write, batches(self.wanted()))

    def wanted(self):
        now = int(time.time())
        for item in self.backup.items():
            if int(item.get("expiresAt", {}).get("N", now + 1)) <= now:
                self.expired += 1
            elif self.merge and self.is_of_deleted(item):
                self.deleted += 1
            elif self.is_wanted(item):
                yield item

    def is_of_deleted(self, item):
        """Whether the account that an item belongs to was deleted since the backup: nobody wants it back."""
        kind, _, rest = item["PK"]["S"].partition("#")
        user = rest.partition("#")[0] if kind == "USER" else None
        user = user or item.get("userId", {}).get("S") or item.get("owner", {}).get("S")
        if user and user not in self.deleted_users:
            self.deleted_users[user] = self.ask("isDeleted", user=user)
        return bool(user) and self.deleted_users[user]

    def is_wanted(self, item):
        partition, sort = item["PK"]["S"], item["SK"]["S"]
        kind, _, owner = partition.partition("#")
        if kind == "JOB":
            self.jobs.add(owner)
        elif kind == "USER" and sort == "PROFILE":
            self.users.add(owner)
        elif kind == "USER" and sort == "TOMBSTONE":
            self.half_removed.add(owner)
        elif kind == "USER" and sort.startswith("DOC#"):
            document = f"{owner}/{sort.removeprefix('DOC#')}"
            status = item.get("status", {}).get("S")
            if status == "uploading" and f"uploads/{document}/source" not in self.keys:
                # Its upload was promised by another bucket.
                self.never_arrived += 1
                return False
            self.documents[document] = status, item.get("sourceEtag", {}).get("S")
        return True

    def write(self, batch):
        requests = {self.table: [{"PutRequest": {"Item": item}} for item in batch]}
        for attempt in range(ROUNDS):
            requests = self.dynamodb.batch_write_item(RequestItems=requests).get("UnprocessedItems")
            if not requests:
                self.written.add(len(batch))
                return
            time.sleep(random.uniform(0, min(20, 0.1 * 2**attempt)))
        raise Failure("The table takes no more items: it is throttled. Go on later with --merge.")

    def put_missing(self, item):
        try:
            self.dynamodb.put_item(TableName=self.table, Item=item, ConditionExpression="attribute_not_exists(PK)")
            self.written.add()
        except botocore.exceptions.ClientError as error:
            if not aws.is_error(error, "ConditionalCheckFailedException"):
                raise
            self.kept.add()

    # The bucket.

    def objects(self):
        wanted = [entry for entry in self.backup.objects if self.belongs(entry["key"])]
        self.orphans = len(self.backup.objects) - len(wanted)
        starts_work = [entry for entry in wanted if entry["key"].startswith("uploads/")]
        parallel.side_by_side(self.put_object, [entry for entry in wanted if not entry["key"].startswith("uploads/")])
        parallel.side_by_side(self.put_upload, starts_work)
        # Last: what removes the rest of an account that was deleted while the backup was taken.
        for user in sorted(self.half_removed):
            self.ask("erase", user=user)

    def belongs(self, key):
        """Whether the table knows what an object belongs to."""
        folder, _, rest = key.partition("/")
        if key.startswith("uploads/extract/"):
            return key.split("/")[2] in self.jobs
        if folder == "extracted":
            return rest in self.jobs
        if folder in ("exports", "deletions", "drawn"):
            # The addresses of exports have ended; deletions are begun anew; pages are drawn again.
            return False
        if folder in ("pictures", "readings"):
            return rest.split("/")[0] in self.users
        if folder in ("uploads", "segments", "pages"):
            return "/".join(rest.split("/")[:2]) in self.documents
        return True

    def put_object(self, entry):
        """Puts an object; its tag, None where one of its name is kept."""
        if self.is_kept(entry["key"]):
            return None
        condition = {"IfNoneMatch": "*"} if self.merge else {}
        try:
            with open(self.backup.content(entry["sha256"]), "rb") as body:
                answer = self.s3.put_object(
                    Bucket=self.bucket, Key=entry["key"], Body=body, **entry["headers"], **condition
                )
        except botocore.exceptions.ClientError as error:
            if not (self.merge and aws.is_error(error, "PreconditionFailed", "412")):
                raise
            self.kept.add()
            return None
        self.put.add(1, entry["size"])
        return answer["ETag"]

    def is_kept(self, key):
        if not self.merge:
            return False
        try:
            self.s3.head_object(Bucket=self.bucket, Key=key)
        except botocore.exceptions.ClientError as error:
            if aws.is_error(error, "NoSuchKey", "404"):
                return False
            raise
        self.kept.add()
        return True

    def put_upload(self, entry):
        """Puts an object whose event the ingest is told of."""
        if self.is_kept(entry["key"]):
            return
        document = entry["key"].removeprefix("uploads/").removesuffix("/source")
        status, tag = self.documents.get(document, (None, None))
        # Of a file with another tag than the one that was read, the ingest is still to come.
        is_read = status in ("ready", "failed") and tag == entry["etag"]
        user, _, id = document.partition("/")
        if not is_read or not self.ask("claim", user=user, document=id, status=status, etag=tag):
            self.put_object(entry)
            return
        new = None
        try:
            new = self.put_object(entry)
        finally:
            self.ask("release", document=id, etag=new or tag)

    def report(self):
        say(f"{self.written} and {self.put} are restored.")
        if self.kept.count:
            say(f"{self.kept} were there already and are as they were.")
        for count, what in (
            (self.expired, "items have expired and are left out"),
            (self.deleted, "items are left out, since their accounts were deleted"),
            (self.never_arrived, "documents are left out, since their files had not arrived"),
            (self.orphans, "objects are left out, since no item knows them"),
        ):
            if count:
                say(f"{count:,} {what}.")


def batches(things):
    batch = []
    for thing in things:
        batch.append(thing)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


if __name__ == "__main__":
    aws.run(main)
