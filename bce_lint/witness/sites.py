"""Sites with the facts of a run: what the static analysis assumes is read off the tensors here."""

from __future__ import annotations

import os
from math import inf
from types import FrameType
from typing import Any, Final

import torch

from bce_lint.analysis.domain.gradient import Gradient
from bce_lint.analysis.domain.tensor import Place, Tensor
from bce_lint.analysis.models import formed_logits, idioms
from bce_lint.analysis.models.thresholds import ORDER, is_squashed_twice
from bce_lint.analysis.sites import ActivationSite, HandWrittenSite, LogSite, LossSite, OptionSite, ThresholdSite, ValuesSite, meeting
from bce_lint.catalog import losses
from bce_lint.catalog.contexts import BANNING_DEVICES
from bce_lint.catalog.names import canonical
from bce_lint.catalog.schema import Activation, Contract, Domain, Expects, Kind, Param, Range, Target
from bce_lint.records import changed
from bce_lint.rules.runtime_places import ACTIVATION, DECISION, LOGARITHM, OPTIONS, SUM, WEIGHT
from bce_lint.witness.autograd import missed
from bce_lint.witness.entries import Entered, Entry
from bce_lint.witness.here import Here
from bce_lint.witness.marks import Marks
from bce_lint.witness.places import Owner, RuntimePlaces, callers, handed, outward, owner_of
from bce_lint.witness.record import Recorder, is_known
from bce_lint.witness.transfer import value_of

BAN: Final = "unsafe to autocast"
_BINARY: Final = frozenset({"BCELoss", "BCEWithLogitsLoss"})


def facts(marks: Marks, tensor: Any) -> tuple[Tensor, ...]:
    """A tensor as a rule sees it: its mark and what it is."""
    if not isinstance(tensor, torch.Tensor):
        return ()
    mark = marks.of(tensor)
    gradient = Gradient.SOME if tensor.requires_grad else Gradient.STOPPED if torch.is_grad_enabled() else Gradient.UNKNOWN
    shape, device = tuple(tensor.shape), tensor.device.type
    return (changed(mark, dtype=str(tensor.dtype)[6:], shape=shape, device=device, gradient=gradient, identity=0, form=None),)


def autocast(tensor: Any) -> str:
    """Whether a loss of this tensor runs under autocast: `on` where that bans losses, `maybe` where it only casts."""
    device = tensor.device.type if isinstance(tensor, torch.Tensor) else "cpu"
    try:
        enabled = torch.is_autocast_enabled(device)
    except RuntimeError:
        return "off"
    return "off" if not enabled else "on" if device in BANNING_DEVICES else "maybe"


