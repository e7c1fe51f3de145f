"""What the functions may do, and what they do."""

import pathlib
import re
import sys

from intellimaint.templates import load

# Services that the local system has no server for. Who calls them is what its `main.rs` sets up; that
# they are called in the right way is shown by unit tests of each provider, against servers of their own.
FUNCTIONS = {
    "auth",
    "user",
    "chat",
    "repository",
    "billing",
    "admin",
    "asr",
    "vision",
    "rag",
    "extract",
    "batches",
    "ingest",
    "erase",
    "stream",
}
ELSEWHERE = {
    "secretsmanager:GetSecretValue": FUNCTIONS,
    "secretsmanager:PutSecretValue": {"auth"},
    "ses:SendEmail": {"auth", "user", "billing"},
    "sqs:SendMessage": {"ingest"},
    "bedrock:InvokeModelWithResponseStream": {"chat", "stream"},
    "transcribe:StartStreamTranscription": {"asr", "stream"},
    "polly:SynthesizeSpeech": {"asr", "stream"},
    "textract:DetectDocumentText": {"chat", "vision", "ingest", "stream"},
    "rekognition:DetectLabels": {"chat", "vision", "stream"},
    # Not calls of the SDK: what X-Ray needs where it is switched on.
    "xray:PutTraceSegments": FUNCTIONS,
    "xray:PutTelemetryRecords": FUNCTIONS,
}
# Who may read which secret. What reads files of strangers holds neither the key of tokens nor that of payments.
SECRETS = {
    "Secret": {"auth", "user"},
    "PaymentKeys": {"billing", "user"},
    "FrontendKey": {"auth", "user", "stream"},
    "Variables": FUNCTIONS,
    "TokenKeys": FUNCTIONS,
}


def statements(value):
    """All statements below `value`, conditional ones included."""
    if isinstance(value, dict):
        if "Effect" in value and "Action" in value:
            yield value
        else:
            for part in value.values():
                yield from statements(part)
    elif isinstance(value, list):
        for part in value:
            yield from statements(part)


def listed(value):
    return value if isinstance(value, list) else [value]


def target(resource):
    """A resource in the words of the recorded calls: `table`, `index`, or a folder of the bucket."""
    if re.search(r"TableArn.*/index/", resource):
        return "index"
    if "TableArn" in resource:
        return "table"
    if (secret := re.search(r"(\w+)Arn$", resource)) and secret.group(1) in SECRETS:
        return secret.group(1)
    below = re.search(r"BucketArn\}?/(.*?)/?\*$", resource)
    return below.group(1) if below else ""


def allowed():
    """{function: {(action, target), ...}}"""
    template = load("template.yaml")
    roles = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            roles[name.removesuffix("Function").lower()] = resource["Properties"].get("Policies", [])
    stream = load("infra/stream.yaml")
    roles["stream"] = stream["Resources"]["TaskRole"]["Properties"]["Policies"]
    found = {}
    for function, policies in roles.items():
        found[function] = {
            (action, target(resource))
            for statement in statements(policies)
            for action in listed(statement["Action"])
            for resource in listed(statement["Resource"])
        }
    return found


def covers(permission, call):
    """Whether a permission allows a call. A list of the bucket is allowed whole."""
    (action, allowed_target), (called, called_target) = permission, call
    if action != called:
        return False
    if action == "s3:ListBucket" or action.startswith("dynamodb:"):
        return action == "s3:ListBucket" or allowed_target == called_target
    return called_target == allowed_target or called_target.startswith(allowed_target + "/")


def main():
    path = pathlib.Path(sys.argv[1])
    if not path.exists():
        sys.exit(f"policies: {path} is missing: the tests record their calls there")
    calls = {function: set() for function in FUNCTIONS}
    for line in sorted(set(path.read_text().splitlines())):
        function, action, *rest = line.split(" ")
        calls[function].add((action, rest[0] if rest else ""))
    problems, pairs = [], 0
    roles = allowed()
    if roles.keys() != FUNCTIONS:
        problems.append(f"the templates have roles for {sorted(roles)}")
    for function, permissions in sorted(roles.items()):
        pairs += len(permissions)
        for call in sorted(calls[function]):
            if not any(covers(permission, call) for permission in permissions):
                problems.append(f"{function} calls {call[0]} on {call[1] or 'the bucket'}, and may not")
        for permission in sorted(permissions):
            action = permission[0]
            if action in ELSEWHERE:
                if function not in ELSEWHERE[action] or function not in SECRETS.get(permission[1], FUNCTIONS):
                    problems.append(f"{function} may {' '.join(permission).strip()}, which it has no use for")
            elif not any(covers(permission, call) for call in calls[function]):
                problems.append(f"{function} may {action} on {permission[1] or 'the bucket'}, and never does")
        for action, functions in sorted(ELSEWHERE.items()):
            if (
                function in functions
                and not action.startswith("xray:")
                and all(action != known for known, _ in permissions)
            ):
                problems.append(f"{function} needs {action}, and may not")
        for secret, readers in sorted(SECRETS.items()):
            if function in readers and ("secretsmanager:GetSecretValue", secret) not in permissions:
                problems.append(f"{function} needs the secret {secret}, and may not read it")
    for problem in problems:
        print(f"policies: {problem}", file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"policies: {pairs} permissions of {len(roles)} functions, each used and none missing")


if __name__ == "__main__":
    main()
