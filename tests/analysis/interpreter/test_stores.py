"""What is stored under names that are not known, in namespaces, modules and classes, and read afterwards."""

from __future__ import annotations

from tests.analysis.programs import revealed

SETTINGS = "import argparse\ns = argparse.Namespace(rate=0.5, size=3)\n"


def kinds(files: dict[str, str] | str) -> list[str]:
    """What is revealed, without reasons and places."""
    return [one.partition(":")[0].partition(", made")[0].partition("; in ")[0] for one in revealed(files)]


def test_a_namespace_that_somebody_may_fill_is_forgotten() -> None:
    assert kinds(SETTINGS + "reveal(s.rate)\nt = s.__dict__\nreveal(s.rate)\ns.more = 1\nreveal(s.more)\n") == [
        "float 0.5",
        "unknown",
        "int 1",
    ]
    assert kinds(SETTINGS + "t = vars(s)\nreveal(s.size)\n") == ["unknown"]
    assert kinds(SETTINGS + "t = s\nt.__dict__\nreveal(s.size)\n") == ["unknown"]
    assert kinds(SETTINGS + "setattr(s, input(), 1)\nreveal(s.size)\n") == ["unknown"]
    assert kinds(SETTINGS + "setattr(s, 'size', 1)\nreveal(s.size)\nreveal(s.rate)\n") == ["int 1", "float 0.5"]


HOLDER = """
class Holder:
    shared = 1
    __slots__ = ()

    def __init__(self):
        self.own = 2
        self.layer = nn.ReLU()

    def shown(self):
        return 3

h = Holder()
"""


def test_settings_are_forgotten_where_some_attribute_is_set() -> None:
    found = "reveal(h.own)\nreveal(h.shared)\nreveal(h.layer)\nreveal(h.shown())\n"
    assert kinds(HOLDER + found) == ["int 2", "int 1", "layer ReLU()", "int 3"]
    assert kinds(HOLDER + "setattr(h, input(), 5)\n" + found) == ["unknown", "unknown", "layer ReLU()", "int 3"]
    assert kinds(HOLDER + "setattr(h, 'own', 5)\n" + found)[:2] == ["int 5", "int 1"]
    assert kinds(HOLDER + "setattr(5, input(), 5)\n" + found)[:2] == ["int 2", "int 1"]
    assert kinds(HOLDER + "setattr(h, input(), 5)\nh.own = 6\n" + found)[:2] == ["int 6", "unknown"]


def test_a_class_and_a_module_are_written_to() -> None:
    assert kinds(HOLDER + "Holder.shared = 'new'\nreveal(h.shared)\nreveal(Holder().shared)\nreveal(Holder.shared)\n") == ["str 'new'"] * 3
    written = {
        "main.py": "import other\nother.value = 2\nreveal(other.value)\nreveal(other.asks())\n",
        "other.py": "value = 1\ndef asks():\n    return value\n",
    }
    assert kinds(written) == ["int 2", "int 2"]
    read = {**written, "main.py": "import other\nreveal(other.value)\nreveal(other.asks())\n"}
    assert kinds(read) == ["int 1", "int 1"]
    function = {
        **written,
        "main.py": "import other\ndef f():\n    other.value = 3\n    reveal(other.value)\ndef g():\n    reveal(other.value)\n",
    }
    assert kinds(function) == ["int 3", "int 1"]
    either = {**written, "main.py": "import other\nm = other if input() else torch\nm.value = 3\nreveal(other.value)\n"}
    assert kinds(either) == ["int 3"]


def test_what_a_function_declares_as_global_is_of_the_module() -> None:
    text = (
        "value = 1\ndef sets():\n    global value\n    value = 2\n    reveal(value)\n"
        "def asks():\n    return value\nsets()\nreveal(value)\nreveal(asks())\n"
    )
    assert kinds(text) == ["int 2", "int 2", "int 2"]
    text = "value = 1\ndef sets(value=3):\n    value = 2\n    reveal(value)\nsets()\nreveal(value)\n"
    assert kinds(text) == ["int 2", "int 1"]
    text = (
        "def outer():\n    value = 1\n    def asks():\n        global value\n"
        "        return value\n    reveal(asks())\nvalue = 'global'\nouter()\n"
    )
    assert kinds(text) == ["str 'global'"]
    text = (
        "value = 'global'\ndef outer():\n    value = 1\n    def asks():\n        reveal(value)\n"
        "        def inner():\n            reveal(value)\n        inner()\n    asks()\nouter()\n"
    )
    assert kinds(text) == ["int 1", "int 1"]
    text = (
        "def outer():\n    def sets():\n        nonlocal value\n        value = 2\n    value = 1\n    sets()\n    reveal(value)\nouter()\n"
    )
    assert kinds(text) == ["int 2"]
    assert kinds("def f():\n    reveal(__name__)\nreveal(__name__)\nf()\n") == ["str '__main__'"] * 2
    other = {
        "main.py": "import other\nreveal(other.name)\nreveal(other.asks())\n",
        "other.py": "name = __name__\ndef asks():\n    return __name__\n",
    }
    assert kinds(other) == ["unknown", "unknown"]


def test_a_circle_of_imports_is_unknown() -> None:
    files = {"main.py": "from other import value\nreveal(value)\n", "other.py": "from main import value\n"}
    assert kinds(files) == ["unknown"]
    files = {
        "main.py": "from a import one\nreveal(one)\n",
        "a.py": "from b import two as one\n",
        "b.py": "from c import three as two\n",
        "c.py": "three = 3\n",
    }
    assert kinds(files) == ["int 3"]
    files = {"main.py": "from main import later\nreveal(later)\nlater = 1\n"}
    assert kinds(files) == ["unknown"]
    files = {"main.py": "sooner = 1\nfrom main import sooner as again\nreveal(again)\n"}
    assert kinds(files) == ["int 1"]


def test_relative_imports_and_packages() -> None:
    files = {
        "pack/main.py": "",
        "pack/__init__.py": "value = 'package'\nfrom . import inner\nfrom .inner import *\n",
        "pack/inner.py": "name = 'inner'\nfrom . import value\nfrom .. import top\n",
        "pack/deep/__init__.py": "from ..inner import name as named\nfrom . import own\nfrom ... import top\n",
        "pack/deep/own.py": "from ... import pack\nkind = 'own'\n",
        "top.py": "level = 'top'\n",
        "main.py": "import pack.deep.own\nimport pack.deep as deep\n"
        "from pack import inner, deep as again, nothing\nfrom .top import level\n"
        "reveal(pack.value)\nreveal(pack.name)\nreveal(inner.value)\nreveal(inner.top.level)\nreveal(deep.named)\nreveal(deep.own.kind)\n"
        "reveal(again.named)\nreveal(level)\nreveal(pack.deep.own.kind)\nreveal(nothing)\nreveal(deep.top.level)\n",
    }
    assert kinds(files) == [
        "str 'package'",
        "str 'inner'",
        "str 'package'",
        "str 'top'",
        "str 'inner'",
        "str 'own'",
        "str 'inner'",
        "str 'top'",
        "str 'own'",
        "unknown",
        "str 'top'",
    ]
