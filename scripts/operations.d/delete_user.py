"""Deletes everything of a user, in the order in which shared/src/account.rs does: the account itself
last, so that it can be found and asked for again as long as anything is left. At the end the whole table
is looked through for what these rules do not know.
"""

import argparse
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

import botocore.exceptions
import common
from common import Failure, say

ACCOUNT = ("PROFILE", "SESSION#")


def main():
    parser = argparse.ArgumentParser(prog="scripts/delete-user", description="Deletes a user and everything of theirs.")
    parser.add_argument("user", metavar="EMAIL|ID", help="whom")
    common.add_places(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args()
    deletion = Deletion(*common.places(options, os.environ))
    profile = deletion.find(options.user)
    email = profile["email"]["S"]
    if not options.yes:
        if input(f"This deletes {email} and everything of theirs, for good. Type the address to go on: ") != email:
            raise Failure("Nothing is deleted.")
    subscription = deletion.get(deletion.partition, "SUBSCRIPTION") or {}
    customer = subscription.get("customer", {}).get("S")
    if customer:
        # Nobody pays for an account that is gone: where this fails, everything stays.
        end_payments(customer, options.stack)
        deletion.delete(*2 * [f"STRIPE#CUSTOMER#{customer}"])
    deletion.erase(profile)
    left = deletion.traces()
    if left:
        raise Failure("Something is left; run this again, and if it stays, look at it:\n" + "\n".join(left))
    say(f"{email} is deleted: {deletion.deleted:,} items and objects. Backups still hold them.")


def end_payments(customer, stack):
    """Deletes a customer at Stripe, which ends their subscriptions."""
    key = os.environ.get("STRIPE_SECRET_KEY") or (stack and secret_of(stack).get("STRIPE_SECRET_KEY"))
    if not key:
        raise Failure(f"The user is the customer {customer} at Stripe: set STRIPE_SECRET_KEY. Nothing is deleted.")
    url = os.environ.get("STRIPE_API_URL", "https://api.stripe.com").rstrip("/")
    request = urllib.request.Request(f"{url}/v1/customers/{urllib.parse.quote(customer)}", method="DELETE")
    request.add_header("Authorization", f"Bearer {key}")
    try:
        urllib.request.urlopen(request, timeout=60).close()
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise Failure(f"Stripe refuses to delete the customer ({error.code}). Nothing is deleted.") from None


def secret_of(stack):
    secret = common.one(stack, "AWS::SecretsManager::Secret", "PaymentKeys", "STRIPE_SECRET_KEY")
    return json.loads(common.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])


