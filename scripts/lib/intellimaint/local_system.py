"""The whole system in one process, in memory and on free ports, for as long as somebody tries something on it."""

import json
import os
import pathlib
import secrets
import shutil
import socket
import subprocess
import time

from intellimaint import ROOT, http
from intellimaint.account import sign_up
from intellimaint.client import Client
from intellimaint.terminal import Failure

START_SECONDS = 60


class LocalSystem:
    """Set up, built and started; its log and mail are in `.local/in-memory`."""

    def __enter__(self):
        names = ("gateway", "services", "dynamodb", "s3")
        self.ports = dict(zip(names, free_ports(len(names)), strict=True))
        self.folder = ROOT / ".local" / "in-memory"
        self.mail = self.folder / "mail"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.mail.mkdir(parents=True)
        self.secret = secrets.token_hex(32)
        self.admin = f"admin-{secrets.token_hex(4)}@example.com"
        for needed in ("models", "pdfium"):
            subprocess.run([ROOT / "scripts" / needed], check=True)
        subprocess.run([ROOT / "scripts" / "lib" / "build-programs"], check=True)
        command = [target_directory() / "debug" / "intellimaint", "--in-memory"]
        for name, port in self.ports.items():
            command += [f"--{name}-port", str(port)]
        own = {"TOKEN_SECRET": self.secret, "MAIL_DIR": str(self.mail), "ADMIN_EMAILS": self.admin}
        environment = {**os.environ, **own}
        self.log = self.folder / "system.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        wait_for_health(self.ports["services"], self.process)
        self.gateway = Client(f"http://127.0.0.1:{self.ports['gateway']}")
        self.services = Client(f"http://127.0.0.1:{self.ports['services']}")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def sign_up(self):
        """A new user's token; the clients are signed in, too."""
        email, password = f"voice-{secrets.token_hex(4)}@example.com", secrets.token_urlsafe(12)
        sign_up(self.gateway, email, password, str(self.mail))
        signed_in = self.gateway.call("POST", "/api/v1/auth/login", {"email": email, "password": password})
        self.gateway.token = self.services.token = signed_in["data"]["accessToken"]
        return self.gateway.token

    def environment(self):
        """What the container needs to work on the same data."""
        return {
            "ENVIRONMENT": "development",
            "TOKEN_SECRET": self.secret,
            "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{self.ports['dynamodb']}",
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{self.ports['s3']}",
            "AWS_ACCESS_KEY_ID": "intellimaint-local",
            "AWS_SECRET_ACCESS_KEY": "intellimaint-local-secret",
            "AWS_REGION": "us-east-1",
            "OCR": "none",
        }


def target_directory():
    """Where cargo puts what it builds."""
    found = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=ROOT, check=True, capture_output=True
    )
    return pathlib.Path(json.loads(found.stdout)["target_directory"])


def free_ports(count):
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def get(port, path):
    answer = http.send("GET", f"http://127.0.0.1:{port}{path}", timeout=5)
    return answer.status, answer.text


def wait_for_health(port, process=None):
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if get(port, "/health")[0] == 200:
                return
        except http.NoAnswer:
            pass
        if time.monotonic() > deadline or (process and process.poll() is not None):
            raise Failure(f"what should listen on port {port} does not start")
        time.sleep(0.2)
