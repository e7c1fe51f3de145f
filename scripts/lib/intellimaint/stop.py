"""Stopping an answer while it is being written."""

import threading
import time

from intellimaint.terminal import Failure

PATIENCE = 60


def stop_answer(gateway, question, images=(), after=0):
    """Asks in a new session and stops the answer as soon as `after` characters of it are stored; whether
    it was stopped before its end. Works where answers come in one piece too, since what tells that it
    has begun is the session, and not the stream."""
    session = gateway.call("POST", "/api/v1/chat/sessions", {})["data"]["id"]
    events = []

    def ask():
        message = {"content": question, "images": list(images)}
        events.extend(gateway.events(f"/api/v1/chat/sessions/{session}/messages/stream", message))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    while asking.is_alive() and not has_begun(gateway, session, after):
        time.sleep(0.05)
    stopped = time.monotonic()
    gateway.call("POST", f"/api/v1/chat/sessions/{session}/stop-stream")
    took = time.monotonic() - stopped
    asking.join(PATIENCE)
    last = events[-1] if events else {}
    if asking.is_alive() or not last.get("done"):
        raise Failure("the stopped answer did not end")
    if last.get("error"):
        raise Failure(f"the answer to be stopped failed: {last['error']}")
    kept = gateway.call("GET", f"/api/v1/chat/sessions/{session}")["data"]["messages"][-1]
    if kept["content"] != last["fullText"] or kept["isStopped"] != bool(last.get("aborted")):
        raise Failure("the stopped answer is not stored as it was sent")
    if last.get("aborted"):
        print(f"  stopped within {took:.2f} s; {len(kept['content'])} characters of the answer are kept")
    else:
        print("  the answer had finished before it could be stopped")
    return bool(last.get("aborted"))


def has_begun(gateway, session, characters):
    messages = gateway.call("GET", f"/api/v1/chat/sessions/{session}")["data"]["messages"]
    return bool(messages) and messages[-1]["role"] == "assistant" and len(messages[-1]["content"]) >= characters
