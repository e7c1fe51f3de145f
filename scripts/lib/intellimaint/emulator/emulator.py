"""ministack, an emulator of AWS that runs the programs of functions, as a process of ours."""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

from intellimaint.terminal import Failure

START_SECONDS = 60
SERVICES = "apigateway,cloudformation,cloudwatch,dynamodb,iam,lambda,logs,s3,secretsmanager,ses,sns,sqs,sts"


class Emulator:
    """It keeps everything in memory and below `folder`; what it is asked for needs the rights of whoever
    asks (AUTH), over TLS with a certificate of its own, since bucket and queue take nothing else."""

    def __init__(self, folder, port, python):
        self.folder, self.port, self.python = folder, port, python
        self.url = f"https://localhost:{port}"
        self.log = folder / "emulator.log"
        self.certificate = folder / "ministack-tls" / "server.crt"
        self.process = None

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        environment = {
            **os.environ,
            **self.environment(),
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            "SERVICES": SERVICES,
            "S3_DATA_DIR": str(self.folder / "s3"),
            "STATE_DIR": str(self.folder / "state"),
            "TMPDIR": str(self.folder),
            "USE_SSL": "1",
        }
        command = pathlib.Path(sys.executable).with_name("ministack")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([command], env=environment, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise Failure(f"The emulator does not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.2)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def environment(self):
        """What clients of it need: also the functions, which inherit it."""
        return {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_CA_BUNDLE": str(self.certificate),
            "SSL_CERT_FILE": str(self.certificate),
        }

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1):
                return self.certificate.is_file()
        except OSError:
            return False


def free_port(wanted=None):
    """`wanted` where it is free, else any."""
    for port in [wanted, 0] if wanted else [0]:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise Failure("There is no free port.")
