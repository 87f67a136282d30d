"""Draws the training pictures: single shapes, pairs of shapes and small landscapes.

A picture is described by a *spec* (see captions.py); `draw(spec, rng)` turns it into an
RGB array. Everything is drawn three times larger and scaled down, then a style filter is applied.
"""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

COLOURS = {
    "red": (220, 38, 40),
    "green": (42, 160, 68),
    "blue": (40, 88, 222),
    "yellow": (250, 216, 45),
    "orange": (245, 132, 25),
    "purple": (130, 58, 176),
    "pink": (246, 142, 186),
    "white": (249, 249, 248),
    "black": (22, 22, 25),
    "gray": (136, 137, 140),
    "brown": (118, 70, 38),
    "cyan": (52, 205, 224),
}
SHAPES = ("circle", "square", "triangle", "star", "heart", "diamond", "ring", "cross")
STYLES = ("flat", "pixel art", "watercolor", "sketch")
TIMES = ("dawn", "day", "sunset", "night")
SUPERSAMPLING = 3


def oklab(rgb):
    """Converts sRGB 0…255 (last axis) to OKLab, where distances match what the eye sees."""
    c = np.asarray(rgb, np.float64) / 255
    c = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    lms = c @ np.array(
        [[0.4122214708, 0.2119034982, 0.0883024619], [0.5363325363, 0.6806995451, 0.2817188376], [0.0514459929, 0.1073969566, 0.6299787005]]
    )
    return np.cbrt(lms) @ np.array(
        [[0.2104542553, 1.9779984951, 0.0259040371], [0.7936177850, -2.4285922050, 0.7827717662], [-0.0040720468, 0.4505937099, -0.8086757660]]
    )


NAMES = tuple(COLOURS)
_CENTRES = oklab([COLOURS[name] for name in NAMES])


def nearest_colour(rgb):
    """Index into NAMES of the named colour nearest to each sRGB colour (last axis)."""
    lab = oklab(rgb)
    return ((lab[..., None, :] - _CENTRES) ** 2).sum(-1).argmin(-1)


def shade_of(name, rng):
    """A random shade that anyone would still call `name`."""
    base = np.array(COLOURS[name], float)
    index = NAMES.index(name)
    for _ in range(8):
        shade = np.clip(base * rng.uniform(0.9, 1.06) + rng.normal(0, 7, 3), 0, 255)
        if nearest_colour(shade) == index:
            return tuple(int(v) for v in shade)
    return COLOURS[name]


def mix(a, b, t):
    return tuple(int(round(x + (y - x) * t)) for x, y in zip(a, b))


def smooth_noise(rng, cells, size):
    """Smooth random field in about −1…1, `cells` bumps across."""
    grid = rng.uniform(-1, 1, (cells, cells)).astype(np.float32)
    return np.asarray(Image.fromarray(grid).resize((size, size), Image.BICUBIC))


# --- shapes ---------------------------------------------------------------------------------------


def outline_of(shape, rng):
    """Corner points of a shape of radius about 1 round the origin, y down."""
    if shape in ("circle", "ring"):
        a = np.linspace(0, 2 * math.pi, 72, endpoint=False)
        return np.stack([np.cos(a), np.sin(a)], 1)
    if shape == "square":
        s = 0.86
        return np.array([[-s, -s], [s, -s], [s, s], [-s, s]])
    if shape == "triangle":
        w = rng.uniform(0.92, 1.05)
        return np.array([[0, -0.98], [w, 0.8], [-w, 0.8]])
    if shape == "star":
        inner = rng.uniform(0.4, 0.47)
        a = np.arange(10) * math.pi / 5 - math.pi / 2
        r = np.where(np.arange(10) % 2 == 0, 1.08, 1.08 * inner)
        return np.stack([r * np.cos(a), r * np.sin(a)], 1)
    if shape == "heart":
        t = np.linspace(0, 2 * math.pi, 72, endpoint=False)
        x = 16 * np.sin(t) ** 3
        y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
        return np.stack([x, y - 2.5], 1) / 15.5
    if shape == "diamond":
        w = rng.uniform(0.66, 0.82)
        return np.array([[0, -1.08], [w, 0], [0, 1.08], [-w, 0]])
    a = rng.uniform(0.28, 0.36)
    return np.array([[-a, -1], [a, -1], [a, -a], [1, -a], [1, a], [a, a], [a, 1], [-a, 1], [-a, a], [-1, a], [-1, -a], [-a, -a]])


