"""`python plant.py FOLDER COUNT SEED`: writes planted programs, each a project of its own; every second one is the right twin of its bug.

The generator is the one on the path: that of an old revision writes the same programs whatever a new one has made of it.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path


def plant(folder: Path, count: int, seed: int) -> None:
    """Writes the programs."""
    from tests.planted.plan import plan_of
    from tests.planted.render import rendered

    rng = random.Random(seed)
    for number in range(count):
        if number % 2 == 0:
            plan = plan_of(rng.randrange)
        root = folder / f"{number:05}"
        root.mkdir(parents=True)
        (root / "pyproject.toml").touch()
        for path, text in rendered(plan, plan.twin if number % 2 else plan.wrong).files.items():
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    plant(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
