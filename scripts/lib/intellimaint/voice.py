"""Asking aloud: a recording goes in, a spoken answer comes out."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from intellimaint.terminal import Failure, step
from intellimaint.websocket import VoiceSocket

FRAME = 32 * 1024


def spoken(services, question):
    """A recording of the question; none where nothing here can speak."""
    # Flite's voices are recorded from people: the small offline recogniser understands them better.
    if shutil.which("flite"):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "question.wav")
            subprocess.run(["flite", "-voice", "rms", "-t", question, "-o", file], check=True)
            return file.read_bytes()
    return services.sound(question)


def ask_aloud(stream, token, recording):
    """Sends a WAV file as a microphone would; the recording of the answer."""
    socket = VoiceSocket(stream, token)
    socket.send(json.dumps({"type": "config", "format": "wav", "audio": "turn", "transcript": True}))
    for at in range(0, len(recording), FRAME):
        socket.send(recording[at : at + FRAME])
    socket.send(json.dumps({"type": "audio_end"}))
    ended, final, sound = time.monotonic(), None, None
    while final is None or sound is None:
        message = socket.receive()
        if message is None:
            raise Failure("the WebSocket was closed in the middle of the turn")
        if isinstance(message, bytes):
            sound = message
            print(f"\n  sound after {time.monotonic() - ended:.2f} s", end="")
            continue
        frame = json.loads(message)
        if frame["type"] == "transcript" and frame["final"]:
            print(f"  understood after {time.monotonic() - ended:.2f} s: {frame['text'] or '(nothing)'}\n")
            if not frame["text"]:
                raise Failure("the question was not understood")
        elif frame["type"] == "token":
            sys.stdout.write(frame["token"])
            sys.stdout.flush()
        elif frame["type"] == "final":
            final = frame
        elif frame["type"] == "error":
            raise Failure(f"the spoken turn failed: {frame['message']}")
    socket.close()
    print()
    if not final["sessionId"] or not final["response"]:
        raise Failure("the spoken turn has no answer")
    return sound


def talk(services, stream, question, recording, folder):
    """Speaks the question, hears the answer, and writes down what was heard. Without a stream, only what
    was said is written down."""
    step(f"\nAsking aloud: {question if recording is None else recording.name}")
    sound = recording.read_bytes() if recording else spoken(services, question)
    if sound is None:
        return
    heard = services.send_file("/api/v1/asr/transcribe", "question.wav", sound)
    if heard is None:
        return
    print(f"  transcribed: {heard['data'] or '(nothing)'}")
    if services.sound("Ready.") is None:
        return
    if stream is None:
        print("  skipped: the WebSocket is not deployed")
        return
    answer = ask_aloud(stream, services.token, sound)
    if not answer.startswith(b"RIFF"):
        raise Failure("the spoken answer is no WAV file")
    file = folder / "demo-answer.wav"
    file.write_bytes(answer)
    print(f"  the answer to listen to: {file} ({len(answer) / 1e6:.1f} MB)")
    back = services.send_file("/api/v1/asr/transcribe", "answer.wav", answer)
    if not back or not back["data"]:
        raise Failure("the spoken answer cannot be understood")
    print(f"  transcribed back: {back['data'][:160]}")
