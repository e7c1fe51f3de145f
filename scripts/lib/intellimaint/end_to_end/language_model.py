"""Answers of a small real language model. What it says is mostly wrong: only the form of its answers is checked."""

import base64
import itertools
import re
import secrets
import time

from intellimaint.client import Client
from intellimaint.end_to_end.socket_chats import connected
from intellimaint.end_to_end.suite import equal, eventually

SESSIONS = "/api/v1/chat/sessions"
QUESTION = "What is the torque of the pump flange bolts?"
# Grammars: words without end, and a sentence of the model's own with one that the page which both cite contradicts.
WORDS = "root ::= [A-Z] [a-z, ]{1000,}"
LIE = 'root ::= [^.[\\]\\n]{20,120} " [1]. The pump flange bolts take 58 Nm [1]."'
TOO_LONG = "Is this bolt tight? " * 400
SECONDS_TO_STOP = 5
CUT = "*The answer stops here because it has reached its greatest length."
SOURCE = re.compile(r"- \[(\d+)\] \[sample-manual\.pdf, page \d+\]\(https?://[^/]+(/[^)]*)\)")


def asked(suite, question, session=None, images=()):
    """The events of an answer, as they arrive."""
    client = Client(suite.ada.gateway)
    client.token = suite.ada.token
    path = f"{SESSIONS}/{session}/messages/stream" if session else "/api/v1/chat/messages/stream"
    return client.events(path, {"content": question, "images": list(images)})


def answered(suite, question, session=None, images=(), pieces=1):
    """The last event of an answer that succeeds, in at least so many pieces; all of it must be as it should be."""
    *events, last = asked(suite, question, session, images)
    assert last["done"] and not last.get("error") and not last.get("aborted"), last
    stages = ["image-analysis"] if images else []
    equal([event["stage"] for event in events if event.get("stage")], [*stages, "retrieval", "generation"])
    written = list(filter(has_words, events))
    assert len(written) >= pieces, f"{len(written)} pieces: {last}"
    for before, piece in itertools.pairwise(written):
        equal(piece["fullText"], before["fullText"] + piece["token"])
    usage = last["tokenUsage"]
    assert usage["promptTokens"] > usage["cachedTokens"] >= 0 and usage["completionTokens"] > 0, usage
    equal(usage["totalTokens"], usage["promptTokens"] + usage["completionTokens"])
    assert CUT in last["fullText"] or usage["completionTokens"] < suite.model.ANSWER_TOKENS, last
    check_figures(*parts(last))
    check_sources(suite, *parts(last))
    stored = newest(suite, last["sessionId"])
    equal(stored["content"], last["fullText"])
    assert not stored["isStopped"] and not stored["error"], stored
    for name in ("citations", "verification", "warnings", "tokenUsage"):
        equal(stored[name], last[name], name)
    return last


def parts(last):
    """An answer and its text, in two: what the model wrote, and the list of sources."""
    before, found, behind = last["fullText"].rpartition("\n\n**Sources**\n")
    return (last, before, behind) if found else (last, behind, "")


def check_figures(last, text, _):
    """What is not verified is marked where it stands, and named in a paragraph before the sources."""
    unverified = last["verification"]["unverified"]
    assert last["verification"]["checked"] >= len(unverified), last["verification"]
    text, _, told = text.rpartition("\n\n⚠ ") if unverified else (text, "", "")
    equal(text.count(" ⚠"), len(unverified), f"marks of {last}")
    for figure in unverified:
        assert f"{figure['text']} ⚠" in text and figure["reason"], (figure, text)
    for figure in unverified[:12]:
        assert figure["text"] in told, (figure, told)


def check_sources(suite, last, text, listed):
    """Marks, list and data name the same sources, and each leads to the picture of a page."""
    numbers = [citation["index"] for citation in last["citations"]]
    equal(numbers, list(range(1, len(numbers) + 1)))
    equal(sorted({int(mark) for mark in re.findall(r"\[(\d+)\]", text)}), numbers, "marks")
    sources = [SOURCE.match(line) for line in listed.splitlines() if line]
    assert all(sources), listed
    equal([int(source[1]) for source in sources], numbers, "sources")
    for source, citation in zip(sources, last["citations"], strict=True):
        equal(citation["documentId"], suite.document)
        picture = suite.ada.get(source[2])
        picture.expect(200)
        equal(picture.header("Content-Type"), "image/webp")


def failed(suite, question, code, session=None):
    """The last event of an answer that fails with a sentence that says why, and is stored with it."""
    *_, last = asked(suite, question, session)
    equal((last["done"], last.get("code")), (True, code), f"{last}")
    assert last["error"] and last["fullText"].endswith(last["error"]), last
    stored = newest(suite, last["sessionId"])
    equal((stored["isStopped"], stored["error"]), (True, {"code": code, "message": last["error"]}))
    return last


def refused(suite, question, code, session):
    """Without streaming the same failure is the response."""
    answer = suite.ada.post(f"{SESSIONS}/{session}/messages", {"content": question, "images": []})
    equal(answer.code(503), code)


def is_begun(event):
    """Whether the model was asked."""
    return event.get("stage") == "generation"


def has_words(event):
    return bool(event.get("token"))


def newest(suite, session):
    """The last message of a session."""
    return suite.ada.get(f"{SESSIONS}/{session}").data()["messages"][-1]


