"""The targets: how each kind is made, and what the step does to it first."""

from __future__ import annotations

_INTEGERS = (
    "torch.randint(0, 2, $s)",
    "torch.randint(0, 2, $s, dtype=torch.int32)",
    "torch.ones($s, dtype=torch.int64)",
    "torch.zeros($s).long()",
    "torch.randint(0, 2, $s).int()",
    "(torch.rand($s) > 0.5).long()",
    "torch.full($s, 1)",
    "torch.ones($s).to(torch.int64)",
    "torch.zeros($s).type(torch.LongTensor)",
    "torch.from_numpy(np.random.randint(0, 2, $s))",
    "torch.tensor(np.zeros($s, dtype=np.int64))",
    "torch.as_tensor((np.random.rand(*$s) > 0.5).astype(int))",
    "torch.from_numpy(np.random.default_rng(0).integers(0, 2, $s))",
)
_INDICES = (
    "torch.randint(0, 4, ($n,))",
    "torch.arange($n) % 4",
    "torch.randn($n, 4).argmax(dim=1)",
    "torch.randint(0, 4, ($n,)).long()",
    "torch.randint(0, 4, ($n,), dtype=torch.uint8)",
    "torch.zeros($n, dtype=torch.long)",
    "torch.randn($n, 4).max(1)[1]",
    "torch.from_numpy(np.arange($n) % 4)",
    "torch.from_numpy(np.random.randint(0, 4, $n))",
    "torch.from_numpy(np.random.rand($n, 4).argmax(axis=1))",
    "torch.LongTensor(np.arange($n) % 4)",
    "torch.tensor(np.random.default_rng(0).integers(0, 4, size=$n))",
)
TARGETS: dict[str, tuple[str, ...]] = {
    "float": (
        "torch.rand($s)",
        "torch.randint(0, 2, $s).float()",
        "torch.ones($s)",
        "torch.zeros($s)",
        "(torch.rand($s) > 0.5).float()",
        "torch.full($s, 1.0)",
        "torch.randint(0, 2, $s).to(torch.float32)",
        "torch.randint(0, 2, $s, dtype=torch.float32)",
        "torch.bernoulli(torch.full($s, 0.5))",
        "(torch.rand($s) > 0.5) * 1.0",
        "torch.from_numpy(np.random.rand(*$s)).float()",
        "torch.from_numpy(np.zeros($s, dtype=np.float32))",
        "torch.tensor(np.random.randint(0, 2, $s), dtype=torch.float32)",
        'torch.as_tensor((np.random.rand(*$s) > 0.5).astype("float32"))',
        "torch.FloatTensor(np.random.rand(*$s))",
    ),
    "integer": _INTEGERS,
    "truth": (
        "torch.rand($s) > 0.5",
        "torch.ones($s).bool()",
        "torch.randint(0, 2, $s).to(torch.bool)",
        "torch.from_numpy(np.random.rand(*$s) > 0.5)",
    ),
    "double": (
        "torch.from_numpy(np.random.rand(*$s))", "torch.tensor(np.zeros($s))", "torch.from_numpy(np.random.randint(0, 2, $s) / 2)",
        "torch.from_numpy(np.random.default_rng(0).random($s))", "torch.from_numpy(np.random.randint(0, 2, $s).astype(np.float64))",
        "torch.rand($s, dtype=torch.float64)", "torch.ones($s).double()", "torch.randint(0, 2, $s).to(torch.float64)",
    ),
    "sign": ("torch.randint(0, 2, $s).float() * 2 - 1", "torch.ones($s)", "torch.sign(torch.randn($s))"),
    "real": ("torch.randn($s)", "torch.rand($s)", "torch.zeros($s)", "torch.from_numpy(np.random.randn(*$s).astype(np.float32))"),
    "index": _INDICES,
    "narrow index": (
        "torch.randint(0, 4, ($n,)).int()",
        "torch.randint(0, 4, ($n,), dtype=torch.int32)",
        "torch.zeros($n, dtype=torch.int16)",
        "(torch.arange($n) % 4).to(torch.int32)",
        "torch.randint(0, 4, ($n,)).short()",
        "torch.from_numpy((np.arange($n) % 4).astype(np.int32))",
        "torch.tensor(np.zeros($n, dtype=np.int16))",
    ),
    "float index": (
        "torch.randint(0, 4, ($n,)).float()", "torch.zeros($n)", "(torch.arange($n) % 4).to(torch.float32)",
        "torch.from_numpy((np.arange($n) % 4).astype(np.float32))", "torch.tensor(np.zeros($n), dtype=torch.float)",
    ),
    "index column": ("torch.randint(0, 4, ($n, 1))", "torch.randint(0, 4, ($n,)).unsqueeze(1)", "torch.zeros($n, 1, dtype=torch.long)"),
    "distribution": (
        "torch.softmax(torch.randn($n, 4), dim=1)",
        "torch.full(($n, 4), 0.25)",
        "F.one_hot(torch.randint(0, 4, ($n,)), 4).float()",
        "torch.from_numpy(np.full(($n, 4), 0.25, dtype=np.float32))",
    ),
    "log distribution": (
        "torch.log_softmax(torch.randn($n, 4), dim=1)",
        "torch.randn($n, 4).log_softmax(dim=-1)",
        "nn.LogSoftmax(dim=1)(torch.randn($n, 4))",
    ),
    "softmax": ("torch.softmax(torch.randn($n, 4), dim=1)", "torch.randn($n, 4).softmax(dim=1)"),
    "one-hot": (
        "F.one_hot(torch.randint(0, 4, ($n,)), 4).float()",
        "F.one_hot(torch.arange($n) % 4, num_classes=4).to(torch.float32)",
        "torch.from_numpy(np.eye(4)[np.arange($n) % 4]).float()",
    ),
    "integer one-hot": (
        "F.one_hot(torch.randint(0, 4, ($n,)), 4)",
        "F.one_hot(torch.arange($n) % 4, num_classes=4)",
        "torch.nn.functional.one_hot(torch.randint(0, 4, ($n,)), 4)",
    ),
}  # fmt: skip
"""The expressions of each kind: `$s` is the shape of a target that has the input's, `$n` the number of rows."""

