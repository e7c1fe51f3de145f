"""Relays connections to a port of this machine, holding as few bytes as possible: when this process is stopped
(SIGSTOP), the server soon cannot send any more."""

import socket
import sys
import threading


def connect(port):
    connection = socket.socket()
    # The smaller the receive buffer and the segments, the less the kernel buffers on the server's side too.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 256)
    connection.connect(("127.0.0.1", port))
    return connection


def copy(source, target):
    try:
        while data := source.recv(4096):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the connection is gone


def main():
    port = int(sys.argv[1])
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        client, _ = listener.accept()
        server = connect(port)
        for ends in ((client, server), (server, client)):
            threading.Thread(target=copy, args=ends, daemon=True).start()


if __name__ == "__main__":
    main()
