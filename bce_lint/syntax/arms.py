"""The arms of an `if`: nested statements of the IR."""

from __future__ import annotations

from collections.abc import Sequence

from bce_lint import ir
from bce_lint.ir import Body, Span

# Arms of an `if` beyond these stand one after another, each under an unknown test: nesting would be too deep to interpret.
MAX_ARMS = 100
Arm = tuple[Span, ir.Expr, Body]


def chain(arms: Sequence[Arm], orelse: Body) -> Body:
    """Arms of which the first that holds is taken; those beyond the limit may each be taken or not, one after another."""
    if len(arms) > MAX_ARMS:
        rest = arms[MAX_ARMS:]
        last = rest[-1][0]
        tail = [ir.If(span, ir.Opaque(test.span, (test,)), body, ()) for span, test, body in rest]
        orelse = (*tail, ir.If(last, ir.Opaque(last), orelse, ())) if orelse else tuple(tail)
        arms = arms[:MAX_ARMS]
    for span, test, body in reversed(arms):
        orelse = (ir.If(span, test, body, orelse),)
    return orelse
