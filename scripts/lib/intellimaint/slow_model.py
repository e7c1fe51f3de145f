"""A language model for whoever wants to interrupt it: it writes a word every tenth of a second."""

import http.server
import json
import threading
import time

A_MINUTE = 600


class SlowModel:
    """An OpenAI-compatible endpoint on this machine, whose answers have so many words; or one text, at once."""

    def __init__(self, words=A_MINUTE, text=None):
        self.pieces = [f"word{count} " for count in range(words)] if text is None else [text]

    def __enter__(self):
        self.asked = 0
        model = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                model.asked += 1
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                try:
                    for text in model.pieces:
                        piece = {"choices": [{"index": 0, "delta": {"content": text}}]}
                        self.wfile.write(f"data: {json.dumps(piece)}\n\n".encode())
                        self.wfile.flush()
                        time.sleep(0.1)
                    self.wfile.write(b"data: [DONE]\n\n")
                except OSError:
                    pass  # interrupted

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
