"""Deletes a user of a system: finds the system, and has intellimaint-admin do it."""

import argparse
import os

from intellimaint import aws
from intellimaint.operations import admin


def main():
    parser = argparse.ArgumentParser(prog="scripts/delete-user", description="Deletes a user and everything of theirs.")
    parser.add_argument("user", metavar="EMAIL|ID", help="whom")
    aws.add_places(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args()
    command = [admin.program(), "delete-user", *(["--yes"] if options.yes else []), "--", options.user]
    os.execve(command[0], command, admin.whole_system(options))


if __name__ == "__main__":
    aws.run(main)
