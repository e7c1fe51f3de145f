"""Proves that a deployment works: deploys, uses, updates, disturbs and deletes it.

Responses that stream, which the emulator cannot do, are tried beside it: the chat function's own zip over a
runtime API of ours. What else it cannot do (the stream container, autoscaling) is listed in docs/DEPLOYMENT.md
with how it is tried.
"""

import contextlib
import json
import secrets
import tempfile
import time
import zipfile
from pathlib import Path

from intellimaint import ROOT, aws
from intellimaint.client import Client
from intellimaint.emulator.inventory import inventory
from intellimaint.emulator.streaming import StreamingFunction
from intellimaint.manual import upload, wait_until_ready
from intellimaint.operations import rotate
from intellimaint.operations.destroy import destroy
from intellimaint.slow_model import SlowModel
from intellimaint.stop import stop_answer
from intellimaint.terminal import Failure, say

SAMPLE = ROOT / ".local" / "sample-manual.pdf"
QUESTION = "What is the torque of the pump flange bolts?"
TIMEOUT = 120
NO_NOTIFICATION = "this is no notification of S3"


def prove(system):
    before = inventory()
    system.deploy()
    system.demo()
    system.end_to_end()
    proof = Proof(system)
    with SlowModel() as model:
        proof.update_of_parameters_reaches_the_function(model)
        proof.answers_stream_over_the_runtime_api(model)
    proof.update_of_one_function_leaves_the_others()
    proof.secret_changes_and_nobody_is_signed_out()
    proof.poisoned_message_blocks_nothing()
    proof.dead_letters_are_sent_back()
    proof.logs_name_requests_and_hide_secrets()
    destroy(system.stack, yes=True)
    left = inventory() - before
    if left:
        raise Failure("The stack left behind: " + ", ".join(sorted(f"{kind} {name}" for kind, name in left)))
    say("✓ It was deleted, and nothing is left of it.")