class Deletion:
    """One deletion."""

    def __init__(self, table, bucket):
        self.table, self.bucket = table, bucket
        self.dynamodb, self.s3 = common.client("dynamodb"), common.client("s3")
        self.id = self.partition = None
        self.deleted = 0

    def find(self, user):
        """The profile of a user."""
        if "@" in user:
            owner = self.get(*2 * [f"EMAIL#{user.strip().lower()}"])
            user = owner["userId"]["S"] if owner else ""
        profile = user and self.get(f"USER#{user}", "PROFILE")
        if not profile:
            raise Failure("There is no such user.")
        self.id, self.partition = user, f"USER#{user}"
        return profile

    def erase(self, profile):
        self.erase_belongings(ACCOUNT)
        for name in ("email", "pendingEmail"):
            if "S" in profile.get(name, {}):
                # Unless it is another's, who signs up with the address.
                self.delete(f"OTP#{profile[name]['S']}", "OTP", "attribute_not_exists(pending.userId) OR pending.userId = :id")
        for _, sort in self.keys(self.partition, "SESSION#"):
            self.delete(self.partition, sort)
        own = "attribute_not_exists(PK) OR userId = :id"
        self.delete(*2 * [f"EMAIL#{profile['email']['S']}"], own)
        if "S" in profile.get("googleSubject", {}):
            self.delete(*2 * [f"OAUTH#google#{profile['googleSubject']['S']}"], own)
        self.delete(self.partition, "PROFILE")
        # Once more, for what requests that were under way have written meanwhile.
        self.erase_belongings(())

    def erase_belongings(self, kept):
        sorts = [sort for _, sort in self.keys(self.partition)]
        for sort in sorts:
            kind, _, name = sort.partition("#")
            if kind == "CHAT":
                chat = f"{self.partition}#{sort}"
                common.side_by_side(lambda key: self.delete(*key), self.keys(chat))
            elif kind == "JOB":
                self.delete_objects(f"uploads/extract/{name}/")
                self.delete_objects(f"extracted/{name}")
                self.delete(*2 * [f"JOB#{name}"])
        self.abort_uploads()
        for folder in ("uploads", "segments", "pages", "pictures", "readings"):
            self.delete_objects(f"{folder}/{self.id}/")
        for sort in sorts:
            if not sort.startswith(kept):
                self.delete(self.partition, sort)

    def abort_uploads(self):
        documents = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table, KeyConditionExpression="PK = :pk AND begins_with(SK, :sk)", ConsistentRead=True,
            ExpressionAttributeValues={":pk": {"S": self.partition}, ":sk": {"S": "DOC#"}})
        for document in (item for page in documents for item in page["Items"]):
            upload = document.get("upload", {}).get("M")
            if not upload or upload["completed"]["BOOL"]:
                continue
            key = f"uploads/{self.id}/{document['SK']['S'].removeprefix('DOC#')}/source"
            try:
                self.s3.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload["uploadId"]["S"])
            except botocore.exceptions.ClientError as error:
                if not common.is_error(error, "NoSuchUpload", "404"):
                    raise

    # The table and the bucket.

    def get(self, partition, sort):
        key = {"PK": {"S": partition}, "SK": {"S": sort}}
        return self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")

    def keys(self, partition, prefix=""):
        condition, values = "PK = :pk", {":pk": {"S": partition}}
        if prefix:
            condition, values = "PK = :pk AND begins_with(SK, :sk)", {**values, ":sk": {"S": prefix}}
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table, KeyConditionExpression=condition, ExpressionAttributeValues=values,
            ProjectionExpression="PK, SK", ConsistentRead=True)
        return [(item["PK"]["S"], item["SK"]["S"]) for page in pages for item in page["Items"]]

    def delete(self, partition, sort, condition=None):
        more = {}
        if condition:
            more = {"ConditionExpression": condition, "ExpressionAttributeValues": {":id": {"S": self.id}}}
        try:
            self.dynamodb.delete_item(TableName=self.table, Key={"PK": {"S": partition}, "SK": {"S": sort}}, **more)
            self.deleted += 1
        except botocore.exceptions.ClientError as error:
            if not common.is_error(error, "ConditionalCheckFailedException"):
                raise

    def delete_objects(self, prefix):
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
            keys = [{"Key": found["Key"]} for found in page.get("Contents", [])]
            if not keys:
                continue
            errors = self.s3.delete_objects(Bucket=self.bucket, Delete={"Objects": keys, "Quiet": True}).get("Errors")
            if errors:
                raise Failure(f"{errors[0]['Key']} cannot be deleted: {errors[0].get('Code')}")
            self.deleted += len(keys)

    def traces(self):
        """The keys of all items that still name the user, but for the counters that refuse too many requests:
        those end within the hour."""
        say("Looking through the table for anything that is left …")
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.table, ConsistentRead=True, ProjectionExpression="PK, SK",
            FilterExpression="(contains(PK, :id) OR userId = :id OR #owner = :id) AND NOT begins_with(PK, :rate)",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues={":id": {"S": self.id}, ":rate": {"S": "RATE#"}})
        return [f"{item['PK']['S']} {item['SK']['S']}" for page in pages for item in page["Items"]]


if __name__ == "__main__":
    try:
        common.run(main)
    except EOFError:
        sys.exit("Nothing is deleted.")
