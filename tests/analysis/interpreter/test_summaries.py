"""Calls that are replayed: what is found is the same as if they were followed, and they are where nothing that they read has changed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given

from bce_lint.analysis.interpreter import summaries
from tests.analysis.interpreter.replays import MODEL, calls, of_files, of_texts
from tests.examples import few_and_many
from tests.planted.cases import CASES
from tests.planted.plan import Plan, plans
from tests.planted.render import rendered

pytestmark = pytest.mark.any_python

FIXTURES = Path(__file__).parents[2] / "fixtures"
FOLDERS = sorted({path.parent for path in FIXTURES.rglob("*.py")})
SAMPLED = random.Random(7).sample(FOLDERS, 12)


def _holds(folder: Path) -> None:
    """Each file of a folder by itself, and all files below it together."""
    for path in sorted(folder.glob("*.py")):
        plain, replayed, _ = of_files(str(folder), [str(path)])
        assert replayed == plain, path
    together = [str(path) for path in sorted(folder.rglob("*.py"))]
    plain, replayed, _ = of_files(str(folder), together)
    assert replayed == plain


@pytest.mark.parametrize("folder", SAMPLED, ids=lambda folder: str(folder.relative_to(FIXTURES)))
def test_fixtures_find_the_same(folder: Path) -> None:
    _holds(folder)


@pytest.mark.long
@pytest.mark.parametrize("folder", [one for one in FOLDERS if one not in SAMPLED], ids=lambda folder: str(folder.relative_to(FIXTURES)))
def test_all_fixtures_find_the_same(folder: Path) -> None:
    _holds(folder)


def _planted_find_the_same(plan: Plan) -> None:
    case = CASES[plan.case]
    for spec in (case.wrong, *case.right):
        plain, replayed, _ = of_texts(rendered(plan, spec).files)
        assert replayed == plain


test_planted_programs_find_the_same, test_planted_programs_find_the_same_at_length = few_and_many(
    200, given(plans()), _planted_find_the_same
)


def test_a_call_with_equal_arguments_is_replayed() -> None:
    text = "def scale(x):\n    return torch.sigmoid(x) * 2\n\n\ndef f(x, y):\n    return F.binary_cross_entropy(scale(x), y)\n\n\n"
    assert calls(text + "def g(a, y):\n    return F.binary_cross_entropy_with_logits(scale(a), y)\n") == ["scale"]


BUILD = "def build(last=nn.Sigmoid):\n    return Net(3, last())\n\n\n"


def test_a_constructor_and_a_method_are_replayed_with_other_objects() -> None:
    first = "def f(x, y):\n    return F.binary_cross_entropy_with_logits(build()(x), y)\n\n\n"
    assert calls(MODEL + BUILD + first + first.replace("f(", "g(", 1)) == ["build", "forward"]
    assert calls(MODEL + BUILD + first + first.replace("f(", "g(", 1).replace("build()", "build(nn.Tanh)")) == []


def test_sites_are_replayed_with_the_path_of_the_caller() -> None:
    text = "def loss(x, y):\n    if y.sum() > 0:\n        x = x * 2\n    return F.binary_cross_entropy(nn.Linear(3, 1)(x), y)\n\n\n"
    both = "def f(x, y):\n    return loss(x, y)\n\n\ndef g(x, y):\n    z = 1\n    return loss(x, y)\n"
    assert calls(text + both) == ["loss"]


@pytest.mark.parametrize(("change", "name"), [
    ("FACTOR = FACTOR + 1", "scaled"),
    ("FACTOR = nn.Sigmoid()", "scaled"),
])  # fmt: skip
def test_a_global_that_is_another_one(change: str, name: str) -> None:
    text = f"FACTOR = 1\n\n\ndef {name}(x):\n    return x * FACTOR + x\n\n\n"
    use = f"def f(x, y):\n    global FACTOR\n    a = {name}(x)\n    {{}}\n    b = {name}(x)\n    return F.binary_cross_entropy(a + b, y)\n"
    assert calls(text + use.format("pass")) == [name]
    assert calls(text + use.format(change)) == []


@pytest.mark.parametrize(("between", "again"), [
    ("pass", True),
    ("net.last = nn.Identity()", False),
    ("net.other = 1", True),
    ("net.eval()", True),
    ("net.first = nn.Linear(5, 4)", False),
])  # fmt: skip
def test_an_attribute_of_an_argument(between: str, again: bool) -> None:
    text = MODEL + "def f(x, y):\n    net = Net(3, nn.Sigmoid())\n    a = net(x)\n    {}\n    b = net(x)\n"
    text += "    return F.binary_cross_entropy(a * b, y)\n"
    assert ("forward" in calls(text.format(between))) is again


def test_contexts_are_read() -> None:
    text = "def loss(x, y):\n    return F.binary_cross_entropy(torch.sigmoid(x), y)\n\n\n"
    text += "def f(x, y):\n    a = loss(x, y)\n{}    return a + b\n"
    assert calls(text.format("    b = loss(x, y)\n")) == ["loss"]
    assert calls(text.format('    with torch.autocast("cuda"):\n        b = loss(x, y)\n')) == []
    assert calls(text.format("    with torch.no_grad():\n        b = loss(x, y)\n")) == []


def test_where_a_partial_was_given_its_options_counts() -> None:
    text = "from functools import partial\n\n\ndef called(loss, x, y):\n    return loss(torch.sigmoid(x), y) + x.sum() * y.sum()\n\n\n"
    text += 'def f(x, y):\n    one = partial(F.binary_cross_entropy, reduction="sum")\n    {}\n'
    text += "    return called(one, x, y) + called(other, x, y)\n"
    assert calls(text.format("other = one")) == ["called"]
    assert calls(text.format('other = partial(F.binary_cross_entropy, reduction="sum")')) == []


def test_paths_on_which_a_test_is_decided() -> None:
    text = "def last(x, flag):\n    if flag:\n        x = x.sigmoid()\n    return x\n\n\ndef f(x, y, flag, other):\n"
    first = "    if other:\n        F.binary_cross_entropy(last(x, flag), y)\n    if {}:\n"
    use = text + first + "        F.binary_cross_entropy(last(x, flag), y)\n"
    assert calls(use.format("y.sum() > 0")) == ["last"]
    assert calls(use.format("flag")) == []
    assert calls(use.format("not flag")) == []


def test_a_test_that_is_another_one_by_what_it_asks() -> None:
    text = "def made(x, flag):\n    if flag is None:\n        return x\n    return x.sigmoid() if flag == 'a' else x.tanh()\n\n\n"
    use = "def f(x, y, flag, other):\n    if {}:\n        x = x + made(x, flag)\n    if {}:\n        x = x + made(x, other)\n"
    ends = "    return F.binary_cross_entropy(x, y)\n"
    for first, second in (("flag == 'b'", "other == 'b'"), ("flag == 'b'", "other == 'a'"), ("flag", "other is not None"), ("y", "y")):
        calls(text + use.format(first, second) + ends)


def test_one_object_for_two() -> None:
    text = "def empty():\n    return []\n\n\ndef joined(a, b):\n    a.append(1)\n    return len(a) + len(b)\n\n\ndef f(x, y):\n    {}\n"
    text += "    n = joined(empty(), empty())\n    m = joined(c, d)\n    return F.binary_cross_entropy(x * n * m, y)\n"
    assert "joined" in calls(text.format("c, d = empty(), empty()"))
    assert "joined" not in calls(text.format("c = d = empty()"))


def test_one_unknown_for_two() -> None:
    text = "def less(a, b):\n    return a.sigmoid() - b.sigmoid()\n\n\ndef f(x, z, y):\n"
    text += "    n = less(x, z)\n    m = less({})\n    return F.binary_cross_entropy(n * m, y)\n"
    assert calls(text.format("z, x")) == ["less"]
    assert calls(text.format("x, x")) == []


def test_a_function_that_runs_is_followed() -> None:
    text = "def down(n, x):\n    if n == 0:\n        return x\n    return down(n - 1, x.sigmoid())\n\n\n"
    use = "def f(x, y):\n    return F.binary_cross_entropy(down(1, x) + down(1, x), y)\n"
    assert calls(text + use) == ["down"]
    within = "def walk(n, x):\n    y = walk(n, x) if n else x\n    return walk(n, y) if n else y * 2 + y\n\n\n"
    assert calls(within + "def f(x, y, n):\n    return F.binary_cross_entropy(walk(n, x), y)\n").count("walk") < 3


def test_closures_with_other_cells() -> None:
    text = "def maker(last):\n    def apply(x):\n        return last(x) + 1\n    return apply\n\n\ndef f(x, y):\n"
    text += "    one, other = maker({}), maker({})\n    return F.binary_cross_entropy(one(x) + other(x), y)\n"
    assert "apply" in calls(text.format("torch.sigmoid", "torch.sigmoid"))
    assert "apply" not in calls(text.format("torch.sigmoid", "torch.tanh"))


def test_generators_contexts_and_classes_within() -> None:
    text = """\
