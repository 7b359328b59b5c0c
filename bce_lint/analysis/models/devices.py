"""Devices: `torch.device`, and whether there is a GPU (there is, to the analysis)."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.values import TRUE, Constant, Ref, Value
from bce_lint.analysis.models.model import Model
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine


def _device(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    wanted = args.get(0, "device") or args.get(0, "type")
    if type(wanted) is Constant and isinstance(wanted.value, str):
        kind = wanted.value.split(":")[0]
        return Ref(m.intern(("device", kind)), "device", kind)
    return wanted if type(wanted) is Ref and wanted.kind == "device" else Ref(m.intern(("device", node.span)), "device")


def _available(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    return TRUE


MODELS: dict[str, Model] = {"torch.device": _device, "torch.cuda.is_available": _available}
"""Devices."""
