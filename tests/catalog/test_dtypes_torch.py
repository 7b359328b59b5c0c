"""What the analysis says of dtypes against torch and NumPy: it knows those that labels and scores commonly have, and is not wrong."""

from __future__ import annotations

import pytest

from tests.catalog.test_shapes_torch import check_sound, listed, predicted

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

NAMES = """
m = torch.zeros(2, 3)
d = torch.zeros(2, 3, dtype=torch.float64)
h = torch.zeros(2, 3, dtype=torch.float16)
i = torch.tensor([0, 2, 1])
n = torch.tensor([1], dtype=torch.int32)
b = m > 0
a = np.zeros((2, 3))
ai = np.array([1, 2])
"""

FACTORIES = """
torch.tensor([1, 2]) | torch.tensor([1, 2.0]) | torch.tensor([True, 2]) | torch.tensor([True, False]) | torch.tensor([1.0])
torch.tensor(1) | torch.tensor([1, 2], dtype=torch.float) | torch.tensor([1, 2], dtype=float) | torch.tensor([1, 2], dtype=None)
torch.tensor(i) | torch.tensor([[1, 2], [3, 4]]).float() | torch.tensor([int(k) for k in range(3)]) | torch.tensor(list(range(3)))
torch.tensor(range(3)) | torch.tensor([0] * 3) | torch.tensor([0.0] * 3 + [1] * 3) | torch.tensor((1, 2)) | torch.tensor(len(a))
torch.tensor(1 / 2) | torch.tensor(float(ai[0])) | torch.as_tensor([1, 2]) | torch.Tensor([1, 2]) | torch.Tensor(2, 3)
torch.LongTensor([1, 2]) | torch.FloatTensor([[1, 2]]) | torch.BoolTensor([1, 0]) | torch.zeros(2) | torch.zeros(2, dtype=torch.long)
torch.ones(3, dtype=torch.bool) | torch.empty(2) | torch.empty(3, dtype=torch.long).random_(5) | torch.empty(2).random_(2) | torch.rand(2)
torch.randn(2) | torch.randn(2, 3).half() | torch.full((2,), 1) | torch.full((2,), 1.0) | torch.full((2,), True)
torch.full((2,), 1, dtype=torch.float32) | torch.full((), 0) | torch.full(size=(2,), fill_value=1) | torch.randint(0, 5, (3,))
torch.randint(5, (3, 1)) | torch.randint(high=5, size=(3,)) | torch.randint(0, 2, (3,), dtype=torch.float32)
torch.randint(0, 2, (3,)).float() | torch.arange(5) | torch.arange(2, 5) | torch.arange(5.0) | torch.arange(0, 1, 0.25)
torch.arange(5, dtype=torch.float32) | torch.linspace(0, 1, 5) | torch.randperm(5) | torch.eye(3) | torch.eye(3)[i]
torch.eye(3, dtype=torch.long)[i] | torch.bincount(i) | torch.multinomial(torch.rand(2, 3), 1) | F.one_hot(i, 3) | F.one_hot(i, 3).float()
F.one_hot(i, 3).to(m.dtype) | F.one_hot(i, 3) * 0.9 + 0.1 / 3 | torch.zeros(3, 3).scatter_(1, i.unsqueeze(1), 1) | torch.zeros_like(b)
torch.ones_like(i) | torch.ones_like(i, dtype=torch.float) | torch.rand_like(d) | torch.rand_like(m, dtype=torch.float64)
torch.empty_like(h) | torch.full_like(i, 1.5) | torch.randint_like(m, 5) | i.new_zeros(3) | i.new_zeros(3, dtype=torch.float32)
i.new_full((3,), 0.5) | d.new_ones(3) | m.new_empty(3) | d.new_tensor([1, 2])
"""

CASTS = """
m.float() | m.long() | m.int() | m.short() | m.half() | m.double() | m.bool() | m.byte() | m.char() | m.bfloat16() | m.to(torch.float64)
m.to(dtype=torch.int64) | m.to(torch.device("cpu")) | m.to("cpu") | m.to("cpu", torch.float64) | m.to(i) | m.to(i, non_blocking=True)
m.to(i.dtype) | m.to(dtype=d.dtype) | m.type(torch.int64) | m.type(torch.LongTensor) | m.type("torch.LongTensor") | m.type_as(i) | i.to(m)
m.cpu() | m.long().float() | m.bool().float() | i.view(-1, 1) | i[:, None] | i.repeat(2) | i.clone().detach() | torch.cat([i, i])
torch.stack([i, i]) | torch.cumsum(i, 0, dtype=torch.float64) | i.sum(dtype=torch.float32) | i.mean(dtype=torch.float64)
torch.sum(m, dim=1, dtype=torch.float64) | F.softmax(m, dim=1) | F.softmax(m, dim=1, dtype=torch.float64) | m.softmax(1, torch.float64)
F.log_softmax(m, 1, dtype=torch.float64) | torch.sigmoid(m) | h.sigmoid()
torch.float_power(m, 2) | torch.float_power(m, exponent=2) | m.float_power(2) | m.float_power(exponent=2)
"""

