"""Prints the frontend's environment, for a deployed stack or the local system."""

import argparse
import os

from intellimaint import aws, frontend
from intellimaint.operations.deployment import DEFAULT_STACK, addresses, outputs


def main():
    parser = argparse.ArgumentParser(prog="frontend-env", description=__doc__)
    parser.add_argument("stack", nargs="?", default=DEFAULT_STACK, help="default: %(default)s")
    parser.add_argument("--local", action="store_true", help="for scripts/dev, at GATEWAY_PORT and SERVICES_PORT")
    parser.add_argument(
        "--generation", choices=frontend.GENERATIONS, default=frontend.NEWEST, help="default: %(default)s"
    )
    options = parser.parse_args()
    found = local() if options.local else addresses(outputs(options.stack))
    print(frontend.environment(found, options.generation))


def local():
    return frontend.local(os.environ.get("GATEWAY_PORT") or 3000, os.environ.get("SERVICES_PORT") or 8000)


if __name__ == "__main__":
    aws.run(main)
