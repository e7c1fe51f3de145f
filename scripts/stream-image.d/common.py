"""What all parts need."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "scripts" / "demo.d"))


class Failure(Exception):
    """A sentence for whoever runs it."""


def say(sentence):
    print(sentence, file=sys.stderr, flush=True)


def run(*command, **options):
    subprocess.run(command, cwd=ROOT, check=True, **options)
