"""Doing much at the same time, and saying how far it is."""

import concurrent.futures
import threading
import time

from intellimaint.terminal import say

WORKERS = 8


def side_by_side(function, things, workers=WORKERS):
    """Calls `function` with each thing on several threads, holding no more of them than needed. The
    first failure ends it."""
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        waiting = set()
        try:
            for thing in things:
                waiting.add(pool.submit(function, thing))
                if len(waiting) >= 4 * workers:
                    done, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
                    for future in done:
                        future.result()
            for future in concurrent.futures.as_completed(waiting):
                future.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


class Progress:
    """Counts, and says every few seconds how far it is."""

    def __init__(self, what, every=5):
        self.what, self.every = what, every
        self.count = self.bytes = 0
        self.lock = threading.Lock()
        self.said = time.monotonic()

    def add(self, count=1, size=0):
        with self.lock:
            self.count += count
            self.bytes += size
            if time.monotonic() - self.said >= self.every:
                self.said = time.monotonic()
                say(f"  {self}")

    def __str__(self):
        return f"{self.count:,} {self.what}" + (f", {self.bytes / 2**20:,.1f} MiB" if self.bytes else "")
