"""As much of a WebSocket client (RFC 6455) as the scripts need."""

import base64
import os
import socket
import ssl
import struct
import urllib.parse

from intellimaint.terminal import Failure

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class WebSocket:
    """A connection to the whole address `url` (ws or http, with or without TLS)."""

    def __init__(self, url, headers=None, timeout=60):
        address = urllib.parse.urlsplit(url)
        secure = address.scheme in ("https", "wss")
        connection = socket.create_connection((address.hostname, address.port or (443 if secure else 80)), timeout)
        if secure:
            connection = ssl.create_default_context().wrap_socket(connection, server_hostname=address.hostname)
        path = address._replace(scheme="", netloc="", fragment="").geturl()
        key = base64.b64encode(os.urandom(16)).decode()
        sent = {"Host": address.netloc, "Upgrade": "websocket", "Connection": "Upgrade"}
        sent |= {"Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13", **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        connection.sendall(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        self.connection, self.stream = connection, connection.makefile("rb")
        self.close_code = None
        status = self.stream.readline().decode(errors="replace").strip()
        while self.stream.readline().strip():
            pass
        if " 101 " not in f"{status} ":
            self.stream.close()
            connection.close()
            raise Failure(f"the WebSocket was refused: {status}")

    def send(self, data):
        """A text frame for a str, a binary one for bytes."""
        kind, payload = (TEXT, data.encode()) if isinstance(data, str) else (BINARY, data)
        self.frame(kind, payload)

    def frame(self, kind, payload):
        size = len(payload)
        head = bytes([0x80 | kind])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += bytes([0x80 | 126]) + struct.pack(">H", size)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", size)
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        self.connection.sendall(head + mask + masked)

    def receive(self):
        """The next message: a str, bytes, or none at the end, when `close_code` says why."""
        try:
            return self.message()
        except TimeoutError:
            raise Failure("the WebSocket stays silent") from None
        except ConnectionError:
            return None

    def message(self):
        kind, message = None, b""
        while True:
            head = self.stream.read(2)
            if len(head) < 2:
                return None
            size = head[1] & 0x7F
            if size == 126:
                size = struct.unpack(">H", self.stream.read(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.stream.read(8))[0]
            payload = self.stream.read(size)
            opcode = head[0] & 0x0F
            if opcode == CLOSE:
                self.close_code = struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else None
                return None
            if opcode == PING:
                self.frame(PONG, payload)
                continue
            if opcode == PONG:
                continue
            kind = kind or opcode
            message += payload
            if head[0] & 0x80:
                return message.decode() if kind == TEXT else message

    def close(self):
        self.frame(CLOSE, struct.pack(">H", 1000))
        self.break_off()

    def break_off(self):
        """Ends the connection without a word, as a network does that is gone."""
        self.stream.close()
        self.connection.close()


class VoiceSocket(WebSocket):
    """The voice WebSocket at `url` (the services' address, or its own), with a bearer token or a ticket."""

    def __init__(self, url, token=None, ticket=None):
        path = "" if url.rstrip("/").endswith("/stream") else "/api/v1/stream"
        query = f"?ticket={urllib.parse.quote(ticket)}" if ticket else ""
        super().__init__(url.rstrip("/") + path + query, {"Authorization": f"Bearer {token}"} if token else None)