def shape_mask(shape, cx, cy, radius, size, rng):
    """Mask picture of a shape with a little random tilt and stretch, and its outline points."""
    points = outline_of(shape, rng) * radius * [rng.uniform(0.95, 1.05), rng.uniform(0.95, 1.05)]
    tilt = math.radians(rng.uniform(-9, 9))
    c, s = math.cos(tilt), math.sin(tilt)
    points = points @ np.array([[c, s], [-s, c]]) + [cx, cy]
    mask = Image.new("L", (size, size), 0)
    pen = ImageDraw.Draw(mask)
    pen.polygon([tuple(p) for p in points], fill=255)
    if shape == "ring":
        hole = (points - [cx, cy]) * rng.uniform(0.48, 0.62) + [cx, cy]
        pen.polygon([tuple(p) for p in hole], fill=0)
        return mask, [points, hole]
    return mask, [points]


def paint_shape(canvas, spec, rng):
    """Paints one object of a spec on the canvas, with outline, shading or shadow now and then."""
    size = canvas.width
    cx, cy, radius = (v * size for v in spec["box"])
    colour = shade_of(spec["colour"], rng)
    mask, rings = shape_mask(spec["shape"], cx, cy, radius, size, rng)
    if rng.random() < 0.12:
        offset = int(radius * rng.uniform(0.06, 0.12))
        shadow = Image.new("L", (size, size), 0)
        shadow.paste(mask.point(lambda v: v * 0.35), (offset, offset))
        canvas.paste((10, 10, 20), (0, 0), shadow.filter(ImageFilter.GaussianBlur(radius * 0.05)))
    fill = Image.new("RGB", (size, size), colour)
    finish = rng.random()
    if finish < 0.22:
        ramp = np.linspace(-1, 1, size, dtype=np.float32)
        lean = rng.uniform(-1, 1)
        shade = (ramp[None, :] * lean + ramp[:, None]) * rng.uniform(8, 26) * size / (2.2 * radius)
        x = np.clip(np.asarray(fill, np.float32) - np.clip(shade, -26, 26)[..., None], 0, 255)
        fill = Image.fromarray(x.astype(np.uint8))
    elif finish < 0.30:
        field = smooth_noise(rng, int(rng.integers(8, 24)), size) * rng.uniform(6, 16)
        fill = Image.fromarray(np.clip(np.asarray(fill, np.float32) + field[..., None], 0, 255).astype(np.uint8))
    canvas.paste(fill, (0, 0), mask)
    if rng.random() < 0.16:
        dark = mix(colour, (0, 0, 0), rng.uniform(0.35, 0.7)) if sum(colour) > 150 else mix(colour, (255, 255, 255), 0.35)
        width = max(3, int(radius * rng.uniform(0.04, 0.09)))
        pen = ImageDraw.Draw(canvas)
        for ring in rings:
            pen.line([tuple(p) for p in np.concatenate([ring, ring[:2]])], fill=dark, width=width, joint="curve")


def paint_ground(colour, size, rng):
    """A plain background, sometimes with a faint gradient or texture."""
    ground = np.empty((size, size, 3), np.float32)
    ground[:] = colour
    kind = rng.random()
    if kind < 0.25:
        ramp = np.linspace(-1, 1, size, dtype=np.float32)
        ground += (ramp[:, None] * rng.uniform(-1, 1) + ramp[None, :] * rng.uniform(-1, 1))[..., None] * rng.uniform(4, 13)
    elif kind < 0.40:
        ground += smooth_noise(rng, int(rng.integers(3, 20)), size)[..., None] * rng.uniform(3, 9)
    return Image.fromarray(np.clip(ground, 0, 255).astype(np.uint8))


