"""Takes a deployed stack away, with everything that it keeps."""

import argparse
import sys

import boto3
import botocore.exceptions

from intellimaint import aws
from intellimaint.operations.deployment import describe
from intellimaint.terminal import Failure, say


def main():
    parser = argparse.ArgumentParser(prog="destroy", description=__doc__)
    parser.add_argument("stack", help="its name; there is no default")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args()
    if describe(options.stack) is None:
        raise Failure(f"There is no stack {options.stack} in this account and region.")
    destroy(options.stack, options.yes)


def destroy(stack, yes=False):
    found = aws.resources(stack)
    tables = aws.of_type(found, "AWS::DynamoDB::Table")
    buckets = aws.of_type(found, "AWS::S3::Bucket")
    if not yes:
        ask(stack, tables, buckets)
    for table in tables:
        aws.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=False)
        aws.client("dynamodb").get_waiter("table_exists").wait(TableName=table)
    for bucket in buckets:
        empty(bucket)
    say(f"Deleting {stack} …")
    manager = aws.client("cloudformation")
    manager.delete_stack(StackName=stack)
    try:
        manager.get_waiter("stack_delete_complete").wait(StackName=stack)
    except botocore.exceptions.WaiterError as error:
        raise Failure(
            f"{stack} could not be deleted whole ({error}). "
            f"See why: aws cloudformation describe-stack-events --stack-name {stack}"
        ) from None
    say(f"{stack} is gone.")


def ask(stack, tables, buckets):
    if not sys.stdin.isatty():
        raise Failure("This deletes all users, manuals and conversations: confirm it with --yes.")
    print(f"This deletes {stack} with all users, manuals and conversations:", *tables, *buckets, sep="\n  ")
    print("What scripts/backup has saved stays. There is no way back otherwise.")
    if input("Type the name of the stack to delete it: ").strip() != stack:
        raise Failure("Nothing was deleted.")


def empty(bucket):
    """Deletes all objects, in all versions, and unfinished uploads."""
    found = boto3.resource("s3", config=aws.CONFIG).Bucket(bucket)
    say(f"Emptying {bucket} …")
    found.object_versions.delete()
    found.objects.delete()
    for upload in found.multipart_uploads.all():
        upload.abort()


if __name__ == "__main__":
    aws.run(main)
