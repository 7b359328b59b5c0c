"""What the words of a source tell of it before it is parsed: sinks, and what matters only where certain values reach it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

WORD = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")
_OTHER_DIM = re.compile(rb"\b(?:dim|axis)\s*=\s*(?!0\b|None\b)|^\s*-?[1-9]\d*\s*$|,(?!\s*(?:(?:0|None)\s*)?$)[^=,()\[\]]+$")
_COMMENT = re.compile(rb"#[^\r\n]*")
_BRACKET = re.compile(rb"[()\[\]{}]")
_LOG = re.compile(rb"\.log\(\s*\)|\b(?:torch|th)\.log\(|(?<![\w.])log\(")
_COMPLEMENT = re.compile(rb"\b1(?:\.0*)?\s*(?:\+\s*[\w.]+\s*)?-\s*[\w(]")
# It begins with one of three characters, for which the search can look alone.
_DECISION = rb"(?:r(?:ound|int)|around|g(?:e|t|reater(?:_equal)?)|l(?:e|t|ess(?:_equal)?))\("
_THRESHOLD = re.compile(rb"[<>.](?:(?<=[<>])=?\s*(?:0?\.\d|(?:self\.)?thresh)|(?<=\.)(?:" + _DECISION + rb"|\d+\s*[<>]))")

LOGARITHM, COMPARISON = 1, 2
NAMES_OF_TORCH = frozenset({"torch", "th"})
"""What the texts that are searched call torch."""


_SPELLED: dict[bytes, bytes] = {}
"""Each word that was met, once: files have most of theirs in common."""


def words_of(text: bytes) -> frozenset[bytes]:
    """The words of some source."""
    found = set(WORD.findall(text))
    return frozenset(map(_SPELLED.setdefault, found, found))


@cache
def names_of_sinks() -> tuple[frozenset[bytes], frozenset[bytes]]:
    """The names of the losses, and of the operations that choose a dimension where none is given."""
    from bce_lint.catalog import activations, losses

    named = (name for table in (losses.MODULES, losses.FUNCTIONS) for name in table)
    implicit = (name for table in (activations.MODULES, activations.FUNCTIONS) for name, row in table.items() if row.implicit_dim)
    return _last_parts(named), _last_parts(implicit)


def _last_parts(names: Iterable[str]) -> frozenset[bytes]:
    return frozenset(name.rpartition(".")[2].encode() for name in names)


def a_sink() -> bytes:
    """The name of some loss."""
    return min(names_of_sinks()[0])


def is_sink(name: str) -> bool:
    """True if a name is that of a loss or of another operation that rules look at."""
    return any(name.encode() in names for names in names_of_sinks())


def names_sink(text: bytes, words: frozenset[bytes]) -> bool:
    """True if source with these words names a loss, may write one out, or names a softmax that may lack its dimension."""
    losses, implicit = names_of_sinks()
    if not words.isdisjoint(losses) or (b"log" in words and len(_LOG.findall(text)) > 1 and _COMPLEMENT.search(text) is not None):
        return True
    named = words & implicit
    return bool(named) and any(_dim_matters(text, match) for match in WORD.finditer(text) if match[0] in named)


def takes_logarithm(text: bytes, words: frozenset[bytes]) -> bool:
    """True if some source with these words takes a logarithm: that matters where a probability reaches it."""
    return b"log" in words and _LOG.search(text) is not None


def compares(text: bytes) -> bool:
    """True if some source compares with a threshold: that matters where the output of a layer reaches it."""
    return _THRESHOLD.search(text) is not None


@cache
def reaching() -> dict[int, frozenset[bytes]]:
    """The names of what makes the values that matter to each hint: sigmoids and softmaxes, `exp` in those written by hand, layers."""
    from bce_lint.catalog import activations, layers
    from bce_lint.catalog.schema import Kind

    made = (name for table in (activations.MODULES, activations.FUNCTIONS, activations.METHODS) for name in table)
    weighted = (name for name, row in layers.LAYERS.items() if row.kind is Kind.LOGITS)
    return {LOGARITHM: _last_parts(made) | {b"exp"}, COMPARISON: _last_parts(weighted)}


@cache
def squashing() -> frozenset[bytes]:
    """The names of sigmoids: what is applied to one comes out above a half, whatever loss there is."""
    from bce_lint.catalog import activations

    tables = (activations.MODULES, activations.FUNCTIONS, activations.METHODS)
    return _last_parts(name for table in tables for name, row in table.items() if row.name == "sigmoid")


@cache
def words_taking_logits() -> frozenset[bytes]:
    """The words of the losses that take the logits of two classes."""
    from bce_lint.catalog import losses
    from bce_lint.catalog.schema import Expects

    taking = (Expects.LOGITS, Expects.MARGIN_LOGITS)
    return _last_parts(name for table in (losses.MODULES, losses.FUNCTIONS) for name, row in table.items() if row.expects in taking)


@cache
def relevant_words() -> frozenset[bytes]:
    """The words without which a file holds neither a sink nor what makes a hint matter."""
    return words_of_sinks().union(*reaching().values())


@cache
def words_that_lead() -> frozenset[bytes]:
    """The words that matter wherever they stand."""
    return relevant_words() | squashing()


@cache
def words_of_sinks() -> frozenset[bytes]:
    """The words without which nothing can be a sink."""
    return frozenset({b"log"}).union(*names_of_sinks())


def _dim_matters(text: bytes, match: re.Match[bytes]) -> bool:
    if text[match.end() : match.end() + 1] != b"(":
        return text[match.start() - 1 : match.start()] == b"."
    if text[: match.start()].endswith(b"def "):
        return False
    inside = _arguments(text[match.end() + 1 : match.end() + 400])
    return _OTHER_DIM.search(_COMMENT.sub(b"", inside)) is None


def _arguments(text: bytes) -> bytes:
    depth = 1
    for bracket in _BRACKET.finditer(text):
        depth += 1 if bracket[0] in b"([{" else -1
        if depth == 0:
            return text[: bracket.start()]
    return text
