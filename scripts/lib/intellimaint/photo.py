"""Asking about a photo."""

import base64
import mimetypes

from intellimaint.chat import ask
from intellimaint.terminal import Failure, step


def as_data_url(photo):
    kind = mimetypes.guess_type(photo.name)[0] or "image/png"
    return f"data:{kind};base64,{base64.b64encode(photo.read_bytes()).decode()}"


def show(gateway, services, photo, question):
    """What is read on a photo, what it leads to, and a question about it."""
    step(f"\nShowing {photo.name}")
    explained = services.send_file("/api/v1/vision/explain", photo.name, photo.read_bytes())
    if explained is None:
        return
    print("  " + explained["explanation"].strip().replace("\n", "\n  "))
    step(f"\nAsking about it: {question}\n")
    last, _ = ask(gateway, question, [as_data_url(photo)])
    if not last["citations"]:
        raise Failure("the photo leads to no page of the manual")
