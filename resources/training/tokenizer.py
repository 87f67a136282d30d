"""Makes the CLIP-style BPE tokenizer from the words of the captions, and reads it back.

`python tokenizer.py FOLDER` writes vocab.json, merges.txt, tokenizer.json and the two config files.
"""

import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from captions import held_out, make_caption, make_spec

SIZE, LENGTH = 1024, 77
START, END = "<|startoftext|>", "<|endoftext|>"
SPLIT = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def byte_symbols():
    """CLIP's printable stand-in for every byte, in CLIP's order."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    return [chr(b) for b in plain] + [chr(256 + i) for i in range(len(others))]


def learn_merges(words, count):
    """The most frequent neighbours are joined, again and again."""
    pieces = {word: (*word[:-1], word[-1] + "</w>") for word in words}
    merges = []
    while len(merges) < count:
        pairs = Counter()
        for word, parts in pieces.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += words[word]
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for word, parts in pieces.items():
            joined, i = [], 0
            while i < len(parts):
                if parts[i : i + 2] == best:
                    joined.append(parts[i] + parts[i + 1])
                    i += 2
                else:
                    joined.append(parts[i])
                    i += 1
            pieces[word] = tuple(joined)
    return merges


def build(vocab, merges):
    """CLIP's tokenizer over a vocabulary and its merges."""
    tokenizer = Tokenizer(models.BPE(vocab, merges, end_of_word_suffix="</w>", unk_token=END, continuing_subword_prefix=""))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(SPLIT), "removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.post_processor = processors.RobertaProcessing((END, vocab[END]), (START, vocab[START]), trim_offsets=False, add_prefix_space=False)
    tokenizer.add_special_tokens([AddedToken(START, special=True), AddedToken(END, special=True)])
    return tokenizer


def write(folder):
    """Learns the merges from 40,000 captions and writes the tokenizer folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rng, forbidden, words = np.random.default_rng(3), held_out(), Counter()
    for _ in range(40000):
        caption = make_caption(rng, make_spec(rng, forbidden))
        words.update(caption.replace(",", " ,").split())
    symbols = byte_symbols()
    merges = learn_merges(words, SIZE - 2 * len(symbols) - 2)
    tokens = [*symbols, *(s + "</w>" for s in symbols), *(a + b for a, b in merges)]
    tokens = list(dict.fromkeys(tokens))
    tokens += [f"<|unused{i}|>" for i in range(SIZE - 2 - len(tokens))] + [START, END]
    vocab = {token: i for i, token in enumerate(tokens)}
    (folder / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    settings = {"tokenizer_class": "CLIPTokenizer", "model_max_length": LENGTH, "bos_token": START, "eos_token": END, "pad_token": END, "unk_token": END}
    (folder / "tokenizer_config.json").write_text(json.dumps({**settings, "do_lower_case": True, "add_prefix_space": False}, indent=2) + "\n")
    special = {key: settings[key] for key in ("bos_token", "eos_token", "pad_token", "unk_token")}
    (folder / "special_tokens_map.json").write_text(json.dumps(special, indent=2) + "\n")
    build(vocab, merges).save(str(folder / "tokenizer.json"))


def load(folder):
    """Reads a tokenizer folder back."""
    lines = (Path(folder) / "merges.txt").read_text().splitlines()[1:]
    return build(json.loads((Path(folder) / "vocab.json").read_text()), [tuple(line.split(" ")) for line in lines])


def encode(tokenizer, texts, length=LENGTH):
    """Token ids as int32 [texts, length], cut and padded with the end token."""
    end = tokenizer.token_to_id(END)
    ids = np.full((len(texts), length), end, np.int32)
    for row, text in zip(ids, tokenizer.encode_batch(list(texts))):
        kept = text.ids[:length]
        row[: len(kept)] = kept
        row[-1] = end
    return ids


if __name__ == "__main__":
    write(Path(sys.argv[1]))
