"""Speaking to whoever runs a script."""

import subprocess
import sys


class Failure(Exception):
    """Something to read for whoever runs the script, without a stack trace."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def step(text):
    print(f"\033[1m{text}\033[0m", flush=True)


def run(main, *expected):
    """Runs `main`. A failure, or an error that is expected, ends it with one line."""
    try:
        main()
    except (Failure, *expected) as error:
        sys.exit(f"✗ {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"✗ {error.cmd[0]} failed")
    except KeyboardInterrupt:
        sys.exit(130)
