"""Changes TOKEN_SECRET in the secret that a stack's functions read their variables from.

Functions and containers start anew one after the other, so that for a while some know less than others.
Hence three steps, and all are started anew after each:

    announce   the new secret is accepted (TOKEN_SECRETS_ACCEPTED), but nothing is signed with it yet
    switch     the new one signs, the old one is accepted
    finish     the old one is forgotten, when no token of its is left

Each step is one write of the secret, and says in it how far things are (TOKEN_SECRET_NEXT): whatever
breaks off goes on from there. The write demands that nobody else wrote meanwhile.
"""

import argparse
import json
import secrets
import time
import uuid

import botocore.exceptions

from intellimaint import aws, parallel
from intellimaint.terminal import Failure, say

NOW, NEXT, ACCEPTED = "TOKEN_SECRET", "TOKEN_SECRET_NEXT", "TOKEN_SECRETS_ACCEPTED"
# Makes a function start anew; it means nothing to it.
VERSION = "SECRETS_VERSION"
NAMESPACE = uuid.UUID("0d0f7a4c-4f0e-4d55-9f0a-9a4d1c1f6e0b")
ATTEMPTS = 5
SERVICE_SECONDS = 900


def main():
    parser = argparse.ArgumentParser(prog="scripts/rotate-token-secret", description="Changes the token secret.")
    parser.add_argument("stack", help="the CloudFormation stack")
    parser.add_argument("--secret", metavar="ID", help="the secret; default: the one of the stack")
    parser.add_argument("--finish", action="store_true", help="forget the old secret")
    options = parser.parse_args()
    stack = Stack(options.stack, options.secret)
    values = stack.read()
    if options.finish:
        finish(stack, values)
    elif accepted(values) and NEXT not in values:
        # Switched already; what had not started anew does so now.
        stack.start_anew()
        say(
            "The secret was changed before, and the old one is still accepted. --finish ends that; then a "
            "further change can begin."
        )
    else:
        rotate(stack, values)


def rotate(stack, values):
    if "," in values[NOW] or values[NOW] != values[NOW].strip():
        raise Failure(
            f"The {NOW} has a comma, or a space at an end, and cannot stand in the list of accepted ones. "
            "It can only be replaced by hand; then everybody has to sign in again."
        )
    if NEXT not in values:
        say("1 of 2: everything learns to accept the new secret …")
        new = secrets.token_hex(32)
        values = stack.write({**values, NEXT: new, ACCEPTED: new})
    stack.start_anew()
    say("2 of 2: everything signs with it …")
    old = values[NOW]
    values = {**values, NOW: values[NEXT], ACCEPTED: old}
    del values[NEXT]
    stack.write(values)
    stack.start_anew()
    say("The secret is changed. Nobody is signed out. Run this with --finish after REFRESH_TOKEN_DAYS.")


def finish(stack, values):
    if NEXT in values:
        raise Failure("The change has not been completed: run this without --finish first.")
    if accepted(values):
        stack.write({name: value for name, value in values.items() if name != ACCEPTED})
    stack.start_anew()
    say("The old secret is forgotten. Who has not used the system since is asked to sign in again.")


def accepted(values):
    return bool(values.get(ACCEPTED))


