"""Deploys the system to AWS. Can be run again: what has not changed stays as it is."""

import argparse
import base64
import json
import re
import shutil
import subprocess
import sys
import time

import botocore.exceptions

from intellimaint import ROOT, aws, frontend, http
from intellimaint.aws import client
from intellimaint.operations.deployment import DEFAULT_STACK, addresses, deploy, describe, outputs
from intellimaint.terminal import Failure, say

# Parameters without which there is no first deployment, and what they are for.
QUESTIONS = {
    "FrontendUrl": "Address of the frontend, as in https://app.example.com",
    "MailFrom": "Address that sign-up codes are sent from",
}
LOG_ROLE = "apigateway-writes-logs"
LOG_POLICY = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
ROLE_SECONDS = 60


def main():
    parser = argparse.ArgumentParser(prog="deploy", description=__doc__, epilog="Parameters: see template.yaml.")
    parser.add_argument("--stack", default=DEFAULT_STACK, help="its name; default: %(default)s")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the template; those that are not named keep their values",
    )
    parser.add_argument(
        "--arch", choices=["arm64", "x86_64"], help="of the functions; default: as before, at first arm64"
    )
    parser.add_argument(
        "--voice",
        action="store_true",
        help="also build the image of chat over Socket.IO and voice, with docker or podman, and push it to ECR",
    )
    parser.add_argument("--no-build", action="store_true", help="deploy what scripts/build has made before")
    parser.add_argument("--no-demo", action="store_true", help="do not try the demo at the end")
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    options = parser.parse_args()
    interactive = sys.stdin.isatty() and not options.yes

    account, partition = identity()
    existing = describe(options.stack)
    parameters = chosen(options.set)
    if existing is None:
        parameters = {**first_parameters(parameters, interactive), **parameters}
    known = {**known_parameters(existing), **parameters}
    architecture = options.arch or known.get("Architecture", "arm64")
    parameters["Architecture"] = architecture

    if known.get("AccessLogs", "true") == "true":
        let_api_gateway_log(partition)
    parameters.update(sender(known, interactive))
    if not options.no_build:
        subprocess.run([ROOT / "scripts" / "build", "--arch", architecture], check=True)
    if options.voice:
        parameters["StreamImage"] = push_image(options.stack, architecture)
    parameters.update(prefix_list({**known, **parameters}))
    say(f"Deploying {options.stack} into account {account}, {aws.client('sts').meta.region_name} …")
    deploy(options.stack, parameters, confirm=interactive)

    found = addresses(outputs(options.stack))
    say("\nThe frontend's environment (scripts/frontend-env prints it again, or the older frontend's):")
    print(frontend.environment(found), flush=True)
    try_it(found, known.get("ResponseStreaming") == "false", interactive and not options.no_demo)


def identity():
    """Account and partition of the credentials."""
    try:
        found = client("sts").get_caller_identity()
    except (botocore.exceptions.NoCredentialsError, botocore.exceptions.NoRegionError) as error:
        raise Failure(
            f"{error} Sign in with the AWS command line first (aws configure, or aws sso login), "
            "or set AWS_PROFILE and AWS_REGION."
        ) from None
    return found["Account"], found["Arn"].split(":")[1]


def chosen(pairs):
    known = set(re.findall(r"^  (\w+):$", (ROOT / "template.yaml").read_text().partition("\nMappings:")[0], re.M))
    found = {}
    for pair in pairs:
        name, is_pair, value = pair.partition("=")
        if not is_pair or name not in known:
            raise Failure(f"--set takes NAME=VALUE with a parameter of template.yaml, not {pair!r}.")
        found[name] = value
    return found


def first_parameters(given, interactive):
    missing = [name for name in QUESTIONS if name not in given]
    if missing and not interactive:
        raise Failure("The first deployment needs " + " and ".join(f"--set {name}=…" for name in missing) + ".")
    found = {}
    for name in missing:
        while not found.get(name):
            found[name] = input(f"{QUESTIONS[name]}: ").strip().rstrip("/")
    if interactive and "AlarmMail" not in given:
        found["AlarmMail"] = input("Address that alarms are mailed to (empty for none): ").strip()
    return found


def known_parameters(existing):
    return {found["ParameterKey"]: found["ParameterValue"] for found in (existing or {}).get("Parameters", [])}


