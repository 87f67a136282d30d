"""Trains the small classifier that judges the shape in a made picture.

Eight shapes, freshly drawn in every colour, style, size and place. While training, the pictures are bent, blurred,
noised and recoloured, as a decoder may give them. Writes measure/shape-classifier.onnx, measure/classes.json (shapes
in the order of the scores, and the centres of the named colours) and measure/classifier.json: how often it is right on
pictures from other seeds, sharp and as the autoencoder gives them back.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch
import torch.nn.functional as F
from PIL import Image, ImageFilter
from torch import nn

from captions import make_spec, pick
from draw import COLOURS, NAMES, SHAPES, displaced, draw
from export import OPSET

MEASURE = Path(__file__).parent / "measure"
SIZE = 128


class ShapeClassifier(nn.Module):
    """Scores of the eight shapes from RGB 0…1, 128×128; looks at half of that size."""

    def __init__(self, widths=(16, 32, 64, 96)):
        super().__init__()
        self.layers = nn.ModuleList()
        for a, b in zip((3, *widths), widths):
            self.layers.append(nn.Sequential(nn.Conv2d(a, b, 3, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(), nn.Conv2d(b, b, 3, 1, 1, groups=8, bias=False), nn.BatchNorm2d(b), nn.ReLU()))
        self.scores = nn.Linear(2 * widths[-1], len(SHAPES))

    def forward(self, picture):
        x = F.avg_pool2d(picture, 2) * 2 - 1
        x = x - x.mean((2, 3), keepdim=True)
        for layer in self.layers:
            x = layer(x)
        return self.scores(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1))


def drawn_shapes(seed, count):
    """Fresh pictures of single shapes on a named background, and the indices of their shapes."""
    rng = np.random.default_rng(seed)
    pictures, labels = np.empty((count, SIZE, SIZE, 3), np.uint8), np.empty(count, np.int64)
    for i in range(count):
        spec = make_spec(rng, (), single_only=True)
        (item,) = spec["objects"]
        spec["background"] = spec["background"] or pick(rng, [name for name in NAMES if name != item["colour"]])
        pictures[i], labels[i] = draw(spec, rng), SHAPES.index(item["shape"])
    return pictures, labels


def worn(picture, rng):
    """A picture bent, blurred and noised a little, as a decoder may give it."""
    if rng.random() < 0.5:
        picture = displaced(picture, rng, rng.uniform(0.5, 3), int(rng.integers(4, 14)))
    if rng.random() < 0.6:
        picture = np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 2.2))))
    noise = rng.normal(0, rng.uniform(0, 8), picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def as_tensor(pictures):
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255


def recoloured(x):
    """Channels in another order, some inverted, half of the pictures mirrored: the shape stays."""
    x = x[:, torch.randperm(3)]
    x = torch.where(torch.rand(len(x), 3, 1, 1) < 0.3, 1 - x, x)
    return torch.where(torch.rand(len(x), 1, 1, 1) < 0.5, x.flip(3), x)


def train(pictures, labels, epochs, batch, rate):
    """Trains one network on the pictures and worn copies of them."""
    rng = np.random.default_rng(2)
    pictures = np.concatenate([pictures, np.stack([worn(picture, rng) for picture in pictures])])
    y = torch.from_numpy(labels).repeat(2)
    net = ShapeClassifier()
    optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=0.02)
    whole = len(pictures) // batch * batch
    steps = epochs * whole // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.15)
    for epoch in range(epochs):
        right = 0
        for chosen in torch.randperm(len(pictures))[:whole].view(-1, batch):
            scores = net(recoloured(as_tensor(pictures[chosen.numpy()])))
            loss = F.cross_entropy(scores, y[chosen], label_smoothing=0.02)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            right += (scores.argmax(1) == y[chosen]).sum().item()
        print(f"epoch {epoch + 1} right {right / whole:.4f}", flush=True)
    return net.eval()


def rebuilt(pictures, model):
    """The pictures as the autoencoder of a model folder gives them back."""
    encoder, decoder = (onnxruntime.InferenceSession(model / part / "model.onnx", providers=["CPUExecutionProvider"]) for part in ("vae_encoder", "vae_decoder"))
    found = []
    for start in range(0, len(pictures), 50):
        sample = (as_tensor(pictures[start : start + 50]) * 2 - 1).numpy()
        mean = encoder.run(None, {"sample": sample})[0][:, :4]
        made = decoder.run(None, {"latent_sample": np.ascontiguousarray(mean)})[0]
        found.append(np.clip(made * 127.5 + 127.5, 0, 255).astype(np.uint8).transpose(0, 2, 3, 1))
    return np.concatenate(found)


def judge(session, pictures, labels):
    """Share of right answers, and the table of drawn shape by answer."""
    answers = np.concatenate([session.run(None, {"picture": as_tensor(pictures[i : i + 100]).numpy()})[0].argmax(1) for i in range(0, len(pictures), 100)])
    table = np.zeros((len(SHAPES), len(SHAPES)), int)
    np.add.at(table, (labels, answers), 1)
    return {"pictures": len(labels), "right": round(float((answers == labels).mean()), 4), "confusion": {shape: dict(zip(SHAPES, row)) for shape, row in zip(SHAPES, table.tolist())}}


def main():
    """Draws, trains, exports and measures; the same seeds give the same pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=8000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--tested", type=int, default=2000)
    parser.add_argument("--model", type=Path, default=Path(__file__).parent.parent / "models" / "yurt-tiny", help="model folder whose autoencoder is used for the second test")
    parser.add_argument("--target", type=Path, default=MEASURE)
    args = parser.parse_args()
    start = time.time()
    torch.manual_seed(3)
    net = train(*drawn_shapes(101, args.pictures), args.epochs, batch=64, rate=4e-3)
    args.target.mkdir(parents=True, exist_ok=True)
    path = args.target / "shape-classifier.onnx"
    axes = {"picture": {0: "batch"}, "scores": {0: "batch"}}
    torch.onnx.export(net, (torch.rand(2, 3, SIZE, SIZE),), str(path), input_names=["picture"], output_names=["scores"], dynamic_axes=axes, opset_version=OPSET, dynamo=False)
    (args.target / "classes.json").write_text(json.dumps({"shapes": SHAPES, "colours": COLOURS}) + "\n")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    pictures, labels = drawn_shapes(909, args.tested)
    report = {"trained_on": args.pictures, "minutes": round((time.time() - start) / 60, 1), "fresh": judge(session, pictures, labels), "rebuilt": judge(session, rebuilt(pictures, args.model), labels)}
    lines = json.dumps(report, indent=2)
    (args.target / "classifier.json").write_text(lines + "\n")
    print({name: report[name]["right"] for name in ("fresh", "rebuilt")}, f"{path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
