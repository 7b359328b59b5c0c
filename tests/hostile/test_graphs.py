"""Import graphs of each shape: the work grows with the graph, not with the ways through it, and what lies at its end is found."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.hostile.measure import measure
from tests.hostile.programs import Program

NET = (
    "import torch\nimport torch.nn as nn\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.fc = nn.Linear(4, 1)\n\n    def forward(self, x):\n        return torch.sigmoid(self.fc(x))\n"
)
OTHER = NET.replace("torch.sigmoid(self.fc(x))", "self.fc(x)")


def _train(import_: str, net: str = "Net()") -> str:
    return f"import torch.nn as nn\n{import_}\n\ndef train(x, y):\n    return nn.BCEWithLogitsLoss()({net}(x), y)\n"


def _stars(*names: str) -> str:
    return "".join(f"from {name} import *\n" for name in names)


def _ring(count: int, reach: int) -> Mapping[str, str]:
    files = {f"m{i}.py": _stars(*(f"m{(i + step) % count}" for step in range(1, reach + 1))) for i in range(count)}
    files[f"m{count // 2}.py"] += NET
    return {**files, "train.py": _train("from m0 import *") + "print(missing, nowhere)\n"}


def _chain(count: int, link: str) -> Mapping[str, str]:
    files = {f"m{i}.py": link.format(i=i, below=i - 1) for i in range(1, count)}
    return {**files, "m0.py": NET, "train.py": _train(f"from m{count - 1} import Net")}


def _diamond(count: int) -> Mapping[str, str]:
    files = {f"m{i}.py": _stars(f"m{i - 1}", f"m{i - 2}") for i in range(2, count)}
    return {**files, "m0.py": NET, "m1.py": _stars("m0"), "train.py": _train(f"from m{count - 1} import *") + "print(missing)\n"}


def _inherited(count: int) -> Mapping[str, str]:
    imports = "from m{a} import N{a}\nfrom m{b} import N{b}\nclass N{i}(N{a}, N{b}):\n    pass\n"
    files = {f"m{i}.py": imports.format(i=i, a=i - 1, b=i - 2) for i in range(2, count)}
    first = {"m0.py": NET.replace("Net", "N0"), "m1.py": "from m0 import N0\nclass N1(N0):\n    pass\n"}
    return {**files, **first, "train.py": _train(f"from m{count - 1} import N{count - 1} as Net")}


GRAPHS = {
    "star diamond": _diamond(30),
    "star ring": _ring(300, 1),
    "star ring of twelve, complete": _ring(12, 11),
    "star graph, complete": _ring(40, 39),
    "star chain": _chain(400, "from m{below} import *\n"),
    "name chain": _chain(400, "from m{below} import Net\n"),
    "module chain": _chain(400, "import m{below}\nNet = m{below}.Net\n"),
    "conditional stars": _chain(100, "try:\n    from m{below} import *\nexcept ImportError:\n    from m0 import *\n"),
    "inheritance diamond": _inherited(30),
    "fan in": {
        **{f"u{i}.py": "from m0 import Net\nmade = Net\n" for i in range(300)}, "m0.py": NET, "train.py": _train("from m0 import Net")
    },
    "fan out": {
        **{f"u{i}.py": f"a{i} = {i}\n" for i in range(300)}, "m0.py": NET,
        "train.py": _train(_stars(*(f"u{i}" for i in range(300)), "m0")),
    },
    "missing modules": {"m0.py": NET, "train.py": _train(_stars(*(f"gone{i}" for i in range(3000)), "m0"))},
    "a package that imports itself": {
        "p/__init__.py": "import p\nfrom . import *\nfrom p.a import *\nfrom p import Net\n",
        "p/a.py": f"from p import *\nfrom . import a\n{NET}", "train.py": _train("from p import Net"),
    },
    "packages that re-export each other": {
        **{f"p{i}/__init__.py": f"from p{i + 1} import Net\n" for i in range(40)}, "p40/__init__.py": f"from p0 import Net\n{NET}",
        "train.py": _train("from p0 import Net"),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", GRAPHS)
def test_what_lies_at_the_end_of_a_graph_is_found(name: str) -> None:
    files = GRAPHS[name]
    found = measure(Program(files))
    assert ("train.py", "BCE103") in {(file, code) for file, _, code in found.found}
    assert not found.failures
    size = len(files) + sum(text.count("\n") for text in files.values())
    assert found.counts["modules loaded"] <= 8 * size
    assert found.counts["look-ups"] <= 100 * size
    assert found.counts["files parsed"] <= len(files)


@pytest.mark.parametrize(
    ("files", "is_found"),
    [
        ({"a.py": NET, "b.py": f"from a import *\n{OTHER}"}, False),
        ({"a.py": NET, "b.py": f"{OTHER}from a import *\n"}, True),
        ({"a.py": f"__all__ = ['other']\n{NET}", "c.py": OTHER, "b.py": "from c import *\nfrom a import *\n"}, False),
        ({"a.py": f"__all__ = ['Net']\n{NET}", "c.py": OTHER, "b.py": "from c import *\nfrom a import *\n"}, True),
        ({"a.py": NET, "c.py": OTHER, "b.py": "from a import *\nfrom c import *\n"}, False),
        ({"a.py": NET, "c.py": OTHER, "b.py": "from c import *\nfrom a import *\n"}, True),
        ({"a.py": NET, "c.py": OTHER, "b.py": "if flag:\n    from a import *\nelse:\n    from c import *\n"}, False),
        ({"a.py": NET, "c.py": NET, "b.py": "if flag:\n    from a import *\nelse:\n    from c import *\n"}, True),
        ({"a.py": NET.replace("Net", "_Net"), "b.py": "from a import *\nNet = _Net\n"}, False),
        ({"a.py": f"__all__ = ['_Net']\n{NET.replace('Net', '_Net')}", "b.py": "from a import *\nNet = _Net\n"}, True),
    ],
)  # fmt: skip
def test_the_last_binding_counts(files: Mapping[str, str], is_found: bool) -> None:
    found = measure(Program({**files, "train.py": _train("from b import Net")}))
    assert (("train.py", "BCE103") in {(file, code) for file, _, code in found.found}) is is_found
