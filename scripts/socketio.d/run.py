"""Starts a system of its own whose model writes slowly, and has check.mjs chat with it."""

import json
import os
import pathlib
import secrets
import subprocess
import sys

from intellimaint.account import sign_up
from intellimaint.local_system import LocalSystem
from intellimaint.slow_model import SlowModel
from intellimaint.terminal import run

FOLDER = pathlib.Path(__file__).resolve().parent
WORDS = 30


def signed_in(system):
    """What a browser has after signing in."""
    account = {"email": f"chat-{secrets.token_hex(4)}@example.com", "password": secrets.token_urlsafe(12)}
    sign_up(system.gateway, account["email"], account["password"], str(system.mail))
    return system.gateway.call("POST", "/api/v1/auth/login", account)["data"]


def main():
    with SlowModel(words=WORDS) as model:
        os.environ.update({"LANGUAGE_MODEL": "openai", "OPENAI_BASE_URL": model.url})
        with LocalSystem() as system:
            given = {"gateway": system.gateway.base, "words": WORDS, **signed_in(system)}
            chatted = subprocess.run(["node", "check.mjs"], cwd=FOLDER, input=json.dumps(given), text=True)
    sys.exit(chatted.returncode)


if __name__ == "__main__":
    run(main)
