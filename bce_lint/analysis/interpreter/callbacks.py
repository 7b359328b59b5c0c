"""What models call back, gathered as `machine.Interpreter` asks for it."""

from __future__ import annotations

from bce_lint.analysis.interpreter.attributes import attribute, write_back
from bce_lint.analysis.interpreter.calls import call, call_attribute, call_function, call_one
from bce_lint.analysis.interpreter.imports import force
from bce_lint.analysis.interpreter.iteration import elements
from bce_lint.analysis.interpreter.subscripts import item

__all__ = ["attribute", "call", "call_attribute", "call_function", "call_one", "elements", "force", "item", "write_back"]
