"""A language model for whoever wants to interrupt it: it writes a word every tenth of a second."""

import http.server
import json
import threading
import time

A_MINUTE = 600


class SlowModel:
    """An OpenAI-compatible endpoint on this machine. It answers with so many words, or with one text at once, or with
    the tokens that `answer` yields for a question and its number of pictures. If `answer` raises an OSError, the answer
    breaks off."""

    def __init__(self, words=A_MINUTE, text=None, answer=None, pause=0.1):
        pieces = [f"word{count} " for count in range(words)] if text is None else [text]
        self.answer, self.pause = answer or (lambda *_: pieces), pause

    def __enter__(self):
        self.asked = 0
        model = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                model.asked += 1
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                try:
                    for text in model.answer(*question_of(request)):
                        piece = {"choices": [{"index": 0, "delta": {"content": text}}]}
                        self.wfile.write(f"data: {json.dumps(piece)}\n\n".encode())
                        self.wfile.flush()
                        time.sleep(model.pause)
                    self.wfile.write(b"data: [DONE]\n\n")
                except OSError:
                    pass  # the client is gone, or `answer` breaks off

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


def question_of(request):
    """The text of the question and the number of its pictures. The last message of a request ends with the question."""
    content = request["messages"][-1]["content"]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    text = "".join(part["text"] for part in parts if part["type"] == "text")
    return text.rpartition("Question: ")[2], sum(part["type"] == "image_url" for part in parts)
