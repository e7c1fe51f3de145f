"""Lambda's runtime API with response streaming, which the emulator has not: for a function's own zip.

<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html>: the function asks for its next event, and
posts its answer with `Lambda-Runtime-Function-Response-Mode: streaming` in chunks: a JSON object with status
and headers, eight zero bytes, and the body.
"""

import base64
import http.server
import json
import os
import queue
import subprocess
import tempfile
import threading
import time
import uuid
import zipfile
from pathlib import Path

from intellimaint.terminal import Failure

PRELUDE_END = b"\0" * 8
TIMEOUT = 60


class StreamingFunction:
    """The program of a function, started as Lambda does, with the variables that it was deployed with."""

    def __init__(self, name, package, variables):
        self.name, self.package, self.variables = name, package, variables
        self.events, self.answers = queue.Queue(), {}

    def __enter__(self):
        function = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                identity, event = function.events.get()
                body = json.dumps(event).encode()
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", identity)
                self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + TIMEOUT) * 1000)))
                self.send_header(
                    "Lambda-Runtime-Invoked-Function-Arn",
                    f"arn:aws:lambda:us-east-1:000000000000:function:{function.name}",
                )
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                answer = function.answers[self.path.split("/")[-2]]
                answer.put(("mode", self.headers.get("Lambda-Runtime-Function-Response-Mode")))
                for piece in self.pieces():
                    answer.put(("piece", piece))
                answer.put(("end", None))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def pieces(self):
                """The body, chunk by chunk as it arrives (RFC 9112, section 7.1)."""
                if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                    yield self.rfile.read(int(self.headers.get("Content-Length") or 0))
                    return
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    yield self.rfile.read(size)
                    self.rfile.readline()
                while self.rfile.readline().strip():
                    pass  # trailers

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.folder = tempfile.TemporaryDirectory()
        with zipfile.ZipFile(self.package) as archive:
            archive.extractall(self.folder.name)
        program = Path(self.folder.name, "bootstrap")
        program.chmod(0o755)
        address = f"127.0.0.1:{self.server.server_address[1]}"
        environment = {
            **os.environ,
            **self.variables,
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "2048",
        }
        self.log = Path(self.folder.name, "log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([program], env=environment, stdout=log, stderr=log)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.server.shutdown()
        self.server.server_close()
        self.folder.cleanup()

    def invoke(self, method, path, token, body):
        """Status and headers first, then the pieces of the body as they come."""
        identity = str(uuid.uuid4())
        answer = self.answers[identity] = queue.Queue()
        self.events.put((identity, request(method, path, token, body)))
        kind, mode = self.next(answer)
        if (kind, mode) != ("mode", "streaming"):
            raise Failure(f"{self.name} does not stream its answer (mode: {mode}).")
        head = b""
        while PRELUDE_END not in head:
            kind, piece = self.next(answer)
            if kind != "piece":
                raise Failure(f"{self.name} ends its answer without status and headers: {head!r}")
            head += piece
        prelude, _, rest = head.partition(PRELUDE_END)
        yield json.loads(prelude)
        while True:
            if rest:
                yield rest
            kind, rest = self.next(answer)
            if kind == "end":
                return

    def next(self, answer):
        try:
            return answer.get(timeout=TIMEOUT)
        except queue.Empty:
            raise Failure(f"{self.name} does not answer:\n{self.log.read_text()[-2000:]}") from None


def request(method, path, token, body):
    """What a REST API hands to a function (AWS_PROXY, payload version 1.0)."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}", "Host": "localhost"}
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": base64.b64encode(json.dumps(body).encode()).decode(),
        "isBase64Encoded": True,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "resourceId": "r",
            "stage": "live",
            "requestId": str(uuid.uuid4()),
            "httpMethod": method,
            "path": path,
            "resourcePath": path,
            "identity": {"sourceIp": "127.0.0.1"},
        },
    }
