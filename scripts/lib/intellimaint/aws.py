"""Finding a deployed system, and calling AWS."""

import boto3
import botocore.exceptions
from botocore.config import Config

from intellimaint import terminal
from intellimaint.parallel import WORKERS
from intellimaint.terminal import Failure

CONFIG = Config(retries={"mode": "standard", "max_attempts": 10}, max_pool_connections=2 * WORKERS)


def client(service):
    return boto3.client(service, config=CONFIG)


def run(main):
    """Runs `main`; what AWS refuses is one line too."""
    terminal.run(main, botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, OSError)


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
