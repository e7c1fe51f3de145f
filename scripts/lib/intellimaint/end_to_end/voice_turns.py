"""The voice WebSocket."""

import itertools
import json

from intellimaint.end_to_end.suite import NotSetUp, equal
from intellimaint.terminal import Failure
from intellimaint.websocket import VoiceSocket


def typed(suite):
    """a question is answered over the WebSocket, and stored as a chat"""
    if suite.stream is None:
        raise NotSetUp("there is no WebSocket here")
    socket = VoiceSocket(suite.stream, suite.ada.token)
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


def untyped(suite):
    """a question of the newest frontend gets a session and chunks to speak, and no sound"""
    if suite.stream is None:
        raise NotSetUp("there is no WebSocket here")
    socket = VoiceSocket(suite.stream, suite.ada.token)
    socket.send(json.dumps({"text": "What is the torque of the pump flange bolts?"}))
    session, chunks, response = turn(socket)
    assert "49 newton metres" in " ".join(chunks), chunks
    stored = suite.ada.get(f"/api/v1/chat/sessions/{session}").data()["messages"]
    equal(stored[-1]["content"], response)
    socket.send(json.dumps({"text": "What is the working pressure of the unit?", "sessionId": session}))
    again, more, _ = turn(socket)
    equal(again, session, "the session of the second question")
    # Two equal chunks in a row would be spoken once, and the call hang.
    said = chunks + more
    assert more and all(one != next_one for one, next_one in itertools.pairwise(said)), said
    equal(len(suite.ada.get(f"/api/v1/chat/sessions/{session}").data()["messages"]), 4)
    socket.close()


def turn(socket):
    """A turn that begins with an untyped frame: its session, its chunks, and its response."""
    frames = []
    while not frames or frames[-1]["type"] != "final":
        message = socket.receive()
        assert isinstance(message, str), f"after {frames}: {'sound' if message else 'closed'}"
        frames.append(json.loads(message))
        assert frames[-1]["type"] != "error", frames
    told = [frame for frame in frames if frame["type"] in ("session", "chunk", "token", "audio", "final")]
    kinds = [frame["type"] for frame in told]
    assert kinds == ["session", *["chunk"] * (len(told) - 2), "final"] and len(told) > 2, kinds
    return told[0]["sessionId"], [frame["token"] for frame in told[1:-1]], told[-1]["response"]


def tickets(suite):
    """a ticket opens the WebSocket once"""
    ticket = suite.ada.get("/api/v1/auth/ws-auth").data()["token"]
    if suite.stream is None:
        raise NotSetUp("there is no WebSocket here")
    VoiceSocket(suite.stream, ticket=ticket).close()
    try:
        VoiceSocket(suite.stream, ticket=ticket)
    except Failure as refusal:
        assert "401" in str(refusal), refusal
        return
    raise AssertionError("the ticket worked twice")


CHECKS = [typed, untyped, tickets]
