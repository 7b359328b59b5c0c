"""The program around a step: where the model is made, who calls the step, and what an option decides."""

from __future__ import annotations

from dataclasses import dataclass

from tests.planted import choices
from tests.planted.choices import Choice
from tests.planted.models import Model
from tests.planted.plan import BANNED, CONTEXTS, FEEDS, STEPS, Plan
from tests.planted.writer import Writer, block

_NO_STEP = "loss = sum(p.sum() for p in model.parameters())"


@dataclass(frozen=True)
class Names:
    """How a step names what it works with: the call of the model, the criterion, and the network itself."""

    model: str
    criterion: str
    network: str


_NAMED = {
    "trainer": Names("self.model(x)", "self.criterion", "self.model"),
    "option of a constructor": Names("self.model(x)", "self.criterion", "self.model"),
    "module": Names("self(x)", "self.criterion", "self"),
    "task": Names("self.net(x)", "self.criterion", "self.net"),
}
_PLAIN = Names("model(x)", "criterion", "model")


def named(plan: Plan) -> Names:
    """The names of a plan's step."""
    found = _NAMED.get(STEPS[plan.step], _PLAIN)
    asked = plan.chosen is not None and plan.chosen.way == "attribute" and found.network != "self"
    return Names(found.model.replace("(x)", ".rated(x)"), found.criterion, found.network) if asked else found


def assembled(writer: Writer, plan: Plan, model: Model, step: list[str], width: int) -> None:
    """The loop around the step, in the style of the plan."""
    style = STEPS[plan.step]
    device = CONTEXTS[plan.context] in BANNED
    moved = ["x, y = x.to(device), y.to(device)"] * device
    if device:
        writer.define("main", 'device = torch.device("cuda" if torch.cuda.is_available() else "cpu")')
    take = ["x, y = batch[\"x\"], batch[\"y\"]"] if FEEDS[plan.feed] == "dict batches" else ["x, y = batch"]
    inline = [*step[:-1], f"loss = {step[-1].removeprefix('return ')}"] if step[-1] != "return loss" else step[:-1]
    update = ["optimizer.zero_grad()", "loss.backward()", "optimizer.step()"]
    region = CONTEXTS[plan.context] == "autocast of the caller"
    if plan.chosen is not None and plan.chosen.way != "evaluated":
        choices.read(writer, plan.chosen)
    whole = _Parts(writer, plan.chosen, model.made, width, device, [*take, *moved], step, inline, update, region, named(plan).model)
    {"script": whole.script, "main": whole.main, "trainer": whole.trainer, "module": whole.module, "epoch": whole.epoch,
     "task": whole.task, "option of a function": whole.option, "way not taken": whole.other_way,
     "option of a constructor": whole.constructor, "private option": whole.private}.get(style, whole.function)()  # fmt: skip


