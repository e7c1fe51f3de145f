"""Runs checks, and calls the system as they do."""

import http.cookies
import json
import secrets
import time
import traceback

from intellimaint import http as client
from intellimaint.account import code_from_mail

SECONDS = 90


class NotSetUp(Exception):
    """What a check needs is not there: it is skipped, and says what."""


class Suite:
    """A system under test; checks leave here what later ones need."""

    def __init__(self, options, manual, plate, stream, socket):
        self.options, self.manual, self.plate = options, manual, plate
        # Voice WebSocket and Socket.IO; none where there is none.
        self.stream, self.socket = stream, socket
        self.origin = options.origin
        self.passed, self.skipped, self.failed = 0, 0, []

    def visitor(self):
        """Somebody without a sign-in, with cookies of their own."""
        return Person(self.options.gateway, self.options.services)

    def run(self, family, checks=None):
        for check in checks or family.CHECKS:
            name = f"{family.__name__.rpartition('.')[2].replace('_', ' ')}: {check.__doc__}"
            try:
                check(self)
            except NotSetUp as why:
                self.skipped += 1
                print(f"- {name} (skipped: {why})", flush=True)
            except Exception:  # the others are tried all the same
                self.failed.append(name)
                print(f"✗ {name}\n{traceback.format_exc()}", flush=True)
            else:
                self.passed += 1
                print(f"✓ {name}", flush=True)

    def end(self):
        """The status to end with."""
        print(f"\n{self.passed} passed, {len(self.failed)} failed, {self.skipped} skipped")
        return 1 if self.failed else 0


class Person:
    """A client: keeps cookies as a browser does, and may have a bearer token."""

    def __init__(self, gateway, services):
        self.gateway, self.services = client.without_api(gateway), client.without_api(services)
        self.cookies, self.token = {}, None
        self.email, self.password = f"end-to-end-{secrets.token_hex(4)}@example.com", secrets.token_urlsafe(12)

    def registration(self):
        person = {"firstName": "End", "lastName": "To End", "company": "", "role": "civilian"}
        return {**person, "email": self.email, "password": self.password, "confirmPassword": self.password}

    def sign_up(self, mail):
        since = time.time() - 1
        self.post("/api/v1/auth/register", self.registration()).data(201)
        code = code_from_mail(mail, self.email, since)
        self.post("/api/v1/auth/verify-otp", {"email": self.email, "otp": code}).data(200)
        return self.sign_in()

    def sign_in(self):
        found = self.post("/api/v1/auth/login", {"email": self.email, "password": self.password})
        self.token = found.data(200)["accessToken"]
        return found

    def get(self, path, **options):
        return self.send("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.send("POST", path, body, **options)

    def put(self, path, body, **options):
        return self.send("PUT", path, body, **options)

    def delete(self, path, body=None, **options):
        return self.send("DELETE", path, body, **options)

    def send(self, method, path, body=None, headers=(), at=None, by="token"):
        """An Answer. `body`: JSON, or bytes as they are. Services are known by their paths; `at` is another
        backend. `by`: who is asking is told by `token`, by `cookies`, or not at all (none)."""
        family = path.split("/")[3] if path.startswith("/api/v1/") else ""
        base = at or (self.services if family in ("rag", "extract", "batches", "asr", "vision") else self.gateway)
        sent = {"Accept": "application/json", **dict(headers)}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        if by == "token" and self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if by == "cookies":
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = Answer(client.send(method, base + path, body, sent, SECONDS), f"{method} {path}")
        for line in answer.all("Set-Cookie"):
            for name, cookie in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = cookie.value
        return answer

    def send_parts(self, path, parts):
        """A form of parts `(field, name of a file or None, bytes)`."""
        body, headers = client.form_of(parts)
        return self.post(path, body, headers=headers)

    def send_file(self, path, name, data, fields=None):
        """One file, and fields, as a form."""
        body, headers = client.form(name, data, fields)
        return self.post(path, body, headers=headers)


class Answer:
    """A whole answer, whatever its status."""

    def __init__(self, answer, request):
        self.status, self.headers, self.body, self.request = answer.status, answer.headers, answer.body, request

    def header(self, name):
        return self.headers.get(name, "")

    def all(self, name):
        return self.headers.get_all(name) or []

    def json(self, status=200):
        self.expect(status)
        return json.loads(self.body)

    def data(self, status=200):
        """The payload in the envelope."""
        found = self.json(status)
        equal(found["statusCode"], status, f"{self.request}: statusCode")
        return found["data"]

    def code(self, status):
        """What an error is called; its envelope must be whole."""
        found = self.json(status)
        missing = {"statusCode", "message", "data", "code", "requestId"} - found.keys()
        assert not missing, f"{self.request}: the error has no {missing}: {found}"
        return found["code"]

    def events(self):
        """Those of a stream."""
        self.expect(200)
        kind = self.header("Content-Type")
        assert kind.startswith("text/event-stream"), f"{self.request}: {kind}"
        return [json.loads(line[6:]) for line in self.body.decode().splitlines() if line.startswith("data: ")]

    def expect(self, status):
        assert self.status == status, f"{self.request}: {self.status} instead of {status}: {self.body[:500]!r}"

    def or_not_set_up(self):
        """The answer, unless the part of the system is not set up here (503 with a sentence)."""
        if self.status == 503 and json.loads(self.body)["code"].endswith(("_not_configured", "_not_installed")):
            raise NotSetUp(json.loads(self.body)["message"])
        return self


def equal(found, wanted, what=""):
    assert found == wanted, f"{what}: {found!r} instead of {wanted!r}"


def download(url):
    """What lies at a presigned address."""
    answer = client.send("GET", url, timeout=SECONDS)
    return Answer(answer, answer.request)


def eventually(what, find, seconds=SECONDS, pause=0.3):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = find()
        if found is not None:
            return found
        time.sleep(pause)
    raise AssertionError(f"{what}: not within {seconds} s")
