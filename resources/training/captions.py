"""Invents specs of pictures and words for them.

`python captions.py` writes measure/prompts.json, the 200 held-out triples of object colour, shape and
background colour. No spec ever contains one of them.
"""

import json
from pathlib import Path

import numpy as np

from draw import NAMES, SHAPES, STYLES, TIMES

PROMPTS = Path(__file__).parent / "measure" / "prompts.json"

COLOUR_WORDS = {
    "gray": ("gray", "gray", "grey"),
    "cyan": ("cyan", "cyan", "turquoise"),
    "purple": ("purple", "purple", "violet"),
}
SHAPE_WORDS = {
    "circle": ("circle", "circle", "circle", "disc", "dot"),
    "square": ("square", "square", "square", "box"),
    "triangle": ("triangle",),
    "star": ("star",),
    "heart": ("heart",),
    "diamond": ("diamond", "diamond", "diamond", "rhombus"),
    "ring": ("ring", "ring", "ring", "hoop"),
    "cross": ("cross", "cross", "cross", "plus"),
}
SIZE_WORDS = {"small": ("small", "small", "little", "tiny"), "large": ("large", "large", "big", "huge")}
PLACE_WORDS = {
    "left": ("on the left", "on the left", "at the left", "on the left side"),
    "right": ("on the right", "on the right", "at the right", "on the right side"),
    "top": ("at the top", "at the top", "on top", "in the upper half"),
    "bottom": ("at the bottom", "at the bottom", "below", "in the lower half"),
}
STYLE_WORDS = {
    "flat": (("a flat drawing of ", "a flat picture of "), (", flat", ", flat style", ", flat design")),
    "pixel art": (("pixel art of ", "a pixel art picture of "), (", pixel art", ", pixel art style", " as pixel art")),
    "watercolor": (("a watercolor of ", "a watercolor painting of ", "watercolour of "), (", watercolor", ", watercolor style", ", watercolour", " in watercolor")),
    "sketch": (("a sketch of ", "a pencil sketch of "), (", sketch", ", pencil sketch", ", sketch style")),
}
TIME_WORDS = {
    "dawn": ("at dawn", "at dawn", "at sunrise", "early in the morning"),
    "day": ("by day", "during the day", "in the daytime", "on a sunny day"),
    "sunset": ("at sunset", "at sunset", "in the evening", "at dusk"),
    "night": ("at night", "at night", "by night"),
}
LAND_WORDS = {
    "sea": ("by the sea", "at the sea", "by the ocean", "near the water"),
    "desert": ("in the desert", "in a desert", "in the sand"),
    "snow": ("in the snow", "on snow", "in a snowy field", "in winter"),
    "meadow": ("on a meadow", "in a meadow", "on a green meadow", "on the grass"),
}
LAND_ALONE = {
    "sea": ("the sea", "the sea", "the ocean", "sea"),
    "desert": ("a desert", "desert", "sand dunes"),
    "snow": ("snow", "a snowy field", "snowy hills"),
    "meadow": ("a meadow", "a green meadow", "meadow"),
}
THING_WORDS = {
    "trees": (("a tree", "a single tree"), ("trees", "trees", "some trees")),
    "houses": (("a house", "a little house"), ("houses", "some houses", "a village")),
    "boats": (("a boat", "a sailing boat", "a boat"), ("boats", "two boats")),
    "yurts": (("a yurt", "a yurt", "one yurt"), ("yurts", "two yurts", "two yurts")),
}
SKY_WORDS = {
    "sun": ("the sun", "a sun", "sun"),
    "moon": ("the moon", "a moon", "moon"),
    "stars": ("stars", "the stars", "a starry sky"),
    "clouds": ("clouds", "some clouds", "white clouds"),
}
MOST = {"trees": 5, "houses": 3, "boats": 2, "yurts": 2}


def pick(rng, options):
    return options[int(rng.integers(len(options)))]


def held_out():
    return {(p["colour"], p["shape"], p["background"]) for p in json.loads(PROMPTS.read_text())["prompts"]}


