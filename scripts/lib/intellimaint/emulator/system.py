"""The system as it is deployed to an emulator."""

import json
import secrets
import subprocess
import sys
import urllib.parse

from intellimaint import ROOT, aws
from intellimaint.frontend import Addresses
from intellimaint.operations import deployment
from intellimaint.terminal import Failure, say

ARTIFACTS = "intellimaint-artifacts"
SENDER = "noreply@example.com"
# The emulator asks for this right on all resources ("*") and without the sender (ses:FromAddress), so
# that the statement of the template, which is narrower, never matches.
MAIL_RIGHT = {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"}
SENDERS_OF_MAIL = ("auth", "user", "billing")
# What no emulator here has; see docs/DEPLOYMENT.md.
EVERYWHERE = {
    "MailFrom": SENDER,
    "SesIdentity": SENDER,
    "FrontendUrl": "http://localhost:3001",
    "LanguageModel": "extractive",
    "ObjectDetection": "onnx",
    "ResponseStreaming": "false",
    "DeletionProtection": "false",
}


class System:
    def __init__(self, stack, endpoint, mail, parameters):
        self.stack, self.endpoint, self.mail = stack, endpoint, mail
        self.parameters = {**EVERYWHERE, **parameters}
        self.email, self.password = f"demo-{secrets.token_hex(4)}@example.com", secrets.token_urlsafe(12)

    @classmethod
    def on_ministack(cls, stack, endpoint, machine, parameters):
        """Its functions are processes of this machine: they find its programs, and the model where it is. They start in
        the folder that their zip is unpacked into."""
        programs = {
            "Architecture": machine,
            "ModelsFolder": str(ROOT / "models"),
            "PdfiumLibrary": "lib/pdfium/libpdfium." + ("dylib" if sys.platform == "darwin" else "so"),
            "SpeechToText": "moonshine",
            "TextToSpeech": "piper",
            "Ocr": "paddle",
        }
        return cls(stack, endpoint, f"{endpoint}/_ministack/ses/messages", {**programs, **parameters})

    @classmethod
    def on_localstack(cls, stack, endpoint, machine, parameters):
        """Its functions are containers with the layers, and nothing else."""
        nothing = {"Architecture": machine, "SpeechToText": "none", "TextToSpeech": "none", "Ocr": "none"}
        return cls(stack, endpoint, f"{endpoint}/_aws/ses", {**nothing, **parameters})

    def deploy(self, template=ROOT / "template.yaml", **changed):
        """To what the template says; `changed` parameters stay changed."""
        self.parameters.update(changed)
        say(f"Deploying {self.stack} …")
        storage = aws.client("s3")
        if ARTIFACTS not in [bucket["Name"] for bucket in storage.list_buckets()["Buckets"]]:
            storage.create_bucket(Bucket=ARTIFACTS)
        log = ROOT / ".local" / "deploy.log"
        with log.open("w") as file:
            try:
                deployment.deploy(self.stack, self.parameters, template, bucket=ARTIFACTS, log=file)
            except Failure as failure:
                file.flush()
                raise Failure(f"{log.read_text()[-4000:]}\n{failure}") from None
        for family in SENDERS_OF_MAIL:
            aws.client("iam").put_role_policy(
                RoleName=self.role(family),
                PolicyName="emulator",
                PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [MAIL_RIGHT]}),
            )

    def role(self, family):
        found = aws.client("lambda").get_function_configuration(FunctionName=self.function(family))
        return found["Role"].rpartition("/")[2]

    def function(self, family):
        return f"{self.stack}-{family}"

    def outputs(self):
        return deployment.outputs(self.stack)

    def addresses(self):
        found = deployment.addresses(self.outputs())
        return Addresses(self.address(found.gateway), self.address(found.services))

    def address(self, url):
        """Where the emulator serves the REST API that has this address on AWS."""
        parts = urllib.parse.urlsplit(url)
        return f"{self.endpoint}/_aws/execute-api/{parts.hostname.partition('.')[0]}{parts.path}"

    def demo(self):
        self.run("demo", "--buffered", "--email", self.email, "--password", self.password)

    def end_to_end(self):
        self.run("end-to-end")

    def run(self, script, *options):
        """One of our scripts, against the deployed REST APIs."""
        addresses = self.addresses()
        command = [ROOT / "scripts" / script, "--no-stream", "--mail", self.mail]
        command += ["--gateway", addresses.gateway, "--services", addresses.services]
        subprocess.run([*command, *options], check=True)
