"""Calling intellimaint-admin, the program that works on the data of a system by the rules of the library."""

import json
import os
import subprocess
import threading

import boto3

from intellimaint import aws
from intellimaint.terminal import Failure

# Credentials are passed on as found; functions log and count for log stores, not for people.
NOT_TAKEN = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "LOG_FORMAT", "METRICS", "RUST_LOG")


def program():
    return os.environ["INTELLIMAINT_ADMIN"]


def storage(table, bucket):
    """An environment in which the program finds table and bucket."""
    found = {name: value for name, value in os.environ.items() if name not in NOT_TAKEN}
    return {**found, **credentials(), "TABLE_NAME": table, "BUCKET_NAME": bucket, "RUST_LOG": "warn"}


def whole_system(options):
    """An environment with all that the function `user` has, whose rights the deletion of an account takes."""
    found = storage(*aws.places(options, os.environ))
    if not options.stack:
        return {"ENVIRONMENT": "development", **found}
    # The token secret is the stack's, whatever is set here for another system.
    own = {name: value for name, value in found.items() if not name.startswith("TOKEN_")}
    of_function = {name: value for name, value in variables(options.stack).items() if name not in NOT_TAKEN}
    return {**own, **of_function, "TABLE_NAME": found["TABLE_NAME"], "BUCKET_NAME": found["BUCKET_NAME"]}


def variables(stack):
    """The variables of the function `user`."""
    name = aws.one(stack, "AWS::Lambda::Function", "UserFunction", "--table and --bucket")
    found = aws.client("lambda").get_function_configuration(FunctionName=name)
    return found.get("Environment", {}).get("Variables", {})


def credentials():
    """Region and credentials as boto3 finds them, which looks in more places than the program."""
    session = boto3.Session()
    found = session.get_credentials()
    if found is None or session.region_name is None:
        raise Failure("Credentials or region for AWS are missing: set AWS_PROFILE and AWS_REGION.")
    found = found.get_frozen_credentials()
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION")
    values = (found.access_key, found.secret_key, found.token, session.region_name)
    return {name: value for name, value in zip(names, values, strict=True) if value}


class Conversation:
    """The program, which is asked from several threads, one question after the other."""

    def __init__(self, task, environment):
        self.task, self.environment, self.lock = task, environment, threading.Lock()

    def __enter__(self):
        command = [program(), self.task]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, env=self.environment, stdin=pipe, stdout=pipe, text=True, bufsize=1)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def ask(self, what, **details):
        with self.lock:
            try:
                self.process.stdin.write(json.dumps({"do": what, **details}) + "\n")
                answer = self.process.stdout.readline()
            except BrokenPipeError:
                answer = ""
        if not answer:
            raise Failure("intellimaint-admin has ended: see above.")
        return json.loads(answer)
