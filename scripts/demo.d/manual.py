"""Uploading a manual and waiting until it can be asked about."""

import time
import urllib.error
import urllib.request

from client import fail


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
    request = urllib.request.Request(url, data, headers, method="PUT")
    try:
        with urllib.request.urlopen(request, timeout=600) as answer:
            return answer.headers.get("ETag")
    except urllib.error.HTTPError as error:
        fail(f"the upload was refused with {error.code}: {error.read().decode(errors='replace')[:300]}")


def wait_until_ready(gateway, document, patience):
    shown, deadline = None, time.monotonic() + patience
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
            fail(f"the manual cannot be read: {state['error']}")
        time.sleep(0.3)
    fail(f"the manual was not ready within {patience} seconds")
