"""Starts the stream image beside a local system and uses it: voice, and chat over Socket.IO."""

import argparse
import contextlib
import json
import secrets

from intellimaint import ROOT
from intellimaint.local_system import LocalSystem, free_ports, get, wait_for_health
from intellimaint.manual import upload, wait_until_ready
from intellimaint.slow_model import SlowModel
from intellimaint.socketio import Chat
from intellimaint.stream_image import engine, root
from intellimaint.terminal import Failure, run, say
from intellimaint.voice import ask_aloud, spoken
from intellimaint.websocket import VoiceSocket

QUESTION = "What is the working pressure of the unit?"
DRAIN_SECONDS, READING_SECONDS = 40, 120
SERVICE_RESTARTS = 1012  # the close code of a draining server (RFC 6455, IANA's registry)
PAGE = "http://localhost:3001"  # the frontend's origin in development


def main():
    parser = argparse.ArgumentParser(prog="stream-image")
    parser.add_argument("--root", action="store_true", help="assemble the root file system instead of an image")
    parser.add_argument("--debug", action="store_true", help="with --root: the program of the development profile")
    options = parser.parse_args()
    found = None if options.root else engine.available()
    if found is None and (reason := root.why_not()):
        say(f"Skipped: there is no container engine, and {reason}.")
        return
    container = engine.Container(found) if found else root.Root(options.debug)
    container.build()
    with LocalSystem() as system:
        token = system.sign_up()
        with started(container, system) as port:
            is_nobody_special(container)
            answers_aloud(port, system, token)
            answers_in_writing(port, system, token)
        with (
            SlowModel(words=50) as model,
            started(container, system, LANGUAGE_MODEL="openai", OPENAI_BASE_URL=model.url) as port,
        ):
            drains(container, port, token)
        # Answers that take three seconds: a draining container has five for those whose client is gone.
        with SlowModel(words=30) as model:
            slow = {"LANGUAGE_MODEL": "openai", "OPENAI_BASE_URL": model.url}
            with started(container, system, **slow) as port:
                is_left_in_an_answer(container, port, token, system.sign_up())
            system.gateway.token = token
            with started(container, system, **slow) as port:
                hands_over_the_answer(port, system, token)


@contextlib.contextmanager
def started(container, system, **variables):
    """The container, healthy, at a port."""
    port = free_ports(1)[0]
    container.start({**system.environment(), "STREAM_ADDRESS": f"127.0.0.1:{port}", **variables})
    try:
        wait_for_health(port)
        yield port
    except Failure:
        say(f"Its log:\n{container.log()[-3000:]}")
        raise
    finally:
        container.remove()


def is_nobody_special(container):
    if not container.succeeds("sh", "-c", f'test "$(id -u)" = {root.USER}'):
        raise Failure("It does not run as the user of the image.")
    writable = [
        path for path in ("/", "/opt", "/usr/local/bin", "/tmp") if container.succeeds("touch", f"{path}/written")
    ]
    if writable != ["/tmp"]:
        raise Failure(f"What can be written to is {writable}, not /tmp alone.")
    say(f"✓ It starts as user {root.USER}, is healthy, and can write to nothing but /tmp.")


def answers_aloud(port, system, token):
    document = upload(system.gateway, ROOT / ".local" / "sample-manual.pdf")
    wait_until_ready(system.gateway, document, READING_SECONDS)
    question = spoken(system.services, QUESTION)
    if question is None:
        raise Failure("Nothing here can speak the question: install flite or espeak-ng.")
    answer = ask_aloud(f"http://127.0.0.1:{port}", token, question)
    if not answer.startswith(b"RIFF") or len(answer) < 10_000:
        raise Failure("The answer was not spoken.")
    status, figures = get(port, "/metrics")
    if status != 200 or 'outcome="answered"} 1' not in figures:
        raise Failure(f"Its figures do not show the turn:\n{figures}")
    say("✓ It answers a spoken question aloud.")


