"""Calls of the two backends, and how the demo tells what it does."""

import http.client
import json
import secrets
import sys
import urllib.error
import urllib.request


def fail(sentence):
    print(f"\n✗ {sentence}", file=sys.stderr)
    sys.exit(1)


def step(sentence):
    print(f"\033[1m{sentence}\033[0m", flush=True)


class Client:
    """One backend, signed in by bearer token once there is one."""

    def __init__(self, base):
        self.base = base.rstrip("/")
        self.token = None

    def request(self, method, path, body=None):
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        return urllib.request.Request(self.base + path, data, headers, method=method)

    def call(self, method, path, body=None, accept=()):
        """The answer's JSON; a status of `accept` is given back as it is, any other error ends the demo."""
        try:
            with urllib.request.urlopen(self.request(method, path, body), timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            try:
                answer = json.loads(text)
            except ValueError:
                answer = {"message": text[:200]}
            if error.code in accept:
                return answer
            details = answer.get("data") or ""
            fail(f"{method} {path} answered {error.code}: {answer.get('message')} {details}")
        except (urllib.error.URLError, OSError) as error:
            fail(f"{self.base} cannot be reached ({error}). Is the system running? Start it with scripts/dev")

    def send_file(self, path, name, data, fields=None):
        """Sends one file as a form; the answer's JSON, or none where the part is not set up (503)."""
        boundary = secrets.token_hex(16)
        form = b""
        for field, value in (fields or {}).items():
            form += f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        form += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        form += data + f"\r\n--{boundary}--\r\n".encode()
        request = self.request("POST", path)
        request.data = form
        request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        answer = self.open_or_none(request, path)
        return answer and json.loads(answer)

    def sound(self, text):
        """The text, spoken; none where speech is not set up."""
        request = self.request("POST", "/api/v1/asr/synthesize", {"text": text})
        return self.open_or_none(request, "/api/v1/asr/synthesize")

    def open_or_none(self, request, path):
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            if error.code == 503:
                print(f"  skipped: {json.loads(text)['message']}")
                return None
            fail(f"POST {path} answered {error.code}: {text[:300]}")
        except (urllib.error.URLError, OSError) as error:
            fail(f"{self.base} cannot be reached ({error}).")

    def events(self, path, body):
        """The events of a stream, as they arrive."""
        try:
            with urllib.request.urlopen(self.request("POST", path, body), timeout=120) as answer:
                for line in answer:
                    if line.startswith(b"data: "):
                        yield json.loads(line[6:])
        except urllib.error.HTTPError as error:
            fail(f"POST {path} answered {error.code}: {error.read().decode(errors='replace')[:300]}")
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            fail(f"the stream broke: {error}")
