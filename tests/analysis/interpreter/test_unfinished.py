"""Where a budget ends: what is noted of it, by its name and place, and what goes on all the same."""

from __future__ import annotations

import pytest

from bce_lint.analysis.interpreter import decorators, entry_points, instances
from bce_lint.analysis.state.frames import MAX_DEPTH, MAX_RECURSION
from bce_lint.analysis.state.machine import BODY_FUEL, ENTRY_FUEL
from tests.analysis.programs import HEAD, path_of, run

pytestmark = pytest.mark.any_python

LOSS = "nn.BCELoss()(x, x)"


def noted(text: str) -> list[tuple[str, str]]:
    """What was not come to the end of, by name, with the reason; each stands where its name does."""
    project, _ = run(text)
    for one in project.answer.unfinished.values():
        assert one.path == path_of("main.py")
        name = one.name.rpartition(".")[2]
        assert (HEAD + text)[one.start :].startswith(name if name.isidentifier() else "") or name in ("__init__", "shown", "base")
    return [(one.name, one.reason) for one in project.answer.unfinished.values()]


def busy(evaluations: int, indent: str = "    ", name: str = "n") -> str:
    """Statements that take so many evaluations: two each."""
    return f"{indent}{name} = 1\n" + f"{indent}{name} = {name}\n" * (evaluations - 1)


SPENT = "its budget of evaluations ran out"


def test_a_function_that_spends_its_budget_is_noted_if_it_comes_short() -> None:
    for more, reasons in ((-40, []), (40, [("f", SPENT)])):
        assert noted("def f(x):\n" + busy(ENTRY_FUEL + more) + f"    reveal(x)\n    {LOSS}\n") == reasons
    bonus = f"def f(x):\n    {LOSS}\n"
    assert noted(bonus + busy(ENTRY_FUEL + 40)) == []
    assert noted(bonus + busy(ENTRY_FUEL + 11_040)) == [("f", SPENT)]


def test_the_budget_of_a_body() -> None:
    for more, reasons in ((-60, []), (60, [("<module>", SPENT)])):
        assert noted("reveal(1)\n" + busy(BODY_FUEL + more, "") + "x = torch.zeros(1)\n" + LOSS + "\n") == reasons


def test_the_budget_of_a_constructor_and_of_setters() -> None:
    text = (
        "class A:\n    def __init__(self, x):\n{}        self.x = x\n    def fill(self, x):\n"
        "        self.x = 1\n{}    def shown(self, x):\n        reveal(self.x)\n        " + LOSS + "\n"
    )
    assert noted(text.format("", "")) == []
    assert noted(text.format(busy(instances.GENERIC_FUEL - 40, "        "), "")) == []
    assert ("A.__init__", SPENT) in noted(text.format(busy(instances.GENERIC_FUEL + 40, "        "), ""))
    assert noted(text.format("", busy(instances.SETTER_FUEL - 40, "        "))) == []
    assert ("A.fill", "the budget for what the methods of its class assign ran out") in noted(
        text.format("", busy(instances.SETTER_FUEL + 40, "        "))
    )


def test_the_budget_of_a_decorator() -> None:
    text = "def deco(f):\n{}    return f\n@deco\ndef decorated(x):\n    " + LOSS + "\nreveal(1)\n"
    assert noted(text.format(busy(decorators.DECORATOR_FUEL - 40))) == []
    assert ("decorated", "the budget of a decorator ran out") in noted(text.format(busy(decorators.DECORATOR_FUEL + 40)))
    text = text.replace("def decorated(x):\n    " + LOSS, "class Decorated:\n    def method(self, x):\n        " + LOSS)
    assert ("Decorated", "the budget of a decorator ran out") in noted(text.format(busy(decorators.DECORATOR_FUEL + 40)))


def test_a_nested_function_is_not_run_where_nothing_is_left() -> None:
    text = "def f(x):\n{}    def inner(x):\n        return x\n    reveal(x)\n    " + LOSS + "\n"
    assert noted(text.format(busy(100))) == []
    assert ("inner", "the budget of the function around it ran out") in noted(text.format(busy(ENTRY_FUEL + 40)) + busy(12_000))


def test_calls_are_followed_so_deep() -> None:
    def chain(length: int) -> str:
        calls = "".join(f"def f{one}(x):\n    return f{one + 1}(x)\n" for one in range(length))
        return calls + f"def f{length}(x):\n    {LOSS}\n    return 'end'\nreveal(f0(1))\n"

    project, found = run(chain(MAX_DEPTH - 1))
    assert found[0] == "str 'end'" and not project.answer.unfinished
    project, found = run(chain(MAX_DEPTH + 1))
    assert found[0].startswith("unknown")
    assert [one.reason for one in project.answer.unfinished.values()] == ["calls in it stand too deep in each other to be followed"]
    assert (MAX_DEPTH, MAX_RECURSION) == (40, 2)


def test_a_recursion_is_followed_two_calls_deep() -> None:
    text = "def f(n):\n    if n == {}:\n        return 'end'\n    return f(n + 1)\nreveal(f(0))\n"
    assert [run(text.format(depth))[1][0].partition(":")[0] for depth in (0, 1, 2, 3)] == ["str 'end'", "str 'end'", "unknown", "unknown"]


def test_a_method_whose_class_is_replaced_is_noted() -> None:
    text = "class A:\n    def shown(self, x):\n        " + LOSS + "\nclass A:\n    def other(self, x):\n        return x\nreveal(1)\n"
    assert noted(text) == [("A.shown", "its class is not what its name holds")]
    wrapped = (
        "def wrap(cls):\n    return torch.jit.script(cls)\n@wrap\nclass A:\n    def shown(self, x):\n        reveal(x)\n        "
        + LOSS
        + "\n"
    )
    assert noted(wrapped) == []
    either = (
        "import sys\nclass A:\n    def shown(self, x):\n        reveal(x)\n        "
        + LOSS
        + "\nif sys.argv:\n    class A:\n        def other(self, x):\n            reveal(x)\n"
    )
    assert noted(either) == []


def test_the_budgets_of_inherited_methods() -> None:
    base = "class Base:\n    def base(self, x):\n{}        return self.part(x)\n    def __init__(self):\n        self.known = 1\n"
    below = "class Below(Base):\n    def part(self, x):\n        reveal(x)\n        " + LOSS + "\n"
    assert noted(base.format("") + below) == []
    assert ("Below.base", SPENT) in noted(base.format(busy(entry_points.INHERITED_FUEL + 40, "        ")) + below)
    assert noted(base.format(busy(entry_points.INHERITED_FUEL - 60, "        ")) + below) == []
