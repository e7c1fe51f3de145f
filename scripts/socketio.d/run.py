"""Starts a system with a model that does what the questions say, and runs check.mjs against it."""

import json
import os
import pathlib
import re
import secrets
import subprocess
import sys
import threading

from intellimaint import ROOT
from intellimaint.account import sign_up
from intellimaint.local_system import LocalSystem, free_ports, target_directory
from intellimaint.slow_model import SlowModel
from intellimaint.terminal import run, say

FOLDER = pathlib.Path(__file__).resolve().parent
PAUSE = 0.03  # seconds between tokens; clients are not sent events more often
LETTERS = str.maketrans("0123456789", "abcdefghij")  # a word with digits would be checked like a part number
USERS = 19  # one for each case, and one more


def answer(question, pictures):
    """The tokens of an answer: one for each picture, and what the question asks for (see questions.mjs)."""
    asked = re.findall(r'Say "(\S+)" (\d+) times( at once)?\.', question)
    for word, times, at_once in [("picture", pictures, ""), *asked]:
        if at_once:
            yield f"{word} " * int(times)
        else:
            yield from (f"{word}{at} ".translate(LETTERS) for at in range(int(times)))
    if "Say nothing." in question:
        threading.Event().wait()  # until this process ends
    if "Break off." in question:
        raise ConnectionError


def signed_in(system):
    """A new user with tokens, as the response of the sign-in has them."""
    account = {"email": f"chat-{secrets.token_hex(4)}@example.com", "password": secrets.token_urlsafe(12)}
    sign_up(system.gateway, account["email"], account["password"], str(system.mail))
    return system.gateway.call("POST", "/api/v1/auth/login", account)["data"]


def stream(system):
    """How to start the stream container on the system's data. It has too little time to finish an answer when it is
    terminated."""
    address = f"127.0.0.1:{free_ports(1)[0]}"
    return {
        "program": str(target_directory() / "debug" / "stream"),
        "folder": str(ROOT),
        "address": f"http://{address}",
        "log": str(system.folder / "stream.log"),
        "environment": {**system.environment(), "STREAM_ADDRESS": address, "STREAM_DRAIN_SECONDS": "1"},
    }


def main():
    with SlowModel(answer=answer, pause=PAUSE) as model:
        os.environ |= {
            "LANGUAGE_MODEL": "openai",
            "OPENAI_BASE_URL": model.url,
            "ANSWER_TOKENS": "100000",
            "PLANS_FILE": str(FOLDER / "plans.json"),
            "DEFAULT_PLAN": "small",
        }
        with LocalSystem() as system:
            users = [signed_in(system) for _ in range(USERS)]
            given = {"gateway": system.gateway.base, "users": users, "stream": stream(system)}
            chatted = subprocess.run(["node", "check.mjs"], cwd=FOLDER, input=json.dumps(given), text=True)
    if chatted.returncode:
        say(f"Logs are in {system.folder.relative_to(ROOT)}.")
    sys.exit(chatted.returncode)


if __name__ == "__main__":
    run(main)
