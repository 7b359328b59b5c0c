"""Real files to begin with: fixtures, examples, the package itself, Python's library, installed packages, and folders that are given."""

from __future__ import annotations

import os
import random
import sysconfig
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LARGEST = 40_000
_TRIES = 40


@cache
def _own(folder: str) -> tuple[str, ...]:
    return tuple(sorted(str(path) for path in (ROOT / folder).rglob("*.py") if path.is_file() and path.stat().st_size <= LARGEST))


def _walked(rng: random.Random, folder: str) -> str | None:
    """A file somewhere below a folder, without a look at all of it."""
    for _ in range(_TRIES):
        here = folder
        while os.path.isdir(here):
            try:
                names = sorted(name for name in os.listdir(here) if name.endswith(".py") or ("." not in name and name != "__pycache__"))
            except OSError:
                break
            if not names:
                break
            here = os.path.join(here, rng.choice(names))
        if here.endswith(".py") and os.path.isfile(here) and os.path.getsize(here) <= LARGEST:
            return here
    return None


def seed_file(rng: random.Random, folders: tuple[str, ...] = ()) -> str:
    """The text of a file, half the time of a fixture."""
    choice = rng.random()
    if folders and choice < 0.5:
        path = _walked(rng, rng.choice(folders))
    elif choice < 0.6:
        path = rng.choice(_own("tests/fixtures"))
    elif choice < 0.7:
        path = rng.choice(_own("examples"))
    elif choice < 0.8:
        path = rng.choice(_own("bce_lint"))
    else:
        path = _walked(rng, sysconfig.get_paths()["stdlib" if choice < 0.9 else "purelib"])
    return Path(path or rng.choice(_own("tests/fixtures"))).read_text(encoding="utf-8", errors="replace")
