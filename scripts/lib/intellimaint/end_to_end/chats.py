"""Family `chat`."""

import base64

from intellimaint.end_to_end.suite import download, equal

QUESTION = {"content": "What is the torque of the pump flange bolts?", "images": []}
SESSIONS = "/api/v1/chat/sessions"


def answer(suite):
    """an answer streams, cites its page, and is stored as it was sent"""
    ada = suite.ada
    events = ada.post("/api/v1/chat/messages/stream", QUESTION).events()
    last = events[-1]
    assert last["done"] and not last.get("error"), last
    assert "49 Nm" in last["fullText"] and last["citations"][0]["documentId"] == suite.document, last
    assert [event["stage"] for event in events if event.get("stage")] == ["retrieval", "generation"], events
    suite.session = last["sessionId"]
    messages = ada.get(f"{SESSIONS}/{suite.session}").data()["messages"]
    equal([message["role"] for message in messages], ["user", "assistant"])
    equal(messages[1]["content"], last["fullText"])
    suite.question, suite.answer = (message["id"] for message in messages)


def whole(suite):
    """without streaming the same path answers at the end, once for a key"""
    ada = suite.ada
    keyed = {"Idempotency-Key": f"key-{suite.session}"}
    first = ada.post(
        f"{SESSIONS}/{suite.session}/messages", {**QUESTION, "content": "Which oil does it take?"}, headers=keyed
    )
    assert first.status in (200, 201), first.body
    second = ada.post(
        f"{SESSIONS}/{suite.session}/messages", {**QUESTION, "content": "Which oil does it take?"}, headers=keyed
    )
    assert second.status in (200, 201), second.body
    equal(len(ada.get(f"{SESSIONS}/{suite.session}").data()["messages"]), 4)
    other = ada.post(f"{SESSIONS}/{suite.session}/messages", QUESTION, headers=keyed)
    equal(other.code(409), "idempotency_key_reused")


def messages(suite):
    """a message is rated, answered once more, changed and deleted"""
    ada, path = suite.ada, f"{SESSIONS}/{suite.session}/messages"
    ada.put(f"{path}/{suite.answer}/feedback", {"rating": 5, "comment": "Right."}).data()
    equal(ada.put(f"{path}/{suite.answer}/feedback", {"rating": 9}).code(400), "validation_failed")
    again = ada.post(f"{path}/{suite.answer}/regenerate", {}, headers={"Accept": "text/event-stream"})
    again.expect(200)
    ada.send("PATCH", f"{path}/{suite.question}", {"content": "How tight are the motor foot bolts?"}).expect(200)
    found = ada.get(f"{SESSIONS}/{suite.session}").data()["messages"]
    equal([message["content"] for message in found], ["How tight are the motor foot bolts?"])
    ada.delete(f"{path}/{suite.question}").expect(200)
    equal(ada.get(f"{SESSIONS}/{suite.session}").data()["messages"], [])


def pictures(suite):
    """a picture is looked at, kept, and can be seen again"""
    ada = suite.ada
    picture = "data:image/png;base64," + base64.b64encode(suite.plate.read_bytes()).decode()
    last = ada.post("/api/v1/chat/messages/stream", {"content": "What is this?", "images": [picture]}).events()[-1]
    assert last["done"] and not last.get("error"), last
    first = ada.get(f"{SESSIONS}/{last['sessionId']}").data()["messages"][0]
    seen = ada.get(f"/api/v1/chat/attachments/{first['attachments'][0]['id']}")
    seen.expect(302)
    equal(download(seen.header("Location")).body, suite.plate.read_bytes(), "the picture")
    equal(suite.bob.get(f"/api/v1/chat/attachments/{first['attachments'][0]['id']}").code(404), "not_found")
    refused = ada.post(
        "/api/v1/chat/messages/stream", {"content": "And this?", "images": ["data:image/png;base64,AAAA"]}
    )
    assert 400 <= refused.status < 500, refused.body[:300]


def sessions(suite):
    """sessions are begun, named, found, exported and deleted"""
    ada = suite.ada
    made = ada.post(SESSIONS, {"title": "Überdruck"}).data(201)["id"]
    equal(ada.put(f"{SESSIONS}/{made}", {"title": "Relief valve"}).data()["title"], "Relief valve")
    listed = ada.get(f"{SESSIONS}?page=1&limit=1").data()
    equal(listed["pagination"]["limit"], 1)
    assert listed["pagination"]["total"] >= 3, listed["pagination"]
    assert made in str(ada.get(f"{SESSIONS}?q=relief").data()), "the session is not found by its title"
    ada.get(f"{SESSIONS}/{suite.session}/export").expect(200)
    equal(ada.post(f"{SESSIONS}/{made}/stop-stream").status, 200)
    ada.delete(f"{SESSIONS}/{made}").expect(200)
    equal(ada.get(f"{SESSIONS}/{made}").code(404), "not_found")


def strangers(suite):
    """another user's session is nowhere to be found"""
    bob, path = suite.bob, f"{SESSIONS}/{suite.session}"
    for method, end, body in (
        ("GET", "", None),
        ("PUT", "", {"title": "mine"}),
        ("DELETE", "", None),
        ("GET", "/export", None),
        ("POST", "/messages", QUESTION),
        ("POST", "/messages/stream", QUESTION),
        ("POST", "/stop-stream", None),
    ):
        equal(bob.send(method, path + end, body).code(404), "not_found", f"{method} {end}")
    equal(bob.get(SESSIONS).data()["pagination"]["total"], 0)


CHECKS = [answer, whole, messages, pictures, sessions, strangers]
