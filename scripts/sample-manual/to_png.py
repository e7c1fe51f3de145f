"""Draws the data plate of the pump in the sample manual, as a photo of it would show it."""

import sys

from PIL import Image, ImageDraw, ImageFont

LINES = [
    (54, "HYDRAULIC POWER UNIT HP-40"),
    (40, "GEAR PUMP  GP-22"),
    (34, "SERIAL NO.  HP40-0917"),
    (34, "WORKING PRESSURE  160 BAR"),
    (34, "RESERVOIR  40 LITRES"),
]


def main(target: str) -> None:
    plate = Image.new("L", (1000, 460), 214)
    draw = ImageDraw.Draw(plate)
    draw.rounded_rectangle((18, 18, 982, 442), radius=24, outline=60, width=5)
    top = 56
    for size, text in LINES:
        draw.text((64, top), text, fill=24, font=ImageFont.load_default(size))
        top += size + 34
    # Held by hand: a little askew, on a darker wall.
    photo = Image.new("L", (1240, 720), 120)
    photo.paste(plate, (120, 130))
    photo.rotate(2, resample=Image.Resampling.BICUBIC, fillcolor=120).save(target)


if __name__ == "__main__":
    main(sys.argv[1])
