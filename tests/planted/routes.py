"""The ways a value travels from one expression to the next, all of which keep it as it is."""

from __future__ import annotations

from typing import NamedTuple

from tests.planted.writer import Writer


class Route(NamedTuple):
    """A way to travel: the expression it ends in, lines of the step before that, and a definition in the helpers' part."""

    result: str
    body: str = ""
    define: str = ""


ROUTES: dict[str, Route] = {
    "same expression": Route("$e"),
    "variable": Route("$o", "$o = $e"),
    "renamed": Route("$p", "$o = $e\n$p = $o"),
    "annotated": Route("$o", "$o: torch.Tensor = $e"),
    "chained targets": Route("$p", "$o = $p = $e"),
    "attribute": Route("$o.last", "$o = SimpleNamespace()\n$o.last = $e"),
    "attribute by keyword": Route("$o.last", "$o = SimpleNamespace(last=$e, size=3)"),
    "setattr": Route('getattr($o, "last")', '$o = SimpleNamespace()\nsetattr($o, "last", $e)'),
    "function": Route("$h($e)", define="def $h(v):\n    return v"),
    "function with steps": Route(
        "$h($e)", define="def $h(value, scale=1):\n    if scale != 1:\n        value = value * scale\n    return value"
    ),
    "function with a view": Route("$h($e)", define="def $h(v):\n    return v.view(v.size(0), -1)"),
    "lambda": Route("$o($e)", "$o = lambda v: v"),
    "global lambda": Route("$h($e)", define="$h = lambda v: v.contiguous()"),
    "dict": Route('$o["scores"]', '$o = {"scores": $e, "size": 3}'),
    "dict by keyword": Route('$o["scores"]', "$o = dict(scores=$e, size=3)"),
    "dict get": Route('$o.get("scores")', '$o = {"scores": $e}'),
    "dict filled": Route('$o["scores"]', '$o = {}\n$o["scores"] = $e'),
    "dict pop": Route('$o.pop("scores")', '$o = {"scores": $e}'),
    "dict of a function": Route('$h($e)["scores"]', define='def $h(v):\n    return {"scores": v, "probs": None}'),
    "tuple": Route("$o", "$o, $p = $e, x"),
    "tuple of a function": Route("$o", "$p, $o = $h($e)", "def $h(v):\n    return v.detach(), v"),
    "starred tuple": Route("$o", "$o, *$p = $e, x, x"),
    "tuple entry": Route("$o[0]", "$o = ($e, x)"),
    "last of a list": Route("$o[-1]", "$o = [x]\n$o.append($e)"),
    "list display": Route("[x, $e][1]"),
    "list comprehension": Route("$o[0]", "$o = [v for v in ($e,)]"),
    "dict comprehension": Route('$o["a"]', '$o = {k: v for k, v in (("a", $e),)}'),
    "generator expression": Route("$o", "$o, = (v for v in [$e])"),
    "generator": Route("next($h($e))", define="def $h(v):\n    yield v"),
    "generator loop": Route("$o", "for $o in $h($e):\n    pass", "def $h(v):\n    yield v"),
    "map": Route("list(map(lambda v: v, [$e]))[0]"),
    "zip loop": Route("$o", "for $o, $p in zip([$e], [x]):\n    pass"),
    "enumerate": Route("$o", "for $p, $o in enumerate([$e]):\n    pass"),
    "items": Route("$o", 'for $p, $o in {"a": $e}.items():\n    pass'),
    "closure": Route("$p()", "$o = $e\n\ndef $p():\n    return $o\n"),
    "nested function": Route("$p($e)", "def $p(v):\n    def inner():\n        return v\n    return inner()"),
    "function of a function": Route("$h(x)($e)", define="def $h(_):\n    def inner(v):\n        return v\n    return inner"),
    "default argument": Route("$p()", "def $p(v=$e):\n    return v\n"),
    "keyword-only argument": Route("$h(v=$e)", define="def $h(*, v):\n    return v"),
    "star arguments": Route("$h(*[$e, x])", define="def $h(*args):\n    return args[0]"),
    "double-star arguments": Route('$h(**{"v": $e})', define='def $h(**kwargs):\n    return kwargs["v"]'),
    "partial": Route("$o()", "$o = partial($h, $e)", "def $h(v):\n    return v"),
    "partial by keyword": Route("$o(w=x)", "$o = partial($h, v=$e)", "def $h(v, w):\n    return v"),
    "static method": Route("$h.read($e)", define="class $h:\n    @staticmethod\n    def read(v):\n        return v"),
    "class method": Route("$h.read($e)", define="class $h:\n    @classmethod\n    def read(cls, v):\n        return v"),
    "method": Route("$h().read($e)", define="class $h:\n    def read(self, v):\n        self.v = v\n        return self.v"),
    "property": Route(
        "$h($e).scores",
        define="class $h:\n    def __init__(self, v):\n        self._v = v\n\n    @property\n    def scores(self):\n        return self._v",
    ),
    "callable object": Route("$h()($e)", define="class $h:\n    def __call__(self, v):\n        return v"),
    "parameterless module": Route("$h()($e)", define="class $h(nn.Module):\n    def forward(self, v):\n        return v"),
    "identity layer": Route("nn.Identity()($e)"),
    "flatten layer": Route("nn.Flatten()($e)"),
    "dataclass": Route("$h($e, 3).scores", define="@dataclass\nclass $h:\n    scores: torch.Tensor\n    size: int"),
    "named tuple": Route("$h($e, 3).scores", define='$h = namedtuple("$h", "scores size")'),
    "named tuple class": Route("$o", "$o, $p = $h($e, 3)", "class $h(NamedTuple):\n    scores: object\n    size: int"),
    "decorated": Route(
        "$h($e)",
        define="def trace_$h(f):\n    @wraps(f)\n    def inner(*args, **kwargs):\n        return f(*args, **kwargs)\n    return inner\n\n\n"
        "@trace_$h\ndef $h(v):\n    return v",
    ),
    "context manager": Route(
        "$o", "with $h($e) as $o:\n    pass", "@contextmanager\ndef $h(v):\n    yield v"
    ),
    "both arms": Route("$p", "$o = $e\nif x.size(0) > 3:\n    $p = $o.clone()\nelse:\n    $p = $o"),
    "conditional expression": Route("$p", "$o = $e\n$p = $o if x.mean() > 0 else $o.contiguous()"),
    "early return": Route("$h($e)", define="def $h(v):\n    if v.size(0) > 3:\n        return v.clone()\n    return v"),
    "loop": Route("$o", "$o = $e\nfor _ in range(2):\n    $o = $o.clone()"),
    "while": Route("$o", "$o = None\nwhile $o is None:\n    $o = $e"),
    "try": Route("$o", "try:\n    $o = $e\nexcept ValueError:\n    raise"),
    "finally": Route("$o", "try:\n    $o = $e\nfinally:\n    pass"),
    "walrus": Route("$o", "if ($o := $e) is None:\n    raise ValueError"),
    "match": Route("$o", "match [$e, 3]:\n    case [$o, _]:\n        pass"),
    "assertion": Route("$o", "$o = $e\nassert $o.size(0) == x.size(0)"),
    "autocast off": Route("$o", 'with torch.autocast("cuda", enabled=False):\n    $o = $e'),
    "grad on": Route("$o", "with torch.enable_grad():\n    $o = $e"),
    "grad chosen": Route("$o", "with torch.set_grad_enabled(True):\n    $o = $e"),
    "view": Route("($e).view(x.size(0), -1)"),
    "reshape": Route("($e).reshape(len(x), -1)"),
    "functional reshape": Route("torch.reshape($e, (x.shape[0], -1))"),
    "clone": Route("($e).clone()"),
    "contiguous": Route("($e).contiguous()"),
    "float": Route("($e).float()"),
    "to dtype": Route("($e).to(torch.float32)"),
    "to device": Route("($e).to(x.device)"),
    "cpu": Route("($e).cpu()"),
    "slice": Route("($e)[:]"),
    "index": Route("($e)[torch.arange(6)]"),
    "none index": Route("($e)[None][0]"),
    "unsqueeze": Route("($e).unsqueeze(1).squeeze(1)"),
    "transposed twice": Route("($e).transpose(0, 1).t()"),
    "permuted twice": Route("($e).permute(1, 0).permute(1, 0)"),
    "stack": Route("torch.stack([$e])[0]"),
    "cat": Route("torch.cat([$o[:3], $o[3:]])", "$o = $e"),
    "chunks": Route("torch.cat(torch.chunk($e, 2), dim=0)"),
    "split": Route("torch.cat(($e).split(3))"),
    "isinstance of a tuple": Route("$o", "$o = $e\nif isinstance($o, (list, tuple)):\n    $o = $o[0]"),
    "isinstance of a dict": Route("$p", '$o = $e\n$p = $o["out"] if isinstance($o, dict) else $o'),
    "nine arms": Route("$p", "$o = $e\n$p = $o" + "".join(f"\nif x.mean() > {i}:\n    $p = $o.clone()" for i in range(9))),
    "list plus": Route("([$e] + [x, x])[0]"),
    "unpacked into a list": Route("[$e, *[x, x]][0]"),
    "inserted": Route("$o[0]", "$o = [x, x]\n$o.insert(0, $e)"),
    "reversed": Route("list(reversed([x, $e]))[0]"),
    "turned slice": Route("[x, $e][::-1][0]"),
    "setdefault": Route('$o["a"]', '$o = {}\n$o.setdefault("a", $e)'),
    "dict update": Route('$o["a"]', '$o = {"b": x}\n$o.update(a=$e)'),
    "dict merged": Route('$o["a"]', '$o = {**{"b": x}, "a": $e}'),
    "subclass of a dict": Route(
        "$h(scores=$e).scores", define="class $h(dict):\n    def __getattr__(self, name):\n        return self[name]"
    ),
    "module dict": Route('$o["a"]($e)', '$o = nn.ModuleDict({"a": nn.Identity()})'),
    "imported inside": Route("$p", "from torch import clone as $o\n$p = $o($e)"),
    "buffer": Route("$p", "$o = $e\n$p = torch.zeros_like($o)\n$p[:] = $o"),
    "narrow": Route("($e).narrow(0, 0, 6)"),
    "flatten": Route("torch.flatten($e, 1)"),
    "checkpoint": Route("torch.utils.checkpoint.checkpoint($h, $e, use_reentrant=False)", define="def $h(v):\n    return v"),
}  # fmt: skip
"""All routes by name."""


def travelled(writer: Writer, name: str, value: str) -> str:
    """The expression that a value ends in after a route."""
    route = ROUTES[name]
    define, body, result = writer.filled("\0".join((route.define, route.body, route.result)), e=value).split("\0")
    if define:
        writer.define("helper", define)
    if body:
        writer.line(body)
    return result
