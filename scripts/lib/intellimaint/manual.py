"""Uploading a manual and waiting until it can be asked about."""

import time

from intellimaint import http
from intellimaint.terminal import Failure


def upload(gateway, manual):
    size = manual.stat().st_size
    wish = {"fileName": manual.name, "fileSize": size, "contentType": "application/pdf"}
    data = gateway.call("POST", "/api/v1/repository/uploads", wish)["data"]
    document, target = data["document"], data["upload"]
    with manual.open("rb") as file:
        if target["type"] == "single":
            put(target["url"], file.read(), target["headers"])
        else:
            parts = []
            for part in target["parts"]:
                etag = put(part["url"], file.read(target["partSize"]), {})
                parts.append({"partNumber": part["partNumber"], "etag": etag})
            gateway.call("POST", f"/api/v1/repository/uploads/{document['id']}/complete", {"parts": parts})
    return document["id"]


def put(url, data, headers):
    answer = http.send("PUT", url, data, headers, timeout=600)
    if answer.status >= 300:
        raise Failure(f"the upload was refused with {answer.status}: {answer.text[:300]}")
    answer.response.close()
    return answer.headers.get("ETag")


def wait_until_ready(gateway, document, timeout):
    shown, deadline = None, time.monotonic() + timeout
    while time.monotonic() < deadline:
        state = gateway.call("GET", f"/api/v1/repository/documents/{document}")["data"]
        progress = state.get("progress") or {}
        line = f"  {state['status']} {progress.get('stage', '')} {progress.get('percent', '')}".rstrip()
        if line != shown:
            print(line, flush=True)
            shown = line
        if state["status"] == "ready":
            print(f"  {state['pages']} pages, {state['chunks']} passages")
            return
        if state["status"] == "failed":
            raise Failure(f"the manual cannot be read: {state['error']}")
        time.sleep(0.3)
    raise Failure(f"the manual was not ready within {timeout} seconds")