class Proof:
    """What is done to a running system, as the user that the demo has made."""

    def __init__(self, system):
        self.system = system
        addresses = system.addresses()
        self.gateway, self.services = Client(addresses.gateway), Client(addresses.services)
        signed_in = self.sign_in()
        self.gateway.token = signed_in["accessToken"]
        self.user = self.gateway.call("GET", "/api/v1/user/profile")["data"]["id"]
        self.secrets = [system.password, signed_in["accessToken"], signed_in["refreshToken"], self.token_secret()]
        outputs = system.outputs()
        self.dead_letters = outputs["DeadLettersUrl"]
        self.queue = next(
            found["PhysicalResourceId"]
            for found in aws.resources(system.stack)
            if found["ResourceType"] == "AWS::SQS::Queue" and found["LogicalResourceId"] == "Queue"
        )
        self.sqs, self.functions = aws.client("sqs"), aws.client("lambda")

    def sign_in(self):
        account = {"email": self.system.email, "password": self.system.password}
        return self.gateway.call("POST", "/api/v1/auth/login", account)["data"]

    def token_secret(self):
        found = aws.client("secretsmanager").get_secret_value(SecretId=self.system.outputs()["SecretArn"])
        return json.loads(found["SecretString"])["TOKEN_SECRET"]

    # ------------------------------------------------------------ Secrets

    def secret_changes_and_nobody_is_signed_out(self):
        """Tokens are signed by one function, and verified by all with the public keys that it publishes."""
        self.only_who_needs_it_reads_the_secret()
        stack = rotate.Stack(self.system.stack, None)
        values = stack.read()
        if not values[rotate.NOW].isalnum():
            # The emulator makes secrets with punctuation, whatever the template says.
            values = stack.write({**values, rotate.NOW: secrets.token_hex(32)})
            stack.start_anew()
        before = self.sign_in()["accessToken"]
        rotate.rotate(stack, values)
        after = self.sign_in()["accessToken"]
        for token in (before, after):
            self.check_signed_in(token, True)
        rotate.finish(stack, stack.read())
        self.check_signed_in(before, False)
        self.check_signed_in(after, True)
        self.gateway.token = after
        self.secrets += [before, after, self.token_secret()]
        say("✓ The token secret changes: nobody is signed out before it is finished, and it ends the old tokens.")

    def check_signed_in(self, token, expected):
        for client, method, path, body in (
            (self.gateway, "GET", "/api/v1/user/profile", None),
            (self.gateway, "GET", "/api/v1/repository/documents", None),
            (self.services, "POST", "/api/v1/rag/search", {"query": "torque"}),
        ):
            client.token = token
            signed_in = client.call(method, path, body, accept=(401,)).get("code") != "sign_in_expired"
            if signed_in != expected:
                raise Failure(f"{method} {path} {'takes' if signed_in else 'refuses'} a token, and should not.")

    def only_who_needs_it_reads_the_secret(self):
        outputs = self.system.outputs()
        for name in ("ingest", "extract", "batches", "asr", "vision"):
            variables = self.functions.get_function_configuration(FunctionName=self.system.function(name))
            named = variables["Environment"]["Variables"]["SECRETS_ID"].split(",")
            if any(outputs[secret] in named for secret in ("SecretArn", "PaymentKeysArn", "FrontendKeyArn")):
                raise Failure(f"{name} is given a secret that it has no use for.")

    # ------------------------------------------------------------ Updates

    def update_of_parameters_reaches_the_function(self, model):
        """Another language model, which writes slowly: its answer is stopped half-way."""
        written_by = {"LanguageModel": "openai", "OpenAiBaseUrl": model.url}
        self.system.deploy(**written_by)
        if not stop_answer(self.gateway, QUESTION, after=20):
            raise Failure("An answer that takes a minute was not stopped.")
        if not model.asked:
            raise Failure("The function that was updated does not ask the new model.")
        self.system.deploy(LanguageModel="extractive", OpenAiBaseUrl="")
        say("✓ An update of parameters reaches the function; an answer that is being written is stopped.")

    def answers_stream_over_the_runtime_api(self, model):
        """Pieces of an answer arrive while it is being written; a stop through the REST API ends it."""
        found = self.functions.get_function_configuration(FunctionName=self.system.function("chat"))
        variables = {**found["Environment"]["Variables"], "RESPONSE_STREAMING": "true"}
        variables |= {"LANGUAGE_MODEL": "openai", "OPENAI_BASE_URL": model.url}
        session = self.gateway.call("POST", "/api/v1/chat/sessions", {})["data"]["id"]
        with StreamingFunction("chat", ROOT / ".build" / "chat.zip", variables) as chat:
            path = f"/api/v1/chat/sessions/{session}/messages/stream"
            pieces = chat.invoke("POST", path, self.gateway.token, {"content": QUESTION, "images": []})
            prelude = next(pieces)
            if prelude["statusCode"] != 200 or not prelude["headers"]["content-type"].startswith("text/event-stream"):
                raise Failure(f"The streamed answer begins with {prelude}.")
            moments, text, stopped = [], b"", None
            for piece in pieces:
                moments.append(time.monotonic())
                text += piece
                if stopped is None and b"word10 " in text:
                    self.gateway.call("POST", f"/api/v1/chat/sessions/{session}/stop-stream")
                    stopped = time.monotonic()
        events = [json.loads(line[6:]) for line in text.decode().splitlines() if line.startswith("data: ")]
        if stopped is None or not events[-1].get("aborted") or len(events[-1]["fullText"]) > 1000:
            raise Failure(f"The streamed answer was not stopped; it ends with {events[-1]}.")
        # Ten words take a second to write: whoever collects them first sends them at once.
        if stopped - moments[0] < 0.5 or len(moments) < 8:
            raise Failure(f"The answer came in {len(moments)} pieces, the first of them too late.")
        say(
            f"✓ The chat function streams: {len(moments)} pieces as they were written, until it was stopped "
            f"({moments[-1] - stopped:.2f} s)."
        )

    def update_of_one_function_leaves_the_others(self):
        before = self.code()
        with tempfile.TemporaryDirectory() as folder:
            changed = Path(folder, "auth.zip")
            changed.write_bytes((ROOT / ".build" / "auth.zip").read_bytes())
            with zipfile.ZipFile(changed, "a") as archive:
                archive.writestr("changed", secrets.token_hex(8))
            template = Path(folder, "template.yaml")
            text = (ROOT / "template.yaml").read_text()
            text = text.replace("CodeUri: .build/auth.zip", f"CodeUri: {changed}")
            for relative in (".build/", "infra/"):
                text = text.replace(f": {relative}", f": {ROOT}/{relative}")
            template.write_text(text)
            self.system.deploy(template)
        after = self.code()
        changed = {name for name in before if before[name] != after[name]}
        if changed != {self.system.function("auth")}:
            raise Failure(f"Of the functions, these were changed: {changed or 'none'}.")
        self.gateway.token = self.sign_in()["accessToken"]
        found = self.gateway.call("GET", "/api/v1/repository/documents")["data"]
        if not found:
            raise Failure("The documents are gone after the update.")
        say("✓ An update of one function changes that one alone, and nothing that is kept.")

    def code(self):
        found = self.functions.get_paginator("list_functions").paginate()
        functions = [function for page in found for function in page["Functions"]]
        return {function["FunctionName"]: function["CodeSha256"] for function in functions}

    # ------------------------------------------------------------ The queue

    def poisoned_message_blocks_nothing(self):
        # Of a batch, only what is to be delivered again is given back.
        document = upload(self.gateway, SAMPLE)
        wait_until_ready(self.gateway, document, TIMEOUT)
        good = self.notification(document)
        batch = {"one": NO_NOTIFICATION, "two": good, "three": "{}", "four": good}
        messages = [{"messageId": name, "body": body, "eventSource": "aws:sqs"} for name, body in batch.items()]
        answer = self.functions.invoke(
            FunctionName=self.system.function("ingest"), Payload=json.dumps({"Records": messages})
        )
        failed = json.load(answer["Payload"])["batchItemFailures"]
        if failed != [{"itemIdentifier": "one"}, {"itemIdentifier": "three"}]:
            raise Failure(f"Of a batch with two poisoned messages, these failed: {failed}.")
        # And in the queue it ends with the dead letters, while uploads go on.
        with self.short_visibility():
            self.sqs.send_message(QueueUrl=self.queue, MessageBody=NO_NOTIFICATION)
            wait_until_ready(self.gateway, upload(self.gateway, SAMPLE), TIMEOUT)
            letter = self.dead_letter()
        if letter["Body"] != NO_NOTIFICATION:
            raise Failure(f"Another message is among the dead letters: {letter['Body']}.")
        self.sqs.delete_message(QueueUrl=self.dead_letters, ReceiptHandle=letter["ReceiptHandle"])
        say("✓ A poisoned message holds nothing up, and ends in the dead-letter queue.")

    def dead_letters_are_sent_back(self):
        """An upload that cannot be read while the function is broken is read once that is mended."""
        function = self.system.function("ingest")
        good = self.functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
        with self.short_visibility():
            self.configure(function, {**good, "TABLE_NAME": "no-such-table"})
            document = upload(self.gateway, SAMPLE)
            letter = self.dead_letter()
            if document not in letter["Body"]:
                raise Failure(f"Another message is among the dead letters: {letter['Body']}.")
            self.configure(function, good)
            # What StartMessageMoveTask does on AWS; the emulator has no such call.
            self.sqs.send_message(QueueUrl=self.queue, MessageBody=letter["Body"])
            self.sqs.delete_message(QueueUrl=self.dead_letters, ReceiptHandle=letter["ReceiptHandle"])
            wait_until_ready(self.gateway, document, TIMEOUT)
        say("✓ Dead letters that are sent back are read once the cause is mended.")

    def notification(self, document):
        """What S3 said of a document's file."""
        key = f"uploads/{self.user}/{document}/source"
        return json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]})

    def configure(self, function, variables):
        self.functions.update_function_configuration(FunctionName=function, Environment={"Variables": variables})
        self.functions.get_waiter("function_updated_v2").wait(FunctionName=function)

    @contextlib.contextmanager
    def short_visibility(self):
        """A message that failed comes again within seconds, and not after a quarter of an hour."""
        name = "VisibilityTimeout"
        before = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=[name])["Attributes"][name]
        self.sqs.set_queue_attributes(QueueUrl=self.queue, Attributes={name: "2"})
        try:
            yield
        finally:
            self.sqs.set_queue_attributes(QueueUrl=self.queue, Attributes={name: before})

    def dead_letter(self):
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline:
            found = self.sqs.receive_message(QueueUrl=self.dead_letters, WaitTimeSeconds=2).get("Messages")
            if found:
                return found[0]
        raise Failure("The message did not reach the dead-letter queue.")

    # ------------------------------------------------------------ Logs

    def logs_name_requests_and_hide_secrets(self):
        logs, seen, users = aws.client("logs"), 0, 0
        for group in logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{self.system.stack}-")["logGroups"]:
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                for event in page["events"]:
                    seen += self.check_line(event["message"])
                    users += f'"user":"{self.user}"' in event["message"]
        if seen < 20 or users < 10:
            raise Failure(f"Only {seen} requests were logged, {users} of them with their user.")
        say(f"✓ {seen} requests are logged, {users} lines with their user; no secret and no question is.")

    def check_line(self, line):
        """Whether the line tells of a request."""
        if any(secret in line for secret in self.secrets) or QUESTION in line:
            raise Failure("A log holds a password, a token, the secret, or a question.")
        if not line.startswith("{"):
            return False
        fields = json.loads(line).get("fields", {})
        if fields.get("message") != "request":
            return False
        missing = {"method", "family", "route", "status", "milliseconds", "cold"} - fields.keys()
        if missing:
            raise Failure(f"A request is logged without {', '.join(missing)}: {line}")
        return True
