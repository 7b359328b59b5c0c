"""Every function and method of the tables against the installed torch: it exists, takes these parameters, does what its kind says."""

from __future__ import annotations

from math import inf

import pytest
import torch

from bce_lint.catalog import activations, tensors
from bce_lint.catalog.dtypes import DTYPES
from bce_lint.catalog.schema import Kind
from bce_lint.catalog.tensors import PARAMETER
from tests.catalog.calls import METHOD, TORCH_ROWS, call_of, known_values, last
from tests.catalog.kinds import bounds, check, first, reaches
from tests.catalog.probes import fails, reals, resolve

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:.*deprecated:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*in beta:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*:DeprecationWarning"),
]

TYPES = [name for name in TORCH_ROWS if name.startswith("torch.cuda.") or name.endswith("Tensor")]
NEED_A_DEVICE = [METHOD + "cuda", METHOD + "xpu", METHOD + "pin_memory"]
BY_HAND = {*TYPES, *NEED_A_DEVICE, "torch.nn.utils.rnn.pad_packed_sequence", "torch.nn.functional.multi_head_attention_forward"}
CALLED = [name for name in TORCH_ROWS if name not in BY_HAND]
NORMALISED = {"batch_norm", "group_norm", "layer_norm", "rms_norm", "instance_norm", "normalize", "prelu", "glu"}
ITSELF = {"torch.alpha_dropout", "torch.nn.functional.alpha_dropout", "torch.nn.functional.feature_alpha_dropout", PARAMETER}
"""What gives back its tensor: dropout that is off, and a parameter, whose values training moves away."""

OF_DATA = {"torch.from_numpy", "torch.asarray"}
"""What is not for tensors that have a gradient."""

CUTTING = {"torch.detach", METHOD + "detach", METHOD + "detach_", METHOD + "numpy", METHOD + "__array__"}
"""What passes values on without their gradient."""

PASSING = {Kind.KEEP, Kind.SELECT, Kind.JOIN, Kind.MASK, Kind.FILL}
TIGHT = [
    name
    for name in CALLED
    if TORCH_ROWS[name].kind in {Kind.BOUNDED, Kind.SIGN, Kind.FACTORY} and TORCH_ROWS[name].range.tight and last(name) not in NORMALISED
]


@pytest.mark.parametrize("name", CALLED)
def test_row(name: str) -> None:
    row = TORCH_ROWS[name]
    x, positional, keywords = call_of(name)
    before = x.detach().clone()
    found = resolve(name)(*positional, **keywords)
    if row.inplace:
        assert found is x, "written back"
    if name.endswith((".numpy", ".__array__")):
        found = torch.as_tensor(found)
    if last(name) == "pack_padded_sequence":
        found = found.data
    check(row, before, found, {**known_values(name), **keywords})


@pytest.mark.parametrize("name", TIGHT)
def test_tight_ranges_are_reached(name: str) -> None:
    row = TORCH_ROWS[name]
    x, positional, keywords = call_of(name)
    if row.kind is not Kind.FACTORY:
        x = reals(9, 999) * (9 if row.range.low == -inf else 1)
        positional, keywords = (x, *positional[1:]), {p: v for p, v in keywords.items() if p != row.params[0] or name.startswith(METHOD)}
    elif row.inplace:
        positional = (torch.zeros(5000),)
    assert reaches(first(row, resolve(name)(*positional, **keywords)), bounds(row, keywords))


@pytest.mark.parametrize("name", [n for n in CALLED if TORCH_ROWS[n].kind is Kind.SIGN])
def test_sign_is_kept(name: str) -> None:
    function, x = resolve(name), torch.linspace(0.0, 9.0, 301).reshape(7, 43)
    assert float(function(x.clone()).min()) >= 0
    assert float(function(-x).max()) <= 0


@pytest.mark.parametrize("name", [n for n in CALLED if TORCH_ROWS[n].result == "namedtuple-if-dim"])
def test_tuple_only_with_a_dimension(name: str) -> None:
    assert isinstance(resolve(name)(reals(3, 4)), torch.Tensor)


@pytest.mark.parametrize("name", NEED_A_DEVICE)
def test_methods_of_devices(name: str) -> None:
    message = fails(lambda: resolve(name)(torch.zeros(1)))
    assert message is None or "device" in message or "enabled" in message or "available" in message


@pytest.mark.parametrize("name", TYPES)
def test_tensor_types(name: str) -> None:
    row = TORCH_ROWS[name]
    if ".cuda." in name:
        assert row.dtype == TORCH_ROWS[name.replace(".cuda", "")].dtype
        assert (fails(lambda: resolve(name)([1, 0])) is None) == torch.cuda.is_available()
    else:
        assert str(resolve(name)([1, 0]).dtype) == f"torch.{row.dtype}"


def test_pad_packed_sequence() -> None:
    x = reals(2, 3, 4)
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor([3, 3]), batch_first=True)
    found = torch.nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)
    check(TORCH_ROWS["torch.nn.utils.rnn.pad_packed_sequence"], x, found, {})
    assert found[1].dtype == torch.int64


@pytest.mark.parametrize("name", DTYPES)
def test_dtype_names(name: str) -> None:
    found = resolve(name)
    assert str(found if isinstance(found, torch.dtype) else found.dtype) == f"torch.{DTYPES[name]}"


def test_methods_that_write_back_are_all_known() -> None:
    public = {n for n in dir(torch.Tensor) if n.endswith("_") and not n.startswith(("_", "sparse_", "resize_as_sparse"))}
    known = {n for n, row in tensors.METHODS.items() if row.inplace} | activations.INPLACE
    assert public - known == {"detach_", "requires_grad_", "share_memory_"}


def parts(found: object) -> list[torch.Tensor]:
    """The tensors of a result."""
    return [one for one in (found if isinstance(found, tuple | list) else (found,)) if isinstance(one, torch.Tensor)]


@pytest.mark.parametrize(
    "name", [n for n in CALLED if not (TORCH_ROWS[n].may_share or TORCH_ROWS[n].inplace or TORCH_ROWS[n].kind is Kind.NONE or n in ITSELF)]
)
def test_what_is_no_view_has_storage_of_its_own(name: str) -> None:
    x, positional, keywords = call_of(name)
    found = parts(resolve(name)(*positional, **keywords))
    assert x.untyped_storage().data_ptr() not in {one.untyped_storage().data_ptr() for one in found if one.numel()}


@pytest.mark.parametrize("name", [n for n in CALLED if TORCH_ROWS[n].kind in PASSING and not TORCH_ROWS[n].inplace and n not in OF_DATA])
def test_gradients_flow_unless_they_are_cut(name: str) -> None:
    row, (x, positional, keywords) = TORCH_ROWS[name], call_of(name)
    x.requires_grad_()
    flow = name not in CUTTING and (row.dtype is None or "float" in row.dtype)
    message = fails(lambda: parts(resolve(name)(*positional, **keywords))[0].requires_grad is flow or 1 / 0)
    assert message is None or (not flow and "requires grad" in message)


@pytest.mark.parametrize("name", tensors.ATTRIBUTES)
def test_attributes_are_views(name: str) -> None:
    row, x = tensors.ATTRIBUTES[name], reals(3, 4).requires_grad_()
    found = getattr(x, name)
    assert found.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
    assert row.may_share
    assert torch.equal(found, x if row.shape == "same" else x.t())
    assert found.requires_grad is (name != "data")
