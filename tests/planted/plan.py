"""A plan: which case is planted, and how everything about it is spelled. All but the case are numbers, 0 being the plainest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from hypothesis import strategies as st

from tests.planted.cases import CASES, OFF, Case, Spec, expected
from tests.planted.choices import ARMS, HOLDERS, MADE, TESTS, UNTAKEN, WAYS, Choice
from tests.planted.losses import CALLS, CLASS_CALLS, WRITTEN
from tests.planted.models import RETURNS, STYLES
from tests.planted.routes import ROUTES
from tests.planted.spellings import name_of
from tests.planted.writer import LAYOUTS

WHERE = ("model", "step", "split")
SHAPES = ("wide", "column", "row")
FEEDS = ("generator", "list", "loader", "dataset", "dict batches", "in the loop")
STEPS = ("function", "script", "main", "trainer", "module", "epoch", "task", *UNTAKEN)
CONTEXTS = (
    "plain", "plain", "plain", "plain", "cuda autocast", "autocast of the caller", "old autocast", "model under autocast",
    "autocast off for the loss", "autocast not enabled", "cpu autocast",
)  # fmt: skip
BANNED = ("cuda autocast", "autocast of the caller", "old autocast")
CASTING = (*BANNED, "cpu autocast")
DECOYS = (
    "nothing", "accuracy of a sigmoid", "argmax", "softmax without grad", "threshold of zero", "focal weight", "entropy",
    "commented out", "dead branch", "other loss", "printed", "log without grad", "log of what is detached", "log of arrays",
    "reverse divergence", "loss without grad",
)  # fmt: skip
THRESHOLDS = ("inline", "helper", "round", "gt", "turned", "apart", "numpy's round", "array", "numpy's where", "ge", "torch's where")
GUESSES = ("decision", "ones", "decision apart", "zeros", "where", "constant", "array", "rounded")
ROWS = ("squeeze", "squeeze of the last", "view", "index", "flatten", "reshape")

_AT_ONCE = ("script", "main", "epoch")
_BY_LAYOUT = frozenset({"BCE301", "BCE302", "BCE303", "BCE304", "BCE305", "BCE401"})
"""What a shape or a dtype tells: in one arm of an undecided test it tells nothing of what a caller handed in."""

SIZES: dict[str, int] = {
    "right": 12,
    "where": len(WHERE),
    "model": len(STYLES),
    "returns": len(RETURNS),
    "spelling": 60,
    "route": len(ROUTES),
    "second": len(ROUTES),
    "call": len(CALLS),
    "shape": len(SHAPES),
    "row": len(ROWS),
    "target": 60,
    "feed": len(FEEDS),
    "step": len(STEPS),
    "context": len(CONTEXTS),
    "split": len(LAYOUTS),
    "decoy": len(DECOYS),
    "threshold": len(THRESHOLDS),
    "guess": len(GUESSES),
    "names": 8,
    "test": 2 * len(TESTS),
    "way": len(WAYS),
    "made": len(MADE),
    "arm": len(ARMS),
    "holder": len(HOLDERS),
}
"""How many choices each number has."""


@dataclass(frozen=True)
class Plan:
    """One planted program and its right twin, before they are written."""

    case: str
    right: int = 0
    where: int = 0
    model: int = 0
    returns: int = 0
    spelling: int = 0
    route: int = 0
    second: int = 0
    call: int = 0
    shape: int = 0
    row: int = 0
    target: int = 0
    feed: int = 0
    step: int = 0
    context: int = 0
    split: int = 0
    decoy: int = 0
    threshold: int = 0
    guess: int = 0
    names: int = 0
    test: int = 0
    way: int = 0
    made: int = 0
    arm: int = 0
    holder: int = 0

    def changed(self, name: str, number: int) -> Plan:
        """The plan with another number."""
        return Plan(self.case, **{**numbers(self), name: number})

    @property
    def planted(self) -> Case:
        """The case."""
        return CASES[self.case]

    @property
    def wrong(self) -> Spec:
        """The program with the bug."""
        return self.planted.wrong

    @property
    def twin(self) -> Spec:
        """The program without it."""
        return self.planted.right[self.right % len(self.planted.right)]

    @property
    def off(self) -> bool:
        """True if the case is about what is off by default."""
        return OFF in {code for code, _ in expected(self.wrong, "plain", off=True)} and not expected(self.wrong, "plain")

    @property
    def chosen(self) -> Choice | None:
        """What an option chooses, if it chooses something: half of the programs have none, and those that have another one."""
        test = tuple(TESTS.values())[self.test] if self.test < len(TESTS) else TESTS["nothing"]
        way = WAYS[self.way]
        if not test.option or self.untaken or (way == "evaluated" and tuple(STYLES)[self.model] == "eval only"):
            return None
        if way == "both" and STEPS[self.step] not in _AT_ONCE and any(code in _BY_LAYOUT for code, _ in expected(self.wrong, "plain")):
            way = "arity"
        return Choice(test, HOLDERS[self.holder], ARMS[self.arm], MADE[self.made], way)

    @property
    def untaken(self) -> bool:
        """True if no run comes to the planted step."""
        return STEPS[self.step] in UNTAKEN

    @property
    def casts(self) -> bool:
        """True if the model runs under an autocast that may cast."""
        return CONTEXTS[self.context] in CASTING

    @property
    def ban(self) -> str:
        """The context as the table knows it."""
        return "cuda autocast" if CONTEXTS[self.context] in BANNED else "plain"


def plan_of(choose: Callable[[int], int], names: tuple[str, ...] = tuple(CASES)) -> Plan:
    """A plan by a choice of numbers below a limit."""
    return Plan(names[choose(len(names))], **{name: choose(size) for name, size in SIZES.items()})


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans that shrink to the plainest."""
    return plan_of(lambda size: draw(st.integers(0, size - 1)))


def described(plan: Plan, spec: Spec) -> dict[str, str]:
    """What each number of a plan means for a program."""
    calls = {"class": CLASS_CALLS, "written": WRITTEN}.get(spec.form, CALLS)
    return {
        "case": plan.case,
        "where": WHERE[plan.where],
        "model": tuple(STYLES)[plan.model],
        "returns": tuple(RETURNS)[plan.returns],
        "spelling": ", ".join(name_of(spec.acts, i, plan.spelling) for i in range(len(spec.acts))) or "-",
        "second spelling": name_of(spec.acts, 1, plan.spelling) if len(spec.acts) > 1 else "-",
        "route": tuple(ROUTES)[plan.route],
        "second": tuple(ROUTES)[plan.second],
        "call": tuple(calls)[plan.call % len(calls)],
        "shape": SHAPES[plan.shape] if not spec.wide else "wide",
        "feed": FEEDS[plan.feed],
        "step": STEPS[plan.step],
        "context": CONTEXTS[plan.context],
        "split": tuple(LAYOUTS)[plan.split],
        "decoy": DECOYS[plan.decoy],
        "test": tuple(TESTS)[plan.test] if plan.chosen else "nothing",
        "way": plan.chosen.way if plan.chosen else "-",
        "chosen by": plan.chosen.made if plan.chosen else "-",
        "arm": plan.chosen.arm if plan.chosen else "-",
        "holder": plan.chosen.holder if plan.chosen else "-",
    }


def numbers(plan: Plan) -> dict[str, int]:
    """The numbers of a plan that are not 0."""
    return {f.name: value for f in fields(plan) if f.name != "case" and (value := getattr(plan, f.name))}