from contextlib import contextmanager


def pairs(x):
    for i in range(3):
        yield x.sigmoid(), i


@contextmanager
def quiet():
    with torch.no_grad():
        yield 1


def made(last):
    class Inner(nn.Module):
        def forward(self, x):
            return last(x)
    return Inner()


def f(x, y):
    with quiet():
        y = y + 1
    for p, i in pairs(x):
        F.binary_cross_entropy_with_logits(p, y)
    for p, i in pairs(x):
        F.binary_cross_entropy_with_logits(p, y)
    with quiet():
        F.binary_cross_entropy(made(torch.sigmoid)(x), y)
    with quiet():
        F.binary_cross_entropy_with_logits(made(torch.sigmoid)(x), y)
    return F.binary_cross_entropy_with_logits(made(torch.tanh)(x), y)
"""
    names = calls(text)
    assert {"pairs", "quiet", "made"} <= {*names}
    assert names.count("made") == 1


def test_what_is_raised_in_a_try_around() -> None:
    text = "class Last:\n    x = None\n\n\ndef checked(x, flag):\n    Last.x = x.sigmoid()\n    if flag:\n"
    text += "        raise ValueError\n    return x\n\n\n"
    use = "def {}(x, y, flag):\n    Last.x = y\n    try:\n        a = checked(x, flag)\n    except ValueError:\n"
    use += "        return F.binary_cross_entropy_with_logits(Last.x, y)\n    return F.binary_cross_entropy(a, y)\n\n\n"
    assert calls(text + use.format("f") + use.format("g")) == ["checked"]
    bare = "def {}(x, y, flag):\n    return F.binary_cross_entropy(checked(x, flag), y)\n\n\n"
    assert calls(text + use.format("f") + bare.format("g")) == []
    assert calls(text + bare.format("f") + bare.format("g") + use.format("h")) == ["checked"]


def test_fuel_that_is_short() -> None:
    busy = "def busy(x):\n" + "    x = x\n" * 600 + "    return x.sigmoid()\n\n\n"
    for count in (3, 8, 12):
        text = busy + "def f(x, y):\n" + "    busy(x)\n" * count + "    return F.binary_cross_entropy_with_logits(busy(x), y)\n"
        names = calls(text)
        assert len(names) <= 8


def test_comprehensions_need_their_part_of_the_fuel() -> None:
    text = "def each(x):\n    return [x * i + i for i in range(30)]\n\n\ndef f(x, y):\n"
    for before in (0, 1_000, 2_380, 2_440, 2_460, 2_480):
        more = "    x = x\n" * before
        use = f"    a = each(x)\n{more}    b = each(x)\n    return F.binary_cross_entropy(a[1] + b[1], y)\n"
        calls(text + use)


def test_little_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "def scale(x):\n    return x.sigmoid()\n\n\ndef f(x, y):\n    return F.binary_cross_entropy(scale(x) + scale(x), y)\n"
    assert calls(text) == ["scale"]
    assert summaries.WORTH > 4


def test_none_where_a_run_records() -> None:
    from tests.analysis.programs import run

    project, _ = run("def scale(x):\n    return x.sigmoid()\n\n\ndef f(x):\n    reveal(scale(x) + scale(x))\n")
    assert project.machine.kept == {}
