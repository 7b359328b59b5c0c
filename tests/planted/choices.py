"""Programs that leave something to an option: which network is made and which loss is taken, at which the planted path is the one that
runs; or a loss behind an option that nobody sets."""

from __future__ import annotations

from dataclasses import dataclass

from tests.planted.writer import Writer, block


@dataclass(frozen=True)
class Test:
    """A test that nothing in the files decides: of an option, of the same option in other words, and how its values are asked for."""

    option: str
    default: str
    test: str
    again: str = ""
    contrary: str = ""


TESTS: dict[str, Test] = {
    "nothing": Test("", "", ""),
    "name": Test("kind", '"main"', '$o == "main"', contrary='$o != "main"'),
    "number": Test("classes", "2", "$o == 2", contrary="$o != 2"),
    "flag": Test("plain", "False", "not $o", contrary="$o"),
    "truth": Test("squash", "True", "$o", contrary="not $o"),
    "member": Test("mode", '"one"', '$o in ("one", "two")', contrary='$o not in ("one", "two")'),
    "order": Test("level", "3", "$o > 1", contrary="not $o > 1"),
    "none": Test("resume", "None", "$o is None", contrary="$o is not None"),
}
"""The tests by what they ask."""

HOLDERS = ("global options", "handed on", "module flag")
"""Where the step finds the option: in the options that the file has read, as an argument or attribute of its own, or as a name."""

ARMS = ("if and else", "early return", "contrary", "contrary, early return")
"""How the step takes its arm."""

MADE = ("expression", "function", "contrary", "early return")
"""How the network is chosen."""

WAYS = ("both", "arity", "attribute", "none", "evaluated")
"""What decides at the loss: the same test again, that another network cannot be used as this one is, or that it is evaluated."""


@dataclass(frozen=True)
class Choice:
    """A choice of the network and the loss, spelled."""

    test: Test
    holder: str
    arm: str
    made: str
    way: str

    def asked(self, holder: str, contrary: bool = False) -> str:
        """The test, of an option that is at hand as some expression."""
        return (self.test.contrary if contrary else self.test.test).replace("$o", holder)

    @property
    def option(self) -> str:
        """The option where it was read."""
        return self.test.option if self.holder == "module flag" else f"opt.{self.test.option}"

    @property
    def handed(self) -> str:
        """The name under which functions and objects are given the option; an empty text where they read it themselves."""
        return self.test.option if self.holder == "handed on" else ""


def read(writer: Writer, choice: Choice) -> None:
    """Defines the options."""
    option, default = choice.test.option, choice.test.default
    kind = ', action="store_true"' if default == "False" else f", default={default}"
    added = f'parser.add_argument("--{option}"{kind})'
    lines = ["parser = argparse.ArgumentParser()", added, "opt = parser.parse_args([])"]
    writer.define("main", "\n".join([*lines, f"{option} = opt.{option}"] if choice.holder == "module flag" else lines))


def network(writer: Writer, choice: Choice, made: str, width: int, holder: str) -> str:
    """The expression of the network that an option chooses: the planted one, or another."""
    other = _other(writer, choice.way, width)
    yes, no = choice.asked(holder), choice.asked(holder, contrary=True)
    if choice.made == "contrary":
        return f"({other} if {no} else {made})"
    if choice.made == "expression":
        return f"({made} if {yes} else {other})"
    own = choice.handed
    lines = [block(f"if {choice.asked(own or choice.option)}:", [f"return {made}"]), f"return {other}"]
    if choice.made == "function":
        lines = [block(f"if {choice.asked(own or choice.option)}:", [f"net = {made}"]), block("else:", [f"net = {other}"]), "return net"]
    writer.define("main", block(f"def chosen({own}):", lines))
    return f"chosen({holder if own else ''})"


def _other(writer: Writer, way: str, width: int) -> str:
    """A network that is right for the other arm, and cannot be used as the planted one is where nothing is asked."""
    if way == "none":
        return "None"
    forward = ["return torch.sigmoid(self.fc(x))"]
    if way == "arity":
        args, forward = "self, x, state", ["return torch.sigmoid(self.fc(x)), state"]
    else:
        args = "self, x"
    start = block("def __init__(self):", ["super().__init__()", f"self.fc = nn.Linear(8, {width})"])
    writer.define("model", block("class Other(nn.Module):", [start, "", block(f"def forward({args}):", forward)]))
    return "Other()"


def wrapped(writer: Writer, made: str) -> str:
    """The planted network with a method that the other one lacks."""
    start = block("def __init__(self, net):", ["super().__init__()", "self.net = net"])
    methods = [block("def forward(self, x):", ["return self.net(x)"]), "", block("def rated(self, x):", ["return self.net(x)"])]
    writer.define("model", block("class Scored(nn.Module):", [start, "", *methods]))
    return f"Scored({made})"


def evaluated(writer: Writer, made: str) -> str:
    """The planted network behind a way that training takes."""
    start = block("def __init__(self, net):", ["super().__init__()", "self.net = net"])
    lines = [block("if self.training:", ["return x.mean(), None"]), "return self.net(x)"]
    writer.define("model", block("class Watched(nn.Module):", [start, "", block("def forward(self, x):", lines)]))
    return f"Watched({made})"


def arms(choice: Choice, step: list[str], model: str, width: int, holder: str, returns: bool) -> list[str]:
    """The step in the arm that belongs to the planted network; `returns` says that its loss is returned."""
    if choice.way != "both":
        return step
    loss = f"F.mse_loss({model}, x[:, :{width}])"
    other = [f"return {loss}" if returns else f"loss = {loss}"]
    yes, no = choice.asked(holder), choice.asked(holder, contrary=True)
    if choice.arm == "early return" and returns:
        return [block(f"if {yes}:", step), *other]
    if choice.arm == "contrary, early return" and returns:
        return [block(f"if {no}:", other), *step]
    if choice.arm.startswith("contrary"):
        return [block(f"if {no}:", other), block("else:", step)]
    return [block(f"if {yes}:", step), block("else:", other)]


UNTAKEN = ("option of a function", "way not taken", "option of a constructor", "private option")
"""The styles in which the planted step stands behind an option that nobody sets: no run comes to it, and callers outside may; not those
of a private function."""


def dead(step: list[str]) -> list[str]:
    """The lines of a step, marked as those that no run comes to."""
    return [f"⟨dead⟩{line}" for one in step for line in one.split("\n")]
