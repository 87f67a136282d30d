"""Draws the training set into shards: pictures (uint8, memory-mapped) and their specs (JSON lines)."""

import argparse
import json
from multiprocessing import Pool
from pathlib import Path

import numpy as np

from captions import held_out, make_spec
from draw import draw

SHARD = 4000


def draw_shard(job):
    """Draws shard `index` of a folder, unless it is there already."""
    folder, index, size = job
    pictures = folder / f"pictures-{index:03}.npy"
    if pictures.exists():
        return
    rng = np.random.default_rng([7, index])
    forbidden = held_out()
    part = pictures.with_suffix(".part")
    array = np.lib.format.open_memmap(part, "w+", np.uint8, (SHARD, size, size, 3))
    with open(folder / f"specs-{index:03}.jsonl", "w") as lines:
        for row in array:
            spec = make_spec(rng, forbidden)
            row[:] = draw(spec, rng, size)
            lines.write(json.dumps(spec) + "\n")
    array.flush()
    part.rename(pictures)


def load_pictures(folder):
    """All finished shards as memory-mapped arrays."""
    return [np.load(path, mmap_mode="r") for path in sorted(Path(folder).glob("pictures-*.npy"))]


def load_specs(folder):
    """The specs of the finished shards, in the order of `load_pictures`."""
    names = [path.parent / path.name.replace("pictures", "specs").replace(".npy", ".jsonl") for path in sorted(Path(folder).glob("pictures-*.npy"))]
    return [json.loads(line) for name in names for line in name.read_text().splitlines()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shards", type=int, default=12)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    with Pool(args.processes) as pool:
        pool.map(draw_shard, [(args.folder, i, args.size) for i in range(args.shards)], chunksize=1)