DECISIONS = """
m > 0 | m == 0 | i == 1 | m > i | m.eq(0) | m.ge(0.5) | torch.gt(m, 0) | m.isnan() | torch.isnan(m) | torch.logical_and(m, m) | ~b
torch.logical_not(m) | (m > 0.5).long() | (i == 1).float() | 1 - (m > 0.5).float() | m.argmax(1) | torch.argmax(m, dim=-1) | m.argsort()
m.nonzero() | m.max(1)[1] | m.max(1)[0] | torch.max(m, 1)[1] | m.max(1).indices | m.topk(2)[1] | m.topk(2).indices | m.sort().values
i.max() | torch.unique(i) | torch.searchsorted(m[0], m) | torch.count_nonzero(m)
"""

PROMOTED = """
i * 0.5 | 0.5 * i | i + 1 | i + i | i - 1 | 1 - i | 1.0 - i | i / i | i / 2 | i // 2 | i // 2.0 | i % 2 | i ** 2 | i ** 2.0 | 2 ** i | b + b
b * b | b & b | b ^ b | b * 1 | b * 1.0 | i + b | m + d | d * m | m + i | i * m | h + m | h + 1 | h / 2 | d * 0.5 | m ** 2 | m / i
m + torch.tensor(1.0, dtype=torch.float64) | m + torch.tensor(1) | h + torch.tensor(1.0) | i * torch.tensor(0.5) | n + 1 | n * 0.5 | n + i
-i | -m | +m | torch.add(i, 0.5) | torch.mul(i, i) | torch.div(i, 2) | i.add(0.5) | i.mul(2) | torch.pow(i, 2) | i.float() / 2
torch.from_numpy(ai) * 0.5 | torch.from_numpy(ai) / 2 | torch.as_tensor(ai) * 0.5 | torch.tensor(ai) / 2 | torch.from_numpy(i.numpy() * 0.5)
"""

NUMPY = """
a | ai | a.astype(np.float32) | ai.astype("float32") | ai.astype("int32") | ai.astype(float) | ai.astype(int) | ai.astype(bool) | ai > 0
ai == 1 | (ai == 1).astype(int) | ai * 2 | ai * 0.5 | ai / 2 | ai / ai | ai.astype(np.int32) / 2 | ai.astype(np.float32) * 0.5
ai + a[0, :2] | np.zeros(3) | np.zeros((3, 1), dtype=np.float32) | np.zeros(3, int) | np.zeros(3, dtype="int64")
np.ones((2, 3), np.float32) | np.full((2,), 1) | np.full((2,), 1.0) | np.full((2,), 1, dtype=np.float32) | np.array([1, 2])
np.array([1.0, 2]) | np.array([True]) | np.array([[1, 2]], dtype=np.int32) | np.array([1, 2], dtype="float32") | np.array([1, 2], np.uint8)
np.asarray([1, 2]) | np.arange(5) | np.arange(5, dtype=np.float32) | np.linspace(0, 1, 5) | np.eye(3) | np.eye(3, dtype=np.float32)[ai]
np.random.rand(2, 3) | np.random.randn(2, 3) | np.random.random((2, 3)) | np.random.randint(0, 5, 3) | np.random.randint(0, 5, size=3)
np.random.randint(0, 2, 3, dtype=np.int32) | np.random.normal(size=(2, 3)) | np.random.uniform(0, 1, (2, 3)) | np.argmax(a, 1) | a.argmax(1)
np.zeros_like(ai) | np.ones_like(ai, dtype=np.float32) | ai.reshape(-1, 1) | ai[:, None] | np.expand_dims(ai, 1) | np.concatenate([a, a])
np.stack([ai, ai]) | np.bincount(ai) | np.bincount(ai) / len(ai) | 1.0 / np.bincount(ai) | len(ai) / (3 * np.bincount(ai))
np.bincount(ai).sum() / (3 * np.bincount(ai)) | np.sqrt(ai) | np.log(ai) | 1 / np.sqrt(np.bincount(ai)) | np.exp(ai)
np.mean(ai.reshape(1, 2), 0)
a.mean(0) | ai.reshape(1, 2).mean(0) | ai.reshape(1, 2).sum(0) | a.sum(1) | np.median(ai.reshape(1, 2), 0) | ai / ai.sum()
np.unique(ai, return_counts=True)[1] | np.unique(a, return_counts=True)[1] / 2 | np.unique(ai, return_inverse=True, return_counts=True)[2]
np.random.default_rng(0).random(3) | np.random.default_rng().integers(0, 5, 3) | np.random.default_rng(1).normal(size=(2, 3))
np.random.default_rng(0).random(3, dtype=np.float32) | np.random.default_rng(0).uniform(0, 1, 3) | np.random.RandomState(0).rand(3)
np.random.RandomState(0).randint(0, 5, 3) | np.random.RandomState(1).randn(2)
np.where(a > 0, 1.0, 0.0) | np.where(a > 0, 1, 0) | np.where(a > 0, True, False) | np.mean(a.astype(np.float32), 0)
"""

