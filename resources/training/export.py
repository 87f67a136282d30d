"""Writes a model folder from the checkpoints: ONNX graphs with float16 weights and float32 inputs and outputs.

Every file is made in a scratch folder and then moved into place, so that a reader never sees half a file.
"""

import argparse
import json
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from dataset import load_pictures
from nets import TEXT_CONFIG, UNET_CONFIG, VAE_CONFIG, Autoencoder, TextEncoder, UNet

OPSET = 17
SCHEDULER = {
    "_class_name": "EulerDiscreteScheduler",
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction",
    "timestep_spacing": "leading",
    "steps_offset": 1,
    "set_alpha_to_one": False,
}


def read_weights(folder):
    """The float32 weights of one part, read back from its ONNX file."""
    graph = onnx.load(folder / "model.onnx").graph
    return {w.name.removesuffix("_fp16"): torch.from_numpy(numpy_helper.to_array(w).astype(np.float32)) for w in graph.initializer if w.name.endswith("_fp16")}


def halve(model, names):
    """Stores the named weights as float16, each followed by a Cast to float32."""
    casts = []
    for weight in model.graph.initializer:
        if weight.name in names:
            name = weight.name
            weight.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float16), name + "_fp16"))
            casts.append(helper.make_node("Cast", [name + "_fp16"], [name], name=name + "/Cast", to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(casts + nodes)


def export_part(net, example, inputs, outputs, axes, path):
    """Exports one network, halves its weights, and compares onnxruntime with torch."""
    net = net.float().eval().cpu()
    with torch.no_grad():
        for weight in net.parameters():
            weight.copy_(weight.half().float())
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(net, example, str(path), input_names=inputs, output_names=outputs, dynamic_axes=axes, opset_version=OPSET, do_constant_folding=False, dynamo=False)
    model = onnx.load(path)
    halve(model, dict(net.named_parameters()))
    onnx.checker.check_model(model)
    onnx.save(model, path)
    missing = set(dict(net.named_parameters())) - set(read_weights(path.parent))
    assert not missing, f"weights not found in {path}: {missing}"


def check_part(net, feeds, inputs, path):
    """Runs the exported graph in onnxruntime and fails when it differs from torch."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    worst = 0.0
    for feed in feeds:
        with torch.no_grad():
            expected = net(*feed)
        expected = expected if isinstance(expected, tuple) else (expected,)
        made = session.run(None, {name: x.numpy() for name, x in zip(inputs, feed)})
        worst = max(worst, *(float(np.abs(a - b.numpy()).max()) for a, b in zip(made, expected)))
    assert worst < 2e-3, f"{path}: onnxruntime and torch differ by {worst}"
    print(f"{path.parent.name}: {path.stat().st_size / 1e6:.2f} MB, largest difference to torch {worst:.1e}", flush=True)


def export_networks(folder, text, unet, autoencoder):
    """Exports the four graphs and checks batches, sizes and CFG pairs."""
    states = [f"hidden_states.{i}" for i in range(TEXT_CONFIG["num_hidden_layers"] + 1)]
    ids = [torch.randint(0, TEXT_CONFIG["vocab_size"], (b, 77), dtype=torch.int32) for b in (1, 2)]
    sequence = {0: "batch", 1: "sequence"}
    part = folder / "text_encoder" / "model.onnx"
    names = ["last_hidden_state", "pooler_output", *states]
    export_part(text, (ids[1],), ["input_ids"], names, {"input_ids": sequence, "pooler_output": {0: "batch"}, **{n: sequence for n in names if n != "pooler_output"}}, part)
    check_part(text, [(x,) for x in ids], ["input_ids"], part)

    width = UNET_CONFIG["cross_attention_dim"]
    picture = {0: "batch", 2: "height", 3: "width"}
    time = torch.tensor([501.0])
    feeds = [(torch.randn(b, 4, h, w), time, torch.randn(b, s, width)) for b, h, w, s in ((2, 16, 16, 77), (1, 16, 16, 77), (1, 24, 16, 77), (2, 8, 32, 154))]
    part = folder / "unet" / "model.onnx"
    inputs = ["sample", "timestep", "encoder_hidden_states"]
    export_part(unet, feeds[0], inputs, ["out_sample"], {"sample": picture, "encoder_hidden_states": sequence, "out_sample": picture}, part)
    check_part(unet, feeds, inputs, part)

    for name, net, inside, outside, channels, sides in (
        ("vae_decoder", autoencoder.decoder, "latent_sample", "sample", 4, ((16, 16), (24, 16))),
        ("vae_encoder", autoencoder.encoder, "sample", "latent_parameters", 3, ((128, 128), (192, 128))),
    ):
        feeds = [(torch.randn(b, channels, *side),) for b, side in zip((2, 1), sides)]
        part = folder / name / "model.onnx"
        export_part(net, feeds[0], [inside], [outside], {inside: picture, outside: picture}, part)
        check_part(net, feeds, [inside], part)


def preview_matrix(pictures, latents):
    """Least squares from scaled latents to RGB −1…1: a 4×3 matrix and a bias."""
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
    rgb = torch.nn.functional.avg_pool2d(x, 8).permute(0, 2, 3, 1).reshape(-1, 3).numpy()
    flat = latents.float().permute(0, 2, 3, 1).reshape(-1, 4).numpy()
    fit, *_ = np.linalg.lstsq(np.concatenate([flat, np.ones((len(flat), 1))], 1), rgb, rcond=None)
    return np.round(fit[:4], 4).tolist(), np.round(fit[4], 4).tolist()


def write_json(path, value):
    """Writes one JSON file and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")


def write_configs(folder, scale, matrix, bias):
    """Writes the pipeline, scheduler and network configurations and yurt.json."""
    write_json(
        folder / "model_index.json",
        {
            "_class_name": "StableDiffusionPipeline",
            "feature_extractor": [None, None],
            "requires_safety_checker": False,
            "safety_checker": [None, None],
            "scheduler": ["diffusers", "EulerDiscreteScheduler"],
            "text_encoder": ["onnx", "CLIPTextModel"],
            "tokenizer": ["transformers", "CLIPTokenizer"],
            "unet": ["onnx", "UNet2DConditionModel"],
            "vae_decoder": ["onnx", "AutoencoderKL"],
            "vae_encoder": ["onnx", "AutoencoderKL"],
        },
    )
    write_json(folder / "scheduler" / "scheduler_config.json", SCHEDULER)
    write_json(folder / "text_encoder" / "config.json", {"model_type": "clip_text_model", "hidden_act": "quick_gelu", **TEXT_CONFIG})
    write_json(folder / "unet" / "config.json", {"_class_name": "UNet2DConditionModel", "in_channels": 4, "out_channels": 4, "sample_size": 16, **UNET_CONFIG})
    for part in ("vae_decoder", "vae_encoder"):
        write_json(folder / part / "config.json", {"_class_name": "AutoencoderKL", "scaling_factor": scale, "sample_size": 128, **VAE_CONFIG})
    about = {
        "name": "Yurt Tiny",
        "id": "yurt-tiny",
        "baseline": "stable_diffusion_1",
        "native_width": 128,
        "native_height": 128,
        "default_steps": 12,
        "default_cfg": 5,
        "default_sampler": "k_dpmpp_2m",
        "default_karras": True,
        "nsfw": False,
        "description": "Shapes in plain colours and small landscapes with yurts; embedded in Yurt and trained on drawn pictures.",
        "preview_matrix": matrix,
        "preview_bias": bias,
    }
    write_json(folder / "yurt.json", about)


def install(source, target):
    """Moves every file into place, one rename each."""
    for path in sorted(source.rglob("*")):
        if path.is_file():
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_name(place.name + ".part")
            shutil.copyfile(path, part)
            os.replace(part, place)


def main():
    """Exports the averaged weights of both checkpoints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("autoencoder", type=Path)
    parser.add_argument("latents", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("target", type=Path)
    args = parser.parse_args()
    autoencoder = Autoencoder()
    autoencoder.load_state_dict(torch.load(args.autoencoder, map_location="cpu")["average"])
    net = torch.nn.ModuleDict({"text": TextEncoder(**TEXT_CONFIG), "unet": UNet(**UNET_CONFIG)})
    net.load_state_dict(torch.load(args.checkpoint, map_location="cpu")["average"])
    latents = torch.load(args.latents, mmap=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        export_networks(folder, net["text"], net["unet"], autoencoder)
        matrix, bias = preview_matrix(load_pictures(args.data)[0][:1000], latents["latents"][:1000])
        write_configs(folder, latents["scale"], matrix, bias)
        shutil.copytree(args.tokenizer, folder / "tokenizer")
        install(folder, args.target)


if __name__ == "__main__":
    main()
