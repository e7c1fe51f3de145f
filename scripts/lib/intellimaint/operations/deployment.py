"""Deploying template.yaml, and what a deployed stack says of itself."""

import pathlib
import subprocess
import sys

import botocore.exceptions

from intellimaint import ROOT
from intellimaint.aws import client, is_error
from intellimaint.frontend import Addresses
from intellimaint.terminal import Failure

SAM = pathlib.Path(sys.executable).with_name("sam")
DEFAULT_STACK = "intellimaint"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]


def describe(stack):
    """What CloudFormation says of the stack; none where there is no such stack."""
    try:
        return client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except botocore.exceptions.ClientError as error:
        if is_error(error, "ValidationError"):
            return None
        raise


def outputs(stack):
    found = describe(stack)
    if found is None:
        raise Failure(f"There is no stack {stack} in this account and region.")
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def addresses(found):
    """Where a stack is reached, from its outputs."""
    return Addresses(found["NestUrl"], found["ApiUrl"], found.get("WebSocketUrl"), found.get("SocketUrl"))


def deploy(stack, parameters, template=ROOT / "template.yaml", bucket=None, confirm=False, log=None):
    """Uploads what scripts/build has made and has CloudFormation bring the stack to what the template says.

    Parameters that are not named keep their values. Files go to `bucket`, or to the one that the SAM CLI
    keeps in the account; what was uploaded before is not uploaded again. With `log`, an open file, the
    progress goes there.
    """
    command = [SAM, "deploy", "--template-file", template, "--stack-name", stack]
    command += ["--capabilities", *CAPABILITIES, "--no-fail-on-empty-changeset", "--no-progressbar"]
    command += ["--s3-bucket", bucket] if bucket else ["--resolve-s3"]
    command += ["--s3-prefix", stack, "--confirm-changeset" if confirm else "--no-confirm-changeset"]
    if parameters:
        command += ["--parameter-overrides", *(f"{name}={quoted(value)}" for name, value in parameters.items())]
    if subprocess.run(command, cwd=ROOT, stdout=log, stderr=log and subprocess.STDOUT).returncode:
        raise Failure(f"{stack} was not deployed; what went wrong is said above. It is as it was before.")


def quoted(value):
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
