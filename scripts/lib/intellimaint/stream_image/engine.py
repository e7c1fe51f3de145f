"""The image, built and run by a container engine."""

import os
import secrets
import shutil
import subprocess

from intellimaint import ROOT
from intellimaint.terminal import Failure

DOCKERFILE = ROOT / "functions" / "stream" / "Dockerfile"
IMAGE = "intellimaint-stream"


def run(*command, **options):
    subprocess.run(command, cwd=ROOT, check=True, **options)


def available():
    """The name of an engine that works here; none where there is none."""
    for name in ("docker", "podman"):
        if shutil.which(name) and subprocess.run([name, "info"], capture_output=True).returncode == 0:
            return name
    return None


class Container:
    """As the task definition in infra/stream.yaml has it, but on the network of this machine."""

    def __init__(self, engine):
        self.engine, self.name = engine, f"{IMAGE}-{secrets.token_hex(4)}"

    def build(self):
        run(self.engine, "build", "--file", DOCKERFILE, "--tag", IMAGE, ROOT)

    def start(self, environment):
        command = [self.engine, "run", "--detach", "--name", self.name, "--network", "host", "--init"]
        command += ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
        for name in environment:
            command += ["--env", name]  # by name alone: values would be in the list of processes
        run(*command, IMAGE, env={**os.environ, **environment})

    def succeeds(self, *command):
        """Whether a command inside of it does."""
        return subprocess.run([self.engine, "exec", self.name, *command], capture_output=True).returncode == 0

    def terminate(self):
        run(self.engine, "kill", "--signal", "TERM", self.name)

    def wait(self, seconds):
        """The status it ends with."""
        try:
            waited = subprocess.run([self.engine, "wait", self.name], capture_output=True, text=True, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"The container does not end within {seconds} s of SIGTERM.") from None
        return int(waited.stdout)

    def log(self):
        found = subprocess.run(
            [self.engine, "logs", self.name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        return found.stdout

    def remove(self):
        subprocess.run([self.engine, "rm", "--force", self.name], capture_output=True)
