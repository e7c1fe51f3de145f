"""Prints the frontend's environment for a deployed stack."""

import argparse

from intellimaint import aws
from intellimaint.operations.deployment import DEFAULT_STACK, frontend_environment, outputs


def main():
    parser = argparse.ArgumentParser(prog="frontend-env", description=__doc__)
    parser.add_argument("stack", nargs="?", default=DEFAULT_STACK, help="default: %(default)s")
    for variable, value in frontend_environment(outputs(parser.parse_args().stack)).items():
        print(f"{variable}={value}")


if __name__ == "__main__":
    aws.run(main)
