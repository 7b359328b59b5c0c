"""Random programs whose tests nobody can decide: what a run of one sees at a place is among what the analysis knows there."""

from __future__ import annotations

import itertools
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint import engine
from bce_lint.analysis.state import partings
from tests.analysis.programs import run
from tests.examples import few_and_many

LINE = re.compile(r".+?:(\d+):\d+: revealed: (.*)")
TEXT = re.compile(r"str '(\w+)'")
HEAD = """from bce_lint import reveal
def helper(flag, value):
    if flag:
        return "h"
    return value
def pair(flag, one, other):
    if not flag:
        return one, other
    return other, "z"
def program(a, b, n, opt, flips, asked):
    x = "0"
    y = "1"
    c = n == 2
"""
NAMES = ("x", "y")
TESTS = (
    "a", "b", "not a", "not b", "n == 0", "n == 1", "n != 1", "n > 0", "n >= 2", "opt.p", "not opt.p", "opt.q", "opt.r == 1", "opt['k']",
    "a and b", "a or b", "not (a and b)", "a and n == 1", "n in (0, 1)", "n not in (0, 2)", "x == '0'", "x != 'h'", "y == '1'", "c",
    "not c", "isinstance(x, str)", "hasattr(opt, 'p')", "getattr(opt, 'q', None)", "asked(b)",
)  # fmt: skip
SIMPLE = (
    "x = '2'", "x = '3'", "y = '4'", "y = x", "x = y", "x = helper(a, y)", "y = helper(opt.p, x)", "x, y = pair(b, x, y)", "b = not a",
    "a = n == 1", "n = 2", "c = n == 1", "c = not opt.p", "c = a and b", "opt.flip()", "opt.p = a", "opt.q = not opt.q", "opt['k'] = b",
    "a, b = b, a", "reveal(x)", "reveal(y)", "asked(a)", "setattr(opt, 'p', b)", "n = n + 1", "x = opt.pick(x, '5')",
)  # fmt: skip

tests = st.sampled_from(TESTS)
simple = st.one_of(
    st.sampled_from(SIMPLE).map(lambda text: [text]),
    st.builds(lambda name, t, one, other: [f"{name} = {one} if {t} else {other}"], st.sampled_from(NAMES), tests,
              st.sampled_from(("'6'", "x", "y")), st.sampled_from(("'7'", "x", "y"))),
    tests.map(lambda t: [f"assert {t}"]),
)  # fmt: skip
quiet = st.sampled_from(("x = '8'", "y = '9'", "x = y", "n = 1")).map(lambda text: [text])
ends = st.sampled_from(("return", "raise ValueError", "raise TypeError", "pass"))


def indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


