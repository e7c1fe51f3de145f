"""Packs programs into the zips that template.yaml names, and models into its layers. PDFium and its
licence texts go into the zips of the functions that read PDFs, at lib/pdfium.

    pack.py [--strip] --models FOLDER --pdfium FOLDER NAME=PROGRAM…

The same content makes the same zip, byte for byte, so that a deployment that changes nothing uploads
nothing. What was packed from a file that has not changed since is left as it is.
"""

import argparse
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / ".build"
# What Lambda allows: a function and its layers, unpacked.
LIMIT = 250 * 1024 * 1024
# The layers by the names of their zips: models, each a folder.
LAYERS = {
    "search-model": ["all-minilm-l6-v2"],
    "speech-models": ["silero-vad", "moonshine-base-en", "piper-en-us-joe"],
    "reading-model": ["pp-ocr-v6-small"],
}
# The layers of the functions that have some.
USED = {
    "asr": ["speech-models"],
    "chat": ["search-model", "reading-model"],
    "ingest": ["search-model", "reading-model"],
    "rag": ["search-model"],
    "vision": ["search-model", "reading-model"],
}
# Functions that read PDFs, or draw their pages.
READ_PDFS = ("batches", "extract", "ingest", "repository")
EPOCH = (1980, 1, 1, 0, 0, 0)


def state(files, *more):
    """Changes when one of the files does."""
    stats = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return hashlib.sha256(json.dumps([stats, more]).encode()).hexdigest()


def write(target, entries, level):
    """Writes a zip of `(name, file, mode)`; whole or not at all."""
    unfinished = target.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, file, mode in entries:
            info = zipfile.ZipInfo(name, EPOCH)
            info.external_attr = mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as into, file.open("rb") as source:
                while block := source.read(1 << 20):
                    into.write(block)
    unfinished.replace(target)


def packed(target, files, strip, make):
    """Makes the zip unless it was made from just these files."""
    mark, wanted = target.with_suffix(".state"), state(files, strip)
    if not (target.is_file() and mark.is_file() and mark.read_text() == wanted):
        make()
        mark.write_text(wanted)
    with zipfile.ZipFile(target) as archive:
        return sum(info.file_size for info in archive.infolist())


def pack_program(target, program, strip, libraries):
    def make():
        if not strip:
            write(target, [("bootstrap", program, 0o755), *libraries], 6)
            return
        with tempfile.TemporaryDirectory() as folder:
            stripped = pathlib.Path(folder, "bootstrap")
            subprocess.run(["strip", "-o", stripped, program], check=True)
            write(target, [("bootstrap", stripped, 0o755), *libraries], 1)

    return packed(target, [program, *(file for _, file, _ in libraries)], strip, make)


def pdfium_entries(folder):
    """The library and its licence texts, by their places in a zip."""
    if not any(folder.glob("libpdfium.*")):
        sys.exit(f"{folder} has no library: scripts/pdfium fetches it")
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return [(f"lib/pdfium/{file.relative_to(folder)}", file, 0o644) for file in files]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strip", action="store_true", help="without debug information, and compressed fast")
    parser.add_argument("--models", type=pathlib.Path, required=True, metavar="FOLDER")
    parser.add_argument("--pdfium", type=pathlib.Path, required=True, metavar="FOLDER")
    parser.add_argument("programs", nargs="+", metavar="NAME=PROGRAM")
    options = parser.parse_args()
    BUILD.mkdir(exist_ok=True)

    layers = {}
    for name, models in LAYERS.items():
        files = [file for model in models for file in sorted((options.models / model).glob("*"))]
        if not files:
            sys.exit(f"{options.models} lacks {', '.join(models)}: scripts/models makes them")
        entries = [(f"models/{file.parent.name}/{file.name}", file, 0o644) for file in files]
        target = BUILD / f"{name}.zip"
        layers[name] = packed(target, files, False, lambda target=target, entries=entries: write(target, entries, 6))

    pdfium = pdfium_entries(options.pdfium)
    print(f"{'':14} {'zip':>10} {'unpacked':>10}")
    too_large = []
    sizes = [(name, BUILD / f"{name}.zip", size) for name, size in layers.items()]
    for pair in options.programs:
        name, program = pair.split("=", 1)
        target = BUILD / f"{name}.zip"
        libraries = pdfium if name in READ_PDFS else []
        sizes.append((name, target, pack_program(target, pathlib.Path(program), options.strip, libraries)))
    for name, target, unpacked in sizes:
        print(f"{name:14} {target.stat().st_size / 2**20:6.1f} MiB {unpacked / 2**20:6.1f} MiB")
        if unpacked + sum(layers[layer] for layer in USED.get(name, [])) > LIMIT:
            too_large.append(name)
    if too_large and not options.strip:
        sys.exit(f"Lambda takes 250 MiB with its layers: too large are {', '.join(too_large)}")


if __name__ == "__main__":
    main()