class Stack:
    """What of a stack knows the secret."""

    def __init__(self, name, secret):
        found = aws.resources(name)
        self.functions = aws.of_type(found, "AWS::Lambda::Function")
        self.services = aws.of_type(found, "AWS::ECS::Service")
        self.manager, self.lambdas = aws.client("secretsmanager"), aws.client("lambda")
        self.secret = secret or aws.one(name, "AWS::SecretsManager::Secret", "Secret", "--secret")
        self.version, self.names = None, {self.secret}

    def read(self):
        answer = self.manager.get_secret_value(SecretId=self.secret)
        self.version = answer["VersionId"]
        self.names = {self.secret, answer["ARN"], answer["Name"]}
        try:
            values = json.loads(answer["SecretString"])
            if len(values[NOW]) >= 32:
                return values
        except (KeyError, TypeError, ValueError):
            pass
        raise Failure(f"{self.secret} is no JSON object with a {NOW} of at least 32 characters.")

    def write(self, values):
        # A version's id made of the one before: of two writers that read the same, one fails.
        token = str(uuid.uuid5(NAMESPACE, self.version))
        try:
            answer = self.manager.put_secret_value(
                SecretId=self.secret, SecretString=json.dumps(values), ClientRequestToken=token
            )
        except botocore.exceptions.ClientError as error:
            if aws.is_error(error, "ResourceExistsException"):
                raise Failure("Somebody else changes the secret at the moment. Run this again later.") from None
            raise
        self.version = answer["VersionId"]
        return values

    def start_anew(self):
        """Has everything read the secret again, or the public keys that are made of it, and waits until it has.

        Those that hold the secret come first, and are called: auth publishes the public keys when it starts.
        """
        holders = [name for name in self.functions if self.names.intersection(self.secrets_of(name))]
        if not holders:
            raise Failure(f"No function of the stack is given {self.secret}.")
        parallel.side_by_side(self.start_function, holders)
        parallel.side_by_side(self.call, holders)
        parallel.side_by_side(self.start_function, [name for name in self.functions if name not in holders])
        self.start_services()

    def secrets_of(self, name):
        found = self.lambdas.get_function_configuration(FunctionName=name)
        return found.get("Environment", {}).get("Variables", {}).get("SECRETS_ID", "").split(",")

    def call(self, name):
        """Has a function start, by a request that anybody may make."""
        event = {
            "resource": "/{proxy+}",
            "path": "/health",
            "httpMethod": "GET",
            "headers": {},
            "multiValueHeaders": {},
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "pathParameters": None,
            "stageVariables": None,
            "body": None,
            "isBase64Encoded": False,
            "requestContext": {
                "accountId": "",
                "apiId": "",
                "resourceId": "",
                "stage": "",
                "requestId": "",
                "httpMethod": "GET",
                "path": "/health",
                "resourcePath": "/{proxy+}",
                "identity": {},
            },
        }
        answer = self.lambdas.invoke(FunctionName=name, Payload=json.dumps(event))
        text = answer["Payload"].read()
        if answer.get("FunctionError") or json.loads(text).get("statusCode") != 200:
            raise Failure(f"{name} does not start with the new secret: look at its log, then run this again.")

    def start_function(self, name):
        for attempt in range(ATTEMPTS):
            found = self.lambdas.get_function_configuration(FunctionName=name)
            variables = found.get("Environment", {}).get("Variables", {})
            if "SECRETS_ID" not in variables:
                return
            if variables.get(VERSION) == self.version:
                break
            try:
                self.lambdas.update_function_configuration(
                    FunctionName=name,
                    RevisionId=found["RevisionId"],
                    Environment={"Variables": {**variables, VERSION: self.version}},
                )
                break
            except botocore.exceptions.ClientError as error:
                # Being changed by somebody else, or still by the step before.
                passing = aws.is_error(error, "ResourceConflictException", "PreconditionFailedException")
                if not passing or attempt == ATTEMPTS - 1:
                    raise
                time.sleep(2**attempt)
        self.lambdas.get_waiter("function_updated_v2").wait(FunctionName=name)
        say(f"  {name}")

    def start_services(self):
        if not self.services:
            return
        ecs, begun = aws.client("ecs"), {}
        for arn in self.services:
            # arn:aws:ecs:region:account:service/cluster/name
            cluster, _, name = arn.rpartition("service/")[2].partition("/")
            service = ecs.update_service(cluster=cluster, service=name, forceNewDeployment=True)["service"]
            begun[cluster, name] = next(found["id"] for found in service["deployments"] if found["status"] == "PRIMARY")
        deadline = time.monotonic() + SERVICE_SECONDS
        for (cluster, name), deployment in begun.items():
            while not is_settled(ecs.describe_services(cluster=cluster, services=[name])["services"][0], deployment):
                if time.monotonic() > deadline:
                    raise Failure(f"The service {name} has not started anew in time. Look at it, then run this again.")
                time.sleep(5)
            say(f"  {name}")


def is_settled(service, deployment):
    """Whether all tasks are of this deployment."""
    return [found["id"] for found in service["deployments"]] == [deployment] and (
        service["runningCount"] >= service["desiredCount"]
    )


if __name__ == "__main__":
    aws.run(main)
