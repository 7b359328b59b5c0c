"""Python's own parser and LibCST give the same IR: every span, every value, every size."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given

from bce_lint import ir
from bce_lint.source.text import SourceError, decode
from bce_lint.syntax.native.statements import lower_native
from bce_lint.syntax.parse import ParseFailure, lower, lower_full
from tests.examples import few_and_many
from tests.syntax.nodes import plain
from tests.syntax.random_programs import ANY_PROGRAM

ROOT = Path(__file__).parents[2]
EVERY = 12
FILES = [
    *sorted((ROOT / "tests" / "fixtures" / "text").glob("*.py")),
    *sorted(path for folder in ("bce_lint", "tests", "examples") for path in (ROOT / folder).rglob("*.py"))[::EVERY],
]

SAME = [
    "",
    "x = 'a' \"b\" '''c''' + r'\\d' u'e' + b'f' rb'g' + '\\'' + \"'\\\"\"\n",
    "x = ('a'  # one\n     'b')\n",
    "for x in y:\n    z = 'a' 'b' '\\''\n",
    "x = f'a{b}c{d!r:>{w}.{p}f}{{e}}' f\"{g['h']}\" 'i{j}' rf'\\d{k=}' f''\n",
    "x = f'''{\n    a(b, [c for c in d])\n} {e != f} {(lambda: 1)()} {g:%H:%M} {h if i else {1: 2}[j]}'''\n",
    "x = f'\\{a}' f'\\n{b}' f'{{{c}}}' f'{ d }' f'{e:{f}{g}}' f'é{h}ü{i}'\n",
    "x = f'{a, b}' f'{ a , *b, }{(c, d)}{(e), (f)=!r:{g, h}}' f\'\'\'{\n a,\n b\n}\'\'\'\n",
    "x = f'{f\"{a}\"}' f'a{b:{c}}{rf\"d{e:{f}}{{g\" + h(f\"\"\"{i[j]}k\"\"\")}l' f'{f\"a\"!r}'\n",
    "# x², ½ and ﬁ\nx = 'µ' + y  # ²\ndef f():\n    \"\"\"ª\n    ²\"\"\"\n    return z, b''\n",
    "é = 'ü' + ä.ö(ß)[é]\nx = f'{é}' f'ü{ä}'\n",
    "x = ('é', a[\n  b], c, 'ü',\n  d(e), 'é')\ny = z\n",
    "x = (a + b) + c + d * (e * f) - g and h and (i and j) or not k\n",
    "x = (a + (b)) - ((c)) + (\n    d\n) << (e) ** -1 @ ~f\n",
    "x = a < b <= (c) != d is not e in f not in (g)\n",
    "x = (y) if (z) else (w)\n",
    "x, = y\nfor (a, b), in c: pass\nx = (1,), (), ((2, 3)), (4), *y\nx = a, # c\n",
    "x = a[b], a[b, c], a[(b, c)], a[(b), c], a[(b), (c)], a[()], a[(b,)], a[b,], a[((b, c))], a[(b, c), d], a[(b)(c), (d)]\n",
    "x = a[1:2, ::3, :, b:, ..., 1 : 2 : 3, : , :c]\nx = a[ 1 : ]\nx = a[ : ]\n",
    "f(x for x in y)\nf( (x) for x in (y) if (z) )\nf(# c\n  x for x in y  # d\n)\nf((x for x in y))\nf((x for x in y), z)\n",
    "f(a, *b, c=1, *d, **e)\nf(*a, b)\nf(c=(1), **(d))\n(f)(a)(b).c[(d)](e)\n(f.g).h\n",
    "x = [*a, (b), *(c)], {*a, b}, {**a, b: c, **(d)}, {}, []\n",
    "x = [a for b in c if d if e for f in g], {a for b in c}, {a: b for c, d in e}, (a async for b in c)\n",
    "x = lambda a, /, b=1, *c, d, e=2, **f: (yield)\nlambda: 0\nlambda *, a: a\n",
    "def f(a, /, b: int = 1, *c: d, e, f=2, **g) -> h:\n    x = yield\n    y = yield from z\n    return (await x)\n",
    "@a\n@b.c(d)\nasync  def   f(): pass\n\n@(yield_)\nclass   A (B, *C, metaclass=D, **E): x: int; y: int = 1\n",
    "def f():\n    global a, b\n    nonlocal_ = 1\n    def g():\n        nonlocal nonlocal_\n        a = 1\n",
    "import a, b.c, d.e as f\nfrom . import g\nfrom ..h import (i, j as k)\nfrom l import *\n",
    "if a: b\nelif c:\n    d ;\nelse:\n    if e:\n        f\n    # footer\n\nelse_ = 1\n",
    "if a:\n    pass\nelse:\n    if b: pass\n    elif c: pass\n",
    "for a in b:\n    c\nelse:\n    d\nwhile a: break ; \nelse: continue_\n",
    "async def f():\n    async for a in b: pass\n    async with c as d: pass\n",
    "try:\n    a\nexcept (B, C) as d:\n    e\nexcept:\n    f\nelse:\n    g\nfinally:\n    h  # end\n    # footer\ni\n",
    "with a as b, (c) as (d, e): f\nwith (g as h, i): pass\nwith (j): pass\nwith (k), l: pass\n",
    "del a, b\ndel (c, d)\ndel (e), f[0], g.h\ndel i\nassert a, b\nraise a from b\nraise\n",
    "return_ ; x = 1 ;  y += 2;\nx = y = (z)\nx @= y\n",
    "x = 1_000, 0x1F, 0b1, 0o7, 1e5, 1.5, 1j, .5, -1, -1.5, - 2, ..., None, True\n",
    "(x := 1)\nf(y := 2)\nx = (yield_, (z := 3))\n",
    "x = a if b else c, not a, -a, +a\n" + "if a:\n  x\n" + "elif b:\n  y\n" * 130 + "else:\n  z\n",
    "x = 1\r\ny = '''a\r\nb'''\r\nif x:\r\n    z = y\r\n",
    "x = 1\\\n + 2\ny = [\n  1,\n\n  2,  # c\n]\n\n",
    "x = 1\n\fy = 2\n\f\n\f# c\nz = \'\'\'\f\'\'\'\n",
    "class A:\n    def\ff(self):\n        pass\n\f\n    def g(self):\n        return f(\f1, \f2)\n",
    "if x:\n    y \f;\nfor a in b:\n    c\n\f\nelse:\n    d\nif e: f \f; \f\n",
    "f(a \f for a in b\f)\nx = (a\f)\fif b\felse c \f# d\n",
]
NEWER = [
    (3, 11, "try:\n    a\nexcept* (B, C) as d:\n    e\nexcept* F:\n    g\nelse:\n    h\nfinally:\n    i  # end\n"),
    (3, 12, "type A = int\ntype B[T] = list[T]\ndef f[T, *U, **V](x: T) -> T: return T\nclass C[T: int](D): x: T\n"),
]
CASES = [
    "1: pass", " (1) : pass ;", "None | True|(False): x = 'case'; ", "_: y", "1, -2.5, 3 - 1j, : pass", "c, *_ : pass",
    "*d , e: pass", "(f): pass", "() | []: pass", "[b], (c,), ((d, e)), ( [ * f ] ): pass", "(g, h) as i if i: pass",
    "(j as k): pass", "b.c(): pass",
    "D(e, 1, f=g, h = (i | 'j'), ) : pass", "int(k) | str(l): pass", "M((n, o), p=((q))): r", "{}: pass",
    "{ 'b' : c, 1: 2, D.e: _, **f , }: pass",
    "{**g}: pass", "({\n    'h': i,  # **j\n    ** j\n}): pass", "'b' 'c' | b'd': pass", "(e\n        # f\n        ) if (g): h",
    "\\\n  i: j", "B(c=1,\n        # c=2,\n        d=2): e", "F(\n g  # h=i\n ,h = 3): i", "case:\n        match case:\n"
    "            case _ if match: case\n            case [case, *match]: pass\n\n        if a:\n            b ;",
    "'é', {'ü': ä}, B(é=ö): pass", "(f|(g|1)): h  # case i", "(1 | 2) as b, (c): pass", "d.e.f | (g) if (b := c): pass", "-1: pass",
]
SUBJECTS = ["a", "(a)", "a, b", "a,", "match", "a[b:c], *d", "(yield_ := a)"]
MATCHES = [
    *(f"match a:\n    case {one}\nb\n" for one in CASES),
    *(f"match {one}:  # case b:\n    # case c:\n\n" + "".join(f"    case {case}\n" for case in CASES) for one in SUBJECTS),
    *(f"if a:\n  match b :{end}    case c: pass{end}  # case{end}{end}    case d: pass ; {end}" for end in ("\n", "\r\n")),
    "match a:\n\tcase b: pass\n\f\n\tcase c: d\n",
]
ELSEWHERE = [
    "µ = 1\n", "x = f'{µ}'\n", "x = '\\N{DASH}' f'\\N{DASH}{a}'\n", "# ²\nx = 'µ'\nx.µ = 1\n", "f(x, ª=1)  # a\u2028b\n",
]


@pytest.fixture(autouse=True)
def _room() -> Iterator[None]:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.parametrize("text", [*SAME, *MATCHES, *(text for *version, text in NEWER if sys.version_info >= tuple(version))])
def test_both_parsers_give_the_same(text: str) -> None:
    found = lower_native(text)
    assert found is not None
    assert plain(found) == plain(lower_full(text))


@pytest.mark.parametrize("text", ELSEWHERE)
def test_what_only_libcst_tells_is_left_to_it(text: str) -> None:
    assert lower_native(text) is None
    assert isinstance(lower(text), ir.Module)


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.long)])
def test_the_files_at_hand_are_the_same(every: int) -> None:
    native = 0
    for path in FILES[::every]:
        try:
            text = decode(path.read_bytes(), str(path)).text
            whole = lower_full(text)
        except (SourceError, ParseFailure):
            continue
        found = lower_native(text)
        if found is not None:
            native += 1
            assert plain(found) == plain(whole), path
    assert native > 0.7 * len(FILES[::every])


def _parsed_alike(text: str) -> None:
    try:
        whole = lower_full(text)
    except (ParseFailure, RecursionError):
        return
    found = lower_native(text)
    assert found is None or plain(found) == plain(whole)


test_random_programs_are_the_same, test_random_programs_at_length = few_and_many(60, given(ANY_PROGRAM), _parsed_alike)
