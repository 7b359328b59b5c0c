"""Where a dtype or a size comes from is a label, in whichever file that is."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from bce_lint.analysis.domain.tensor import Place, PlacedDtype, PlacedSize, Tensor, dtype_at, join_shape, join_tensor, shape_at
from bce_lint.engine import check
from bce_lint.ir import Span
from bce_lint.rules import messages
from bce_lint.rules.messages import dtypes, sizes, unlike
from bce_lint.rules.registry import default_codes

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n"
BINARY = "F.binary_cross_entropy_with_logits({})"
SQUARES = "p = {}\nt = {}\nF.mse_loss(p, t)"


def labels(folder: Path, code: str, **files: str) -> list[str]:
    """The labels of the findings of a code, each as its file, what is written in its rows, and what it says."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(HEAD + text, encoding="utf-8")
    result = check(sorted(folder.glob("*.py")), default_codes())
    found = [label for one in result.diagnostics if one.code == code for label in one.labels]
    rows = {path: source.text.splitlines() for path, source in result.sources.items()}
    return [
        f"{Path(at.path).name}: {rows[at.path][at.start.row - 1][at.start.column - 1 : at.end.column - 1]}: {label.message}"
        for label in found
        for at in [label.location]
    ]


DATA = "class Cxr(torch.utils.data.Dataset):\n    def __getitem__(self, i):\n        return torch.rand(8), torch.tensor([0, 1], dtype={})\n"
TRAIN = (
    "from data import Cxr\nmodel = nn.Linear(8, 2)\ncriterion = {}\n"
    "for x, y in torch.utils.data.DataLoader(Cxr(), batch_size=4):\n    loss = criterion(model(x), y)\n"
)


def test_a_dtype_that_a_data_set_asks_for(tmp_path: Path) -> None:
    said = labels(tmp_path, "BCE301", data=DATA.format("torch.long"), train=TRAIN.format("nn.BCEWithLogitsLoss()"))
    assert "data.py: torch.long: `int64` comes from here" in said


@pytest.mark.parametrize(
    ("code", "text", "label"),
    [
        ("BCE301", BINARY.format("nn.Linear(8, 1)(x), y.long()"), "y.long(): `int64` comes from here"),
        ("BCE301", "t = torch.randint(0, 2, (4,))\n" + BINARY.format("x, t"), "torch.randint(0, 2, (4,)): `int64` comes from here"),
        ("BCE301", "t = y > 0.5\n" + BINARY.format("x, t"), "y > 0.5: `bool` comes from here"),
        ("BCE301", "t = y.to(torch.int32) + 1\n" + BINARY.format("x, t"), "y.to(torch.int32): `int32` comes from here"),
        ("BCE301", "t = y.view(-1).long()[:, None]\n" + BINARY.format("x, t"), "y.view(-1).long(): `int64` comes from here"),
        ("BCE301", "F.binary_cross_entropy(torch.sigmoid(x.half()), torch.rand(4))", "x.half(): `float16` comes from here"),
        ("BCE301", "_, t = y.float().max(1)\n" + BINARY.format("x, t"), "y.float().max(1): `int64` comes from here"),
        ("BCE302", "F.cross_entropy(nn.Linear(8, 3)(x), torch.zeros(4, dtype=torch.int32))", "torch.int32: `int32` comes from here"),
        ("BCE303", "rows = F.one_hot(y, 3)\nF.cross_entropy(nn.Linear(8, 3)(x), rows)", "F.one_hot(y, 3): `int64` comes from here"),
        ("BCE304", "w = torch.tensor([1, 5])\nF.nll_loss(x, y, weight=w)", "torch.tensor([1, 5]): `int64` comes from here"),
        ("BCE202", "t = y.argmax(1)\nF.cross_entropy(t, nn.Linear(8, 3)(x))", "y.argmax(1): `int64` comes from here"),
        ("BCE401", SQUARES.format("nn.Linear(8, 1)(torch.rand(64, 8))", "torch.zeros(64)"), "nn.Linear(8, 1): the input's size 1"),
        ("BCE401", SQUARES.format("torch.rand(64)", "y.view(64).unsqueeze(1)"), "y.view(64).unsqueeze(1): the target's size 1"),
        ("BCE401", SQUARES.format("torch.rand(64)", "y.view(64)[:, None]"), "y.view(64)[:, None]: the target's size 1"),
        ("BCE401", SQUARES.format("torch.rand(5, 1, 1)", "torch.zeros(3, 5)"), "torch.zeros(3, 5): the target's sizes 3 and 5"),
        ("BCE402", "head = nn.Linear(16, 1)\nF.cross_entropy(head(x), y)", "nn.Linear(16, 1): the input's size 1"),
        ("BCE403", "h = nn.Linear(16, 1)\np = F.softmax(h(x.view(4, 16)), 1)\nF.mse_loss(p, y)", "nn.Linear(16, 1): the input's size 1"),
    ],
)  # fmt: skip
def test_what_decides_is_a_label(tmp_path: Path, code: str, text: str, label: str) -> None:
    body = "".join(f"    {line}\n" for line in text.splitlines())
    said = labels(tmp_path, code, a=f"def step(x, y):\n{body}")
    assert any(one.startswith(f"a.py: {label}") and one.endswith(messages.DECIDED) for one in said), said


