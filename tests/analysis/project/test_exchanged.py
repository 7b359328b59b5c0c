"""Attributes that something else may exchange: stores on what may be an instance of a class, in files whose objects may meet it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bce_lint.analysis.project.exchanges import Exchanges
from bce_lint.analysis.project.import_graph import MANY, Graph
from bce_lint.analysis.project.index import scan
from bce_lint.ir import ClassDef, Span
from bce_lint.syntax.parse import lower

EXCHANGING = [
    "net.act = f()\n",
    "net.head.act = f\n",
    "net.act: T = f()\n",
    "net.act = other.act.to(d)\n",
    "name = 'relu'\nname = f()\nnet.act = name\n",
    "net.act = net.act.wrapped()\n",
    "net.__setattr__('act', f())\n",
    "net.__dict__['act'] = f()\n",
    "net._modules['act'] = f()\n",
    "vars(net)['act'] = f()\n",
    "net.__dict__.update(act=f())\n",
    "net.__dict__.update({'act': f()})\n",
    "vars(net).setdefault('act', f())\n",
    "setattr(g(net, 0), 'act', f())\n",
    "setattr(\n    net,\n    'act',\n    f(),\n)\n",
    "def g(self):\n    self.act = f()\n",
    "[setattr(one, 'act', f()) for one in nets]\n",
    "class B:\n    def g(self):\n        setattr(self, 'act', f())\n",
    "class B:\n    def g(self):\n        return self.k and setattr(self, 'act', f())\n",
    "class B:\n    def g(self):\n        [setattr(self, 'act', one) for one in f()]\n",
    "class B:\n    def g(self):\n        self.__dict__.update(act=f())\n",
    "class B:\n    def g(self):\n        vars(self)['act'] = f()\n",
    "class B:\n    def g(self):\n        super().__setattr__('act', f())\n",
    "class B:\n    def g(self):\n        self.add_module('act', f())\n",
    "class B:\n    @staticmethod\n    def g(net):\n        net.act = f()\n",
    "class B:\n    @classmethod\n    def g(cls):\n        net = cls()\n        net.act = f()\n        return net\n",
    "net.act, b = f()\n",
    "b, net.act = f()\n",
    "(b, [net.act]) = f()\n",
    "for net.act in f():\n    pass\n",
    "with f() as net.act:\n    pass\n",
    "net.act += f()\n",
    "setattr(net, 'act', f())\n",
    "object.__setattr__(net, 'act', f())\n",
    "net.add_module('act', f())\n",
    "def g(net):\n    net.act = f()\n",
    "class B:\n    def g(self, net):\n        net.act = f()\n",
    "class B:\n    def g(self):\n        net = self\n        net.act = f()\n",
    "class B:\n    def g(self):\n        return lambda: setattr(self, 'act', f())\n",
    "class B:\n    def g(self):\n        def h(net):\n            net.act = f()\n",
]
NOT_EXCHANGING = [
    "net.act = 1\n",
    "net.act = None\n",
    "name = 'relu'\nnet.act = name\n",
    "moved = net.act.to(device)\nnet.act = moved\n",
    "made = nn.Sequential()\nseq = made\nseq.add_module('act', f())\n",
    "net.act = net.act.to(device)\n",
    "net.head.act = net.head.act.cuda()\n",
    "seq = nn.Sequential()\nseq.add_module('act', f())\n",
    "table['act'] = f()\n",
    "net.__dict__['act'] = 'relu'\n",
    "net.__dict__.update(act='relu')\n",
    "net.__dict__.update({'act': 1})\n",
    "net.__dict__.setdefault('act', 1)\n",
    "setattr(net, 'act', None)\n",
    "net.table.update(act=f())\n",
    "del net.act\n",
    "net.act = 'relu'\n",
    "net.acts = f()\n",
    "act = f()\n",
    "act.net = f()\n",
    "getattr(net, 'act')\n",
    "g('act')\n",
    "if net.act == f():\n    pass\n",
    "g(act=f())\n",
    "class B:\n    def g(self):\n        self.act = f()\n",
    "class B:\n    def __init__(self):\n        def h(self):\n            self.act = f()\n        h(self)\n",
    "class B:\n    def __init__(self):\n        setattr(self, 'act', f())\n        super().__setattr__('act', f())\n",
    "class B:\n    act = f()\n",
]


def project(texts: Mapping[str, str]) -> tuple[Graph, Exchanges]:
    """A project of files that import each other by their names."""
    files = {path: scan(path, text.encode()) for path, text in texts.items()}
    graph = Graph(files, lambda importer, name, level: f"{name}.py" if f"{name}.py" in files else None)
    return graph, Exchanges(graph, lambda path, make: make(path, lower(texts[path])))


def exchanges(text: str) -> bool:
    classes = frozenset(("a.py", node.span) for node in lower(text).body if isinstance(node, ClassDef))
    return project({"a.py": text})[1].may_exchange("act", classes or within("a.py"))


def within(*paths: str) -> frozenset[tuple[str, Span]]:
    """Classes that stand in these files, anywhere."""
    return frozenset((path, Span(0, 0)) for path in paths)


@pytest.mark.parametrize("text", EXCHANGING)
def test_what_may_exchange(text: str) -> None:
    assert exchanges(text)


@pytest.mark.parametrize("text", NOT_EXCHANGING)
def test_what_does_not(text: str) -> None:
    assert not exchanges(text)


def test_only_files_that_may_have_the_object_count() -> None:
    _, stores = project(
        {
            "net.py": "class Net: pass\n",
            "surgery.py": "def f(net):\n    net.act = g()\n",
            "train.py": "import net\nimport tools\n",
            "tools.py": "import surgery\n",
            "other.py": "def f(net):\n    net.head = g()\n",
            "own.py": "import other\nclass Net: pass\n",
        }
    )
    assert stores.may_exchange("act", within("net.py"))
    assert stores.may_exchange("act", within("own.py", "net.py"))
    assert not stores.may_exchange("act", within("own.py"))
    assert not stores.may_exchange("head", within("net.py"))
    assert stores.may_exchange("head", within("own.py"))


def test_of_many_files_it_is_enough_that_imports_join_them() -> None:
    few = {"a.py": "import common\n", "b.py": "import common\n", "common.py": "", "c.py": ""}
    assert not project(few)[0].meet("a.py", "b.py")
    graph, _ = project(few | {f"more{number}.py": "" for number in range(MANY)})
    assert graph.meet("a.py", "b.py") and not graph.meet("a.py", "c.py") and not graph.meet("a.py", "more1.py")


def test_the_class_that_exchanges_on_its_own_is_the_one() -> None:
    text = "class A:\n    def g(self):\n        setattr(self, 'act', f())\n\n\nclass B:\n    pass\n"
    _, stores = project({"a.py": text})
    own, other = (frozenset({("a.py", node.span)}) for node in lower(text).body)
    assert stores.may_exchange("act", own) and not stores.may_exchange("act", other)


def test_files_meet_where_one_imports_both() -> None:
    graph, _ = project({"a.py": "import b\nimport c\n", "b.py": "", "c.py": "import d\n", "d.py": "", "e.py": "import d\n", "f.py": ""})
    met = {(one, other) for one in graph.files for other in graph.files if graph.meet(one, other)}
    above = ["a.py", "b.py", "c.py", "d.py"]
    assert met == {(one, other) for one in above for other in above} | {("f.py", "f.py")} | {
        pair for one in ("e.py", "d.py") for pair in (("e.py", one), (one, "e.py"))
    } | {pair for one in ("c.py", "b.py", "a.py") for pair in (("d.py", one),)}
