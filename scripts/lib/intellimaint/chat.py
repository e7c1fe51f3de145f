"""Asking in writing, with or without a picture, and reading along."""

import re
import sys
import time

from intellimaint.terminal import Failure


def show_data(last):
    """What the answer says as data: its warnings, figures that nobody should rely on, and the marked pages."""
    print()
    for warning in last.get("warnings") or []:
        print(f"  {warning['kind']}, page {warning['page']}: {warning['text']}")
    verification = last.get("verification") or {"checked": 0, "unverified": []}
    print(f"  {verification['checked']} figures checked, {len(verification['unverified'])} not verified")
    for figure in verification["unverified"]:
        print(f"  ⚠ not verified: {figure['text']} ({figure['reason'].replace('_', ' ')})")
    for address in re.findall(r"\]\((http[^)\s]*/pages/\d+/image[^)\s]*)\)", last.get("fullText") or ""):
        print(f"  the marked page: {address}")


def ask(gateway, question, images=()):
    """Streams the answer to the terminal; the last event, and how many pieces of text came before it."""
    started, first, shown, pieces, last = time.monotonic(), None, "", 0, None
    for event in gateway.events("/api/v1/chat/messages/stream", {"content": question, "images": list(images)}):
        text = event.get("fullText") or ""
        if event.get("done"):
            last = event
            break
        if len(text) > len(shown):
            pieces += 1
            first = first or time.monotonic() - started
            sys.stdout.write(text[len(shown) :])
            sys.stdout.flush()
            shown = text
    if last is None:
        raise Failure("the stream ended without its last event")
    print(last["fullText"][len(shown) :])
    if last.get("error"):
        raise Failure(f"the answer failed: {last['error']}")
    show_data(last)
    print(f"\n  first text after {first or 0:.2f} s, all after {time.monotonic() - started:.2f} s, in {pieces} pieces")
    return last, pieces
