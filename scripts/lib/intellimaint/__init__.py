"""What the scripts share that are written in Python."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[3]
