"""Compares our ingest with pdftotext and onnxruntime, all on one core.

Ours: PDF to pages, outline and chunks, embeddings, search segment. Theirs: PDF to text, and
embeddings of the chunks that ours made. They take turns for several rounds; each figure is the
median round. Prints one table, with the size of the stored segment beside it. Called by scripts/bench ingest.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

from embedding import Reference


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--model", type=pathlib.Path, required=True)
    arguments.add_argument("--driver", type=pathlib.Path, required=True)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("manuals", type=pathlib.Path, nargs="+")
    arguments = arguments.parse_args()

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    else:
        print("bench: processes cannot be held to one core here", file=sys.stderr)
    reference = Reference(arguments.model)
    print(
        f"{'manual':<28}{'pages':>6}{'chunks':>7} |{'read s':>8}{'embed s':>9}{'other s':>9}{'pages/s':>9}"
        f" |{'read s':>8}{'embed s':>9}{'pages/s':>9} |{'ratio':>7} |{'KiB/page':>9}"
    )
    for manual in arguments.manuals:
        rounds = [run_round(reference, manual, arguments) for _ in range(arguments.rounds)]
        report(manual.stem, rounds)


def run_round(reference, manual, arguments):
    command = [arguments.driver, arguments.model, manual]
    ours = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    start = time.perf_counter()
    subprocess.run(["pdftotext", manual, "-"], check=True, capture_output=True)
    read = time.perf_counter() - start
    # The better of one by one and sorted batches: the yardstick at its best.
    embed = min(timed(reference.embed, ours["texts"], size) for size in (1, 8))
    return ours, {"read": read, "embed": embed}


def timed(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def report(name, rounds):
    pages, chunks = rounds[0][0]["pages"], len(rounds[0][0]["texts"])
    ours = {part: statistics.median(ours[part] for ours, _ in rounds) for part in ("read", "embed", "other")}
    theirs = {part: statistics.median(theirs[part] for _, theirs in rounds) for part in ("read", "embed")}
    speed, their_speed = pages / sum(ours.values()), pages / sum(theirs.values())
    print(
        f"{name:<28}{pages:>6}{chunks:>7} |{ours['read']:>8.2f}{ours['embed']:>9.2f}{ours['other']:>9.2f}{speed:>9.1f}"
        f" |{theirs['read']:>8.2f}{theirs['embed']:>9.2f}{their_speed:>9.1f} |{speed / their_speed:>7.2f}"
        f" |{rounds[0][0]['segmentBytes'] / 1024 / pages:>9.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
