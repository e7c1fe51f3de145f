"""The HTTP client of all scripts. Every answer is one, whatever its status; redirects are not followed."""

import functools
import http.client
import json
import secrets
import urllib.request

from intellimaint.terminal import Failure


class NoAnswer(Failure):
    """Nobody answers, or the answer breaks off."""


class Answer:
    """An answer, which is read when its content is asked for."""

    def __init__(self, response, request):
        self.response, self.request = response, request
        self.status, self.headers = response.status, response.headers

    @functools.cached_property
    def body(self):
        try:
            with self.response:
                return self.response.read()
        except (http.client.HTTPException, OSError) as error:
            raise NoAnswer(f"{self.request}: the answer broke off: {error!r}") from None

    @property
    def text(self):
        return self.body.decode(errors="replace")

    def parsed(self):
        return json.loads(self.body)

    def events(self):
        """The events of a stream, as they arrive."""
        try:
            with self.response:
                for line in self.response:
                    if line.startswith(b"data: "):
                        yield json.loads(line[6:])
        except (http.client.HTTPException, OSError) as error:
            raise NoAnswer(f"{self.request}: the stream broke off: {error!r}") from None


class AsItIs(urllib.request.HTTPErrorProcessor):
    """Neither errors nor redirects are anything special."""

    def http_response(self, request, response):
        return response

    https_response = http_response


OPENER = urllib.request.build_opener(AsItIs)


def send(method, url, body=None, headers=(), timeout=60):
    """The answer to a request. `body`: bytes as they are, or anything else as JSON."""
    sent = dict(headers)
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        sent.setdefault("Content-Type", "application/json")
    request = urllib.request.Request(url, body, sent, method=method)
    try:
        return Answer(OPENER.open(request, timeout=timeout), f"{method} {request.selector.partition('?')[0]}")
    except (http.client.HTTPException, OSError) as error:
        raise NoAnswer(f"{url.partition('?')[0]} cannot be reached ({error})") from None


def without_api(address):
    """A backend's address without the /api/v1 that one of the frontend's variables ends in."""
    return address.rstrip("/").removesuffix("/api/v1")


def form(name, data, fields=None):
    """One file, and fields, as a form: its bytes and its headers."""
    parts = [(field, None, str(value).encode()) for field, value in (fields or {}).items()]
    return form_of([*parts, ("file", name, data)])


def form_of(parts):
    """A form of parts `(field, name of a file or None, bytes)`: its bytes and its headers."""
    boundary = secrets.token_hex(16)
    body = b""
    for field, name, data in parts:
        file = f'; filename="{name}"' if name else ""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"{file}\r\n\r\n'
        body += head.encode() + data + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}