SOFT_GROUNDS = ((250, 246, 236), (238, 240, 244), (228, 236, 230), (245, 234, 228), (232, 228, 240), (252, 252, 252), (214, 226, 238))


def draw_objects(spec, size, rng):
    if spec["background"]:
        colour = shade_of(spec["background"], rng)
    elif spec["ground"]:
        colour = shade_of(spec["ground"], rng)
    else:
        colour = SOFT_GROUNDS[rng.integers(len(SOFT_GROUNDS))]
    canvas = paint_ground(colour, size, rng)
    for item in spec["objects"]:
        paint_shape(canvas, item, rng)
    return canvas


# --- landscapes -----------------------------------------------------------------------------------

SKIES = {
    "dawn": ((104, 128, 200), (196, 168, 208), (255, 208, 176)),
    "day": ((62, 142, 228), (120, 188, 242), (202, 232, 248)),
    "sunset": ((76, 56, 132), (226, 92, 98), (255, 182, 88)),
    "night": ((9, 12, 38), (20, 28, 68), (44, 56, 108)),
}
LIGHT = {"dawn": (0.98, 0.88, 0.94), "day": (1, 1, 1), "sunset": (0.92, 0.68, 0.62), "night": (0.40, 0.46, 0.68)}
LANDS = {"sea": (38, 116, 184), "desert": (228, 186, 112), "snow": (240, 245, 252), "meadow": (98, 172, 74)}


