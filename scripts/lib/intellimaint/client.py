"""Calls of one backend, by a client for which everything must work."""

import json

from intellimaint import http
from intellimaint.terminal import Failure


class Client:
    """One backend, signed in by bearer token once there is one."""

    def __init__(self, base):
        self.base = http.without_api(base)
        self.token = None

    def send(self, method, path, body=None, headers=(), timeout=60):
        """The answer, whatever its status."""
        sent = {"Accept": "application/json", **dict(headers)}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        try:
            return http.send(method, self.base + path, body, sent, timeout)
        except http.NoAnswer as error:
            raise Failure(f"{error}. Is the system running? Start it with scripts/dev") from None

    def call(self, method, path, body=None, accept=()):
        """The answer's JSON. Errors with a status of `accept` are given back too, any other is a failure."""
        answer = self.send(method, path, body)
        if answer.status < 300 or answer.status in accept:
            return answer.parsed()
        try:
            error = answer.parsed()
        except ValueError:
            error = {"message": answer.text[:200]}
        raise Failure(f"{answer.request} answered {answer.status}: {error.get('message')} {error.get('data') or ''}")

    def send_file(self, path, name, data, fields=None):
        """Sends one file as a form; the answer's JSON, or none where the part is not set up (503)."""
        body, headers = http.form(name, data, fields)
        answer = self.content_or_none(path, body, headers)
        return answer and json.loads(answer)

    def sound(self, text):
        """The text, spoken; none where speech is not set up."""
        return self.content_or_none("/api/v1/asr/synthesize", {"text": text})

    def content_or_none(self, path, body, headers=()):
        answer = self.send("POST", path, body, headers, timeout=120)
        if answer.status == 503:
            print(f"  skipped: {answer.parsed()['message']}")
            return None
        if answer.status >= 300:
            raise Failure(f"{answer.request} answered {answer.status}: {answer.text[:300]}")
        return answer.body

    def events(self, path, body):
        """The events of a stream, as they arrive."""
        answer = self.send("POST", path, body, timeout=120)
        if answer.status >= 300:
            raise Failure(f"{answer.request} answered {answer.status}: {answer.text[:300]}")
        yield from answer.events()
