"""Starts the stream image beside a local system and uses it."""

import argparse
import contextlib
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time

from common import ROOT, Failure, run, say

sys.path.insert(1, str(ROOT / "scripts" / "demo.d"))

import engine  # noqa: E402
import root  # noqa: E402
from account import sign_up  # noqa: E402
from client import Client  # noqa: E402
from manual import upload, wait_until_ready  # noqa: E402
from slow_model import SlowModel  # noqa: E402
from voice import ask_aloud, spoken  # noqa: E402
from websocket import WebSocket  # noqa: E402

QUESTION = "What is the working pressure of the unit?"  # one that the small recogniser understands
START_SECONDS, DRAIN_SECONDS, READING_SECONDS = 60, 40, 120
SERVICE_RESTARTS = 1012  # the close code of a draining server (RFC 6455, IANA's registry)


def main():
    parser = argparse.ArgumentParser(prog="stream-image")
    parser.add_argument("--root", action="store_true", help="assemble the root file system instead of an image")
    parser.add_argument("--debug", action="store_true", help="with --root: the program of the development profile")
    options = parser.parse_args()
    found = None if options.root else engine.available()
    if found is None and (reason := root.why_not()):
        say(f"Skipped: there is no container engine, and {reason}.")
        return
    container = engine.Container(found) if found else root.Root(options.debug)
    container.build()
    with LocalSystem() as system:
        token = system.sign_up()
        with started(container, system) as port:
            is_nobody_special(container)
            answers_aloud(port, system, token)
        with SlowModel(words=50) as model:
            with started(container, system, LANGUAGE_MODEL="openai", OPENAI_BASE_URL=model.url) as port:
                drains(container, port, token)


class LocalSystem:
    """Accounts, storage and ingest: the whole system in memory, on free ports."""

    def __enter__(self):
        names = ("gateway", "services", "dynamodb", "s3")
        self.ports = dict(zip(names, free_ports(len(names)), strict=True))
        self.folder = ROOT / ".local" / "stream-image"
        self.mail = self.folder / "mail"
        self.mail.mkdir(parents=True, exist_ok=True)
        self.secret = secrets.token_hex(32)
        run("cargo", "build", "--quiet", "--bins")
        command = [root.target_directory() / "debug" / "intellimaint", "--in-memory"]
        for name, port in self.ports.items():
            command += [f"--{name}-port", str(port)]
        environment = {**os.environ, "TOKEN_SECRET": self.secret, "MAIL_DIR": str(self.mail)}
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
            "TOKEN_SECRET": self.secret,
            "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{self.ports['dynamodb']}",
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{self.ports['s3']}",
            "AWS_ACCESS_KEY_ID": "intellimaint-local",
            "AWS_SECRET_ACCESS_KEY": "intellimaint-local-secret",
            "AWS_REGION": "us-east-1",
            "OCR": "none",
        }


@contextlib.contextmanager
def started(container, system, **variables):
    """The container, healthy, at a port."""
    port = free_ports(1)[0]
    container.start({**system.environment(), "STREAM_ADDRESS": f"127.0.0.1:{port}", **variables})
    try:
        wait_for_health(port)
        yield port
    except (Failure, SystemExit):
        say(f"Its log:\n{container.log()[-3000:]}")
        raise
    finally:
        container.remove()


def is_nobody_special(container):
    if not container.succeeds("sh", "-c", f'test "$(id -u)" = {root.USER}'):
        raise Failure("It does not run as the user of the image.")
    writable = [path for path in ("/", "/opt", "/usr/local/bin", "/tmp") if container.succeeds("touch", f"{path}/written")]
    if writable != ["/tmp"]:
        raise Failure(f"What can be written to is {writable}, not /tmp alone.")
    say(f"✓ It starts as user {root.USER}, is healthy, and can write to nothing but /tmp.")


def answers_aloud(port, system, token):
    document = upload(system.gateway, ROOT / ".local" / "sample-manual.pdf")
    wait_until_ready(system.gateway, document, READING_SECONDS)
    question = spoken(system.services, QUESTION)
    if question is None:
        raise Failure("Nothing here can speak the question: install flite or espeak-ng.")
    answer = ask_aloud(f"http://127.0.0.1:{port}", token, question)
    if not answer.startswith(b"RIFF") or len(answer) < 10_000:
        raise Failure("The answer was not spoken.")
    status, figures = get(port, "/metrics")
    if status != 200 or 'outcome="answered"} 1' not in figures:
        raise Failure(f"Its figures do not show the turn:\n{figures}")
    say("✓ It answers a spoken question aloud.")


def drains(container, port, token):
    """On SIGTERM in the middle of an answer, which takes five seconds to write."""
    idle, busy = WebSocket(f"http://127.0.0.1:{port}", token), WebSocket(f"http://127.0.0.1:{port}", token)
    busy.send(json.dumps({"type": "final_text", "text": QUESTION}))
    while json.loads(text_of(busy))["type"] != "token":
        pass
    container.terminate()
    while idle.receive() is not None:
        pass
    if idle.close_code != SERVICE_RESTARTS:
        raise Failure(f"An idle connection is closed with {idle.close_code}, not {SERVICE_RESTARTS}.")
    status, health = get(port, "/health")
    if status != 503 or json.loads(health)["status"] != "draining":
        raise Failure(f"Its health while draining is {status}: {health}")
    frame = {}
    while frame.get("type") != "final":
        frame = json.loads(text_of(busy))
    if "word49" not in frame["response"]:
        raise Failure(f"The answer that was being written was cut: {frame}")
    status = container.wait(DRAIN_SECONDS)
    if status != 0:
        raise Failure(f"It ends with status {status}.")
    say("✓ On SIGTERM it sends idle clients elsewhere, finishes the answer that is being written, and exits with 0.")


def text_of(connection):
    """The next text frame; sound between is passed over."""
    while True:
        message = connection.receive()
        if message is None:
            raise Failure(f"The connection was closed ({connection.close_code}) before the turn had ended.")
        if isinstance(message, str):
            return message


def free_ports(count):
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def wait_for_health(port, process=None):
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if get(port, "/health")[0] == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        if time.monotonic() > deadline or (process and process.poll() is not None):
            raise Failure(f"What should listen on port {port} does not start.")
        time.sleep(0.2)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"✗ {failure}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"✗ {error.cmd[0]} failed")