SOUND = """
torch.from_numpy(np.bincount(ai, weights=np.ones(2))) | torch.from_numpy(np.bincount(ai, np.ones(2, np.float32)))
torch.from_numpy(np.sum(ai.astype(np.int32).reshape(1, 2), 0)) | torch.from_numpy(np.sqrt(ai.astype(np.int8))) | torch.where(b, 1.0, 0.0)
b.sum() | i.sum() | n.sum() | n.cumsum(0) | b.cumsum(0) | n.prod() | m.sum(1) | d.sum(1) | i.float().mean() | m.norm() | m.clamp(0, 1)
i.clamp(0, 1) | i.clamp(0.5) | i.abs() | abs(m) | i.sqrt() | torch.exp(i) | torch.sigmoid(i) | torch.sign(i) | i.relu() | m.round()
torch.bincount(i, weights=torch.rand(3)) | torch.where(b, m, d) | torch.where(b, 1, 0) | torch.where(b, i, 0.5)
torch.cat([m, d])
torch.cat([i, n]) | i.masked_fill(i > 0, 5) | torch.tensor([]) | torch.tensor(np.float32(1)) | torch.tensor(np.mean(a)) | torch.Tensor(ai)
torch.rsub(i, 1) | torch.true_divide(i, 2) | torch.floor_divide(i, 2) | torch.fmod(i, 2) | torch.maximum(m, m) | i.new_tensor([1.5])
nn.Linear(3, 2)(m) | nn.Linear(3, 2).double()(d) | nn.Embedding(5, 2)(i) | nn.Parameter(torch.zeros(3)) | nn.ReLU()(m)
torch.from_numpy(ai.astype(np.int8) / 2) | torch.from_numpy(ai.astype(bool) * 1) | torch.from_numpy(np.where(a > 0, 1, 0))
torch.from_numpy(np.exp(ai)) | torch.from_numpy(np.sqrt(ai)) | torch.from_numpy(a.mean(0)) | torch.from_numpy(1.0 / np.bincount(ai))
i.bincount(torch.rand(3)) | i.bincount(weights=torch.rand(3))
torch.from_numpy(ai.reshape(2, 1).mean(1)) | torch.from_numpy(-ai) | torch.from_numpy(np.abs(ai)) | torch.from_numpy(np.random.choice(5, 3))
"""

IN_PLACE = {
    "m": ["t += 1", "t *= d", "t /= 2", "t[0] = 1", "t.mul_(2)", "t.zero_()", "t.copy_(i)", "t.add_(d)", "t = t.long()"],
    "i": ["t += 1", "t *= 2", "t[0] = 0.5", "t.fill_(1.5)", "t.clamp_(0, 1)", "t = t / 2", "t //= 2", "t = t + 0.5"],
}
WAYS = ("torch.from_numpy", "torch.tensor", "torch.as_tensor")


KNOWN = [*listed(FACTORIES), *listed(CASTS), *listed(DECISIONS), *listed(PROMOTED), "b | b"]
KNOWN += [f"{way}({array})" for array in listed(NUMPY) for way in WAYS]
CHANGED = [(start, change) for start, changes in IN_PLACE.items() for change in changes]


@pytest.mark.parametrize("expression", KNOWN)
def test_known(expression: str) -> None:
    found = predicted(expression, NAMES)
    assert found, "something is known"
    assert None not in {t.dtype for t in found}


@pytest.mark.parametrize("expression", [*KNOWN, *listed(SOUND)])
def test_sound(expression: str) -> None:
    check_sound(expression, NAMES)


@pytest.mark.parametrize(("start", "change"), CHANGED)
def test_written_back(start: str, change: str) -> None:
    names = f"{NAMES}t = torch.zeros(3)\n" + (f"t = {start}.clone()\n{change}" if change != "t.copy_(i)" else change)
    check_sound("t", names)


@pytest.mark.parametrize("expression", ["torch.zeros(2)", "torch.rand(2)", "torch.tensor([0.5])", "torch.eye(2)", "torch.arange(2) / 2"])
def test_another_default(expression: str) -> None:
    """After `set_default_dtype` a floating point tensor is not float32."""
    change = "torch.set_default_dtype(torch.{})"
    names = f"{change.format('float64')}\nt = {expression}\n{change.format('float32')}"
    check_sound("t", names)
