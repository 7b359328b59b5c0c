"""Values at the ends of what Python can write down, as source text."""

from __future__ import annotations

NUMBERS = (
    "0",
    "-1",
    "1",
    "2",
    "-2",
    "3",
    "7",
    "1000",
    "99999999999999999999",
    "9223372036854775808",
    "-9223372036854775809",
    "1000000000000",
    "2**31",
    "2**63",
    "-2**63 - 1",
    "2**64",
    "10**30",
    "10**400",
    "-10**400",
    str(10**400),
    "0x" + "f" * 5000,
    "1 << 20000",
    "0.0",
    "-0.0",
    "0.5",
    "1e308",
    "-1e308",
    "1e-320",
    "1e999",
    "float('inf')",
    "-float('inf')",
    "float('nan')",
    "1j",
    "2.5e200j",
    "True",
    "False",
    "10**9",
    "10**18",
)
"""Numbers."""

OTHERS = (
    "None",
    "...",
    "''",
    "'a'",
    "b''",
    "'none'",
    "'sum'",
    "'1'",
    "'-1'",
    "'x' * 10**9",
    "'\\ud800'",
    "()",
    "[]",
    "{}",
    "set()",
    "(1,)",
    "[1, 2, 3]",
    "(0,) * 10**9",
    "[0] * 2**40",
    "[None]",
    "[[1], [2, 3]]",
    "{'a': 1}",
    "{1: 2, 'dim': 3}",
    "range(10**30)",
    "range(3)",
    "slice(None)",
    "slice(10**30, -10**30, 2**64)",
    "torch",
    "torch.nn",
    "torch.float16",
    "torch.long",
    "torch.zeros",
    "torch.zeros(2, 3)",
    "torch.zeros(())",
    "torch.zeros(0)",
    "torch.ones(2**40, 2**40)",
    "torch.rand(3, 1)",
    "torch.randn(4).sigmoid()",
    "torch.randint(0, 2, (3,))",
    "unknown",
    "unknown.a[0]",
    "int",
    "str",
    "object()",
    "lambda: 0",
    "lambda *a, **k: a",
    "print",
    "circle",
    "circle_of_names",
    "Odd",
    "Odd()",
    "torch.nn.Linear(3, 4)",
    "torch.nn.Sequential()",
    "torch.nn.BCELoss",
    "(x for x in unknown)",
    "[*circle, *circle]",
    "{**circle_of_names}",
    "torch.Size([2, 10**400])",
    "type",
    "NotImplemented",
    "__name__",
    "super()",
    "f'{10**400}'",
    "'%d' % 10**30",
    "'{:>999999999999}'.format(1)",
)
"""Other values."""

VALUES = NUMBERS + OTHERS
"""All of them."""

HEAD = """\
import torch
import torch.nn.functional
import torchvision
import numpy
import numpy as np
import builtins, collections, functools, itertools, math, random, operator, copy, contextlib
from torch import nn
import torch.nn.functional as F
circle = [1]
circle.append(circle)
circle_of_names = {'a': circle}
circle_of_names['b'] = circle_of_names
class Odd:
    me = None
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __iter__(self): yield self
    def __len__(self): return 10**30
    def __getitem__(self, key): return key
    def __index__(self): return 10**400
Odd.me = Odd()
"""
"""What the values name."""