class Landscape:
    """Paints one scene spec from the sky down to the things that stand on the ground."""

    def __init__(self, spec, size, rng):
        self.spec, self.size, self.rng = spec, size, rng
        self.time = spec["time"]
        jitter = rng.normal(0, 6, 3)
        self.sky = [tuple(np.clip(np.array(c) + jitter, 0, 255)) for c in SKIES[self.time]]
        self.haze = self.sky[2]
        self.taken = []
        self.horizon = rng.uniform(0.56, 0.70) if spec["land"] else 1.1

    def lit(self, colour, haze=0.0):
        """A colour as it looks at this time of day, faded by distance."""
        seen = tuple(c * f for c, f in zip(colour, LIGHT[self.time]))
        return tuple(int(v) for v in mix(seen, self.haze, haze))

    def px(self, *values):
        return tuple(v * self.size for v in values)

    def draw(self):
        self.paint_sky()
        if "mountains" in self.spec["land"]:
            self.paint_mountains()
        ground = next((land for land in self.spec["land"] if land in LANDS), None)
        if self.spec["land"]:
            getattr(self, f"paint_{ground or 'foothills'}")()
        self.ground = (self.horizon + 0.07, 0.88)
        if ground == "sea" and set(self.spec["things"]) - {"boats"}:
            shore = self.rng.uniform(0.78, 0.83)
            self.polygon(self.hill(shore, 0.014), self.lit(((222, 198, 142), (112, 166, 84))[self.rng.integers(2)]))
            self.ground = (shore + 0.06, 0.95)
        for thing, count in self.spec["things"].items():
            getattr(self, f"paint_{thing}")(count)
        return self.canvas

    def paint_sky(self):
        size, rng = self.size, self.rng
        t = np.clip(np.linspace(0, 1, size) / min(1, self.horizon + 0.05), 0, 1)
        column = np.stack([np.interp(t, (0, 0.6, 1), [c[i] for c in self.sky]) for i in range(3)], 1)
        sky = np.repeat(column[:, None, :], size, 1)
        glow_at = None
        self.light_x = rng.uniform(0.18, 0.82)
        parts = self.spec["sky"]
        if "sun" in parts:
            low = self.time in ("dawn", "sunset")
            y = min(0.8, self.horizon) - rng.uniform(0.02, 0.12) if low else rng.uniform(0.13, 0.26)
            if low and "mountains" in self.spec["land"]:
                y -= 0.16
            radius = rng.uniform(0.07, 0.1) if low else rng.uniform(0.065, 0.09)
            colour = {"dawn": (255, 236, 190), "day": (255, 238, 130), "sunset": (255, 214, 110)}[self.time]
            glow_at = (self.light_x, y, radius, colour)
        elif "moon" in parts:
            glow_at = (self.light_x, rng.uniform(0.14, 0.28), rng.uniform(0.06, 0.085), (246, 242, 214))
        if glow_at:
            x, y, radius, colour = glow_at
            yy, xx = np.mgrid[0:size, 0:size] / size
            distance = np.hypot(xx - x, yy - y)
            glow = np.exp(-np.maximum(0, distance - radius) / 0.09)[..., None] * (0.45 if "sun" in parts else 0.22)
            sky += (np.array(colour) - sky) * glow
        self.canvas = Image.fromarray(np.clip(sky, 0, 255).astype(np.uint8))
        self.pen = ImageDraw.Draw(self.canvas)
        if "stars" in parts:
            for _ in range(int(rng.integers(14, 34))):
                x, y = self.px(rng.random(), rng.random() * (self.horizon - 0.08))
                r = size * rng.uniform(0.004, 0.010)
                self.pen.ellipse((x - r, y - r, x + r, y + r), fill=mix((190, 205, 255), (255, 252, 230), rng.random()))
        if glow_at:
            x, y, radius, colour = glow_at
            disc = self.px(x - radius, y - radius, x + radius, y + radius)
            if "moon" in parts and rng.random() < 0.55:
                self.paint_crescent(x, y, radius, colour)
            else:
                self.pen.ellipse(disc, fill=colour)
        if "clouds" in parts:
            for _ in range(int(rng.integers(2, 5))):
                self.paint_cloud(rng.uniform(0.05, 0.95), rng.uniform(0.08, min(0.75, self.horizon - 0.2)), rng.uniform(0.05, 0.085))

    def paint_crescent(self, x, y, radius, colour):
        mask = Image.new("L", self.canvas.size, 0)
        pen = ImageDraw.Draw(mask)
        pen.ellipse(self.px(x - radius, y - radius, x + radius, y + radius), fill=255)
        shift = radius * self.rng.uniform(0.4, 0.6)
        bite = radius * 0.92
        pen.ellipse(self.px(x + shift - bite, y - shift * 0.5 - bite, x + shift + bite, y - shift * 0.5 + bite), fill=0)
        self.canvas.paste(colour, (0, 0), mask)

    def paint_cloud(self, x, y, scale):
        white = {"dawn": (255, 226, 222), "day": (255, 255, 255), "sunset": (255, 178, 150), "night": (78, 88, 128)}[self.time]
        for colour, drop in ((mix(white, self.sky[1], 0.3), 0.18), (white, 0.0)):
            for dx, dy, r in ((-1.5, 0.15, 0.62), (-0.6, -0.3, 0.9), (0.5, -0.2, 0.8), (1.4, 0.2, 0.58)):
                cx, cy, rr = x + dx * scale, y + (dy + drop) * scale, r * scale
                self.pen.ellipse(self.px(cx - rr, cy - rr * 0.8, cx + rr, cy + rr * 0.8), fill=colour)

    def ridge(self, base, height, peaks):
        """Points of a jagged ridge from the left edge to the right edge."""
        rng = self.rng
        n = peaks * 2 + 1
        xs = np.linspace(-0.08, 1.08, n) + rng.uniform(-0.03, 0.03, n)
        ys = np.where(np.arange(n) % 2 == 1, base - height * rng.uniform(0.6, 1.0, n), base - height * rng.uniform(0.0, 0.25, n))
        return np.stack([xs, ys], 1)

    def polygon(self, points, colour):
        below = [(points[-1][0], 1.02), (points[0][0], 1.02)]
        self.pen.polygon([self.px(*p) for p in [*points, *below]], fill=colour)

    def paint_mountains(self):
        rng = self.rng
        stone = ((104, 112, 136), (92, 104, 120), (122, 106, 104))[rng.integers(3)]
        capped = rng.random() < 0.75
        for haze, height, peaks in ((0.45, rng.uniform(0.26, 0.36), 3), (0.15, rng.uniform(0.15, 0.24), int(rng.integers(3, 5)))):
            ridge = self.ridge(self.horizon + 0.03, height, peaks)
            self.polygon(ridge, self.lit(stone, haze))
            for i in range(1, len(ridge) - 1, 2):
                (x, y), (lx, ly), (rx, ry) = ridge[i], ridge[i - 1], ridge[i + 1]
                foot = self.horizon + 0.03
                self.pen.polygon([self.px(*p) for p in ((x, y), (rx, ry), (rx - (rx - x) * 0.5, foot), (x - 0.01, foot))], fill=self.lit(mix(stone, (20, 24, 44), 0.28), haze))
                if capped and haze > 0.3:
                    t = rng.uniform(0.3, 0.42)
                    a, b = (x + (lx - x) * t, y + (ly - y) * t), (x + (rx - x) * t, y + (ry - y) * t)
                    mid = ((x * 2 + a[0] + b[0]) / 4, (a[1] + b[1]) / 2 - height * 0.06)
                    self.pen.polygon([self.px(*p) for p in ((x, y), b, ((b[0] + mid[0]) / 2, b[1] + height * 0.05), mid, ((a[0] + mid[0]) / 2, a[1] + height * 0.05), a)], fill=self.lit((250, 251, 255), haze * 0.4))

    def hill(self, base, swell):
        xs = np.linspace(-0.02, 1.02, 40)
        phase, waves = self.rng.uniform(0, 6.3), self.rng.uniform(0.6, 1.4)
        return np.stack([xs, base + swell * np.sin(xs * waves * 6.3 + phase)], 1)

    def paint_hills(self, colour, dark, swell):
        self.ground_y = self.horizon
        for i, (base, t) in enumerate(((self.horizon, 0.0), (self.horizon + 0.13, 0.4), (self.horizon + 0.24, 0.8))):
            self.polygon(self.hill(base, swell * (1 + i * 0.3)), self.lit(mix(colour, dark, t), 0.18 - i * 0.08))

    def paint_foothills(self):
        self.paint_hills((116, 138, 96), (62, 92, 70), 0.015)

    def paint_meadow(self):
        rng = self.rng
        self.paint_hills(LANDS["meadow"], (50, 122, 52), 0.02)
        bloom = ((250, 220, 80), (245, 120, 150), (250, 250, 250), (190, 120, 220))[rng.integers(4)]
        for _ in range(int(rng.integers(10, 26))):
            x, y = rng.random(), rng.uniform(self.horizon + 0.12, 0.99)
            r = 0.006 + 0.01 * (y - self.horizon)
            self.pen.ellipse(self.px(x - r, y - r, x + r, y + r), fill=self.lit(bloom))

    def paint_snow(self):
        self.paint_hills(LANDS["snow"], (198, 214, 238), 0.022)

    def paint_desert(self):
        rng = self.rng
        self.ground_y = self.horizon
        sand = LANDS["desert"]
        for i, base in enumerate((self.horizon, self.horizon + 0.1, self.horizon + 0.22)):
            crest = rng.uniform(0.15, 0.85)
            points = self.hill(base, 0.025)
            points[:, 1] -= 0.07 * np.exp(-(((points[:, 0] - crest) / 0.28) ** 2))
            self.polygon(points, self.lit(mix(sand, (196, 138, 72), i * 0.2), 0.15 - i * 0.07))
            top = points[np.argmin(abs(points[:, 0] - crest))]
            right = points[points[:, 0] >= top[0]]
            edge = [tuple(top), *map(tuple, right[:14]), (top[0] + 0.05, top[1] + 0.3)]
            self.pen.polygon([self.px(*p) for p in edge], fill=self.lit(mix(sand, (168, 108, 60), 0.55), 0.12 - i * 0.05))

    def paint_sea(self):
        rng, size = self.rng, self.size
        top = int(self.horizon * size)
        self.ground_y = self.horizon
        water = self.lit(LANDS["sea"])
        near = mix(mix(water, self.sky[1], 0.45), self.haze, 0.15)
        far = mix(water, (4, 20, 50), 0.25)
        ramp = np.linspace(0, 1, size - top)[:, None]
        column = np.array(near) + (np.array(far) - np.array(near)) * ramp
        self.canvas.paste(Image.fromarray(np.repeat(column[:, None, :], size, 1).astype(np.uint8)), (0, top))
        shine = mix(self.haze, (255, 255, 255), 0.4)
        for _ in range(int(rng.integers(14, 26))):
            y = self.horizon + (1 - self.horizon) * rng.random() ** 1.3
            x, w = rng.random(), rng.uniform(0.03, 0.1)
            self.pen.rectangle(self.px(x - w, y, x + w, y + 0.006 + 0.008 * (y - self.horizon)), fill=mix(near, shine, 0.35))
        if "sun" in self.spec["sky"] or "moon" in self.spec["sky"]:
            for i in range(9):
                y = self.horizon + 0.02 + i * 0.04
                w = 0.03 + 0.012 * i * rng.uniform(0.5, 1.4)
                self.pen.rectangle(self.px(self.light_x - w, y, self.light_x + w, y + 0.012), fill=mix(near, (255, 236, 180), 0.6))

    def spots(self, count, gap, low=None, high=None):
        """Places on the ground with some room between them, the farthest first."""
        low, high = low or self.ground[0], high or self.ground[1]
        high = max(low, high)
        found = []
        for attempt in range(90):
            if len(found) == count:
                break
            x, y = self.rng.uniform(0.12, 0.88), self.rng.uniform(low, high)
            room = gap * (1 - attempt / 120)
            if all(abs(x - other) > (room + width) / 2 for other, width in self.taken):
                found.append((x, y))
                self.taken.append((x, gap))
        return sorted(found, key=lambda p: p[1])

    def depth(self, y):
        return 0.75 + 1.5 * (y - self.horizon)

    def paint_trees(self, count):
        rng = self.rng
        pine = rng.random() < 0.55
        for x, y in self.spots(count, 0.12):
            s = self.depth(y) * rng.uniform(0.13, 0.18)
            self.pen.rectangle(self.px(x - s * 0.08, y - s * 0.4, x + s * 0.08, y), fill=self.lit((104, 70, 44)))
            if pine:
                green = self.lit(mix((34, 104, 66), (52, 128, 78), rng.random()))
                for level in range(3):
                    top, w = y - s * (1.75 - level * 0.42), s * (0.32 + level * 0.13)
                    self.pen.polygon([self.px(*p) for p in ((x, top), (x + w, top + s * 0.62), (x - w, top + s * 0.62))], fill=green)
            else:
                green = mix((60, 140, 62), (86, 158, 60), rng.random())
                for dx, dy, r, t in ((0, -0.95, 0.52, 0.25), (-0.3, -0.72, 0.4, 0.15), (0.3, -0.72, 0.4, 0.3), (-0.05, -1.05, 0.36, 0.0)):
                    cx, cy, rr = x + dx * s, y + dy * s, r * s
                    self.pen.ellipse(self.px(cx - rr, cy - rr, cx + rr, cy + rr), fill=self.lit(mix(green, (20, 70, 40), t)))

    def window(self):
        return (255, 214, 110) if self.time in ("night", "sunset") else self.lit((120, 160, 190))

    def paint_houses(self, count):
        rng = self.rng
        for x, y in self.spots(count, 0.25):
            s = self.depth(y) * rng.uniform(0.1, 0.13)
            wall = ((238, 226, 204), (226, 196, 168), (214, 222, 228), (234, 204, 120))[rng.integers(4)]
            roof = ((176, 62, 50), (120, 70, 58), (70, 86, 116))[rng.integers(3)]
            self.pen.rectangle(self.px(x + s * 0.45, y - s * 2.0, x + s * 0.7, y - s * 1.3), fill=self.lit(mix(roof, (0, 0, 0), 0.3)))
            self.pen.rectangle(self.px(x - s, y - s * 1.15, x + s, y), fill=self.lit(wall))
            self.pen.polygon([self.px(*p) for p in ((x - s * 1.22, y - s * 1.1), (x, y - s * 2.05), (x + s * 1.22, y - s * 1.1))], fill=self.lit(roof))
            self.pen.rectangle(self.px(x - s * 0.2, y - s * 0.62, x + s * 0.2, y), fill=self.lit((100, 66, 46)))
            for side in (-0.65, 0.65):
                self.pen.rectangle(self.px(x + (side - 0.2) * s, y - s * 0.88, x + (side + 0.2) * s, y - s * 0.48), fill=self.window())

    def paint_yurts(self, count):
        rng = self.rng
        for x, y in self.spots(count, 0.36):
            s = self.depth(y) * rng.uniform(0.17, 0.23)
            felt = ((246, 240, 226), (236, 226, 206), (250, 248, 244))[rng.integers(3)]
            trim = ((190, 52, 46), (44, 92, 168), (206, 128, 40), (60, 130, 84))[rng.integers(4)]
            shade = mix(felt, (110, 96, 92), 0.3)
            wall, eave, top = y - s * 0.62, y - s * 0.56, y - s * 1.12
            self.pen.rectangle(self.px(x - s * 0.86, wall, x + s * 0.86, y), fill=self.lit(felt))
            self.pen.rectangle(self.px(x + s * 0.42, wall, x + s * 0.86, y), fill=self.lit(shade))
            self.pen.polygon([self.px(*p) for p in ((x - s * 0.98, eave), (x - s * 0.2, top), (x + s * 0.2, top), (x + s * 0.98, eave))], fill=self.lit(mix(felt, (255, 255, 255), 0.3)))
            self.pen.polygon([self.px(*p) for p in ((x + s * 0.46, eave), (x + s * 0.12, top), (x + s * 0.2, top), (x + s * 0.98, eave))], fill=self.lit(shade))
            self.pen.rectangle(self.px(x - s * 0.22, top - s * 0.07, x + s * 0.22, top + s * 0.02), fill=self.lit(trim))
            self.pen.rectangle(self.px(x - s * 0.9, eave - s * 0.02, x + s * 0.9, eave + s * 0.09), fill=self.lit(trim))
            door = (255, 196, 92) if self.time == "night" else self.lit(mix(trim, (60, 30, 20), 0.35))
            self.pen.rectangle(self.px(x - s * 0.18, y - s * 0.46, x + s * 0.18, y), fill=door)

    def paint_boats(self, count):
        rng = self.rng
        for x, y in self.spots(count, 0.3, self.horizon + 0.03, min(0.86, self.ground[0] - 0.09) if self.ground[0] > 0.82 else 0.86):
            s = self.depth(y) * rng.uniform(0.13, 0.18)
            hull = ((150, 72, 48), (196, 60, 52), (240, 240, 236), (50, 74, 120))[rng.integers(4)]
            sail = ((250, 248, 240), (240, 206, 120), (226, 96, 80))[rng.integers(3)]
            turn = 1 if rng.random() < 0.5 else -1
            self.pen.rectangle(self.px(x - s * 0.04, y - s * 1.5, x + s * 0.04, y - s * 0.2), fill=self.lit((90, 62, 44)))
            self.pen.polygon([self.px(*p) for p in ((x + turn * s * 0.08, y - s * 1.48), (x + turn * s * 0.85, y - s * 0.35), (x + turn * s * 0.08, y - s * 0.35))], fill=self.lit(sail))
            self.pen.polygon([self.px(*p) for p in ((x - turn * s * 0.08, y - s * 1.3), (x - turn * s * 0.6, y - s * 0.35), (x - turn * s * 0.08, y - s * 0.35))], fill=self.lit(mix(sail, (120, 110, 120), 0.2)))
            self.pen.polygon([self.px(*p) for p in ((x - s, y - s * 0.26), (x + s, y - s * 0.26), (x + s * 0.68, y + s * 0.12), (x - s * 0.68, y + s * 0.12))], fill=self.lit(hull))


