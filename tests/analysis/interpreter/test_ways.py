"""Which ways a program goes: arms that raise, defaults that callers may change, loops, and what follows a call that ends them."""

from __future__ import annotations

import pytest

from bce_lint.analysis.sites import ChoiceSite, LossSite
from tests.analysis.programs import revealed, run


def told(text: str) -> list[str]:
    """What is revealed, without reasons and places."""
    return [one.partition(":")[0].partition(", made")[0].partition("; in ")[0] for one in revealed(text)]


SHAPES = """
def f(x, flag):
    if {test}:
        {first}
    {second}
    return nn.MSELoss()(x, torch.zeros(2, 3))

f(torch.zeros(4, 5), input())
"""


def arms(text: str) -> int:
    """How many undecided arms the only loss of a program was met under."""
    (site,) = [one for one in run(text)[0].answer.sites if isinstance(one, LossSite)]
    return len(site.arms)


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ("raise ValueError", "pass", 0),
        ("return 1", "pass", 1),
        ("x = x + 1", "pass", 0),
        ("if input(): raise ValueError\n        else: raise TypeError", "pass", 0),
        ("if input(): raise ValueError\n        else: return 1", "pass", 1),
        ("if input(): raise ValueError", "pass", 0),
        ("return nn.ReLU()(x)", "x = x * 2", 1),
        ("pass", "if flag: return 1", 1),
    ],
)
def test_the_arms_that_a_loss_is_met_under(first: str, second: str, count: int) -> None:
    assert arms(SHAPES.format(test="flag", first=first, second=second)) == count


def test_arms_of_expressions_and_of_tries() -> None:
    choice = "def f(x, flag):\n    return nn.MSELoss()(x, torch.zeros(2, 3)) if flag else 1\nf(torch.zeros(4, 5), input())\n"
    assert arms(choice) == 1
    both = "def f(x, flag):\n    y = 1 if flag else 2\n    return nn.MSELoss()(x, torch.zeros(2, 3))\nf(torch.zeros(4, 5), input())\n"
    assert arms(both) == 0
    short = "def f(x, flag):\n    return flag and nn.MSELoss()(x, torch.zeros(2, 3))\nf(torch.zeros(4, 5), input())\n"
    assert arms(short) == 1
    after = "def f(x, flag):\n    flag and print(x)\n    return nn.MSELoss()(x, torch.zeros(2, 3))\nf(torch.zeros(4, 5), input())\n"
    assert arms(after) == 0
    tried = (
        "def f(x, g):\n    try:\n        y = g(x)\n    except ValueError:\n"
        "        return nn.MSELoss()(x, torch.zeros(2, 3))\nf(torch.zeros(4, 5), input())\n"
    )
    assert arms(tried) == 1
    caught = tried.replace("y = g(x)", "return g(x)").replace("        return nn", "        pass\n    return nn")
    assert arms(caught) == 1
    outside = "x = torch.zeros(4, 5)\nif input():\n    nn.MSELoss()(x, torch.zeros(2, 3))\n"
    assert arms(outside) == 0


def test_what_one_of_several_callees_shows_is_a_choice() -> None:
    text = "a, b = nn.BCELoss(), nn.MSELoss()\nloss = a if input() else b\nloss(torch.zeros(2), torch.zeros(2))\n"
    (choice,) = [one for one in run(text)[0].answer.sites if isinstance(one, ChoiceSite)]
    assert len(choice.choices) == 2 and all(len(one) == 1 for one in choice.choices)
    alone = text.replace("else b", "else None")
    assert not [one for one in run(alone)[0].answer.sites if isinstance(one, ChoiceSite)]
    assert len([one for one in run(alone)[0].answer.sites if isinstance(one, LossSite)]) == 1


def test_a_default_is_what_callers_may_change() -> None:
    text = "def f(x, mode='a'):\n    if mode == 'a':\n        y = 1\n    else:\n        reveal('other')\n        y = 2\n    reveal(y)\n"
    assert told(text) == ["str 'other'", "int 1"]
    assert told(text + "f(1)\n") == ["int 1"]
    assert told(text.replace("y = 1", "return y")) == ["str 'other'", "int 2"]
    assert told(text.replace("mode='a'", "mode=None").replace("mode == 'a'", "mode is None")) == ["str 'other'", "int 1 | int 2"]
    held = "def f(x, mode='a'):\n    mode = 'b'\n    if mode == 'a':\n        reveal('other')\n    reveal(mode)\n"
    assert told(held) == ["str 'b'"]
    other = "def f(x, mode='a'):\n    kind = 'a'\n    if kind == 'a':\n        reveal(kind)\n    else:\n        reveal('other')\n"
    assert told(other) == ["str 'a'"]
    loop = (
        "def f(x, mode='a'):\n    while True:\n        if mode == 'a':\n            y = 1\n"
        "        else:\n            y = 2\n            break\n        reveal(y)\n    reveal('after')\n"
    )
    assert told(loop) == ["int 1"]


def test_main_guards() -> None:
    files = {
        "main.py": "import other\nreveal(other.kind)\nif __name__ == '__main__':\n    reveal('main')\n",
        "other.py": "kind = 'imported'\nif '__main__' == __name__:\n    kind = 'main'\n",
    }
    assert [one.partition(";")[0] for one in revealed(files)] == ["str 'imported'", "str 'main'"]
    assert told("if __name__ != '__main__':\n    reveal('not')\nreveal('end')\n") == ["str 'end'"]
    function = {
        "main.py": "import other\nother.f()\n",
        "other.py": "def f():\n    if __name__ == '__main__':\n        print()\n    return 1\n",
    }
    assert revealed(function) == []


def test_loops_of_known_and_of_unknown_length() -> None:
    many = "total = 0\nfor i in [1] * {}:\n    total = total + i\nreveal(total)\n"
    assert told(many.format(8)) == ["int 8"]
    assert told("total = 0\nfor i in range(8):\n    total = total + i\nreveal(total)\n") == ["int 28"]
    assert told("total = 0\nfor i in range(9):\n    total = total + i\nreveal(total)\n") == ["unknown"]
    broken = "for i in range(4):\n    if i == 2:\n        break\n    last = i\nelse:\n    last = 'else'\nreveal(last)\nreveal(i)\n"
    assert told(broken) == ["int 1", "int 2"]
    nested = (
        "found = []\nfor i in range(2):\n    for j in range(2):\n        if j == 1:\n"
        "            continue\n        found.append((i, j))\nreveal(found)\n"
    )
    assert told(nested) == ["list [(0, 0), (1, 0)]"]
    returned = "def f(x):\n    for i in range(3):\n        if i == 1:\n            return i\n    return 'end'\nreveal(f(1))\n"
    assert told(returned) == ["int 1"]
    unknown = (
        "def f(xs):\n    for x in xs:\n        if x:\n            return 1\n"
        "    else:\n        return 2\n    reveal('never')\nreveal(f(input()))\n"
    )
    assert told(unknown) == ["int 1 | int 2"]
    while_ = "n = 3\nwhile n:\n    n = input()\nelse:\n    reveal('else')\nreveal('end')\n"
    assert told(while_) == ["str 'else'", "str 'end'"]
    endless = "while 1:\n    if input():\n        x = 5\n        break\n    continue\nelse:\n    x = 6\nreveal(x)\n"
    assert told(endless) == ["int 5"]
