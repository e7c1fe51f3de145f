"""Turns the sample manual's Markdown (headings, paragraphs, `---` as page break) into a PDF."""

import sys
from datetime import datetime, timezone

from fpdf import FPDF

SIZES = {1: 18, 2: 14}


class Manual(FPDF):
    def footer(self):
        self.set_y(-15)
        self.set_font("helvetica", size=8)
        self.cell(0, 10, f"HP40-OM-3    {self.page_no()}", align="C")


def main(source: str, target: str) -> None:
    pdf = Manual(format="A4")
    pdf.set_title("HP-40 Hydraulic Power Unit, Operation and Maintenance Manual")
    pdf.set_creation_date(datetime(2026, 1, 1, tzinfo=timezone.utc))  # the same file every time
    pdf.add_page()
    with open(source, encoding="utf-8") as lines:
        for line in (line.strip() for line in lines):
            if line == "---":
                pdf.add_page()
            elif line.startswith("#"):
                level = len(line) - len(line.lstrip("#"))
                pdf.set_font("helvetica", style="B", size=SIZES.get(level, 12))
                pdf.multi_cell(0, 10, line.lstrip("# "), new_x="LMARGIN", new_y="NEXT")
            elif line == "":
                pdf.ln(2)
            else:
                pdf.set_font("helvetica", size=11)
                pdf.multi_cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    pdf.output(target)


if __name__ == "__main__":
    main(*sys.argv[1:3])