def let_api_gateway_log(partition):
    """API Gateway writes access logs with a role that an account has once, for all its APIs."""
    api, iam = client("apigateway"), client("iam")
    if api.get_account().get("cloudwatchRoleArn"):
        return
    say(f"Letting API Gateway write logs, with a role {LOG_ROLE} …")
    trust = {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    try:
        role = iam.create_role(RoleName=LOG_ROLE, AssumeRolePolicyDocument=document)["Role"]
    except botocore.exceptions.ClientError as error:
        if not aws.is_error(error, "EntityAlreadyExists"):
            raise
        role = iam.get_role(RoleName=LOG_ROLE)["Role"]
    iam.attach_role_policy(RoleName=LOG_ROLE, PolicyArn=f"arn:{partition}:iam::aws:policy/{LOG_POLICY}")
    setting = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": role["Arn"]}]
    deadline = time.monotonic() + ROLE_SECONDS
    while True:
        try:
            api.update_account(patchOperations=setting)
            return
        except botocore.exceptions.ClientError as error:
            # A new role is not known everywhere at once.
            if not aws.is_error(error, "BadRequestException") or time.monotonic() > deadline:
                raise
            time.sleep(3)


def prefix_list(known):
    """CloudFront's addresses, from which alone it reaches the container where that has no certificate."""
    if not known.get("StreamImage") or known.get("StreamCertificate") or known.get("StreamPrefixList"):
        return {}
    names = {"Name": "prefix-list-name", "Values": ["com.amazonaws.global.cloudfront.origin-facing"]}
    found = client("ec2").describe_managed_prefix_lists(Filters=[names])["PrefixLists"]
    if not found:
        raise Failure(
            "CloudFront has no list of addresses in this region: give the container a certificate "
            "(--set StreamCertificate=… --set StreamDomain=…)."
        )
    return {"StreamPrefixList": found[0]["PrefixListId"]}


def sender(known, interactive):
    """Whether SES may send from MailFrom; where nobody has told it of the address, the stack does."""
    address = known["MailFrom"]
    domain = address.rpartition("@")[2]
    mail = client("sesv2")
    if known.get("SesIdentity") in (address, domain):
        return {}
    for name in (domain, address):
        try:
            found = mail.get_email_identity(EmailIdentity=name)
        except botocore.exceptions.ClientError as error:
            if not aws.is_error(error, "NotFoundException"):
                raise
            continue
        if not found.get("VerifiedForSendingStatus"):
            say(f"Mail from {address} is not sent before {name} is verified: see SES in the console.")
        break
    else:
        question = f"SES does not know {address} yet. Have it verified (Amazon mails a link to it)? [Y/n] "
        if not interactive or input(question).strip().lower() in ("", "y", "yes"):
            return {"SesIdentity": address}
    if not mail.get_account().get("ProductionAccessEnabled", False):
        say(
            "SES is in its sandbox here: it mails to verified addresses only. Ask for production access in its console."
        )
    return {}


def push_image(stack, architecture):
    """The image of the voice WebSocket, by its digest, in a registry of this account."""
    engine = next((name for name in ("docker", "podman") if shutil.which(name)), None)
    if engine is None:
        raise Failure("--voice needs docker or podman, to build the image of the voice WebSocket.")
    registry, name = client("ecr"), f"{stack}-stream"
    try:
        found = registry.create_repository(repositoryName=name, imageScanningConfiguration={"scanOnPush": True})
        repository = found["repository"]
    except botocore.exceptions.ClientError as error:
        if not aws.is_error(error, "RepositoryAlreadyExistsException"):
            raise
        repository = registry.describe_repositories(repositoryNames=[name])["repositories"][0]
    authorization = registry.get_authorization_token()["authorizationData"][0]
    user, password = base64.b64decode(authorization["authorizationToken"]).decode().split(":", 1)
    host = repository["repositoryUri"].partition("/")[0]
    subprocess.run(
        [engine, "login", "--username", user, "--password-stdin", host], input=password, text=True, check=True
    )
    image = f"{repository['repositoryUri']}:{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
    platform = "linux/" + {"x86_64": "amd64"}.get(architecture, architecture)
    dockerfile = ROOT / "functions" / "stream" / "Dockerfile"
    subprocess.run([engine, "build", "--platform", platform, "--file", dockerfile, "--tag", image, ROOT], check=True)
    subprocess.run([engine, "push", image], check=True)
    tag = image.rpartition(":")[2]
    pushed = registry.describe_images(repositoryName=name, imageIds=[{"imageTag": tag}])["imageDetails"][0]
    return f"{repository['repositoryUri']}@{pushed['imageDigest']}"


def try_it(found, buffered, with_demo):
    demo = ["scripts/demo", "--gateway", found.gateway, "--services", found.services, "--mail", "none"]
    demo += ["--stream", found.stream] if found.stream else ["--no-stream"]
    demo += ["--buffered"] if buffered else []
    email = input("Try it as a user: a mail address of yours (empty for not now): ").strip() if with_demo else ""
    if email:
        subprocess.run([*demo, "--email", email], cwd=ROOT, check=True)
        return
    for backend in dict.fromkeys((found.gateway, found.services)):
        say(f"{backend}: {http.send('GET', f'{backend}/health', timeout=30).parsed()['status']}")
    say("To try everything, with a code mailed to you:\n  " + " ".join(demo) + " --email YOU")


if __name__ == "__main__":
    aws.run(main)