PREPARED: dict[str, tuple[tuple[str, str], ...]] = {
    "float": (("integer", "$y.float()"), ("integer", "$y.to(torch.float32)"), ("integer", "$y.type_as(x)"), ("truth", "$y * 1.0"),
              ("real", "torch.ones($b)"), ("real", "torch.zeros($b)"), ("double", "$y.to(torch.float32)")),
    "integer": (("float", "$y.long()"), ("float", "$y.to(torch.int64)"), ("truth", "$y.int()")),
    "truth": (("float", "$y > 0.5"), ("integer", "$y.bool()")),
    "double": (("float", "$y.double()"), ("integer", "$y.to(torch.double)")),
    "index": (("narrow index", "$y.long()"), ("index column", "$y.squeeze(1)"), ("one-hot", "$y.argmax(dim=1)")),
    "narrow index": (("index", "$y.int()"), ("index", "$y.to(torch.int16)")),
    "float index": (("index", "$y.float()"), ("index", "torch.zeros(x.size(0))")),
    "index column": (("index", "$y.unsqueeze(1)"), ("index", "$y.view(-1, 1)"), ("index", "$y[:, None]"),
                     ("index", "torch.zeros(x.size(0), 1).long()")),
    "log distribution": (("softmax", "torch.log($y.clamp(min=1e-6))"), ("real", "torch.log_softmax($y.view(-1, 4), dim=1)")),
    "softmax": (("log distribution", "$y.exp()"),),
    "one-hot": (("index", "F.one_hot($y.long(), 4).float()"),),
    "integer one-hot": (("index", "F.one_hot($y.long(), 4)"),),
}  # fmt: skip
"""Targets that the step makes out of another kind, `$y`; `$b` is the shape with the batch's size asked of `x`."""


def made(kind: str, turn: int, rows: int, shape: str) -> tuple[str, str]:
    """The expression that makes a target, and what the step does to it; `y` as it comes where that is nothing."""
    plain = TARGETS[kind]
    if turn < len(plain):
        return _filled(plain[turn], rows, shape), "y"
    choices = PREPARED.get(kind, ())
    if not choices:
        return _filled(plain[turn % len(plain)], rows, shape), "y"
    other, step = choices[(turn - len(plain)) % len(choices)]
    batch = shape.replace(f"({rows},", "(x.size(0),")
    return _filled(TARGETS[other][turn % len(TARGETS[other])], rows, shape), step.replace("$y", "y").replace("$b", batch)


def count(kind: str) -> int:
    """How many ways there are to make a target."""
    return len(TARGETS[kind]) + len(PREPARED.get(kind, ()))


def _filled(text: str, rows: int, shape: str) -> str:
    return text.replace("$n", str(rows)).replace("$s", shape)
