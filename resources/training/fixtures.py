"""Draws the pictures on which the judges of e2e/measure are tried: every pair of object and background colour.

`python fixtures.py ../../e2e/measure/fixtures/drawn` writes drawn.webp, one sheet row by row without loss, and drawn.json.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from captions import box_of
from draw import NAMES, SHAPES, draw

COLUMNS = 12


def pairs():
    """Colour pairs in a fixed order with the shapes in turn, so that each colour meets each shape."""
    found = [(colour, background) for colour in NAMES for background in NAMES if background != colour]
    return [(colour, SHAPES[i % len(SHAPES)], background) for i, (colour, background) in enumerate(found)]


def main():
    """Draws the sheet; the same seed gives the same pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=Path, help="path without ending")
    parser.add_argument("--seed", type=int, default=777)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    chosen = pairs()
    pictures = []
    for colour, shape, background in chosen:
        item = {"shape": shape, "colour": colour, "size": None, "place": None, "box": box_of(rng, None, None)}
        pictures.append(draw({"kind": "objects", "objects": [item], "background": background, "ground": None, "style": "flat"}, rng))
    rows = [np.concatenate(pictures[i : i + COLUMNS], 1) for i in range(0, len(pictures), COLUMNS)]
    Image.fromarray(np.concatenate(rows)).save(args.target.with_suffix(".webp"), lossless=True, quality=100, method=6)
    lines = ",\n".join(f'    {{ "colour": "{c}", "shape": "{s}", "background": "{b}" }}' for c, s, b in chosen)
    args.target.with_suffix(".json").write_text(f'{{\n  "columns": {COLUMNS},\n  "pictures": [\n{lines}\n  ]\n}}\n')


if __name__ == "__main__":
    main()
