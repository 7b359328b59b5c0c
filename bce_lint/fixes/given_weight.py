"""Which argument of a call becomes the class weight of the loss that it calls or makes."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.sites import LossSite
from bce_lint.catalog.losses import FUNCTIONS, MODULES
from bce_lint.catalog.python import PARTIAL
from bce_lint.catalog.schema import Contract
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.switched_off import argument_of
from bce_lint.fixes.tree import Node, Tree, name_of


def given_weight(project: RecordedProject, tree: Tree, call: ir.Call, site: LossSite) -> Node:
    """The expression of the weight in a call. Raises `Refusal` where the call is not the loss's own, or does not write the weight out.

    What calls the loss for its caller, as `map` does, has arguments of its own; so has a subclass with a constructor.
    """
    here = (tree.path, call.span)
    index = _index(site.contract, functional=site.made is None)
    constructors = project.entering.get(here, [])
    if constructors:
        values = [_handed_on(project.tree(path), span, call, index) for path, span in constructors]
        found = values[0] if all(value is values[0] for value in values) else None
    else:
        names = project.uses.called.get(here, set()) - {"class"}
        if names == {PARTIAL}:
            names, index = set(), None
        found = _argument(call, index) if names <= MODULES.keys() | FUNCTIONS.keys() else None
    if found is None:
        raise Refusal("the weight is not written out at the call")
    return found


def _handed_on(tree: Tree, span: ir.Span, call: ir.Call, index: int | None) -> Node | None:
    """The argument that a constructor hands to its base as the weight; None where it gives that something else."""
    function = tree.function_at(span)
    inner = tree.once(_constructions).get(id(function), [])
    if function is None or function.name != "__init__" or len(inner) != 1 or not _is_super(inner[0]):
        return None
    if [param.kind for param in function.params[1:]] == ["*", "**"] and [arg.stars for arg in inner[0].args] == [1, 2]:
        return _argument(call, index)
    given = _argument(inner[0], index)
    param = next((one for one in function.params if isinstance(given, ir.Name) and one.name == given.id), None)
    if param is None or param.kind in ("*", "**") or any(arg.stars for arg in call.args):
        return None
    return argument_of(function, param, call)


def _constructions(tree: Tree) -> dict[int, list[ir.Call]]:
    """The calls of a constructor by name, by the function that they stand in."""
    found: dict[int, list[ir.Call]] = {}
    for one in tree.of(ir.Call):
        if name_of(one) == "__init__":
            found.setdefault(id(tree.function(one)), []).append(one)
    return found


def _is_super(call: ir.Call) -> bool:
    return isinstance(call.func, ir.Attr) and isinstance(call.func.value, ir.Call) and name_of(call.func.value) == "super"


def _argument(call: ir.Call, index: int | None) -> Node | None:
    given = enumerate(call.args)
    return next((a.value for i, a in given if a.keyword == "weight" or (i == index and not a.keyword and not a.stars)), None)


def _index(contract: Contract, functional: bool) -> int | None:
    params = (contract.function if functional else contract.init) or ()
    return next((i for i, param in enumerate(params) if param.name == "weight" and param.positional), None)
