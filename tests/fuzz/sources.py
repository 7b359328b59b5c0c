"""Where programs come from. Each source makes one from random numbers, the same one from the same numbers."""

from __future__ import annotations

import contextlib
import random
import warnings
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from tests.fuzz import one_liners
from tests.fuzz.byte_mutations import as_bytes
from tests.fuzz.imports import linked
from tests.fuzz.program import BUG, Program, one_file
from tests.fuzz.seed_files import seed_file
from tests.fuzz.text_mutations import BLANKS, LINES, TOKENS
from tests.fuzz.tree_mutations import change_tree

Source: TypeAlias = Callable[[random.Random, tuple[str, ...]], Program]


class Unavailable(Exception):
    """A source that this Python does not have, or that made nothing this time."""


def mutated(rng: random.Random, text: str) -> str:
    """A text with some changes of one sort or of all."""
    times = rng.choice((1, 1, 2, 3, 8))
    sort = rng.randrange(8)
    if sort < 4:
        return change_tree(rng, text, times)
    table = (LINES, TOKENS, TOKENS, (*LINES, *TOKENS, *BLANKS))[sort - 4]
    for _ in range(times):
        text = rng.choice(table)(rng, text)[:200_000]
    return text


def _spliced(rng: random.Random, one: str, two: str) -> str:
    cut, rest = one.splitlines(keepends=True), two.splitlines(keepends=True)
    return "".join((*cut[: rng.randrange(len(cut) + 1)], *rest[rng.randrange(len(rest) + 1) :]))


def _real(rng: random.Random, folders: tuple[str, ...]) -> Program:
    text = seed_file(rng, folders)
    if rng.random() < 0.15:
        text = _spliced(rng, text, seed_file(rng, folders))
    return Program({"program.py": as_bytes(rng, mutated(rng, text))})


def _codegen(rng: random.Random, _: tuple[str, ...]) -> Program:
    try:
        from pysource_codegen import generate
    except ImportError as error:
        raise Unavailable(f"pysource-codegen: {error}") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            text = generate(rng.randrange(2**32), node_limit=rng.choice((20, 100, 400, 1500)), depth_limit=rng.choice((4, 8, 8)))
        except (RecursionError, ValueError, SyntaxError, MemoryError) as error:
            raise Unavailable(f"pysource-codegen made nothing: {type(error).__name__}") from None
    return one_file(_near_a_loss(rng, text))


def _near_a_loss(rng: random.Random, text: str) -> str:
    """A program whose names mean something: modules, functions and layers of torch reach its statements, and its names a loss."""
    if rng.random() < 0.2:
        return text
    meant = (
        "torch",
        "torch.nn",
        "torch.nn.functional",
        "torch.sigmoid",
        "nn.BCELoss()",
        "nn.Linear(3, 1)",
        "torch.zeros(3)",
        "[1, 2]",
        "nn.Module",
        "step",
    )
    names = "".join(f"name_{number} = {rng.choice(meant)}\n" for number in range(6))
    return f"{BUG}{names}{text}\ncriterion(name_{rng.randrange(6)}, name_{rng.randrange(6)})\n"


def _hypothesmith(rng: random.Random, _: tuple[str, ...]) -> Program:
    try:
        import hypothesmith
        from hypothesis import HealthCheck, Phase, given, seed, settings
    except ImportError as error:
        raise Unavailable(f"hypothesmith: {error}") from None
    made: list[str] = []
    strategy = hypothesmith.from_grammar() if rng.random() < 0.5 else hypothesmith.from_node()

    @seed(rng.randrange(2**32))
    @settings(max_examples=3, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def _collect(text: str) -> None:
        made.append(text)

    with warnings.catch_warnings(), contextlib.suppress(Exception):
        warnings.simplefilter("ignore")
        _collect()
    if not made:
        raise Unavailable("hypothesmith made nothing")
    text = max(made, key=len)
    return one_file(text if rng.random() < 0.5 else f"{BUG}{text}\n")


def planted_files(rng: random.Random) -> dict[str, str]:
    """The files of a planted program, with the bug or without."""
    from tests.planted.plan import plan_of
    from tests.planted.render import rendered

    plan = plan_of(rng.randrange)
    return dict(rendered(plan, plan.wrong if rng.random() < 0.7 else plan.twin).files)


def _planted(rng: random.Random, _: tuple[str, ...]) -> Program:
    files = planted_files(rng)
    touched = rng.choice(sorted(files)) if rng.random() < 0.9 else ""
    return Program({path: as_bytes(rng, mutated(rng, text)) if path == touched else text.encode() for path, text in files.items()})


def _project(rng: random.Random, folders: tuple[str, ...]) -> Program:
    texts = [_piece(rng, folders) for _ in range(rng.choice((2, 3, 4)))]
    files = linked(rng, texts)
    odd = rng.choice(sorted(files)) if rng.random() < 0.3 else ""
    return Program(
        {path: as_bytes(rng, mutated(rng, text)) if path == odd else text.encode("utf-8", "surrogatepass") for path, text in files.items()}
    )


def _piece(rng: random.Random, folders: tuple[str, ...]) -> str:
    choice = rng.randrange(4)
    if choice == 0:
        return BUG
    if choice == 1:
        return seed_file(rng, folders)
    return rng.choice(sorted(planted_files(rng).values())) if choice == 2 else mutated(rng, seed_file(rng, folders))


SOURCES: Final[dict[str, tuple[int, Source]]] = {
    "real files, mutated": (5, _real),
    "one-liners": (5, lambda rng, _: one_liners.program(rng)),
    "planted, mutated": (2, _planted),
    "projects": (2, _project),
    "pysource-codegen": (2, _codegen),
    "hypothesmith": (1, _hypothesmith),
}
"""Every source by name, and how often it is asked."""

_ORDER: Final = tuple(name for name, (weight, _) in SOURCES.items() for _ in range(weight))


def source_of(index: int) -> str:
    """The source that makes the program of this number: the order is the same in every run, so that each source has its share."""
    return _ORDER[index * 7 % len(_ORDER)]


def shares() -> Iterator[tuple[str, float]]:
    """How much of all programs each source makes."""
    return ((name, weight / len(_ORDER)) for name, (weight, _) in SOURCES.items())
