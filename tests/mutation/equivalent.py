"""Mutants that are the same program for whoever uses it, each with the reason; the score leaves them out."""

from __future__ import annotations

EQUIVALENT: dict[str, str] = {
    'bce_lint/analysis/recording/describe.py::_object: return (*named, *_content(m, items, _BRACKETS.get(value.kind, "[]"), depth)) -> '
    "return (*named, *_content(m, items, _BRACKETS.get(value.kind, '[]~'), depth))": "the first two characters are taken",
    "bce_lint/fixes/intent.py::Change: CAST_TARGET = \"cast the target\" -> CAST_TARGET = 'cast the target~'":
        "what a member does is said for readers of the file; no value is read",
    "bce_lint/rules/runtime_places.py::: ACTIVATION: Final = \"activation\" -> ACTIVATION: Final = 'activation~'":
        "rules and the witness both use the name; nobody writes the text",
    "bce_lint/rules/runtime_places.py::: WEIGHT: Final = \"weight\" -> WEIGHT: Final = 'weight~'":
        "rules and the witness both use the name; nobody writes the text",
    "bce_lint/analysis/state/cells.py::: DIM: Final = \"$dim\" -> DIM: Final = '$dim~'":
        "a name of a cell, different from all others as before",
    "bce_lint/analysis/state/cells.py::: ITEMS: Final = \"$items\" -> ITEMS: Final = '$items~'":
        "a name of a cell, different from all others as before",
    "bce_lint/analysis/domain/shapes.py::differ: common = min(least_rank(a), least_rank(b)) -> common = min(least_rank(b), least_rank(a))":
        "the smaller of two numbers is the same in either order",
    "bce_lint/fixes/class_lines.py::ClassLines._update: for tree in trees[self._seen :] if len(trees) > self._seen else (): -> "
    "for tree in trees[self._seen :] if len(trees) >= self._seen else ():": "of as many as were seen, none is left",
    "bce_lint/fixes/intent.py::Change: FORMULA = \"use torch's loss in place of a formula\" -> "
    "FORMULA = \"use torch's loss in place of a formula~\"": "what a member does is said for readers of the file; no value is read",
    "bce_lint/rules/precedence.py::Subject: CALL = \"how something is called, which a run always sees\" -> "
    "CALL = 'how something is called, which a run always sees~'": "what a member is, is said for readers of the file; no value is read",
    "bce_lint/analysis/project/project.py::: RECURSION = 20_000 -> RECURSION = 20001":
        "a limit far above what is needed: one more is as good",
    **dict.fromkeys((
        'bce_lint/analysis/models/tensor_literals.py::literal: number = m.number(frame, node.span, "literal")'
        " -> number = m.number(frame, node.span, 'literal~')",
        'bce_lint/analysis/models/tensor_literals.py::literal: identity = m.number(frame, node.span, "literal")'
        " -> identity = m.number(frame, node.span, 'literal~')",
        'bce_lint/analysis/models/tensor_literals.py::ranged: identity = m.number(frame, node.span, "arange")'
        " -> identity = m.number(frame, node.span, 'arange~')",
        'bce_lint/analysis/models/tensor_items.py::index: identity = m.intern(("index", owner.identity, key)) if constant'
        ' else m.number(frame, span, "index")'
        ' -> identity = m.intern((\'index~\', owner.identity, key)) if constant else m.number(frame, span, "index")',
        'bce_lint/analysis/models/tensor_items.py::index: identity = m.intern(("index", owner.identity, key)) if constant'
        ' else m.number(frame, span, "index")'
        ' -> identity = m.intern(("index", owner.identity, key)) if constant else m.number(frame, span, \'index~\')',
        'bce_lint/analysis/models/autocast.py::context: return Ref(m.intern((frame.context, frame.unit.address, node.span,'
        ' "context")), "context", effect, frame.place(node.span))'
        ' -> return Ref(m.intern((frame.context, frame.unit.address, node.span, \'context~\')), "context", effect,'
        ' frame.place(node.span))',
        'bce_lint/analysis/models/autocast.py::on: return Ref(m.intern(("autocast", place.path, place.span)), "autocast",'
        ' None, place)'
        ' -> return Ref(m.intern((\'autocast~\', place.path, place.span)), "autocast", None, place)',
        'bce_lint/analysis/models/devices.py::_device: return Ref(m.intern(("device", kind)), "device", kind)'
        ' -> return Ref(m.intern((\'device~\', kind)), "device", kind)',
        'bce_lint/analysis/models/devices.py::_device: return wanted if type(wanted) is Ref and wanted.kind == "device"'
        ' else Ref(m.intern(("device", node.span)), "device")'
        ' -> return wanted if type(wanted) is Ref and wanted.kind == "device" else Ref(m.intern((\'device~\', node.span)), "device")',
        'bce_lint/analysis/models/copies.py::_Copies.of: copy = changed(value, address=self.m.intern(("copy",'
        ' value.address, *self.key)))'
        " -> copy = changed(value, address=self.m.intern(('copy~', value.address, *self.key)))",
        'bce_lint/analysis/models/losses.py::_site: return Tensor(identity=m.number(frame, node.span, "loss"))'
        " -> return Tensor(identity=m.number(frame, node.span, 'loss~'))",
    ), "the text tells the number of a value from those of others at the same place, as before"),
}  # fmt: skip
"""By the mutant's key, as the report shows it."""
