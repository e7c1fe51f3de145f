"""The voice WebSocket."""

import json

from intellimaint.end_to_end.suite import NotSetUp, equal
from intellimaint.terminal import Failure
from intellimaint.websocket import WebSocket


def typed(suite):
    """a question is answered over the WebSocket, and stored as a chat"""
    if suite.stream is None:
        raise NotSetUp("there is no WebSocket here")
    socket = WebSocket(suite.stream, suite.ada.token)
    socket.send(json.dumps({"type": "config", "audio": "none"}))
    socket.send(json.dumps({"type": "final_text", "text": "What is the torque of the pump flange bolts?"}))
    frame = {}
    while frame.get("type") != "final":
        frame = json.loads(socket.receive() or '{"type": "final", "response": "closed", "sessionId": null}')
        assert frame["type"] != "error", frame
    assert "49 Nm" in frame["response"], frame
    stored = suite.ada.get(f"/api/v1/chat/sessions/{frame['sessionId']}").data()["messages"]
    equal(stored[-1]["content"], frame["response"])
    socket.close()


def tickets(suite):
    """a ticket opens the WebSocket once"""
    ticket = suite.ada.get("/api/v1/auth/ws-auth").data()["token"]
    if suite.stream is None:
        raise NotSetUp("there is no WebSocket here")
    WebSocket(suite.stream, ticket=ticket).close()
    try:
        WebSocket(suite.stream, ticket=ticket)
    except Failure as refusal:
        assert "401" in str(refusal), refusal
        return
    raise AssertionError("the ticket worked twice")


CHECKS = [typed, tickets]