def tokens_when_idle(suite):
    """How many tokens the model has written since its start, once it writes no more."""

    def found():
        figures = suite.model.figures()
        is_busy = figures["requests_processing"] or figures["requests_deferred"]
        return None if is_busy else figures["tokens_predicted_total"]

    return eventually("the model writes no more", found)


def answer(suite):
    """answers have the form that they should, whatever they say, and a session the name of its question"""
    last = answered(suite, QUESTION)
    session = last["sessionId"]
    again = answered(suite, "And how tight are the motor foot bolts?", session)
    used = [event["tokenUsage"]["promptTokens"] for event in (last, again)]
    assert used[0] < used[1], f"the prompts have {used} tokens: the second holds no conversation"
    found = suite.ada.post(f"{SESSIONS}/{session}/messages", {"content": "Which oil does it take?", "images": []})
    assert found.data(201)["assistantMessage"]["content"], found.body
    stored = suite.ada.get(f"{SESSIONS}/{session}").data()
    equal((stored["title"], len(stored["messages"])), (QUESTION, 6))


def long(suite):
    """a long answer streams in many pieces, and says that it was cut"""
    suite.model.restart(grammar=WORDS)
    assert CUT in answered(suite, QUESTION, pieces=10)["fullText"]


def lie(suite):
    """a figure that is not on the cited page is marked, and the source is listed"""
    suite.model.restart(grammar=LIE)
    last = answered(suite, QUESTION)
    assert "58 Nm ⚠" in last["fullText"] and len(last["citations"]) == 1, last
    equal(last["verification"]["unverified"][-1], {"text": "58 Nm", "reason": "not_on_page"})


def socket(suite):
    """over Socket.IO the tokens are the stored text"""
    suite.model.restart()
    chat = connected(suite, suite.ada)
    chat.ask_first(QUESTION, f"fake-{secrets.token_hex(8)}")
    text, message = chat.answer()
    chat.close()
    stored = suite.ada.get(f"{SESSIONS}?page=1&limit=1").data()["sessions"][0]["messages"][0]
    equal((stored["id"], stored["content"], stored["error"]), (message, text, None))


def stopped(suite):
    """an answer is stopped before its first word and in its middle: it ends at once, and the model with it"""
    suite.model.restart(grammar=WORDS)
    for is_far_enough in (is_begun, has_words):
        before = tokens_when_idle(suite)
        events = asked(suite, QUESTION)
        session = next(filter(is_far_enough, events))["sessionId"]
        since = time.monotonic()
        suite.ada.post(f"{SESSIONS}/{session}/stop-stream").expect(200)
        *_, last = events
        took = time.monotonic() - since
        assert last["done"] and last.get("aborted") and not last.get("error"), last
        assert took < SECONDS_TO_STOP, f"{took:.1f} s"
        stored = newest(suite, session)
        equal((stored["content"], stored["isStopped"], stored["error"]), (last["fullText"], True, None))
        written = tokens_when_idle(suite) - before
        assert written < suite.model.ANSWER_TOKENS, f"the model wrote {written:.0f} tokens"
        answered(suite, QUESTION, session)


def left(suite):
    """an answer whose client leaves is written to its end"""
    suite.model.restart(grammar=WORDS)
    events = asked(suite, QUESTION)
    session = next(filter(has_words, events))["sessionId"]
    events.close()

    def written():
        found = newest(suite, session)
        return None if found["isGenerating"] else found

    found = eventually("the answer has ended", written)
    assert CUT in found["content"] and not found["isStopped"] and not found["error"] and found["verification"], found
    answered(suite, QUESTION, session)


def too_long(suite):
    """a question that is longer than the model's window is refused with a sentence"""
    suite.model.restart()
    session = failed(suite, TOO_LONG, "provider_rejected")["sessionId"]
    refused(suite, TOO_LONG, "provider_rejected", session)
    answered(suite, QUESTION, session)


def pictures(suite):
    """a picture that the model cannot see is left out: its text is asked about"""
    suite.model.restart()
    picture = "data:image/png;base64," + base64.b64encode(suite.plate.read_bytes()).decode()
    answered(suite, "What is this?", images=[picture])


def broken(suite):
    """when its server dies in the middle of an answer, a sentence says so until it is back"""
    suite.model.restart(grammar=WORDS)
    events = asked(suite, QUESTION)
    begun = next(filter(has_words, events))
    suite.model.kill()
    *_, last = events
    equal((last["done"], last.get("code")), (True, "provider_unavailable"), f"{last}")
    stored = newest(suite, last["sessionId"])
    assert stored["content"].startswith(begun["fullText"]) and stored["isStopped"], stored
    equal(last["fullText"], f"{stored['content']}\n\n{stored['error']['message']}")
    session = failed(suite, QUESTION, "provider_unavailable", last["sessionId"])["sessionId"]
    refused(suite, QUESTION, "provider_unavailable", session)
    suite.model.start()
    answered(suite, QUESTION, session)


def keys(suite):
    """a key that its server refuses is told"""
    suite.model.restart(key="another key")
    session = failed(suite, QUESTION, "provider_rejected")["sessionId"]
    suite.model.restart()
    answered(suite, QUESTION, session)


CHECKS = [answer, long, lie, socket, stopped, left, too_long, pictures, broken, keys]