def test_no_place_is_said_to_give_the_argument_and_its_dtype(tmp_path: Path) -> None:
    text = "def step(x, y):\n    return F.binary_cross_entropy_with_logits(x, y.long())\n"
    assert labels(tmp_path, "BCE301", a=text) == ["a.py: y.long(): `int64` comes from here"]


def place(start: int) -> Place:
    return Place("a.py", Span(start, start + 5))


def test_a_placed_dtype_is_its_plain_name() -> None:
    long = dtype_at("int64", place(1))
    assert long == "int64" and hash(long) == hash("int64") and isinstance(long, PlacedDtype)
    assert dtype_at(long, place(9)) is long
    assert dtype_at(None, place(1)) is None


def test_a_placed_size_is_its_plain_number() -> None:
    shape = shape_at((..., None, 3), place(1))
    assert shape == (..., None, 3) and shape is not None and isinstance(shape[2], PlacedSize)
    again = shape_at(shape, place(9))
    assert again is shape
    assert shape_at(None, place(1)) is None


def test_joins_are_the_same_whichever_side_comes_first() -> None:
    known = [Tensor(dtype=dtype, shape=shape, identity=at) for at, dtype, shape in [
        (1, dtype_at("int64", place(1)), shape_at((4, 3), place(1))),
        (2, dtype_at("int64", place(20)), shape_at((4, 3), place(20))),
        (3, "int64", (4, 3)),
        (4, dtype_at("bool", place(30)), shape_at((4, 5), place(30))),
    ]]  # fmt: skip
    for a, b in itertools.permutations(known, 2):
        one, other = join_tensor(a, b), join_tensor(b, a)
        assert dtypes((one,)) == dtypes((other,))
        assert sizes("input", one.shape or ()) == sizes("input", other.shape or ())
    assert dtypes((join_tensor(known[1], known[0]),)) == (("`int64` comes from here", place(1)),)
    assert dtypes((join_tensor(known[0], known[2]),)) == ()
    assert join_shape(known[0].shape, known[3].shape) == (4, None)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((64, 1), (64,), [1]), ((64,), (64, 1), []), ((4, 3), (4, 5), [3]), ((..., 1), (64,), [1, ...]), ((2, 3), (2, 3), []),
        (None, (2,), []), ((2,), None, [2]),
    ],
)  # fmt: skip
def test_sizes_that_the_other_shape_has_not(a: tuple[int, ...] | None, b: tuple[int, ...] | None, expected: list[object]) -> None:
    assert unlike(a, b) == expected
