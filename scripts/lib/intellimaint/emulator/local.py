"""Deploys template.yaml to an emulator of AWS on this machine, which runs the functions' own programs, and tries it."""

import argparse
import os
import pathlib
import platform
import signal
import subprocess
import sys

from intellimaint import ROOT, aws, frontend
from intellimaint.emulator.emulator import Emulator, free_port
from intellimaint.emulator.system import System
from intellimaint.operations.destroy import destroy
from intellimaint.terminal import Failure, say

FOLDER = ROOT / ".local" / "emulator"
ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def main():
    parser = argparse.ArgumentParser(prog="deploy --local", description=__doc__)
    parser.add_argument("--stack", default="intellimaint-local", help="default: %(default)s")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the template")
    parser.add_argument(
        "--debug", action="store_true", help="functions of the development profile: built sooner, start later"
    )
    parser.add_argument("--no-build", action="store_true", help="deploy what scripts/build has made before")
    parser.add_argument("--test", action="store_true", help="try everything, update and delete the stack, and end")
    parser.add_argument(
        "--port", type=int, default=4566, help="of the emulator, or another where it is taken; default: %(default)s"
    )
    parser.add_argument(
        "--endpoint", metavar="URL", help="an emulator that runs already (LocalStack), instead of ministack"
    )
    options = parser.parse_args()

    machine = ARCHITECTURES.get(platform.machine())
    if machine is None:
        raise Failure(f"There are no functions for this machine ({platform.machine()}).")
    if not options.no_build:
        build = ["--debug"] if options.debug else ["--arch", machine]
        subprocess.run([ROOT / "scripts" / "build", *build], check=True)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        os.environ.pop(name, None)
    parameters = dict(pair.partition("=")[::2] for pair in options.set)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    if options.endpoint:
        endpoint = options.endpoint.rstrip("/")
        os.environ.update(AWS_ENDPOINT_URL=endpoint, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
        os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
        run(System.on_localstack(options.stack, endpoint, machine, parameters), options.test)
        return
    # The path of .venv as it is: resolved, it would be the system's Python without our packages.
    emulator = Emulator(FOLDER, free_port(None if options.test else options.port), pathlib.Path(sys.executable))
    with emulator:
        os.environ.update(emulator.environment())
        say(f"The emulator runs at {emulator.url}; its log is {emulator.log.relative_to(ROOT)}")
        try:
            run(System.on_ministack(options.stack, emulator.url, machine, parameters), options.test)
        except (Failure, subprocess.CalledProcessError):
            say(f"The log of the emulator: {emulator.log}. Logs of the functions are in it, too.")
            raise


def run(system, test):
    if test:
        from intellimaint.emulator.proof import prove

        prove(system)
        return
    system.deploy()
    system.demo()
    say("\nThe frontend's environment:")
    print(frontend.environment(system.addresses()), flush=True)
    say("\nIt runs until you press Ctrl-C.")
    try:
        signal.pause()
    except KeyboardInterrupt:
        destroy(system.stack, yes=True)


if __name__ == "__main__":
    aws.run(main)