def write_held_out():
    """Draws the 200 triples so that every colour, shape and background has its fair share."""
    rng = np.random.default_rng(20)
    triples = [(c, s, b) for s in SHAPES for c in NAMES for b in NAMES if b != c]
    chosen = []
    for shape in SHAPES:
        own = [t for t in triples if t[1] == shape]
        chosen += [own[i] for i in rng.permutation(len(own))[: 200 // len(SHAPES)]]
    prompts = [
        {"prompt": f"{with_article(c)} {s} on {with_article(b)} background", "colour": c, "shape": s, "background": b, "seed": 1000 + i}
        for i, (c, s, b) in enumerate(chosen)
    ]
    PROMPTS.parent.mkdir(exist_ok=True)
    rows = ",\n".join("    " + json.dumps(p) for p in prompts)
    PROMPTS.write_text('{\n  "negative_prompt": "",\n  "prompts": [\n' + rows + "\n  ]\n}\n")


# --- specs ----------------------------------------------------------------------------------------


def box_of(rng, size, place):
    """Centre and radius of an object, as fractions of the picture."""
    low, high = {"small": (0.115, 0.155), "large": (0.345, 0.42), None: (0.2, 0.31)}[size]
    if place and size == "large":
        low, high = 0.3, 0.34
    elif place and size is None:
        low, high = 0.17, 0.25
    radius = rng.uniform(low, high)
    x, y = 0.5 + rng.normal(0, 0.025), 0.5 + rng.normal(0, 0.025)
    edge = max(radius * 1.02, {"small": 0.2, "large": 0.33, None: 0.25}[size] + rng.normal(0, 0.025))
    if place == "left":
        x = edge
    elif place == "right":
        x = 1 - edge
    elif place == "top":
        y = edge
    elif place == "bottom":
        y = 1 - edge
    return (x, y, radius)


def object_of(rng, size=None, place=None):
    return {"shape": pick(rng, SHAPES), "colour": pick(rng, NAMES), "size": size, "place": place, "box": box_of(rng, size, place)}


def pair_of(rng):
    """Two objects side by side, one above the other, or across a diagonal."""
    layout = pick(rng, ("row", "row", "row", "column", "column", "diagonal"))
    sizes = pick(rng, ((None, None), (None, None), (None, None), ("small", "large"), ("large", "small")))
    pair = []
    for end, size in zip((-1, 1), sizes):
        low, high = {"small": (0.11, 0.14), "large": (0.21, 0.25), None: (0.15, 0.21)}[size]
        item = object_of(rng, size)
        shift = rng.uniform(0.235, 0.265) * end
        x = 0.5 + (shift if layout != "column" else rng.normal(0, 0.03))
        y = 0.5 + (shift if layout != "row" else rng.normal(0, 0.03))
        item["box"] = (x, y, rng.uniform(low, high))
        if layout != "diagonal":
            item["place"] = {"row": ("left", "right"), "column": ("top", "bottom")}[layout][end > 0]
        pair.append(item)
    return pair


def shapes_spec(rng, pair):
    size = pick(rng, (None, None, None, None, "small", "large"))
    place = pick(rng, (None, None, None, None, None, "left", "right", "top", "bottom"))
    objects = pair_of(rng) if pair else [object_of(rng, size, place)]
    named = rng.random() < 0.74
    free = [name for name in NAMES if all(o["colour"] != name for o in objects)]
    ground = pick(rng, free) if rng.random() < 0.35 else None
    return {"kind": "objects", "objects": objects, "background": pick(rng, free) if named else None, "ground": ground}


def scene_spec(rng):
    time = pick(rng, TIMES)
    land = []
    sky_only = rng.random() < 0.12
    if not sky_only:
        if rng.random() < 0.45:
            land.append("mountains")
        ground = pick(rng, ("sea", "sea", "desert", "snow", "meadow", "meadow", None))
        if ground or not land:
            land.append(ground or pick(rng, ("meadow", "mountains")))
    chance = {"trees": 0.32, "houses": 0.28, "yurts": 0.36, "boats": 0}
    if "sea" in land:
        chance = {"trees": 0.1, "houses": 0.1, "yurts": 0.12, "boats": 0.5}
    elif "desert" in land:
        chance = {"trees": 0.08, "houses": 0.12, "yurts": 0.4, "boats": 0}
    things = {}
    for thing in rng.permutation(list(chance)):
        if not sky_only and len(things) < 2 and rng.random() < chance[thing]:
            things[str(thing)] = 1 if thing != "trees" and rng.random() < 0.6 else int(rng.integers(1 if thing == "trees" else 2, MOST[thing] + 1))
    light = {"dawn": ("sun", 0.55), "day": ("sun", 0.55), "sunset": ("sun", 0.6), "night": ("moon", 0.65)}[time]
    sky = [light[0]] if rng.random() < light[1] else []
    if time == "night" and rng.random() < 0.65:
        sky.append("stars")
    if rng.random() < (0.15 if time == "night" else 0.45):
        sky.append("clouds")
    return {"kind": "scene", "time": time, "land": land, "things": things, "sky": sky}


def make_spec(rng, forbidden, single_only=False):
    """A random spec: about 60 % single objects, 15 % pairs, 24 % scenes, 1 % empty backgrounds."""
    while True:
        kind = 0 if single_only else rng.random()
        spec = scene_spec(rng) if kind > 0.76 else shapes_spec(rng, pair=kind > 0.61)
        if 0.60 < kind < 0.61:
            spec["objects"], spec["background"] = [], pick(rng, NAMES)
        spec["style"] = pick(rng, STYLES) if rng.random() < 0.4 else "flat"
        ground = spec.get("background") or spec.get("ground")
        if all((o["colour"], o["shape"], ground) not in forbidden for o in spec.get("objects", ())):
            return spec


# --- words ----------------------------------------------------------------------------------------


def article(word):
    return "an" if word[0] in "aeiou" else "a"


def with_article(words):
    return f"{article(words)} {words}"


def listed(parts):
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def colour_word(rng, name):
    return pick(rng, COLOUR_WORDS.get(name, (name,)))


def object_words(rng, item, placed):
    words = f"{colour_word(rng, item['colour'])} {pick(rng, SHAPE_WORDS[item['shape']])}"
    if item["size"] and rng.random() < 0.9:
        words = f"{pick(rng, SIZE_WORDS[item['size']])} {words}"
    words = with_article(words) if rng.random() < 0.88 else words
    if item["place"] and placed:
        words += f" {pick(rng, PLACE_WORDS[item['place']])}"
    return words


def shapes_words(rng, spec):
    objects = spec["objects"]
    ground = f"{colour_word(rng, spec['background'])} background" if spec["background"] else None
    if not objects:
        return with_article(ground) if rng.random() < 0.7 else f"a plain {ground}"
    if len(objects) == 2:
        placed = rng.random() < 0.5 and bool(objects[0]["place"])
        order = objects if rng.random() < (0.5 if placed else 0.85) else objects[::-1]
        words = pick(rng, (" and ", " and ", " and ", ", ", " with ")).join(object_words(rng, o, placed) for o in order)
    else:
        words = object_words(rng, objects[0], rng.random() < 0.92)
    if not ground:
        return words
    return pick(
        rng,
        (
            f"{words} on {with_article(ground)}",
            f"{words} on {with_article(ground)}",
            f"{words} on {with_article(ground)}",
            f"{words} on {with_article(ground)}",
            f"{words}, {ground}",
            f"{words} with {with_article(ground)}",
            f"{with_article(ground)} with {words}",
        ),
    )


def scene_words(rng, spec):
    land, time = spec["land"], spec["time"]
    things = [pick(rng, THING_WORDS[thing][count > 1]) for thing, count in spec["things"].items()]
    sky = [pick(rng, SKY_WORDS[part]) for part in spec["sky"] if rng.random() < 0.88]
    ground = next((place for place in land if place != "mountains"), None)
    hills = "mountains" in land
    if rng.random() < 0.22:
        tags = [*things, *(pick(rng, LAND_ALONE[ground]) for _ in range(bool(ground))), *["mountains"] * hills, *sky, time]
        return ", ".join(str(tag) for tag in rng.permutation(tags))
    parts = []
    if things:
        parts.append(listed(things))
        if ground and rng.random() < 0.95:
            parts.append("on the sea" if ground == "sea" and list(spec["things"]) == ["boats"] and rng.random() < 0.6 else pick(rng, LAND_WORDS[ground]))
        if hills:
            parts.append(pick(rng, ("in front of mountains", "with mountains", "below the mountains", "in the mountains")))
    elif ground:
        alone = pick(rng, LAND_ALONE[ground])
        parts.append(pick(rng, (f"mountains and {alone}", f"{alone} with mountains", f"{alone} in front of mountains")) if hills else alone)
    elif hills:
        parts.append(pick(rng, ("mountains", "mountains", "a mountain landscape")))
    else:
        parts.append(pick(rng, ("the sky", "a sky", "sky")))
    when = pick(rng, TIME_WORDS[time])
    above = pick(rng, (f"with {listed(sky)}", f"under {listed(sky)}", f"and {listed(sky)}")) if sky else None
    parts += [p for p in ((when, above) if rng.random() < 0.7 else (above, when)) if p]
    return " ".join(parts)


def make_caption(rng, spec):
    """One of the many ways to say what a spec shows."""
    words = scene_words(rng, spec) if spec["kind"] == "scene" else shapes_words(rng, spec)
    style = spec["style"]
    if style != "flat" or rng.random() < 0.15:
        before, after = STYLE_WORDS[style]
        return pick(rng, before) + words if rng.random() < 0.4 else words + pick(rng, after)
    return pick(rng, ("a picture of ", "a drawing of ", "picture of ")) + words if rng.random() < 0.08 else words


if __name__ == "__main__":
    write_held_out()
