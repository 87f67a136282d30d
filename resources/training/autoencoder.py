"""Trains the KL autoencoder on random crops of the drawn pictures; stops after the given minutes.

With `--decoder-only` the encoder stays as it is, so that latents and the UNet trained on them stay valid, and the
decoder alone goes on learning, from the means of the latents.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from dataset import load_pictures
from export import read_weights
from nets import Autoencoder, Average


def crops(shards, count, size, rng):
    """Random crops, turned and mirrored, as float −1…1."""
    batch = np.empty((count, size, size, 3), np.uint8)
    for i in range(count):
        shard = shards[rng.integers(len(shards))]
        picture = shard[rng.integers(len(shard))]
        y, x = rng.integers(0, picture.shape[0] - size + 1, 2)
        crop = picture[y : y + size, x : x + size]
        batch[i] = crop[:, :: rng.choice((-1, 1))]
    return torch.from_numpy(batch).permute(0, 3, 1, 2).float() / 127.5 - 1


def slope_loss(a, b):
    """L1 distance of the horizontal and vertical differences: keeps edges sharp."""
    dx = ((a[..., 1:] - a[..., :-1]) - (b[..., 1:] - b[..., :-1])).abs().mean()
    dy = ((a[..., 1:, :] - a[..., :-1, :]) - (b[..., 1:, :] - b[..., :-1, :])).abs().mean()
    return dx + dy


def load_checkpoint(path, net, average, optimizer, decoder_only, device):
    """Goes on from a checkpoint and returns its step.

    The latents come from the averaged encoder, so the decoder alone starts from the averages of both; optimizer and
    moving average are taken over only from a checkpoint of the same kind.
    """
    state = torch.load(path, map_location=device)
    if decoder_only and not state.get("decoder_only"):
        net.load_state_dict(state["average"])
        average.weights = {name: weight.clone() for name, weight in state["average"].items()}
        return 0
    if state.get("decoder_only") and not decoder_only:
        raise SystemExit(f"{path} was trained with --decoder-only; whole training would make its latents invalid")
    net.load_state_dict(state["net"])
    optimizer.load_state_dict(state["optimizer"])
    average.weights, average.steps = state["average"], state["step"]
    return state["step"]


def forward(net, real, decoder_only):
    """Pictures made again, and the KL divergence of their latents: none where the encoder is frozen."""
    if decoder_only:
        with torch.no_grad():
            mean = net.encoder(real).chunk(2, 1)[0]
        return net.decoder(mean).float(), torch.zeros((), device=real.device)
    mean, log_variance = net.encoder(real).float().chunk(2, 1)
    log_variance = log_variance.clamp(-20, 10)
    made = net.decoder(mean + torch.randn_like(mean) * (log_variance / 2).exp()).float()
    return made, 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).mean()


def main():
    """Trains until the planned end; a checkpoint every minute, from which the next call goes on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--kl", type=float, default=1e-5)
    parser.add_argument("--size", type=int, default=64, help="side of the crops; 128 takes whole pictures")
    parser.add_argument("--decoder-only", action="store_true", help="keep the encoder and train the decoder on")
    parser.add_argument("--init-from", type=Path, help="model folder whose ONNX weights are the start, when there is no checkpoint")
    args = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    rng = np.random.default_rng()
    shards = load_pictures(args.data)
    net = Autoencoder().to(device)
    if args.init_from and not args.checkpoint.exists():
        net.encoder.load_state_dict(read_weights(args.init_from / "vae_encoder"))
        net.decoder.load_state_dict(read_weights(args.init_from / "vae_decoder"))
    average = Average(net, 0.995)
    trained = net.decoder if args.decoder_only else net
    optimizer = torch.optim.AdamW(trained.parameters(), args.rate, betas=(0.9, 0.99), weight_decay=1e-4)
    step = 0
    if args.checkpoint.exists():
        step = load_checkpoint(args.checkpoint, net, average, optimizer, args.decoder_only, device)
    start, saved, done = time.time(), time.time(), False
    while not done:
        spent = (time.time() - start) / 60 / args.minutes
        done = spent >= 1
        for group in optimizer.param_groups:
            group["lr"] = args.rate * min(1, (step + 1) / 100) * max(0.02, min(1, 2 - 2 * spent))
        real = crops(shards, args.batch, args.size, rng).to(device)
        with torch.autocast(device, torch.bfloat16):
            made, kl = forward(net, real, args.decoder_only)
        pixel = F.l1_loss(made, real)
        loss = pixel + 0.5 * slope_loss(made, real) + args.kl * kl
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained.parameters(), 1.0)
        optimizer.step()
        average.update()
        step += 1
        if step % 50 == 0:
            print(f"step {step} minutes {(time.time() - start) / 60:.1f} pixel {pixel:.4f} kl {kl:.2f}", flush=True)
        if done or time.time() - saved > 60:
            saved = time.time()
            part = args.checkpoint.with_suffix(".part")
            torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict(), "average": average.weights, "step": step, "decoder_only": args.decoder_only}, part)
            part.rename(args.checkpoint)


if __name__ == "__main__":
    main()
