"""Asks a system of its own about the sample manual, and has the answers rendered and judged by check.mjs."""

import json
import os
import pathlib
import subprocess
import sys

from intellimaint import ROOT
from intellimaint.local_system import LocalSystem
from intellimaint.manual import upload, wait_until_ready
from intellimaint.slow_model import SlowModel
from intellimaint.terminal import run, step

FOLDER = pathlib.Path(__file__).resolve().parent
# Questions, and what a reader must see of the answers.
QUOTED = {
    "What is the torque of the pump flange bolts?": ["49 Nm"],
    "How do I replace the return-line filter?": ["1. Lock the unit out (section 1.1).", "Screw the bowl on by hand"],
    "How do I drain the reservoir?": [],
    "What does fault code E42 mean?": [],
}
LIE = """The pump flange bolts take **58 Nm** [1].

| Bolt | Torque |
|---|---|
| Flange | 58 Nm |

1. Clean them.
2. Tighten them [1]."""


def answers(system, questions):
    """Each answer as it is shown at its end."""
    for question, shown in questions.items():
        events = list(system.gateway.events("/api/v1/chat/messages/stream", {"content": question, "images": []}))
        last = events[-1]
        assert last.get("done") and not last.get("error"), last
        yield {"name": question, "text": last["fullText"], "shown": shown}, last


def with_manual(system):
    system.sign_up()
    manual = ROOT / ".local" / "sample-manual.pdf"
    subprocess.run([ROOT / "scripts" / "sample-manual" / "build", manual], check=True)
    wait_until_ready(system.gateway, upload(system.gateway, manual), 120)
    return system


def main():
    found, gateway = [], "http://localhost:3000"
    step("Answers without a language model")
    os.environ.update({"GATEWAY_URL": gateway, "LANGUAGE_MODEL": "extractive"})
    with LocalSystem() as system:
        found += [answer for answer, _ in answers(with_manual(system), QUOTED)]
    step("Answers of a model that lies")
    with SlowModel(text=LIE) as model:
        os.environ.update({"LANGUAGE_MODEL": "openai", "OPENAI_BASE_URL": model.url})
        with LocalSystem() as system:
            for answer, last in answers(with_manual(system), {"How tight are the pump flange bolts?": ["58 Nm ⚠"]}):
                assert last["verification"]["unverified"], last
                found.append(answer)
    lines = "\n".join(json.dumps(answer) for answer in found)
    sys.exit(subprocess.run(["node", "check.mjs", gateway], cwd=FOLDER, input=lines, text=True).returncode)


if __name__ == "__main__":
    run(main)
