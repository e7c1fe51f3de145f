"""PP-OCR: text on pictures, read line by line. Only the characters of Latin scripts and of technical texts are kept."""

import json

import onnx
from onnx import numpy_helper

# Letters of Latin scripts end here.
LATIN = 0x180
TECHNICAL = "ȘșȚț–—‘’“”„†‡•…‰′″€™Ω℃℉№⅓⅔⅛⅜⅝⅞←↑→↓↔∅∆∑−√∞∠≈≠≤≥⌀ΑΒΓΔΕΘΛΞΠΣΦΨΩαβγδεηθλμνπρστφψω▲▼◀▶●○■□★☆✓✔⚠Ⅰ Ⅱ Ⅲ Ⅳ Ⅴ Ⅵ"


def convert(inputs):
    """The files of the model by name, from those of the package."""
    detector = onnx.load_from_string(inputs["detector.onnx"])
    recogniser = onnx.load_from_string(inputs["recogniser.onnx"])
    characters = next(prop.value for prop in recogniser.metadata_props if prop.key == "character").split("\n")
    # The first class is no character, the last one is a space.
    kept = [0, *(at + 1 for at, one in enumerate(characters) if wanted(one)), len(characters) + 1]
    for weight in recogniser.graph.initializer:
        if len(characters) + 2 in weight.dims:
            array = numpy_helper.to_array(weight)
            weight.CopyFrom(numpy_helper.from_array(array[..., kept], weight.name))
    del recogniser.metadata_props[:]
    del recogniser.graph.value_info[:]
    for model in (detector, recogniser):
        for output in model.graph.output:
            # Named by what they were computed from.
            output.type.tensor_type.ClearField("shape")
    names = [characters[at - 1] for at in kept[1:-1]] + [" "]
    return {
        "detector.onnx": detector.SerializeToString(deterministic=True),
        "recogniser.onnx": recogniser.SerializeToString(deterministic=True),
        "characters.json": json.dumps(names, ensure_ascii=False).encode(),
    }


def wanted(character):
    return ord(character) < LATIN or character in TECHNICAL
