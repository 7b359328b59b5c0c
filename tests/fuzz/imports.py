"""Files of one project that import one another in every way: rings, stars, relative, of themselves, of what is not there."""

from __future__ import annotations

import random
import re

_PLACES = (
    "a.py",
    "b.py",
    "p/__init__.py",
    "p/c.py",
    "p/q/__init__.py",
    "p/q/d.py",
    "e.py",
    "__init__.py",
    "b/__init__.py",
    "torch.py",
    "torch/nn.py",
)
_DEFINED = re.compile(r"^(?:def|class) (\w+)|^(\w+) =", re.MULTILINE)


def linked(rng: random.Random, texts: list[str]) -> dict[str, str]:
    """Some texts as files, each with imports of the others at its head or its end; what is imported is used."""
    places = rng.sample(_PLACES[:6] if rng.random() < 0.8 else _PLACES, len(texts))
    files = dict(zip(places, texts, strict=True))
    return {path: _with_imports(rng, path, files) for path in places}


def _with_imports(rng: random.Random, path: str, files: dict[str, str]) -> str:
    text = files[path]
    future = re.match(r"(?s)from __future__ [^\n]*\n", text)
    head = future[0] if future else ""
    rest = text[len(head) :]
    lines = "".join(_import(rng, path, other, files[other]) for other in rng.choices(sorted(files), k=rng.choice((1, 2, 3))))
    return f"{head}{lines}{rest}" if rng.random() < 0.8 else f"{head}{rest}\n{lines}"


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("__init__").strip("/").replace("/", ".") or "p"


def _import(rng: random.Random, path: str, other: str, text: str) -> str:
    module = _module(other)
    names = [one or two for one, two in _DEFINED.findall(text)] or ["gone"]
    name = rng.choice(names)
    mine = rng.choice([one or two for one, two in _DEFINED.findall(text)] or ["x"])
    dots = "." * (path.count("/") + rng.choice((1, 1, 1, 0, 2, 9)))
    return rng.choice(
        (
            f"from {module} import *\n",
            f"from {module} import {name}\n",
            f"from {module} import {name} as {mine}\n",
            f"import {module}\n",
            f"import {module} as torch\n",
            f"from {dots or '.'}{module} import *\n",
            f"from {dots or '.'}{module} import {name}\n",
            f"from {dots or '.'} import {module.rpartition('.')[2]}\n",
            f"from {module}.gone import {name}\n",
            f"import gone\nfrom gone import {name}\n",
            f"try:\n    from {module} import {name}\nexcept ImportError:\n    {name} = None\n",
            f"def late():\n    from {module} import {name}\n    return {name}\n",
            f"from {module} import {name}\nif {name}: {name} = {name}({name})\n",
            f"import {module}\n{module}.{name} = {module}.{name}\n",
            f"from {module} import {name}\nclass Made({name}):\n    def forward(self, x): return super().forward({name}(x))\n",
            f"__all__ = ['{name}', 'gone', *{name}]\nfrom {module} import *\n",
            f"import importlib\n{name} = importlib.import_module('{module}').{name}\n",
            f"if __name__ == '__main__':\n    from {module} import {name}\n    {name}({name})\n",
            f"from {module} import ({name}, {name} as b, gone)\n",
        )
    )