class Sites:
    """Records the sites of the operations that run."""

    def __init__(self, marks: Marks, record: Recorder) -> None:
        self.marks, self.record = marks, record

    def before(self, here: Here, entry: Entry, call: Entered) -> LossSite | None:
        """Records what an operation is, before it runs: it may raise."""
        if entry.contract is not None:
            return self.loss(here, entry, entry.contract, call)
        if entry.activation is not None:
            self.activation(here, entry, entry.activation, call)
        elif entry.operator:
            self.operator(here, entry, call)
        elif entry.row is not None and entry.row.kind is Kind.LOG:
            self.logarithm(here, call)
        elif entry.row is not None and entry.row.kind is Kind.ROUND and entry.name.rpartition(".")[2].startswith("round"):
            self.threshold(here, call.get(0, "input"), None)
        return None

    def loss(self, here: Here, entry: Entry, contract: Contract, call: Entered) -> LossSite | None:
        """A loss function, called by the user or by the module of its class."""
        found = here.look()
        frame = found.frame
        if frame is None or found.internal:
            return None
        index, other = _positions(entry)
        tensor, target = call.get(index, entry.params[index]), call.get(other, entry.params[other])
        weight, pos_weight = (call.named(entry, name) if name in entry.params else None for name in ("weight", "pos_weight"))
        module = found.module
        made = here.made.where(module)
        given = _ranged(contract, tensor, _labels(tensor, target, facts(self.marks, tensor)))
        wanted = _rows(contract, tensor, target, facts(self.marks, target))
        path, home = _way(here, frame, meeting(contract, tensor, target, given, wanted))
        contract = _library(frame) or contract
        around = tuple(here.places.of(outer) for outer in callers(home, here.places.base))
        site = LossSite(
            contract, path[0].text, path[0], path[-1], path[:-1], _formed(entry, call, given, path[-1]), wanted,
            autocast=autocast(tensor), caller=around[0] if around else None, made=made,
            weight=facts(self.marks, weight), weight_place=None if weight is None and pos_weight is None else made or path[-1],
            pos_weight=facts(self.marks, pos_weight),
            log_target=bool(call.named(entry, "log_target")) if "log_target" in entry.params else None,
        )  # fmt: skip
        identity = self.marks.of(tensor).identity if isinstance(tensor, torch.Tensor) else 0
        site = self.record.loss(site, identity, around)
        if given and (name := missed(tensor, given[0])):
            self._missed(site, name, here.places)
        if module is None:
            self._options(contract, entry, call, path[-1])
        if "weight" in entry.params:
            self.record.look(WEIGHT, site.weight_place or made or path[-1])
        self._values(site, tensor, target)
        return site

    def _missed(self, site: LossSite, name: str, places: RuntimePlaces) -> None:
        """Autograd knows of an activation that was not seen: nothing is known of the input then."""
        row = places.sources[site.primary.path].position(site.primary.span.start).row
        self.record.missed(site)
        self.record.note(f"an operation before {site.contract.name} ({os.path.basename(site.primary.path)}:{row}), {name} to autograd")

    def _options(self, contract: Contract, entry: Entry, call: Entered, place: Place) -> None:
        self.record.look(OPTIONS, place)
        found = options(contract.function or (), call, place)
        if found:
            self.record.add(OptionSite(contract, place.text, place, found, functional=True))

    def _values(self, site: LossSite, tensor: Any, target: Any) -> None:
        """What the values are that a binary loss is given."""
        if site.contract.name not in _BINARY or not _readable(tensor) or not _readable(target):
            return
        with torch.no_grad():
            low, high = (float(one) for one in torch.aminmax(target.detach()))
            lost = _lost(tensor, target) if site.contract.expects is Expects.PROBABILITY else 0
        beyond = (low, high) if low < 0 or high > 1 else None
        if lost or beyond:
            self.record.values(ValuesSite(site.contract, site.name, site.primary, site.call, site.input, lost, tensor.numel(), beyond))

    def banned(self, site: LossSite) -> None:
        """Torch said that the loss may not run under autocast, whatever device it was asked about."""
        self.record.add(changed(site, autocast="on"))

    def activation(self, here: Here, entry: Entry, row: Activation, call: Entered) -> None:
        """A softmax-like operation with the dimension that it was given."""
        found = here.look()
        tensor = call.get(0, row.params[0].name)
        if row.dim is None or found.internal or not isinstance(tensor, torch.Tensor):
            return
        dim = call.named(entry, row.dim)
        place = here.made.where(found.module) or here.place()
        if isinstance(dim, int) or dim is None:
            self.record.look(ACTIVATION, place)
            self.record.add(ActivationSite(row, place.text, place, "missing" if dim is None else dim, facts(self.marks, tensor)))

    def operator(self, here: Here, entry: Entry, call: Entered) -> None:
        """A comparison of a layer's output with a constant, or the sum of a cross entropy that is written out."""
        if len(call.args) != 2:
            return
        a, b = call.args if not entry.swapped else (call.args[1], call.args[0])
        if entry.operator in ORDER:
            for value, other in ((a, b), (b, a)):
                if isinstance(other, int | float) and 0 < other < 1:
                    self.threshold(here, value, float(other))
        elif entry.operator in ("+", "-"):
            parts = idioms.cross_entropy(value_of(self.marks, a), value_of(self.marks, b))
            if parts is not None and not here.look().internal:
                place = here.place(whole=True)
                self.record.look(SUM, place, parts[1] is not Domain.UNKNOWN)
                self.record.add(HandWrittenSite(place, *parts))

    def threshold(self, here: Here, value: Any, constant: float | None) -> None:
        """A decision on what a layer returned."""
        if not isinstance(value, torch.Tensor) or here.look().internal:
            return
        place, mark = here.place(whole=constant is not None), self.marks.get(value)
        self.record.look(DECISION, place, mark is not None and is_known(mark))
        found = facts(self.marks, value) if mark is not None else ()
        if mark is not None and ((mark.domain is Domain.LOGITS and mark.origin) or all(map(is_squashed_twice, found))):
            self.record.add(ThresholdSite(place.text, place, constant, found))

    def logarithm(self, here: Here, call: Entered) -> None:
        """The logarithm of a probability."""
        tensor = call.get(0, "input")
        if not isinstance(tensor, torch.Tensor) or here.look().internal:
            return
        place, mark = here.place(), self.marks.of(tensor)
        parts = idioms.logarithm_of(mark)
        self.record.look(LOGARITHM, place, is_known(mark) or (parts is not None and is_known(parts[0][0])))
        if parts is not None:
            inputs = tuple(changed(one, identity=0, form=None) for one in parts[0])
            self.record.add(LogSite(place.text, place, inputs, parts[1], parts[2], torch.is_grad_enabled() and not parts.detached))


