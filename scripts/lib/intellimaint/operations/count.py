"""Counts what a system holds: finds the system, and has intellimaint-admin do it."""

import argparse
import os

from intellimaint import aws
from intellimaint.operations import admin


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/count", description="Counts everything anew that administrators see figures of."
    )
    aws.add_places(parser)
    options = parser.parse_args()
    command = [admin.program(), "count"]
    os.execve(command[0], command, admin.storage(*aws.places(options, os.environ)))


if __name__ == "__main__":
    aws.run(main)
