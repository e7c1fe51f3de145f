"""Chat over Socket.IO."""

import secrets

from intellimaint.end_to_end.suite import NotSetUp, equal
from intellimaint.socketio import Chat, Refused
from intellimaint.terminal import Failure

QUESTION = "What is the torque of the pump flange bolts?"
SESSIONS = "/api/v1/chat/sessions"


def connected(suite, person, namespace="/chat"):
    if suite.socket is None:
        raise NotSetUp("there is no Socket.IO here")
    return Chat(suite.socket, person.cookies, suite.origin, namespace)


def newest(person):
    """What the page reads when a first answer is complete."""
    return person.get(f"{SESSIONS}?page=1&limit=5", by="cookies").data()["sessions"][0]


def answer(suite):
    """a question is answered in tokens, and stored as it was sent before its end"""
    ada, chat, fake = suite.ada, connected(suite, suite.ada), f"fake-{secrets.token_hex(8)}"
    chat.ask_first(QUESTION, fake)
    text, message = chat.answer()
    assert "49 Nm" in text, text
    session = newest(ada)
    assert session["title"], session
    equal([(last["id"], last["content"]) for last in session["messages"]], [(message, text)], "the newest session")
    # The page still says that the chat is new, if it has not read so far: the same session is meant.
    chat.ask_first("Which oil does it take?", fake)
    chat.answer()
    chat.ask(session["id"], "And how tight are the motor foot bolts?")
    text, message = chat.answer()
    found = ada.get(f"{SESSIONS}/{session['id']}").data()["messages"]
    equal([said["role"] for said in found], ["user", "assistant"] * 3)
    equal((found[-1]["id"], found[-1]["content"]), (message, text))
    assert found[0]["content"] == QUESTION, found[0]
    chat.close()
    suite.socket_session = session["id"]


def handshakes(suite):
    """only who is signed in, from the frontend's page, is let in; a lapsed access token is renewed"""
    other = suite.visitor()
    other.email, other.password = suite.ada.email, suite.ada.password
    other.sign_in()
    for namespace in ("//chat", "/api/v1/chat"):
        connected(suite, other, namespace).close()
    for cookies, page, status in (
        ({}, suite.origin, "401"),
        ({"access_token": "not.a.token"}, suite.origin, "401"),
        (other.cookies, "https://elsewhere.example", "403"),
    ):
        try:
            Chat(suite.socket, cookies, page)
        except Failure as refusal:
            assert f" {status} " in f"{refusal} ", refusal
        else:
            raise AssertionError(f"a handshake from {page} should have been {status}")
    del other.cookies["access_token"]
    connected(suite, other).close()


def refusals(suite):
    """what cannot be asked is refused at once, and the connection stays"""
    chat, before = connected(suite, suite.bob), suite.bob.get(SESSIONS).data()["pagination"]["total"]
    for event, message in (
        ("stream-pipeline-message", {"sessionId": suite.socket_session, "content": QUESTION, "images": []}),
        ("stream-pipeline-message", {"sessionId": 5}),
        ("stream-pipeline-message-new", {"content": "", "images": [], "fakeSessionId": "fake-1"}),
        ("stream-pipeline-message-new", "no object"),
    ):
        chat.emit(event, message)
        try:
            chat.answer()
        except Refused as refusal:
            assert str(refusal), message
        else:
            raise AssertionError(f"{message} was answered")
    equal(suite.bob.get(SESSIONS).data()["pagination"]["total"], before, "bob's sessions")
    equal(len(suite.ada.get(f"{SESSIONS}/{suite.socket_session}").data()["messages"]), 6)
    chat.ask_first("What is the working pressure?", f"fake-{secrets.token_hex(8)}")
    assert chat.answer()[0], "an empty answer"
    chat.close()


CHECKS = [answer, handshakes, refusals]
