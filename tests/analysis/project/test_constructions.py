"""Whether an instance may have been made with the default of a constructor: told by all places that construct its class."""

from __future__ import annotations

import pytest

from tests.analysis.programs import revealed

NET = """
class Net(nn.Module):
    def __init__(self, kind, size=4, *, rate=0.5, **more):
        super().__init__()
        self.kind, self.size, self.rate = kind, size, rate

    def forward(self, x):
        reveal({asked})
"""


def is_kept(files: dict[str, str] | str, asked: str = "self.size", net: str = NET) -> bool:
    """True if an instance as any has the default."""
    texts = {"main.py": files} if isinstance(files, str) else files
    found = revealed({**texts, "main.py": net.replace("{asked}", asked) + texts.get("main.py", "")})
    return not found[-1].startswith("unknown")


KEPT = [
    "",
    "Net(1)\n",
    "Net(1, 4)\n",
    "Net(1, size=4)\n",
    "Net(kind=1)\n",
    "Net(1, 5)\nNet(1)\n",
    "Net(1, 5)\nNet(1, 4)\n",
    "Net(1, 5)\nclass Below(Net):\n    pass\nBelow(1)\n",
    "Net(1, 5)\nclass Below(Net):\n    def __init__(self):\n        super().__init__(1)\nBelow()\n",
    "Net(1, 5)\nclass Below(Net):\n    def __init__(self):\n        super(Below, self).__init__(1)\nBelow()\n",
    "Net(1, 5)\nclass Below(Net):\n    def __init__(self):\n        Net.__init__(self, 1)\nBelow()\n",
    "Net(1, 5)\nclass Below(Net):\n    @classmethod\n    def make(cls):\n        return cls(1)\n",
]
CHANGED = [
    "Net(1, 5)\n",
    "Net(1, size=5)\n",
    "Net(kind=1, size=x)\n",
    "Net(1, 4.0)\n",
    "Net(1, True)\n",
    "Net(1, 5)\nNet(2, 6)\n",
    "Net(*x)\n",
    "Net(1, *x)\n",
    "Net(1, **x)\n",
    "Net(kind=1, **x)\n",
    "make = Net\n",
    "call(Net)\n",
    "call(1, (2, Net))\n",
    "table = {'net': Net}\n",
    "def get():\n    return Net\n",
    "def get():\n    return [Net]\n",
    "choice = Net if x else None\n",
    "Net(1, 5)\nclass Below(Net):\n    pass\nBelow(1, 6)\n",
    "class Below(Net):\n    pass\nBelow(1, 6)\n",
    "class Below(Net):\n    def __init__(self):\n        super().__init__(1, 5)\nBelow()\n",
    "class Below(Net):\n    def __init__(self):\n        Net.__init__(self, 1, 5)\nBelow()\n",
    "class Below(Net):\n    @classmethod\n    def make(cls):\n        return cls(1, 5)\n",
    "class Below(Net):\n    pass\nclass Further(Below):\n    pass\nFurther(1, 6)\n",
]


@pytest.mark.parametrize("text", KEPT)
def test_a_construction_may_leave_the_default(text: str) -> None:
    assert is_kept(text)


@pytest.mark.parametrize("text", CHANGED)
def test_no_construction_leaves_the_default(text: str) -> None:
    assert not is_kept(text)


@pytest.mark.parametrize(
    "text", ["isinstance(x, Net)\n", "print(Net)\n", "issubclass(x, Net)\n", "type(Net)\n", "help(Net)\n", "cast(Net, x)\n", "Net\n"]
)
def test_who_only_looks_at_a_class_constructs_nothing(text: str) -> None:
    assert is_kept(text) and not is_kept(text + "Net(1, 5)\n")


def test_a_parameter_by_name_alone() -> None:
    assert is_kept("Net(1, 5)\n", "self.rate") and is_kept("Net(1, rate=0.5)\n", "self.rate")
    assert not is_kept("Net(1, rate=0.25)\n", "self.rate") and not is_kept("Net(1, rate=x)\n", "self.rate")


def test_a_class_that_makes_itself() -> None:
    own = NET + "    @classmethod\n    def make(cls):\n        return cls(1, {})\n"
    assert is_kept("", net=own.replace("{}", "4")) and is_kept("", net=own.replace(", {}", ""))
    assert not is_kept("", net=own.replace("{}", "5"))
    other = NET + "    def other(self):\n        return Net(1, {})\n"
    assert is_kept("", net=other.replace("{}", "4")) and not is_kept("", net=other.replace("{}", "5"))


IMPORTS = {
    "from main import Net\nNet(1, 5)\n": False,
    "from main import Net\nNet(1)\n": True,
    "from main import Net as Other\nOther(1, 5)\n": False,
    "from main import Net as Other\nOther(1)\n": True,
    "import main\nmain.Net(1, 5)\n": False,
    "import main\nmain.Net(1)\n": True,
    "from main import *\nNet(1, 5)\n": False,
    "from .main import Net\nNet(1, 5)\n": False,
    "from elsewhere import Net\nNet(1, 5)\n": True,
    "class Net:\n    pass\nNet(1, 5)\n": True,
    "from second import Net\nNet(1, 5)\n": True,
    "from third import Net\nNet(1, 5)\n": False,
    "from main import Net\nclass Below(Net):\n    pass\nBelow(1, 5)\n": False,
    "from main import Net\nclass Below(Net):\n    pass\nBelow(1)\n": True,
    "import main\nclass Below(main.Net):\n    pass\nBelow(1, 5)\n": False,
    "from main import Net\n": True,
    "'Net(1, 5)'\n": True,
}
OTHERS = {"second.py": "class Net:\n    pass\n", "third.py": "from main import Net\n"}


@pytest.mark.parametrize(("text", "kept"), IMPORTS.items())
def test_constructions_in_other_files(text: str, kept: bool) -> None:
    assert is_kept({"main.py": "", "other.py": text, **OTHERS}) is kept


def test_a_file_that_is_no_python_constructs_nothing() -> None:
    assert not is_kept({"main.py": "Net(1, 5)\n", "other.py": "from main import Net\nNet(1\n"})
    assert is_kept({"main.py": "Net(1)\n", "other.py": "Other(1\n"})


def test_a_class_whose_name_is_small() -> None:
    small = NET.replace("class Net", "class net")
    assert is_kept("net(1)\n", net=small) and not is_kept("net(1, 5)\n", net=small)
    assert not is_kept({"main.py": "", "other.py": "from main import net\nnet(1, 5)\n"}, net=small)


def test_the_defaults_of_fields() -> None:
    row = (
        "import dataclasses\n@dataclasses.dataclass\nclass Row:\n    kind: int\n"
        "    size: int = 4\n    def shown(self, x):\n        reveal({asked})\n"
    )
    assert is_kept("", net=row) and is_kept("Row(1)\n", net=row) and is_kept("Row(1, 4)\n", net=row)
    assert not is_kept("Row(1, 5)\n", net=row) and not is_kept("Row(kind=1, size=5)\n", net=row)