# --- styles ---------------------------------------------------------------------------------------


def displaced(pixels, rng, strength, cells):
    """Moves every pixel a little along smooth random fields."""
    size = pixels.shape[0]
    yy, xx = np.mgrid[0:size, 0:size]
    dx = smooth_noise(rng, cells, size) * strength
    dy = smooth_noise(rng, cells, size) * strength
    x = np.clip(np.rint(xx + dx), 0, size - 1).astype(int)
    y = np.clip(np.rint(yy + dy), 0, size - 1).astype(int)
    return pixels[y, x]


def as_pixel_art(canvas, size, rng, block=4):
    cells = size // block
    small = canvas.resize((cells, cells), Image.NEAREST).quantize(20, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    return np.asarray(small.convert("RGB").resize((size, size), Image.NEAREST))


def as_watercolor(canvas, size, rng):
    big = displaced(np.asarray(canvas.resize((size * 2, size * 2), Image.BOX)), rng, 0.02 * size, 14)
    big = displaced(big, rng, 0.008 * size, 48)
    soft = Image.fromarray(big).filter(ImageFilter.GaussianBlur(size / 90)).resize((size, size), Image.BOX)
    x = np.asarray(soft, np.float32)
    wide = np.asarray(soft.filter(ImageFilter.GaussianBlur(size / 32)), np.float32)
    pooled = np.abs(x - wide).mean(-1, keepdims=True)
    wash = smooth_noise(rng, 6, size) * 12 + smooth_noise(rng, 18, size) * 7
    grain = rng.normal(0, 2.5, (size, size)).astype(np.float32)
    x = 255 - (255 - x) * (0.9 + wash[..., None] / 130) - pooled * 0.45 + grain[..., None]
    return np.clip(x, 0, 255).astype(np.uint8)


def as_sketch(canvas, size, rng):
    base = canvas.resize((size, size), Image.BOX)
    x = np.asarray(base, np.float32)
    grey = x @ np.array([0.3, 0.55, 0.15], np.float32)
    strokes = np.zeros((size, size), np.float32)
    colour_edges = x - np.asarray(base.filter(ImageFilter.GaussianBlur(size / 100)), np.float32)
    edges = np.clip(np.abs(colour_edges).max(-1) / 34, 0, 1)
    for _ in range(2):
        strokes = np.maximum(strokes, displaced(edges, rng, 0.011 * size, 10))
    yy, xx = np.mgrid[0:size, 0:size]
    angle = rng.uniform(0.5, 1.1)
    hatch = np.sin((xx * math.cos(angle) + yy * math.sin(angle)) * (2 * math.pi / (size / 24)) + smooth_noise(rng, 8, size) * 2)
    hatch = np.clip(hatch * 0.5 + smooth_noise(rng, 12, size) * 0.4, 0, 1)[..., None]
    paper = np.array([252, 250, 244], np.float32)
    tint = paper + (x - paper) * (0.94 - 0.32 * hatch)
    pencil = np.array([48, 46, 52], np.float32) if grey.mean() > 60 else np.array([225, 225, 230], np.float32)
    out = tint + (pencil - tint) * (strokes * 0.8)[..., None] + rng.normal(0, 2.5, (size, size, 1))
    return np.clip(out, 0, 255).astype(np.uint8)


FILTERS = {"pixel art": as_pixel_art, "watercolor": as_watercolor, "sketch": as_sketch}


def draw(spec, rng, size=128):
    """Draws a spec; returns uint8 [size, size, 3]."""
    big = size * SUPERSAMPLING
    canvas = Landscape(spec, big, rng).draw() if spec["kind"] == "scene" else draw_objects(spec, big, rng)
    if spec["style"] == "pixel art" and spec["kind"] == "scene":
        return as_pixel_art(canvas, size, rng, block=2)
    if spec["style"] in FILTERS:
        return FILTERS[spec["style"]](canvas, size, rng)
    return np.asarray(canvas.reduce(SUPERSAMPLING))