@dataclass(frozen=True)
class _Parts:
    """What a program is assembled from."""

    writer: Writer
    choice: Choice | None
    made: str
    width: int
    device: bool
    take: list[str]
    step: list[str]
    inline: list[str]
    update: list[str]
    region: bool
    called: str

    @property
    def handed(self) -> str:
        """The option that is handed on, if one is."""
        return self.choice.handed if self.choice is not None and self.choice.way != "evaluated" else ""

    def network(self, holder: str = "") -> str:
        """The expression that makes the network."""
        made, choice = self.made, self.choice
        if choice is not None:
            if choice.way == "evaluated":
                made = choices.evaluated(self.writer, made)
            else:
                made = choices.wrapped(self.writer, made) if choice.way == "attribute" else made
                made = choices.network(self.writer, choice, made, self.width, holder or choice.option)
        return f"{made}.to(device)" if self.device else made

    def _in_arms(self, lines: list[str], holder: str, returns: bool) -> list[str]:
        if self.choice is None:
            return lines
        return choices.arms(self.choice, lines, self.called, self.width, holder or self.choice.option, returns)

    def _given(self, *names: str) -> str:
        """The parameters of a step besides its batch."""
        return "".join(f", {name}" for name in [*["criterion"] * bool(self.writer.setup), *names] if name)

    def _passed(self) -> str:
        """The arguments for these, where the option was read."""
        return self._given(self.choice.option if self.choice is not None and self.handed else "")

    def _called(self, text: str) -> list[str]:
        line = f"loss = {text}"
        return [block('with torch.autocast("cuda"):', [line])] if self.region else [line]

    def _loop(self, lines: list[str]) -> str:
        return block("for batch in batches():", [*self.take, *lines, *self.update])

    def _around(self, lines: list[str]) -> list[str]:
        return [block('with torch.autocast("cuda"):', lines)] if self.region else lines

    def _main(self, lines: list[str]) -> None:
        self.writer.define("main", block("def main():", lines))
        self.writer.define("main", block('if __name__ == "__main__":', ["main()"]))

    def _ready(self, model: str = "model") -> list[str]:
        return [f"optimizer = torch.optim.SGD({model}.parameters(), lr=0.01)"]

    def _at_once(self) -> list[str]:
        """Everything in one body."""
        own = self.handed
        read = [f"{own} = {self.choice.option}"] if self.choice is not None and own else []
        loop = self._loop(self._around(self._in_arms(self.inline, own, returns=False)))
        return [*read, f"model = {self.network(own)}", *self.writer.setup, *self._ready(), loop]

    def script(self) -> None:
        """Everything at module level."""
        self.writer.define("main", "\n".join(self._at_once()))

    def main(self) -> None:
        """Everything in one function."""
        self._main(self._at_once())

    def function(self) -> None:
        """A function for a step."""
        step = self._in_arms(self.step, self.handed, returns=True)
        self.writer.define("main", block(f"def train_step(model, x, y{self._given(self.handed)}):", step))
        loop = self._loop(self._called(f"train_step(model, x, y{self._passed()})"))
        self._main([f"model = {self.network()}", *self.writer.setup, *self._ready(), loop])

    def epoch(self) -> None:
        """A function for an epoch."""
        inside = self._around(self._in_arms(self.inline, self.handed, returns=False))
        lines = ["total = 0.0", self._loop([*inside, "total += loss.item()"]), "return total"]
        self.writer.define("main", block(f"def train_epoch(model, optimizer{self._given(self.handed)}):", lines))
        self._main([f"model = {self.network()}", *self.writer.setup, *self._ready(), f"train_epoch(model, optimizer{self._passed()})"])

    def _attribute(self) -> list[str]:
        """The line that keeps the option."""
        return [f"self.{self.handed} = {self.handed}"] if self.handed else []

    def trainer(self) -> None:
        """A class that holds model and criterion."""
        own = ["self.model = model", *["self.criterion = criterion"] * bool(self.writer.setup), *self._attribute()]
        init = block(f"def __init__(self, model{self._given(self.handed)}):", own)
        step = self._in_arms(self.step, self.handed and f"self.{self.handed}", returns=True)
        self.writer.define("main", block("class Trainer:", [init, "", block("def compute(self, x, y):", step)]))
        made = [f"model = {self.network()}", *self.writer.setup, f"trainer = Trainer(model{self._passed()})"]
        self._main([*made, *self._ready(), self._loop(self._called("trainer.compute(x, y)"))])

    def _task(self) -> tuple[str, list[str], str]:
        """The constructor of a module that makes its network, its step, and how it is made."""
        more = f", {self.handed}" if self.handed else ""
        own = ["super().__init__()", *self._attribute(), f"self.net = {self.network(self.handed)}"]
        init = block(f"def __init__(self{more}):", [*own, *(f"self.{line}" for line in self.writer.setup)])
        step = self._in_arms(self.step, self.handed and f"self.{self.handed}", returns=True)
        return init, step, f"Task({self.choice.option if self.choice is not None and self.handed else ''})"

    def module(self) -> None:
        """A module whose `training_step` calls itself."""
        init, step, made = self._task()
        name = "self.net.rated(x)" if self.choice is not None and self.choice.way == "attribute" else "self.net(x)"
        call = block("def forward(self, x):", [f"return {name}"])
        lines = [init, "", call, "", block("def training_step(self, batch):", ["x, y = batch", *step])]
        self.writer.define("main", block("class Task(nn.Module):", lines))
        self._main([f"task = {made}", *self._ready("task"), self._loop(self._called("task.training_step((x, y))"))])

    def task(self) -> None:
        """A module whose `forward` returns the loss."""
        init, step, made = self._task()
        self.writer.define("main", block("class Task(nn.Module):", [init, "", block("def forward(self, x, y):", step)]))
        self._main([f"task = {made}", *self._ready("task"), self._loop(self._called("task(x, y)"))])

    def option(self) -> None:
        """A function whose default takes another way, and whose only caller leaves it."""
        self._behind('train(kind="plain")', 'kind == "plain"', "train()")

    def other_way(self) -> None:
        """A function whose only caller takes another way than its default."""
        self._behind('train(kind="main")', 'kind == "plain"', 'train(kind="plain")')

    def private(self) -> None:
        """A private function whose only caller leaves its default."""
        self._behind("_train(taught=False)", "not taught", "_train()")

    def _behind(self, head: str, test: str, call: str) -> None:
        arms = [block(f"if {test}:", [_NO_STEP]), block("else:", choices.dead(self._around(self.inline)))]
        lines = [f"model = {self.network()}", *self.writer.setup, *self._ready(), self._loop(arms)]
        self.writer.define("main", block(f"def {head}:", lines))
        self._main([call])

    def constructor(self) -> None:
        """A class whose constructor's default takes another way."""
        own = ['self.kind = kind', f"self.model = {self.network()}", *(f"self.{line}" for line in self.writer.setup)]
        arms = [block('if self.kind == "plain":', [_NO_STEP.replace("model", "self.model")])]
        arms.append(block("else:", choices.dead(self._around(self.inline))))
        run = block("def run(self):", [*self._ready("self.model"), self._loop(arms)])
        init = block('def __init__(self, kind="plain"):', own)
        self.writer.define("main", block("class Trainer:", [init, "", run]))
        self._main(["Trainer().run()"])
