"""Values that double, nest, hold themselves, or are larger than anybody has memory for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.hostile.families import Family
from tests.hostile.programs import Program, in_function

SEQUENCES = (
    "a = a + a", "a += a", "a.extend(a)", "a = [*a, *a]", "a = list(a) + list(a)", "a = tuple(a) + tuple(a)", "a = (*a, *a)", "a = a * 2",
    "a *= 2", "a = 2 * a", "a = a + a[:]", "a[len(a):] = a", "a = a + list(reversed(a))", "a = sorted(a) + sorted(a)", "a = a + a.copy()",
    "a = a.__add__(a)", "a = list(map(str, a)) + a", "a = [z for z in a] + [z for z in a]", "a = list(zip(a, a))",
    "a = list(enumerate(a)) + a",
    "a = (lambda *p: p + p)(*a)", "a = list((lambda *p: p)(*a, *a))", "a.append(a[0])",
    "a = a[::-1] + a[1:] + a[:1]", "a, b = a + a, a", "a = sum([a, a], [])", "a = list(filter(None, a)) + a", "a = a if x else a + a",
    "a = torch.Size(a) + torch.Size(a)", "a = a + a\nfor z in a: pass", "a = [*{*a}, *a]", "a = [q for p in (a, a) for q in p]",
    "a = a.copy(); a.extend(a[:])", "a = nn.ModuleList(a) + nn.ModuleList(a)", "a = copy.deepcopy(a) + copy.copy(a)",
    "a = np.array(a).tolist() + a", "for i in range(8):\n    for j in range(8):\n        a = a + a", "while len(a) < 10**9: a += a",
)  # fmt: skip
"""Steps that make a sequence `a` twice as long."""
SEQUENCE_STARTS = ("[x]", "[1, 2.0]", "(x, y)", "[torch.sigmoid(x), y, None]")
SEQUENCE_USES = "t = torch.tensor(a); u = torch.stack(a); v = a == list(a); w = len(a); f'{a}'; nn.Sequential(*a)(x); F.relu(*a); a[5:]"
TEXTS = (
    "a = a + a", "a += a", "a = a * 2", "a = f'{a}{a}'", "a = '%s%s' % (a, a)", "a = '{0}{0}'.format(a)", "a = a.replace('x', 'xx')",
    "a = ''.join([a, a])", "a = a.join([a, a, a])", "a = str(a) + str(a)", "a = a.replace('', a)", "a = a.upper() + a.title()",
    "a = a.encode().decode() * 2", "a = a + a\nif a in a: pass",
)  # fmt: skip
TEXT_USES = "torch.tensor(a); f'{a}'; getattr(x, a); a == a; a[5]; len(a)"
TABLES = (
    "d = {**d, **d, 'l': d.get('k')}", "d.update(d)", "d[str(d)] = d['k']", "d = dict(d, **d)", "d = d | d", "d |= d",
    "d = {k: v for k, v in d.items()}", "d = dict(zip(d, d))", "d.setdefault('l', d.copy())", "d = {'k': d['k'] + d['k']}",
)  # fmt: skip
TABLE_START = "0; d = {'k': [x], 2: y}"
TABLE_USES = "print(**d); list(d); d.values(); d.items(); d['k']; d[x]; len(d); d == d; f'{d}'"
NESTED = (
    "a = [a, a]", "a = (a, a)", "a = {'l': a, 'r': a}", "a = [(a, a), a]", "a = ((a, 1), [a])", "a = {'l': (a, a)}", "a = dict(l=a, r=a)",
    "a = nn.ModuleList([a, a])", "a = nn.ModuleDict({'l': a, 'r': a})", "a = types.SimpleNamespace(l=a, r=a)", "a = {1: a, 2: [a, a]}",
    "a = functools.partial(a, a)", "a = functools.partial(a, p=a)", "a = lambda p=a, q=a: (p, q)", "a = Pair(a, a)", "a = a.member.other",
    "a = [a] + [a]", "a = tuple([a, a])", "a = list((a, a))", "a = list(zip([a, a], [a, a]))", "a = enumerate([a, a])", "a = set((a, a))",
    "a = (a, a) if x else (a, 1)", "a = collections.OrderedDict(l=a, r=a)", "a = copy.copy([a, a])", "a = [a, a] if x else (a, a)",
    "a = Pair(a, a).l, Pair(a, a)", "a = (a.__class__, a.__init__, a)", "b = a; a = (a, b); c = a == (a, b)", "a = (a, a); b = {a: a}",
    "def a(p=a, q=a): return p, q", "a = [[a, a] for _ in range(2)]", "a = (a, (a, a))", "a = slice(a, a)", "a = x[(a, a)]",
    "a = Holder(a)", "a = Holder(a).held", "a = max(a, a)", "a = (a or a, a and a)", "a = torch.utils.data.TensorDataset(a, a)",
    "a = torch.utils.data.DataLoader([a, a])", "a = iter((a, a))", "a = map(str, (a, a))",
)  # fmt: skip
"""Steps that make a value hold itself twice."""
NESTED_USES = (
    "t = torch.tensor(a); u = torch.stack((a, a)); v = a == a; w = copy.deepcopy(a); f'{a}'; isinstance(x, a); net = nn.Linear(3, 3)\n"
    "F.relu(a); (lambda *p: p)(a, a); list(a); nn.ModuleList([a]).train(); x[a]; torch.zeros(a); x.view(a); nn.Sequential(a).eval()\n"
    "z = a if x else (a, a)\nfor q in (a, a): z = q\nz, *q = a\na in [a, a]; len(a); str(a); a + a; a[0]; set([a]); print(a, p=a); {1: a}"
)
NESTED_HEAD = (
    "import collections, copy, functools, types\n"
    "Pair = collections.namedtuple('Pair', 'l r')\nclass Holder:\n    def __init__(self, held):\n        self.held = self.left = held"
)
CYCLES = (
    "a = []\na.append(a)", "a = {}\na['a'] = a", "a = [1]\nb = [a]\na.append(b)", "a = []\na.append((a, a))",
    "a = nn.ModuleList()\na.append(a)",
    "a = Holder(1)\na.held = a", "a = Holder(1)\na.held = [a, (a, {'a': a})]", "a = nn.Sequential()\na.append(a)",
    "a = []\na.extend([a, a])",
    "a = nn.Module()\na.me = a", "a = types.SimpleNamespace()\na.me = a", "a = [[]]\na[0] = a", "a = []\na += [a]",
    "a = {1: []}\na[1].append(a)",
    "a = [0, 0]\na[:] = [a, a]", "a = collections.deque()\na.append(a)", "a = []\na.insert(0, a)", "a = nn.ModuleDict()\na['a'] = a",
    "a = set()\na.add(a)", "a = nn.Linear(3, 3)\na.below = a\na.register_buffer('b', a)", "a = nn.BCELoss()\na.weight = a", "a = lambda: a",
)  # fmt: skip
"""Values that hold themselves."""
NUMBERS = (
    "10**10**9", "1 << 10**9", "10**1000", "-10**400", "int('9' * 5000)", "float('inf')", "float('nan')", "-0.0", "1e400", "-1e400",
    "1e400j",
    "int(1e400)", "int(float('nan'))", "2**63", "-2**63 - 1", "99999999999999999999", "9" * 300, "9" * 400, "9" * 4200, "-" + "9" * 350,
    "0x" + "f" * 3900, "0b" + "1" * 3900, "0o" + "7" * 3900, "1" + "_000" * 2000, "10**300 * 10**300", "1e308 * 10", "True * 10**400",
    "divmod(10**400, 3)", "round(1.5, 10**9)", "math.factorial(10**6)", "sum(range(10**12))", "abs(-10**400)", "10**400 / 3",
    "10**400 // 0.1",
    "10**400 % 7", "1 / 10**400", "~10**400", "10**400 & 1", "str(10**5000)", "f'{10**5000}'", "len(range(10**30))", "complex(1, 1e400)",
    "'x' * 10**9", "b'x' * 10**9", "f'{1:1000000000}'", "'%1000000d' % 1", "'x'.ljust(10**9)", "'x'.center(10**9)", "'x'.zfill(10**9)",
    "[1] * 10**9", "(1, 2) * 10**9", "bytes(10**9)", "bytearray(10**9)", "[0] * -10**30",
    "'x'.replace('', 'x' * 900).replace('x', 'y' * 900)",
    "'x'.expandtabs(10**9)", "'\\t' * 900", "range(10**12)", "list(range(10**12))", "range(-10**30, 10**30, 10**25)", "[*range(10**9)]",
    "torch.zeros(*[1] * 10**6)", "torch.zeros([1] * 1000)", "torch.zeros(10**9, 10**9, 10**9)", "'x'.encode() * 10**9", "pow(10, 10**9)",
    "0.1 + 10**400", "10**400 == 1e400", "10**400 > float('inf')", "max(10**400, 1)", "hash(10**400)", "bin(1 << 10**9)", "1e308 ** 10",
    "(1 << 900) * (1 << 900) * (1 << 900)", "hex(10**400)", "int('f' * 4000, 16)", "int(str(10**900)) * 10**900", "torch.Size([1] * 10**6)",
)  # fmt: skip
"""Expressions of numbers that are large, or whose text or memory would be."""
NUMBER_USES = (
    "nn.Flatten(N)", "nn.Flatten(0, N)(x)", "nn.Flatten(N)(x)", "x.flatten(N)", "x.flatten(0, N)", "x.unflatten(1, (N, N))", "x.softmax(N)",
    "torch.randn(2, 3).softmax(N)", "F.softmax(torch.randn(2, 3), dim=N)", "nn.Softmax(N)(torch.randn(2, 3))", "x.sum(N)", "x.clamp(max=N)",
    "x.clamp(-N, N)", "x * N", "x / N", "N / x", "x + N", "1 - N * x", "x > N", "torch.zeros(N)", "torch.zeros(3, N).sum(-1)",
    "x.view(N, -1)",
    "torch.zeros(4, 4).view(N, -1)", "x.expand(N, N)", "x.repeat(N, N)", "torch.full((2, N), N)", "torch.tensor(N)", "torch.tensor([N, N])",
    "torch.arange(N)", "torch.arange(0, N, N)", "x.chunk(N)", "x.split(N)", "x.unbind(N)", "torch.randn(2, 3).chunk(N, N)", "x[N]", "x[N:]",
    "x[:, N]", "x[::N]", "x.unsqueeze(N)", "x.squeeze(N)", "x.transpose(N, 0)", "x.permute(N, 0)", "torch.zeros(2, 3).permute(N, 0)",
    "torch.stack([x, x], N)", "torch.cat([x, x], N)", "torch.stack([torch.zeros(2)] * 3, N)", "F.one_hot(x, N)", "nn.Linear(N, N)(x)",
    "nn.Embedding(N, N)(x)", "nn.Conv2d(N, N, N)(x)", "nn.Dropout(N)(x)", "nn.LeakyReLU(N)(x)", "nn.Hardtanh(-N, N)(x)", "x ** N", "x // N",
    "[1, 2][N]", "[1, 2][N:N]", "[1, 2].insert(N, 3)", "[1, 2].pop(N)", "(1, 2) * N", "[x] * N", "'ab'[N]", "'ab' * N", "range(N)",
    "list(range(N))",
    "str(N)", "f'{N}'", "'%d' % N", "int(N)", "float(N)", "bool(N)", "-N", "~N", "N + N", "N * N", "N - 1", "N // 3", "N % 3", "N ** N",
    "N << N",
    "N == 1", "N < 1", "N in (1, N)", "{N: 1}[N]", "enumerate([1, 2], N)", "[1, 2].__getitem__(N)", "round(N, N)", "divmod(N, 3)", "abs(N)",
    "nn.BCEWithLogitsLoss(pos_weight=torch.tensor(N))(x, y)", "nn.CrossEntropyLoss(label_smoothing=N)(x, y)",
    "nn.CrossEntropyLoss(ignore_index=N)",
    "nn.BCELoss(reduction=N)", "nn.CrossEntropyLoss(N)", "F.cross_entropy(x, y, label_smoothing=N)", "torch.sigmoid(x) > N",
    "torch.sigmoid(x) - N",
    "torch.log(torch.sigmoid(x) + N)", "F.gumbel_softmax(x, dim=N)", "x.argmax(N)", "x.max(N)", "x.movedim(N, 0)", "x.new_zeros(N, N)",
    "nn.Unflatten(1, (N, N))(x)", "torch.eye(N)", "torch.linspace(0, N, N)", "torch.randint(N, (N,))", "torch.broadcast_to(x, (N, N))",
    "x.numel() * N", "torch.zeros(N, N).numel() * N", "torch.zeros(N, N).shape", "torch.zeros(N).size(N)", "torch.randn(2, 3).size(N)",
    "x.narrow(N, N, N)", "torch.nn.functional.pad(x, (N, N))", "torch.nn.init.constant_(x, N)", "torch.logsumexp(x, N)", "x.cumsum(N)",
    "torch.manual_seed(N)", "x.reshape(-1, N).softmax(N)", "torch.zeros(*[N] * 70).numel()", "nn.Softmax2d()(torch.zeros(N))", "x.to(N)",
)  # fmt: skip
"""Where such a number may stand."""
RANKS = (
    "a = a.unsqueeze(0)", "a = a[None]", "a = a[None, ..., None]", "a = torch.stack([a, a])", "a = a.unsqueeze(-1)", "a = F.one_hot(a, 2)",
    "a = a.unflatten(0, (1, 1))", "a = nn.Unflatten(0, (1, 1))(a)", "a = a.reshape(1, *a.shape)", "a = a.expand(2, *a.shape)",
    "a = a + a", "a = a * a",
    "a = a * x", "a = a @ a", "a = torch.cat([a, a])", "a = torch.sigmoid(a)", "a = torch.log(a)", "a = a if x else a + 1", "a = -a",
    "a = 1 - a",
    "a = torch.exp(-a) + 1", "a = torch.log(a) * a", "a = y * torch.log(a) + (1 - y) * torch.log(1 - a)", "a, b = a + y, a", "a = a[a]",
    "a += a",
    "a = torch.where(a > 0, a, y * a)", "a = F.softmax(a, -1)", "a = nn.Linear(3, 3)(a)", "a = a.detach().float().view(-1).T",
    "a = a[0], a",
    "a = a.max(0).values", "a = a.chunk(2)[0]", "a = nn.Embedding(2, 2)(a)", "a = a.repeat(2, *a.shape)", "a = torch.zeros(*a.shape, 1)",
    "a = torch.zeros(a.shape + a.shape)", "a = a.new_zeros(a.shape * 2)", "a = a.view(*a.shape, *[1] * 500)", "a = a.numel() * a",
)  # fmt: skip
"""Steps that make a tensor of one, with one dimension or one operation more."""
RANK_USES = "t = a + a; a.shape; a == a; f'{a}'"


def _doubled(step: str, start: str, uses: str, head: str = "") -> Family:
    return Family(lambda n: in_function(f"a = {start}\n" + f"{step}\n" * n + uses, head), 100, 1000)


def numbers(some: Sequence[str]) -> Program:
    """Some numbers, each in all of the places where one may stand."""
    return in_function("\n".join(f"N = {number}\n" + "\n".join(NUMBER_USES) for number in some), "import math")


def _cycle(step: str) -> Family:
    return Family(lambda n: in_function((step + "\n" + NESTED_USES + "\n") * n, NESTED_HEAD), 2, 8)


_STARTED = [(step, SEQUENCE_STARTS[at % 4]) for at, step in enumerate(SEQUENCES)] + [(step, SEQUENCE_STARTS[1]) for step in SEQUENCES[::3]]

FAMILIES: Mapping[str, Family] = {
    **{f"sequence {start} {step}": _doubled(step, start, SEQUENCE_USES) for step, start in _STARTED},
    **{f"text {step}": _doubled(step, "'x'", TEXT_USES) for step in TEXTS},
    **{f"table {step}": _doubled(step, TABLE_START, TABLE_USES) for step in TABLES},
    **{f"nested {step}": _doubled(step, ("x", "[1, 2]")[at % 2], NESTED_USES, NESTED_HEAD) for at, step in enumerate(NESTED)},
    **{f"rank {step}": _doubled(step, "torch.rand(3, 3)", RANK_USES) for step in RANKS},
    **{f"cycle {step}": _cycle(step) for step in CYCLES},
}