def chat(port, token):
    """Chat as a page of the frontend, whose cookies name the user of the token."""
    return Chat(f"http://127.0.0.1:{port}", {"access_token": token}, PAGE)


def newest_session(system):
    """The session that was asked last, as the list shows it: with its last message alone."""
    return system.gateway.call("GET", "/api/v1/chat/sessions?page=1&limit=5")["data"]["sessions"][0]


def answers_in_writing(port, system, token):
    page, fake = chat(port, token), f"fake-{secrets.token_hex(8)}"
    page.ask_first(QUESTION, fake)
    text, message = page.answer()
    page.close()
    session = newest_session(system)
    if "160 bar" not in text or not session["title"]:
        raise Failure(f"The session {session['title']} was answered with {text!r}.")
    last = session["messages"][0]
    if (last["id"], last["content"]) != (message, text):
        raise Failure(f"{text!r} was sent, and this is stored: {last['content']!r}")
    say("✓ It answers a question over Socket.IO, and what it sends is what is stored.")


def is_left_in_an_answer(container, port, token, other):
    """On SIGTERM in the middle of an answer whose page has just lost its network."""
    idle, busy = chat(port, other), chat(port, token)
    busy.ask_first(QUESTION, f"fake-{secrets.token_hex(8)}")
    for chunk in busy.chunks():
        if chunk["stage"] == "llm-generation":
            break
    busy.break_off()
    container.terminate()
    # A failure if the server says goodbye: the page would not connect again.
    while idle.receive() is not None:
        pass
    status = container.wait(DRAIN_SECONDS)
    if status != 0:
        raise Failure(f"It ends with status {status}.")
    say("✓ On SIGTERM it closes idle chats so that they connect again, and exits with 0.")


def hands_over_the_answer(port, system, token):
    """The page connects again, at a container that has not written the answer."""
    page = chat(port, token)
    told = next(page.told())
    page.close()
    last = newest_session(system)["messages"][0]
    if told["stage"] != "complete" or told["messageId"] != last["id"]:
        raise Failure(f"After the restart the page is told {told}, and {last} is stored.")
    if "word29" not in last["content"]:
        raise Failure(f"The answer that was being written was cut: {last['content']!r}")
    say("✓ After the restart it tells the page that the answer is complete, and it is stored whole.")


def drains(container, port, token):
    """On SIGTERM in the middle of an answer, which takes five seconds to write."""
    idle, busy = VoiceSocket(f"http://127.0.0.1:{port}", token), VoiceSocket(f"http://127.0.0.1:{port}", token)
    busy.send(json.dumps({"type": "final_text", "text": QUESTION}))
    while json.loads(text_of(busy))["type"] != "token":
        pass
    container.terminate()
    while idle.receive() is not None:
        pass
    if idle.close_code != SERVICE_RESTARTS:
        raise Failure(f"An idle connection is closed with {idle.close_code}, not {SERVICE_RESTARTS}.")
    status, health = get(port, "/health")
    if status != 503 or json.loads(health)["status"] != "draining":
        raise Failure(f"Its health while draining is {status}: {health}")
    frame = {}
    while frame.get("type") != "final":
        frame = json.loads(text_of(busy))
    if "word49" not in frame["response"]:
        raise Failure(f"The answer that was being written was cut: {frame}")
    status = container.wait(DRAIN_SECONDS)
    if status != 0:
        raise Failure(f"It ends with status {status}.")
    say("✓ On SIGTERM it sends idle clients elsewhere, finishes the answer that is being written, and exits with 0.")


def text_of(connection):
    """The next text frame; sound between is passed over."""
    while True:
        message = connection.receive()
        if message is None:
            raise Failure(f"The connection was closed ({connection.close_code}) before the turn had ended.")
        if isinstance(message, str):
            return message


if __name__ == "__main__":
    run(main)
