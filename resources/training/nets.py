"""The three networks of Yurt Tiny, with the parameter names of the ordinary diffusers layout."""

import math

import torch
import torch.nn.functional as F
from torch import nn

VAE_CONFIG = {"block_out_channels": (16, 32, 64, 96), "latent_channels": 4, "norm_num_groups": 8}
TEXT_CONFIG = {"vocab_size": 1024, "hidden_size": 160, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 640, "max_position_embeddings": 77}
UNET_CONFIG = {"block_out_channels": (64, 128, 192), "layers_per_block": 1, "cross_attention_dim": 160, "attention_head_dim": 32, "norm_num_groups": 16}


def conv(a, b, size=3, stride=1):
    return nn.Conv2d(a, b, size, stride, size // 2)


class Resnet(nn.Module):
    """Norm, SiLU, convolution, twice; the time embedding is added between."""

    def __init__(self, a, b, groups, time=None):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(groups, a), conv(a, b)
        self.norm2, self.conv2 = nn.GroupNorm(groups, b), conv(b, b)
        self.time_emb_proj = nn.Linear(time, b) if time else None
        self.conv_shortcut = conv(a, b, 1) if a != b else None

    def forward(self, x, time=None):
        h = self.conv1(F.silu(self.norm1(x)))
        if self.time_emb_proj is not None:
            h = h + self.time_emb_proj(F.silu(time))[:, :, None, None]
        h = self.conv2(F.silu(self.norm2(h)))
        return h + (x if self.conv_shortcut is None else self.conv_shortcut(x))


class Downsample(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = conv(width, width, 3, 2)

    def forward(self, x):
        return self.conv(x)


class Upsample(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = conv(width, width)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


# --- autoencoder ----------------------------------------------------------------------------------


class Encoder(nn.Module):
    """Means and log variances of the latents; the mean colour of each cell reaches them by a straight path."""

    def __init__(self, block_out_channels, latent_channels, norm_num_groups):
        super().__init__()
        widths = block_out_channels
        self.conv_in = conv(3, widths[0])
        self.blocks = nn.ModuleList()
        for i, width in enumerate(widths):
            last = i == len(widths) - 1
            parts = [Resnet(widths[max(0, i - 1)], width, norm_num_groups)]
            self.blocks.append(nn.Sequential(*parts, *([] if last else [Downsample(width)])))
        self.mid = Resnet(widths[-1], widths[-1], norm_num_groups)
        self.conv_norm_out = nn.GroupNorm(norm_num_groups, widths[-1])
        self.conv_out = conv(widths[-1], 2 * latent_channels)
        self.quant_conv = conv(2 * latent_channels, 2 * latent_channels, 1)
        self.colour = nn.Conv2d(3, 2 * latent_channels, 1, bias=False)
        with torch.no_grad():
            self.colour.weight.copy_(2 * torch.eye(2 * latent_channels, 3)[:, :, None, None])

    def forward(self, sample):
        h = self.conv_in(sample)
        for block in self.blocks:
            h = block(h)
        h = self.conv_out(F.silu(self.conv_norm_out(self.mid(h))))
        return self.quant_conv(h) + self.colour(F.avg_pool2d(sample, 8))


class Decoder(nn.Module):
    """Picture from latents; the networks add their detail to the colours read straight from the latents."""

    def __init__(self, block_out_channels, latent_channels, norm_num_groups):
        super().__init__()
        widths = block_out_channels[::-1]
        self.post_quant_conv = conv(latent_channels, latent_channels, 1)
        self.conv_in = conv(latent_channels, widths[0])
        self.mid = Resnet(widths[0], widths[0], norm_num_groups)
        self.blocks = nn.ModuleList()
        for i, width in enumerate(widths):
            last = i == len(widths) - 1
            parts = [Resnet(widths[max(0, i - 1)], width, norm_num_groups)]
            self.blocks.append(nn.Sequential(*parts, *([] if last else [Upsample(width)])))
        self.conv_norm_out = nn.GroupNorm(norm_num_groups, widths[-1])
        self.conv_out = conv(widths[-1], 3)
        self.colour = nn.Conv2d(latent_channels, 3, 1)
        with torch.no_grad():
            self.colour.weight.copy_(0.5 * torch.eye(3, latent_channels)[:, :, None, None])

    def forward(self, latent_sample):
        h = self.mid(self.conv_in(self.post_quant_conv(latent_sample)))
        for block in self.blocks:
            h = block(h)
        coarse = F.interpolate(self.colour(latent_sample), scale_factor=8.0, mode="bilinear")
        return self.conv_out(F.silu(self.conv_norm_out(h))) + coarse


class Autoencoder(nn.Module):
    """The KL autoencoder, factor 8."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(**VAE_CONFIG), Decoder(**VAE_CONFIG)


# --- text encoder ---------------------------------------------------------------------------------


class Attention(nn.Module):
    """Multi-head attention; keys and values come from `context` when it is given."""

    def __init__(self, width, context, heads, bias):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias)
        self.to_k = nn.Linear(context, width, bias)
        self.to_v = nn.Linear(context, width, bias)
        self.to_out = nn.Linear(width, width)

    def forward(self, x, context=None, mask=None):
        q, k, v = self.to_q(x), *(f(x if context is None else context) for f in (self.to_k, self.to_v))
        q, k, v = (y.unflatten(-1, (self.heads, -1)).transpose(1, 2) for y in (q, k, v))
        scores = q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5)
        if mask is not None:
            scores = scores + mask
        return self.to_out((scores.softmax(-1) @ v).transpose(1, 2).flatten(2))


class TextLayer(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.layer_norm1, self.self_attn = nn.LayerNorm(width), Attention(width, width, heads, True)
        self.layer_norm2 = nn.LayerNorm(width)
        self.fc1, self.fc2 = nn.Linear(width, inner), nn.Linear(inner, width)

    def forward(self, x, mask):
        x = x + self.self_attn(self.layer_norm1(x), mask=mask)
        h = self.fc1(self.layer_norm2(x))
        return x + self.fc2(h * torch.sigmoid(1.702 * h))


class TextEncoder(nn.Module):
    """CLIP's text model: causal attention, learned places, quick-GELU, final norm; id of the end token is the largest."""

    def __init__(self, vocab_size, hidden_size, num_hidden_layers, num_attention_heads, intermediate_size, max_position_embeddings):
        super().__init__()
        self.token_embedding = nn.Embedding(vocab_size, hidden_size)
        self.position_embedding = nn.Embedding(max_position_embeddings, hidden_size)
        self.layers = nn.ModuleList(TextLayer(hidden_size, num_attention_heads, intermediate_size) for _ in range(num_hidden_layers))
        self.final_layer_norm = nn.LayerNorm(hidden_size)
        nn.init.normal_(self.token_embedding.weight, std=0.3)
        nn.init.normal_(self.position_embedding.weight, std=0.1)

    def forward(self, input_ids):
        """Returns last hidden state, pooled vector, and the states before and after each layer."""
        ids = input_ids.long()
        place = torch.arange(ids.shape[1], device=ids.device)
        mask = torch.where(place[None, :] > place[:, None], -10000.0, 0.0)
        x = self.token_embedding(ids) + self.position_embedding(place)
        states = [x]
        for layer in self.layers:
            x = layer(x, mask)
            states.append(x)
        last = self.final_layer_norm(x)
        end = ids.argmax(-1)
        pooled = last.gather(1, end[:, None, None].expand(-1, 1, last.shape[-1]))[:, 0]
        return last, pooled, *states


# --- UNet -----------------------------------------------------------------------------------------


class Transformer(nn.Module):
    """Self-attention, cross-attention to the text, gated feed-forward."""

    def __init__(self, width, context, head, groups):
        super().__init__()
        self.norm = nn.GroupNorm(groups, width)
        self.proj_in, self.proj_out = nn.Linear(width, width), nn.Linear(width, width)
        self.norm1, self.attn1 = nn.LayerNorm(width), Attention(width, width, width // head, False)
        self.norm2, self.attn2 = nn.LayerNorm(width), Attention(width, context, width // head, False)
        self.norm3 = nn.LayerNorm(width)
        self.ff_in, self.ff_out = nn.Linear(width, width * 4), nn.Linear(width * 2, width)

    def forward(self, x, context):
        shape = x.shape
        h = self.proj_in(self.norm(x).flatten(2).transpose(1, 2))
        h = h + self.attn1(self.norm1(h))
        h = h + self.attn2(self.norm2(h), context)
        value, gate = self.ff_in(self.norm3(h)).chunk(2, -1)
        h = h + self.ff_out(value * F.gelu(gate))
        return x + self.proj_out(h).transpose(1, 2).reshape(shape)


class Stage(nn.Module):
    """One resnet, followed by a transformer on the levels that attend to the text."""

    def __init__(self, a, b, attend, time, context, head, groups):
        super().__init__()
        self.resnet = Resnet(a, b, groups, time)
        self.attention = Transformer(b, context, head, groups) if attend else None

    def forward(self, x, time, context):
        x = self.resnet(x, time)
        return x if self.attention is None else self.attention(x, context)


class UNet(nn.Module):
    """Three levels; the two lower ones attend to the text. Predicts v."""

    def __init__(self, block_out_channels, layers_per_block, cross_attention_dim, attention_head_dim, norm_num_groups):
        super().__init__()
        widths, layers = block_out_channels, layers_per_block
        time = widths[0] * 4
        rest = (time, cross_attention_dim, attention_head_dim, norm_num_groups)
        self.time_embedding = nn.Sequential(nn.Linear(widths[0], time), nn.SiLU(), nn.Linear(time, time))
        self.conv_in = conv(4, widths[0])
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        skips, last = [widths[0]], widths[0]
        for i, width in enumerate(widths):
            for _ in range(layers):
                self.down.append(Stage(last, width, i > 0, *rest))
                last = width
                skips.append(width)
            if i < len(widths) - 1:
                self.down.append(Downsample(width))
                skips.append(width)
        self.mid = nn.ModuleList([Stage(last, last, True, *rest), Stage(last, last, False, *rest)])
        for i, width in reversed(list(enumerate(widths))):
            for _ in range(layers + 1):
                self.up.append(Stage(last + skips.pop(), width, i > 0, *rest))
                last = width
            if i:
                self.up.append(Upsample(width))
        self.conv_norm_out, self.conv_out = nn.GroupNorm(norm_num_groups, last), conv(last, 4)
        nn.init.zeros_(self.conv_out.weight)
        nn.init.zeros_(self.conv_out.bias)
        self.half = widths[0] // 2

    def forward(self, sample, timestep, encoder_hidden_states):
        rates = torch.exp(-math.log(10000) * torch.arange(self.half, device=sample.device) / self.half)
        angles = timestep[:, None] * rates
        time = self.time_embedding(torch.cat([angles.cos(), angles.sin()], -1))
        x = self.conv_in(sample)
        kept = [x]
        for part in self.down:
            x = part(x) if isinstance(part, Downsample) else part(x, time, encoder_hidden_states)
            kept.append(x)
        for part in self.mid:
            x = part(x, time, encoder_hidden_states)
        for part in self.up:
            x = part(x) if isinstance(part, Upsample) else part(torch.cat([x, kept.pop()], 1), time, encoder_hidden_states)
        return self.conv_out(F.silu(self.conv_norm_out(x)))


class Average:
    """Moving average of a network's weights."""

    def __init__(self, net, rate):
        self.net, self.rate, self.steps = net, rate, 0
        self.weights = {k: v.detach().clone() for k, v in net.state_dict().items()}

    @torch.no_grad()
    def update(self):
        self.steps += 1
        rate = min(self.rate, (1 + self.steps) / (10 + self.steps))
        now = self.net.state_dict()
        torch._foreach_lerp_(list(self.weights.values()), [now[k] for k in self.weights], 1 - rate)
