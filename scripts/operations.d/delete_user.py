"""Deletes a user as shared/src/account does: the account is closed, and the function `erase` removes what it has
left. This waits for that, and then looks through the whole table for what those rules do not know.
"""

import argparse
import datetime
import json
import os
import random
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import botocore.exceptions
import common
from common import Failure, say

# How often closing is tried again while the user changes the account.
ROUNDS = 8
# How long the removal is waited for. It goes on also when nobody waits.
PATIENCE = 3600


def main():
    parser = argparse.ArgumentParser(prog="scripts/delete-user", description="Deletes a user and everything of theirs.")
    parser.add_argument("user", metavar="EMAIL|ID", help="whom")
    common.add_places(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args()
    deletion = Deletion(*common.places(options, os.environ))
    profile = deletion.find(options.user)
    if profile:
        close(deletion, profile, options)
    else:
        say("The account is deleted already. What is left of it is removed again.")
        deletion.start_removal()
    deletion.wait()
    left = deletion.traces()
    if left:
        raise Failure("Something is left; run this again, and if it stays, look at it:\n" + "\n".join(left))
    say(f"{options.user} is deleted. Backups still hold them.")


def close(deletion, profile, options):
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
    deletion.close(profile)
    say(f"Nobody can sign in as {email} any more. Everything of theirs is being removed …")


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


def key(partition, sort):
    return {"PK": {"S": partition}, "SK": {"S": sort}}


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Deletion:
    """One deletion."""

    def __init__(self, table, bucket):
        self.table, self.bucket = table, bucket
        self.dynamodb, self.s3 = common.client("dynamodb"), common.client("s3")
        self.id = self.partition = None

    def find(self, user):
        """The profile of a user; None of one who is deleted, but perhaps not removed."""
        if "@" in user:
            owner = self.get(*2 * [f"EMAIL#{user.strip().lower()}"])
            user = owner["userId"]["S"] if owner else ""
        self.id, self.partition = user, f"USER#{user}"
        profile = user and self.get(self.partition, "PROFILE")
        if not profile and not (user and self.get(self.partition, "TOMBSTONE")):
            raise Failure("There is no such user.")
        return profile or None

    def close(self, profile):
        """Closes the account: as `close` in shared/src/account/closing.rs."""
        # First, so that an account that is closed is also removed, whatever happens here.
        self.start_removal()
        for attempt in range(ROUNDS):
            if self.try_to_close(profile):
                break
            time.sleep(random.uniform(0, 0.1 * 2**attempt))
            profile = self.get(self.partition, "PROFILE")
            if not profile:
                break
        else:
            raise Failure("The account is being changed all the time. It is still there, but its subscription has ended. Run this again.")
        for sort in self.sorts("SESSION#"):
            self.delete(self.partition, sort)
        for name in ("email", "pendingEmail"):
            if profile and "S" in profile.get(name, {}):
                self.forget(profile[name]["S"])

    def try_to_close(self, profile):
        tombstone = {**key(self.partition, "TOMBSTONE"), "deletedAt": {"S": now()}}
        own = {"ConditionExpression": "attribute_not_exists(PK) OR userId = :id",
               "ExpressionAttributeValues": {":id": {"S": self.id}}}
        unchanged = {"ConditionExpression": "version = :version",
                     "ExpressionAttributeValues": {":version": profile["version"]}}
        names = [f"EMAIL#{profile['email']['S']}"]
        if "S" in profile.get("googleSubject", {}):
            names.append(f"OAUTH#google#{profile['googleSubject']['S']}")
        writes = [
            {"Put": {"TableName": self.table, "Item": tombstone, "ConditionExpression": "attribute_not_exists(PK)"}},
            {"Delete": {"TableName": self.table, "Key": key(self.partition, "PROFILE"), **unchanged}},
            *({"Delete": {"TableName": self.table, "Key": key(name, name), **own}} for name in names),
        ]
        try:
            self.dynamodb.transact_write_items(TransactItems=writes)
            return True
        except botocore.exceptions.ClientError as error:
            if not common.is_error(error, "TransactionCanceledException"):
                raise
            return False

    def forget(self, email):
        """Forgets what was mailed to an address, unless another account waits for its proof."""
        codes = self.get(f"OTP#{email}", "OTP") or {}
        pending = codes.get("codes", {}).get("M", {}).values()
        if codes and all(code["M"]["userId"]["S"] == self.id for code in pending):
            self.delete(f"OTP#{email}", "OTP", "version = :version", {":version": codes["version"]})

    # The job.

    def marker(self):
        return {"Bucket": self.bucket, "Key": f"deletions/{self.id}.json"}

    def start_removal(self):
        self.s3.put_object(**self.marker(), Body=json.dumps({"askedAt": now()}), ContentType="application/json")

    def wait(self):
        """Waits until the function has removed everything: then it deletes the marker, some time after the account was
        closed."""
        began = said = time.monotonic()
        while self.is_marked():
            if time.monotonic() - began > PATIENCE:
                raise Failure("The removal has not ended in time. Look at the log of the function erase and at the dead "
                              "letters, and run this again with the user's id: " + self.id)
            if time.monotonic() - said > 15:
                said = time.monotonic()
                say(f"  {len(self.sorts()):,} items are left, the messages of sessions not counted …")
            time.sleep(1)

    def is_marked(self):
        try:
            self.s3.head_object(**self.marker())
            return True
        except botocore.exceptions.ClientError as error:
            if common.is_error(error, "NoSuchKey", "404"):
                return False
            raise

    # The table.

    def get(self, partition, sort):
        return self.dynamodb.get_item(TableName=self.table, Key=key(partition, sort), ConsistentRead=True).get("Item")

    def sorts(self, prefix=""):
        """The sort keys of what is left of the user, but for the tombstone."""
        condition, values = "PK = :pk", {":pk": {"S": self.partition}}
        if prefix:
            condition, values = "PK = :pk AND begins_with(SK, :sk)", {**values, ":sk": {"S": prefix}}
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table, KeyConditionExpression=condition, ExpressionAttributeValues=values,
            ProjectionExpression="SK", ConsistentRead=True)
        sorts = [item["SK"]["S"] for page in pages for item in page["Items"]]
        return [sort for sort in sorts if sort != "TOMBSTONE"]

    def delete(self, partition, sort, condition=None, values=None):
        more = {"ConditionExpression": condition, "ExpressionAttributeValues": values} if condition else {}
        try:
            self.dynamodb.delete_item(TableName=self.table, Key=key(partition, sort), **more)
        except botocore.exceptions.ClientError as error:
            if not common.is_error(error, "ConditionalCheckFailedException"):
                raise

    def traces(self):
        """The keys of all items that still name the user, but for the counters that refuse too many requests:
        those end within the hour."""
        say("Looking through the table for anything that is left …")
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.table, ConsistentRead=True, ProjectionExpression="PK, SK",
            FilterExpression="(contains(PK, :id) OR userId = :id OR #owner = :id) AND SK <> :tombstone "
                             "AND NOT begins_with(PK, :rate) AND NOT begins_with(PK, :bucket)",
            ExpressionAttributeNames={"#owner": "owner"},
            ExpressionAttributeValues={
                ":id": {"S": self.id}, ":tombstone": {"S": "TOMBSTONE"}, ":rate": {"S": "RATE#"},
                ":bucket": {"S": "BUCKET#"}})
        return [f"{item['PK']['S']} {item['SK']['S']}" for page in pages for item in page["Items"]]


if __name__ == "__main__":
    try:
        common.run(main)
    except EOFError:
        sys.exit("Nothing is deleted.")
