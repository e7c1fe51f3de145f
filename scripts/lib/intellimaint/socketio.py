"""As much of a Socket.IO client (protocol 5 over Engine.IO 4, WebSocket only) as chat needs.

Packets are text frames: a digit of Engine.IO; for messages a digit of Socket.IO, the namespace and a comma, the number
of an acknowledgement where one is asked for, and JSON. <https://socket.io/docs/v4/socket-io-protocol/>
"""

import itertools
import json
import re
import urllib.parse

from intellimaint.terminal import Failure
from intellimaint.websocket import WebSocket

OPEN, CLOSE, PING, PONG, MESSAGE = "0", "1", "2", "3", "4"
CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR = "0", "1", "2", "3", "4"
PACKET = re.compile(r"(\d)(?:(/[^,]*),)?(\d*)(.*)", re.S)


class SocketIo:
    """A connection to a namespace, from a page of `page` (an origin), signed in by `cookies` alone."""

    def __init__(self, server, cookies, page, namespace="/chat"):
        address = urllib.parse.urlsplit(server)
        url = f"{address.scheme}://{address.netloc}/socket.io/?EIO=4&transport=websocket"
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self.socket = WebSocket(url, {"Origin": page, **({"Cookie": cookie} if cookie else {})})
        self.namespace, self.numbers = namespace, itertools.count()
        opened = self.socket.receive() or ""
        if not opened.startswith(OPEN) or "pingInterval" not in json.loads(opened[1:]):
            raise Failure(f"Engine.IO begins with {opened!r}")
        self.socket.send(f"{MESSAGE}{CONNECT}{namespace},")
        kind, data = EVENT, None
        while kind == EVENT:  # greetings may come first
            kind, data = self.packet() or (DISCONNECT, None)
        if kind != CONNECT or not data.get("sid"):
            raise Failure(f"{namespace} cannot be connected to: {kind} {data}")

    def emit(self, event, *arguments):
        """Sends an event and asks for its acknowledgement, which nobody waits for."""
        data = json.dumps([event, *arguments])
        self.socket.send(f"{MESSAGE}{EVENT}{self.namespace},{next(self.numbers)}{data}")

    def receive(self):
        """The next event and its argument (none where it has none); none when the connection is gone."""
        while packet := self.packet():
            kind, data = packet
            if kind == EVENT:
                return data[0], data[1] if len(data) > 1 else None
            # Final for the client: it would not connect again.
            if kind != ACK:
                raise Failure(f"the server ends the connection for good: {kind} {data}")
        return None

    def packet(self):
        """Type and data of the next packet in the namespace; none when the connection is gone."""
        while (frame := self.socket.receive()) is not None:
            if frame == PING:
                self.socket.send(PONG)
            elif frame == CLOSE:
                return None
            elif frame.startswith(MESSAGE):
                kind, namespace, _, text = PACKET.fullmatch(frame[1:]).groups()
                if namespace != self.namespace:
                    raise Failure(f"a packet for {namespace}, not for {self.namespace}: {frame}")
                return kind, json.loads(text) if text else None
        return None

    def close(self):
        self.socket.close()

    def break_off(self):
        """Leaves without a word."""
        self.socket.break_off()


class Chat(SocketIo):
    """Questions and answers as the newest frontend's chat page sends and reads them."""

    def ask_first(self, content, fake):
        """Begins a session; `fake` is the page's own name for it."""
        self.emit("stream-pipeline-message-new", {"content": content, "images": [], "fakeSessionId": fake})

    def ask(self, session, content):
        self.emit("stream-pipeline-message", {"sessionId": session, "content": content, "images": []})

    def told(self):
        """What the page is told, until the connection ends."""
        while event := self.receive():
            name, data = event
            if name == "pipeline-error":
                raise Refused(data["error"])
            if name == "pipeline-chunk":
                yield data
        raise Failure("the connection was closed before the answer had ended")

    def chunks(self):
        """What the page is told of the answer that it waits for, up to its end."""
        has_begun = False
        for chunk in self.told():
            # One that ends without having begun is an answer of an earlier connection.
            if chunk["stage"] == "complete" and not has_begun:
                continue
            has_begun = True
            yield chunk
            if chunk["stage"] in ("complete", "error"):
                return

    def answer(self):
        """The text of an answer, and the id of its message."""
        text = ""
        for chunk in self.chunks():
            if chunk["stage"] == "llm-generation":
                text += chunk["token"]
        if chunk["stage"] == "error":
            raise Refused(chunk["errorMessage"])
        return text, chunk["messageId"]


class Refused(Failure):
    """A question is refused, or its answer failed or was stopped."""
