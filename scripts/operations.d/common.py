"""What the scripts for a running system have in common."""

import concurrent.futures
import hashlib
import sys
import threading
import time

import boto3
import botocore.exceptions
from botocore.config import Config

WORKERS = 8
CONFIG = Config(retries={"mode": "standard", "max_attempts": 10}, max_pool_connections=2 * WORKERS)


class Failure(Exception):
    """Something that the operator should read, without a stack trace."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def client(service):
    return boto3.client(service, config=CONFIG)


def run(main):
    """Runs `main` with every expected failure as one line."""
    try:
        main()
    except (Failure, botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, OSError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped.")


def is_error(error, *codes):
    return error.response.get("Error", {}).get("Code") in codes


def resources(stack):
    """All resources of a stack and those nested in it."""
    found = []
    for page in client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack):
        for resource in page["StackResourceSummaries"]:
            if not resource.get("PhysicalResourceId"):
                continue
            if resource["ResourceType"] == "AWS::CloudFormation::Stack":
                found += resources(resource["PhysicalResourceId"])
            else:
                found.append(resource)
    return found


def of_type(found, kind):
    return [resource["PhysicalResourceId"] for resource in found if resource["ResourceType"] == kind]


def one(stack, kind, name, flag):
    """The resource of this kind in a stack; the one that the template calls `name`, where there are several."""
    found = [resource for resource in resources(stack) if resource["ResourceType"] == kind]
    if len(found) > 1:
        found = [resource for resource in found if resource["LogicalResourceId"] == name]
    if len(found) != 1:
        raise Failure(f"Which {kind} of the stack {stack} it is, is not clear: name it with {flag}.")
    return found[0]["PhysicalResourceId"]


def add_places(parser):
    """The arguments that say where a system keeps its data."""
    parser.add_argument("--stack", help="the CloudFormation stack of the system")
    parser.add_argument("--table", help="its table; default: the stack's, else TABLE_NAME")
    parser.add_argument("--bucket", help="its bucket; default: the stack's, else BUCKET_NAME")


def places(options, environment):
    """The names of table and bucket."""
    stack = options.stack
    table = options.table or (stack and one(stack, "AWS::DynamoDB::Table", "Table", "--table"))
    bucket = options.bucket or (stack and one(stack, "AWS::S3::Bucket", "Bucket", "--bucket"))
    table, bucket = table or environment.get("TABLE_NAME"), bucket or environment.get("BUCKET_NAME")
    if not table or not bucket:
        raise Failure("Say which system: --stack NAME, or --table NAME and --bucket NAME.")
    return table, bucket


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else _digest(file)


def _digest(file):
    # Python 3.10 has no hashlib.file_digest.
    found = hashlib.sha256()
    while block := file.read(1 << 20):
        found.update(block)
    return found.hexdigest()


def side_by_side(function, things, workers=WORKERS):
    """Calls `function` with each thing on several threads, holding no more of them than needed. The
    first failure ends it."""
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        waiting = set()
        try:
            for thing in things:
                waiting.add(pool.submit(function, thing))
                if len(waiting) >= 4 * workers:
                    done, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
                    for future in done:
                        future.result()
            for future in concurrent.futures.as_completed(waiting):
                future.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


class Progress:
    """Counts, and says every few seconds how far it is."""

    def __init__(self, what, every=5):
        self.what, self.every = what, every
        self.count = self.bytes = 0
        self.lock = threading.Lock()
        self.said = time.monotonic()

    def add(self, count=1, size=0):
        with self.lock:
            self.count += count
            self.bytes += size
            if time.monotonic() - self.said >= self.every:
                self.said = time.monotonic()
                say(f"  {self}")

    def __str__(self):
        return f"{self.count:,} {self.what}" + (f", {self.bytes / 2**20:,.1f} MiB" if self.bytes else "")
