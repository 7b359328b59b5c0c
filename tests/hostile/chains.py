"""Expressions as long or as deep as they come."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.hostile.families import Family
from tests.hostile.programs import Program, in_function


def chain(start: str, link: str, end: str = "", before: str = "") -> Callable[[int], Program]:
    """A start, a link again and again, and an end, as a value in a function."""
    return lambda n: in_function(f"{before}a = {start}{link * n}{end}\n")


def wrapped(opening: str, middle: str, closing: str, before: str = "") -> Callable[[int], Program]:
    """Something in brackets in brackets."""
    return lambda n: in_function(f"{before}a = {opening * n}{middle}{closing * n}\n")


def numbered(start: str, link: str, end: str = "", before: str = "") -> Callable[[int], Program]:
    """A chain whose links say their number as `{i}`."""
    return lambda n: in_function(f"{before}a = {start}{''.join(link.replace('{i}', str(i)) for i in range(n))}{end}\n")


def doubled(form: str) -> Callable[[int], Program]:
    """An assignment that doubles what a name holds."""
    return lambda n: in_function("a = x\n" + f"a = {form}\n" * n)


FAMILIES: Mapping[str, Family] = {
    "sums": Family(chain("x", " + x"), 200, 10_000),
    "sums and products": Family(chain("x", " + x * x - x"), 50, 2_500),
    "differences of kinds": Family(chain("x", " + x - x"), 200, 5_000),
    "powers": Family(chain("x", " ** 2"), 50, 500),
    "matrix products": Family(chain("x", " @ x"), 200, 10_000),
    "numbers": Family(chain("1", " + 1"), 200, 10_000),
    "products of numbers": Family(chain("2", " * 2"), 200, 10_000),
    "and": Family(chain("x", " and x"), 200, 5_000),
    "or": Family(chain("x", " or x"), 200, 5_000),
    "and of tests": Family(numbered("x.sum() > 0", " and y.sum() > {i}"), 200, 2_000),
    "or of tests": Family(numbered("x is None", " or x is {i}"), 200, 2_000),
    "and or": Family(chain("x", " and y or x"), 100, 1_000),
    "comparisons": Family(chain("x", " < x"), 200, 2_000),
    "comparisons of calls": Family(chain("x", " < f(x)"), 200, 2_000),
    "attributes": Family(chain("x", ".a"), 200, 5_000),
    "methods": Family(chain("x", ".relu()"), 200, 5_000),
    "calls": Family(chain("x", "(x)"), 200, 5_000),
    "subscripts": Family(chain("x", "[0]"), 200, 5_000),
    "slices": Family(chain("x", "[1:]"), 200, 2_000),
    "calls within calls": Family(wrapped("f(", "x", ")"), 45, 90),
    "relu within relu": Family(wrapped("F.relu(", "x", ")"), 45, 90),
    "brackets": Family(wrapped("[", "x", "]"), 45, 90),
    "tuples": Family(wrapped("(", "x", ",)"), 45, 90),
    "tuples of two": Family(wrapped("(x, ", "x", ")"), 45, 90),
    "dicts": Family(wrapped("{1: ", "x", "}"), 45, 90),
    "subscripts within subscripts": Family(wrapped("x[", "0", "]"), 45, 90),
    "slices within slices": Family(wrapped("x[", "0", ":]"), 45, 90),
    "nots": Family(wrapped("not ", "x", ""), 45, 900),
    "minuses": Family(wrapped("-", "x", ""), 45, 900),
    "awaits": Family(wrapped("(yield ", "x", ")"), 45, 90),
    "lambdas": Family(wrapped("lambda: ", "x", ""), 40, 400),
    "lambdas called": Family(wrapped("(lambda z: ", "x", ")(x)"), 20, 80),
    "choices": Family(numbered("", "x if y.sum() > {i} else ", "y"), 45, 400),
    "choices in the middle": Family(wrapped("(x if x.sum() > 0 else ", "y", ")"), 45, 90),
    "choices in the test": Family(wrapped("(x if ", "y", " else y)"), 45, 90),
    "choices of known tests": Family(wrapped("(x if True else ", "y", ")"), 45, 90),
    "f-strings": Family(lambda n: in_function("a = x\n" + "a = f'{a}{a}'\n" * n), 20, 200),
    "fields": Family(chain("f'", "{x}", "'"), 200, 2_000),
    "strings": Family(chain("'a'", " 'b'"), 200, 10_000),
    "walruses": Family(numbered("[", "(w{i} := x), ", "]"), 200, 5_000),
    "walruses within": Family(lambda n: in_function(f"a = {''.join(f'(w{i} := ' for i in range(n))}x{')' * n}\n"), 45, 90),
    "stars": Family(wrapped("[*", "x", "]"), 45, 90),
    "stars side by side": Family(chain("[", "*x, ", "]"), 200, 2_000),
    "pairs doubled": Family(doubled("(a, a)"), 20, 60),
    "sums doubled": Family(doubled("a + a"), 100, 1_000),
    "choices doubled": Family(doubled("a + 1 if y.sum() > 0 else a * 2"), 50, 400),
    "lists doubled": Family(doubled("[a, a]"), 20, 60),
    "dicts doubled": Family(doubled("{'a': a, 'b': a}"), 20, 60),
    "stacks doubled": Family(doubled("torch.stack([a, a])"), 20, 200),
    "concatenations doubled": Family(doubled("torch.cat([a, a])"), 20, 200),
    "calls doubled": Family(doubled("(lambda z: z + z)(a)"), 20, 200),
}  # fmt: skip
