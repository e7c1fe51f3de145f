"""Runs Schemathesis over both descriptions, against a system of its own."""

import subprocess
import sys
import tempfile
from pathlib import Path

from intellimaint.local_system import LocalSystem
from intellimaint.terminal import run

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# Whoever signs out, or is gone, is told 401 by everything else.
LEFT_OUT = ("logout", "logoutByPost", "deleteAccount")
# Events of a stream are described one by one; our own tests read them.
STREAMS = ("streamInNewSession", "stream", "regenerate")
SEED = 20261129


def main():
    examples, failed = sys.argv[1], []
    # What earlier runs found must not change what this one asks.
    with tempfile.TemporaryDirectory() as folder, LocalSystem() as system:
        token = system.sign_up()
        for backend in ("gateway", "services"):
            command = [
                Path(sys.executable).absolute().parent / "schemathesis",
                f"--config-file={Path(__file__).resolve().with_name('schemathesis.toml')}",
                "run",
                f"http://127.0.0.1:{system.ports[backend]}/api/v1/openapi.json",
                f"--header=Authorization: Bearer {token}",
                f"--checks={CHECKS}",
                f"--max-examples={examples}",
                f"--seed={SEED}",
                "--phases=examples,coverage,fuzzing",
                "--workers=2",
                "--request-timeout=60",
                "--no-color",
                *(f"--exclude-operation-id={name}" for name in (*LEFT_OUT, *STREAMS) if backend == "gateway"),
            ]
            if subprocess.run(command, cwd=folder, check=False).returncode:
                failed.append(backend)
    sys.exit(f"not as described: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    run(main)