def options(params: tuple[Param, ...], call: Entered, place: Place) -> tuple[tuple[str, object, Place], ...]:
    """The options that are given to a loss: constants that differ from their defaults."""
    found = []
    for index, param in enumerate(params):
        value = call.get(index, param.name)
        if not param.tensor and value is not None and value != param.default and isinstance(value, bool | int | float | str):
            found.append((param.name, value, place))
    return tuple(found)


def _formed(entry: Entry, call: Entered, given: tuple[Tensor, ...], place: Place) -> tuple[Tensor, ...]:
    """The class scores, for a loss that forms them inside."""
    weight = call.named(entry, "linear_weight") if "linear_weight" in entry.params else None
    if not isinstance(weight, torch.Tensor):
        return given
    return tuple(formed_logits.of_features(one, tuple(weight.shape[:-1]), place) for one in given)


def _positions(entry: Entry) -> tuple[int, int]:
    """Where the input and the target stand among a loss's parameters."""
    names = entry.params
    return names.index("input") if "input" in names else 0, names.index("target") if "target" in names else 1


def _library(frame: FrameType) -> Contract | None:
    """The contract of a library's loss that computes this one, such as torchvision's focal loss."""
    return losses.FUNCTIONS.get(canonical(f"{frame.f_globals.get('__name__')}.{frame.f_code.co_name}"))


def _way(here: Here, frame: FrameType, given: tuple[Any, ...]) -> tuple[tuple[Place, ...], FrameType]:
    """The calls from where value and expectation meet to the loss, and the frame of the first: out of functions that hand it on."""
    path = [here.place()]
    while all(handed(frame, one) for one in given):
        outer = outward(frame)
        if outer is None or owner_of(outer.f_code.co_filename) is not Owner.USER:
            break
        frame = outer
        path.insert(0, here.places.of(frame))
    return tuple(path), frame


def _ranged(contract: Contract, tensor: Any, found: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Values that a loss of probabilities cannot take, whatever made them."""
    if contract.expects is not Expects.PROBABILITY or not found or not _readable(tensor) or found[0].domain is not Domain.UNKNOWN:
        return found
    if found[0].range.tight:
        return found
    low, high = (float(one) for one in torch.aminmax(tensor.detach()))
    if low >= 0 and high <= 1:
        return found
    return (changed(found[0], range=Range(min(low, 0.0) if low >= 0 else -inf, inf if high > 1 else 1.0, True)),)


def _labels(tensor: Any, target: Any, found: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """An input of plain zeros and ones without a gradient is labels, where the target is what the gradient goes to."""
    if not found or found[0].domain is not Domain.UNKNOWN or found[0].model or not _readable(tensor) or tensor.requires_grad:
        return found
    if not isinstance(target, torch.Tensor) or not target.requires_grad:
        return found
    values = tensor.detach()
    return (changed(found[0], domain=Domain.LABEL),) if bool(((values == 0) | (values == 1)).all()) else found


def _rows(contract: Contract, tensor: Any, target: Any, found: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Integer targets of the input's shape that are rows of `one_hot`, whatever made them."""
    if contract.target is not Target.CLASS_INDEX or not found or found[0].one_hot or not _readable(target) or not _readable(tensor):
        return found
    if target.is_floating_point() or target.dim() < 2 or target.shape != tensor.shape:
        return found
    values = target.detach()
    rows = bool(((values == 0) | (values == 1)).all()) and bool((values.sum(1) == 1).all())
    return (changed(found[0], one_hot=True),) if rows else found


def _readable(tensor: Any) -> bool:
    """True if a tensor has values that can be looked at."""
    return isinstance(tensor, torch.Tensor) and tensor.numel() > 0 and not tensor.is_complex() and tensor.device.type != "meta"


def _lost(tensor: torch.Tensor, target: torch.Tensor) -> int:
    if not tensor.requires_grad or tensor.shape != target.shape:
        return 0
    values, wanted = tensor.detach(), target.detach()
    return int((((values == 0) & (wanted > 0)) | ((values == 1) & (wanted < 1))).sum())
