"""Asking about a photo."""

import base64
import mimetypes

from chat import ask
from client import fail, step


def show(gateway, services, photo, question):
    """What is read on a photo, what it leads to, and a question about it."""
    step(f"\nShowing {photo.name}")
    data = photo.read_bytes()
    explained = services.send_file("/api/v1/vision/explain", photo.name, data)
    if explained is None:
        return
    print("  " + explained["explanation"].strip().replace("\n", "\n  "))
    step(f"\nAsking about it: {question}\n")
    kind = mimetypes.guess_type(photo.name)[0] or "image/png"
    last, _ = ask(gateway, question, [f"data:{kind};base64,{base64.b64encode(data).decode()}"])
    if not last["citations"]:
        fail("the photo leads to no page of the manual")
