"""Trains the text encoder and the UNet together on the latents of the drawn pictures."""

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch

import tokenizer as words
from captions import make_caption
from dataset import load_pictures, load_specs
from export import read_weights
from nets import TEXT_CONFIG, UNET_CONFIG, Autoencoder, Average, TextEncoder, UNet

CAPTIONS = 4
# Which colour belongs to which of two objects is learned last: pictures of pairs come this many times as often.
PAIRS = 3


def alphas_bar(device="cpu"):
    """Scaled-linear schedule of 1,000 steps."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    return (1 - betas).cumprod(0).float().to(device)


@torch.no_grad()
def encode_pictures(shards, autoencoder, device, limit):
    """Mean latents of the pictures, unscaled."""
    found = []
    for shard in shards:
        for i in range(0, len(shard), 100):
            if len(found) * 100 >= limit:
                break
            x = torch.from_numpy(shard[i : i + 100].copy()).to(device).permute(0, 3, 1, 2).float() / 127.5 - 1
            with torch.autocast(device, torch.bfloat16):
                found.append(autoencoder.encoder(x)[:, :4].float().cpu())
    return torch.cat(found)


def prepare(args, device):
    """Latents, their scale and caption tokens; kept in one file beside the checkpoint."""
    if args.latents.exists():
        return torch.load(args.latents, mmap=True)
    autoencoder = Autoencoder().to(device).eval()
    autoencoder.load_state_dict(torch.load(args.autoencoder, map_location=device)["average"])
    latents = encode_pictures(load_pictures(args.data), autoencoder, device, args.pictures)
    specs = load_specs(args.data)[: len(latents)]
    tokenizer = words.load(args.tokenizer)
    rng = np.random.default_rng(11)
    texts = [make_caption(rng, spec) for spec in specs for _ in range(CAPTIONS)]
    tokens = torch.from_numpy(words.encode(tokenizer, texts).astype(np.int16)).view(len(specs), CAPTIONS, -1)
    scale = 1 / latents.std().item()
    state = {"latents": (latents * scale).half(), "scale": scale, "tokens": tokens, "empty": torch.from_numpy(words.encode(tokenizer, [""])[0].astype(np.int16))}
    torch.save(state, args.latents)
    return state


def drawing_order(specs):
    """Indices of the pictures to draw batches from; those of pairs stand in it several times."""
    times = torch.tensor([PAIRS if len(spec.get("objects", ())) == 2 else 1 for spec in specs])
    return torch.arange(len(specs)).repeat_interleave(times)


def batch_of(state, order, size, device):
    """Latents and caption tokens; every tenth caption is empty."""
    pick = order[torch.randint(len(order), (size,))]
    ids = state["tokens"][pick, torch.randint(CAPTIONS, (size,))]
    ids[torch.rand(size) < 0.1] = state["empty"]
    return state["latents"][pick].float().to(device), ids.int().to(device)


def main():
    """Trains until the planned end; a checkpoint every 45 seconds, from which the next call goes on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("autoencoder", type=Path)
    parser.add_argument("latents", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--minutes", type=float, default=95, help="planned end: the rate falls to zero there")
    parser.add_argument("--pictures", type=int, default=10**9, help="use at most so many pictures")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--init-from", type=Path, help="model folder whose ONNX weights are the start, when there is no checkpoint")
    args = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    start = time.time()
    state = prepare(args, device)
    order = drawing_order(load_specs(args.data)[: len(state["latents"])])
    print(f"{len(state['latents'])} latents, scale {state['scale']:.4f}, after {time.time() - start:.0f} s", flush=True)
    net = torch.nn.ModuleDict({"text": TextEncoder(**TEXT_CONFIG), "unet": UNet(**UNET_CONFIG)}).to(device)
    if args.init_from and not args.checkpoint.exists():
        net["text"].load_state_dict(read_weights(args.init_from / "text_encoder"))
        net["unet"].load_state_dict(read_weights(args.init_from / "unet"))
    average = Average(net, 0.999)
    optimizer = torch.optim.AdamW(net.parameters(), args.rate, betas=(0.9, 0.99), weight_decay=0.01)
    step, before = 0, 0.0
    if args.checkpoint.exists():
        saved_state = torch.load(args.checkpoint, map_location=device)
        net.load_state_dict(saved_state["net"])
        optimizer.load_state_dict(saved_state["optimizer"])
        average.weights, average.steps, step, before = saved_state["average"], saved_state["step"], saved_state["step"], saved_state["minutes"]
    alphas = alphas_bar(device)
    snr = alphas / (1 - alphas)
    weights = snr.clamp(max=5) / (snr + 1)
    saved, done, losses = time.time(), False, []
    while not done:
        minutes = (time.time() - start) / 60
        spent = minutes / args.minutes
        done = spent >= 1
        for group in optimizer.param_groups:
            group["lr"] = args.rate * min(1, (step + 1) / 100) * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * min(1, spent))))
        clean, ids = batch_of(state, order, args.batch, device)
        t = torch.randint(1000, (len(clean),), device=device)
        a, b = alphas[t].sqrt()[:, None, None, None], (1 - alphas[t]).sqrt()[:, None, None, None]
        noise = torch.randn_like(clean)
        with torch.autocast(device, torch.bfloat16):
            made = net["unet"](a * clean + b * noise, t.float(), net["text"](ids)[0]).float()
        error = ((made - (a * noise - b * clean)) ** 2).mean((1, 2, 3))
        loss = (error * weights[t]).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        average.update()
        step += 1
        losses.append(loss.item())
        if step % 50 == 0:
            print(json.dumps({"step": step, "minutes": round(minutes, 1), "loss": round(float(np.mean(losses[-50:])), 4)}), flush=True)
        if done or time.time() - saved > 45:
            saved = time.time()
            part = args.checkpoint.with_suffix(".part")
            torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict(), "average": average.weights, "step": step, "minutes": before + minutes, "scale": state["scale"]}, part)
            part.rename(args.checkpoint)


if __name__ == "__main__":
    main()