def blocks(inner: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    several = st.lists(inner, min_size=1, max_size=3).map(lambda parts: [line for part in parts for line in part])
    jumps = st.sampled_from(("break", "continue", "pass"))
    return st.one_of(
        st.builds(lambda t, one: [f"if {t}:", *indented(one)], tests, several),
        st.builds(lambda t, one, other: [f"if {t}:", *indented(one), "else:", *indented(other)], tests, several, several),
        st.builds(lambda t, one, end: [f"if {t}:", *indented([*one, end])], tests, several, ends),
        st.builds(lambda t, one, u, other, end: [
            f"if {t}:", *indented(one), f"elif {u}:", *indented(other), "else:", *indented([end])
        ], tests, several, tests, several, ends),
        st.builds(lambda one, t, jump, other: [
            "for a in flips:", *indented([*one, f"if {t}:", "    " + jump, *other])
        ], several, tests, jumps, several),
        st.builds(lambda one, t: ["for _ in flips:", *indented([*one, f"if {t}:", "    opt.flip()"])], several, tests),
        st.builds(lambda one, t, last, other: [
            "try:", *indented([*one, f"if {t}:", "    raise ValueError", *last]), "except ValueError:", *indented(other)
        ], quiet, tests, several, several),
        several,
    )  # fmt: skip


bodies = st.recursive(simple, blocks, max_leaves=14)


class Options:
    """Settings that change when a method is called."""

    def __init__(self, p: bool, q: bool, r: int, k: bool) -> None:
        self.p, self.q, self.r, self.items = p, q, r, {"k": k}

    def __getitem__(self, key: str) -> bool:
        return self.items[key]

    def __setitem__(self, key: str, value: bool) -> None:
        self.items[key] = value

    def flip(self) -> None:
        self.p, self.r = not self.p, 1 - self.r

    def pick(self, one: str, other: str) -> str:
        return one if self.p else other


def asked(flag: bool) -> bool:
    return not flag


def inputs() -> Iterator[tuple[Any, ...]]:
    for a, b, n, p, q in itertools.product((False, True), (False, True), (0, 1, 2), (False, True), (False, True)):
        for flips in ([], [True, False], [b, not b, a]):
            yield a, b, n, Options(p, q, n % 2, a != q), flips, asked


def seen(source: str) -> dict[int, set[str]]:
    """What the program gives to `reveal` by line, for many inputs."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    space: dict[str, Any] = {}
    code = compile(source.replace("from bce_lint import reveal", ""), "program", "exec")

    def _reveal(value: str) -> None:
        found[sys._getframe(1).f_lineno].add(value)

    exec(code, space)
    space["reveal"] = _reveal
    for arguments in inputs():
        try:
            space["program"](*arguments)
        except (ValueError, TypeError, AssertionError, UnboundLocalError):
            continue
    return found


def check(body: list[str]) -> None:
    source = HEAD + "\n".join(indented([*body, "reveal(x)", "reveal(y)"])) + "\n"
    told: defaultdict[int, list[str]] = defaultdict(list)
    for line in engine.check_text(source.encode(), None, frozenset()).revealed:
        match = LINE.fullmatch(line)
        assert match is not None, line
        told[int(match[1])].append(match[2])
    for row, values in seen(source).items():
        texts = told.get(row, [])
        known = {name for text in texts for name in TEXT.findall(text)}
        assert any(not TEXT.search(text) for text in texts) or values <= known, (source, row, values, texts)


test_a_run_sees_what_is_known, test_a_run_sees_what_is_known_at_length = few_and_many(400, given(bodies), check)


CORRELATED = """from bce_lint import reveal
def program(a, b, n, opt, flips, asked):
    x = "0"
    if {test}:
        x = "1"
    {between}
    if {test}:
        reveal(x)
"""


@pytest.mark.parametrize("test", [test for test in TESTS if not re.search("[xyc]\\b|asked", test)])
def test_what_one_test_decides_is_known_where_it_is_asked_again(test: str) -> None:
    (line,) = engine.check_text(CORRELATED.format(test=test, between="y = x").encode(), None, frozenset()).revealed
    assert line.endswith("revealed: str '1'")


@pytest.mark.parametrize(
    ("test", "between"),
    [
        ("a", "a = b"), ("a", "a = asked(a)"), ("n == 1", "n = n + 1"), ("opt.p", "opt.p = b"), ("opt.p", "opt.flip()"),
        ("not opt.p", "setattr(opt, 'p', b)"), ("opt['k']", "opt['k'] = b"), ("opt.p", "opt = b"), ("asked(b)", "pass"),
        ("a and b", "b = n"), ("n in (0, 1)", "n += 1"), ("opt", "opt.flip()"), ("getattr(opt, 'q', None)", "opt.q = a"),
        ("opt.p.q", "opt.flip()"), ("opt.p.q", "opt.p.flip()"),
    ],
)  # fmt: skip
def test_what_is_asked_may_be_another(test: str, between: str) -> None:
    (line,) = engine.check_text(CORRELATED.format(test=test, between=between).encode(), None, frozenset()).revealed
    assert TEXT.findall(line) == ["1", "0"] or TEXT.findall(line) == ["0", "1"]


EACH_ITS_OWN = [
    """
def f(xs, y):
    kind = "0"
    for x in xs:
        if x.p:
            kind = "2"
        reveal(kind)
        kind = "1"
""",
    """
def f(xs, y):
    kind = "0"
    for x in xs:
        kind = "1"
        if x.p:
            continue
        kind = "0"
    reveal(kind)
""",
    """
def f(xs, y):
    found = ["1" if x.p else "0" for x in xs]
    one, other = found[0], found[1]
    if one == "1":
        reveal(other)
""",
    """
def f(xs, y):
    found = {x: "1" if x.p else "0" for x in xs}
    if found[y] == "1":
        reveal(found[y + 1])
""",
    """
def made(xs):
    for x in xs:
        yield "1" if x.p else "0"
def f(xs, y):
    found = list(made(xs))
    if found[0] == "1":
        reveal(found[1])
""",
    """
def f(xs, y):
    found = list(map(lambda x: "1" if x.p else "0", xs))
    if found[0] == "1":
        reveal(found[1])
""",
    """
def f(xs, y):
    found = []
    for x in xs:
        if x.p:
            found.append("1")
        else:
            found.append("0")
    if found[0] == "1":
        reveal(found[-1])
""",
    """
class Settings:
    def __init__(self):
        self.kind = "0"
    def choose(self, wanted):
        kind = self.kind
        self.kind = "1" if wanted else "2"
        if not wanted:
            reveal(kind)
""",
    """
import somewhere
class Settings:
    def __init__(self):
        self.kind = "1" if somewhere.FLAG else "0"
    def show(self):
        reveal(self.kind)
def f(settings: Settings):
    return settings.kind
if somewhere.FLAG:
    f(Settings)
""",
    """
def f(xs, y):
    kind = "1" if y else "0"
    found = [x for x in xs if kind == "1"]
    reveal(kind)
""",
    """
def f(xs, y):
    kind = "1" if y else "0"
    try:
        kind.missing(xs[kind == "1"])
        assert y
    except AssertionError:
        reveal(kind)
""",
    """
import contextlib
def f(xs, y):
    kind = "1" if y else "0"
    with contextlib.suppress(AssertionError):
        assert y
    reveal(kind)
""",
]


@pytest.mark.parametrize("text", EACH_ITS_OWN)
def test_a_test_of_one_passing_is_none_of_another(text: str) -> None:
    found = engine.check_text(("from bce_lint import reveal\n" + text).encode(), None, frozenset()).revealed
    assert found
    assert all({"0", "1"} <= set(TEXT.findall(line)) or not TEXT.search(line) for line in found), found


def test_where_a_test_stands_is_told_with_its_outcome() -> None:
    m = run("def f(opt, n):\n    x = '1' if not opt.raw else '0'\n    y = 1 if n != 2 else 0\n    return reveal(x), reveal(y)\n")[0].machine
    by_text = {place.text: (number, positive) for number, (place, positive) in m.answer.tests.items()}
    assert by_text.keys() == {"not opt.raw", "n != 2"}
    (raw, positive), (two, other) = by_text["not opt.raw"], by_text["n != 2"]
    assert (positive, other) == (False, False)
    assert [(one.test.text, one.outcome) for one in partings.conditions_of(m, frozenset({(raw, False)}))] == [("not opt.raw", True)]
    assert [(one.test.text, one.outcome) for one in partings.conditions_of(m, frozenset({(two, True)}))] == [("n != 2", False)]
