"""Writes the figures of training and measure into the model card, between its marks; prose stays as it is.

Figures come from the checkpoints, from measure/classifier.json and from what `npm run measure:tiny -- --json` wrote.
"""

import argparse
import json
import re
from pathlib import Path

import torch

MEASURE = Path(__file__).parent / "measure"


def table(head, rows):
    """A table in Markdown."""
    lines = ["| " + " | ".join(str(cell) for cell in row) + " |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines)


def load(path):
    """A checkpoint, read from disk only where it is looked at."""
    return torch.load(path, map_location="cpu", mmap=True)


def percent(share):
    """A share in words."""
    return f"{share * 100:.1f} %"


def training_figures(autoencoder, diffusion, pictures, hardware):
    """What was trained and how long, as the checkpoints say."""
    rows = [
        ("autoencoder", f"{autoencoder['step']:,} steps" + (", then the decoder alone" if autoencoder.get("decoder_only") else "")),
        ("text encoder and UNet", f"{diffusion['step']:,} steps of 64 pictures, {diffusion['minutes'] / 60:.1f} hours"),
        ("pictures", f"{pictures:,}"),
        ("hardware", hardware),
    ]
    return table(("training", ""), rows)


def measure_figures(measured, classifier):
    """Table of all measures, one row for each set of settings, and the shapes of the first."""
    head = ("settings", "pictures", "object's colour", "background's colour", "both", "shape", "all three", "seconds, median")
    rows = []
    for one in measured:
        settings, total = one["settings"], one["summary"]["total"]
        name = f"{settings['steps']} steps {settings['sampler']}{' karras' if settings['karras'] else ''}, guidance {settings['cfg']:g}"
        rows.append((name, total["count"], *(percent(total[key]) for key in ("object", "background", "bothColors", "shape", "all")), f"{one['summary']['seconds']['median']:.2f}"))
    shapes = measured[0]["summary"]["byShape"]
    by_shape = table(("shape", *shapes), [("right", *(percent(shares["shape"]) for shares in shapes.values()))])
    judge = f"The classifier of shapes is itself right on {percent(classifier['fresh']['right'])} of {classifier['fresh']['pictures']:,} freshly drawn pictures, and on {percent(classifier['rebuilt']['right'])} of them after the autoencoder."
    return "\n\n".join((table(head, rows), by_shape, judge))


def filled(card, mark, text):
    """The card with the text between two marks replaced."""
    pattern = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", re.DOTALL)
    if not pattern.search(card):
        raise SystemExit(f"the card has no place marked {mark}")
    return pattern.sub(lambda found: f"{found[1]}{text}\n{found[2]}", card)


def main():
    """Fills the training part, and the measure part where there are measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("card", type=Path)
    parser.add_argument("autoencoder", type=Path)
    parser.add_argument("diffusion", type=Path)
    parser.add_argument("latents", type=Path)
    parser.add_argument("--hardware", required=True, help="the machine in words")
    parser.add_argument("--measured", type=Path, nargs="*", default=[], help="files of measure:tiny, the default settings first")
    args = parser.parse_args()
    pictures = len(load(args.latents)["latents"])
    card = filled(args.card.read_text(), "training", training_figures(load(args.autoencoder), load(args.diffusion), pictures, args.hardware))
    if args.measured:
        measured = [json.loads(path.read_text()) for path in args.measured]
        card = filled(card, "measure", measure_figures(measured, json.loads((MEASURE / "classifier.json").read_text())))
    args.card.write_text(card)


if __name__ == "__main__":
    main()
