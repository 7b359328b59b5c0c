"""What watching must not do: change results, keep tensors alive, hide exceptions, stay on."""

from __future__ import annotations

import gc
import importlib
import json
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.overrides import _get_current_function_mode_stack

from bce_lint import witness
from bce_lint.source.text import decode
from bce_lint.witness.marks import Marks
from bce_lint.witness.places import _span, callee
from bce_lint.witness.watching import watching

pytestmark = pytest.mark.torch


class Net(nn.Module):
    """Convolution, normalisation, dropout."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm, self.drop, self.fc = nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.3), nn.Linear(4 * 36, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.drop(torch.relu(self.norm(self.conv(x)))).flatten(1))  # type: ignore[no-any-return]


def trained(sample: int | None) -> tuple[list[float], dict[str, torch.Tensor], torch.Tensor]:
    """Twenty steps from a fixed seed: the losses, the weights and what the generator gives next."""
    torch.manual_seed(7)
    model = Net()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = []
    with nullcontext() if sample is None else witness.watch(sample):
        for _ in range(20):
            x, y = torch.randn(8, 1, 8, 8), torch.randint(0, 3, (8,))
            loss = F.cross_entropy(F.softmax(model(x), dim=1), y)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            losses.append(loss.item())
    return losses, model.state_dict(), torch.rand(3)


@pytest.mark.parametrize("sample", [1, 3])
def test_training_gives_the_same_bits(sample: int) -> None:
    plain, watched = trained(None), trained(sample)
    assert plain[0] == watched[0]
    assert all(torch.equal(value, watched[1][name]) for name, value in plain[1].items())
    assert torch.equal(plain[2], watched[2])


def test_no_tensor_is_kept_alive() -> None:
    model = nn.Linear(4, 1)

    def step(x: torch.Tensor, y: torch.Tensor) -> list[weakref.ref[torch.Tensor]]:
        z = model(x)
        p = torch.sigmoid(z)
        loss = F.binary_cross_entropy(p, y)
        loss.backward()  # type: ignore[no-untyped-call]
        return [weakref.ref(one) for one in (x, y, z, p, loss)]

    gc.disable()
    try:
        with witness.watch() as report:
            dead = step(torch.randn(3, 4), torch.ones(3, 1))
            assert [one() for one in dead] == [None] * 5
    finally:
        gc.enable()
    assert [one.code for one in report.findings] == ["BCE101"]


def test_the_variables_of_a_long_frame_are_not_kept_alive() -> None:
    model, seen = nn.Linear(4, 1), []

    def train(model: nn.Module, steps: int) -> None:
        for _ in range(steps):
            loss = F.binary_cross_entropy(torch.sigmoid(model(torch.randn(3, 4))), torch.ones(3, 1))
            seen.append(weakref.ref(loss))
            del loss
            assert seen[-1]() is None

    with witness.watch():
        train(model, 3)


def test_marks_go_with_their_tensors() -> None:
    marks = Marks()
    tensors = [torch.zeros(1) for _ in range(100)]
    for one in tensors:
        marks.of(one)
    assert len(marks) == 100
    del tensors, one
    assert len(marks) == 0


def test_a_tensor_that_was_written_unseen_has_no_mark() -> None:
    marks, x = Marks(), torch.zeros(1)
    marks.of(x)
    x.add_(1)
    assert marks.get(x) is None


def test_nothing_is_left_behind() -> None:
    before = (nn.Module.__init__, nn.BCELoss.__init__, torch.Tensor.backward, torch.autograd.backward, torch.compile, torch.jit.script)
    with pytest.raises(ZeroDivisionError), witness.watch():
        raise ZeroDivisionError
    after = (nn.Module.__init__, nn.BCELoss.__init__, torch.Tensor.backward, torch.autograd.backward, torch.compile, torch.jit.script)
    assert before == after
    assert "__init__" not in vars(nn.Sigmoid)
    assert _get_current_function_mode_stack() == []  # type: ignore[no-untyped-call]


def test_an_exception_passes_and_what_was_seen_stays() -> None:
    with pytest.raises(RuntimeError, match=r"same size|must match"), witness.watch() as report:
        F.binary_cross_entropy_with_logits(nn.Linear(4, 1)(torch.zeros(3, 4)), torch.ones(3, 1))
        torch.zeros(2) + torch.zeros(3)
    assert [one.count for one in report.losses] == [1]


def test_findings_are_counted_and_told_once() -> None:
    with witness.watch() as report:
        for size in (2, 3, 3):
            F.binary_cross_entropy_with_logits(torch.sigmoid(nn.Linear(4, 1)(torch.zeros(size, 4))), torch.ones(size, 1))
    assert [one.code for one in report.findings] == ["BCE103"]
    assert "(3 times)" in report.text("concise")
    (loss,) = report.losses
    assert (loss.count, loss.right) == (3, False)
    assert loss.reached == (("sigmoid float32 [2, 1]; target float32 [2, 1]", 1), ("sigmoid float32 [3, 1]; target float32 [3, 1]", 2))


@pytest.mark.filterwarnings("ignore")
def test_a_place_with_very_many_shapes_stays_small_and_is_judged() -> None:
    with watching() as report:
        for size in range(2, 300):
            z = nn.Linear(4, 1)(torch.zeros(size, 4))
            F.mse_loss(z, torch.zeros(size, 1) if size < 299 else torch.zeros(1, size))
    (loss,) = report.losses
    assert (loss.count, len(loss.reached)) == (298, 9)
    assert [one.code for one in report.findings] == ["BCE401"]


@pytest.mark.parametrize(("sample", "watched"), [(1, 100), (4, 25), (10, 10)])
def test_one_step_in_so_many_is_watched(sample: int, watched: int) -> None:
    x = torch.zeros(1, requires_grad=True)
    with witness.watch(sample) as report:
        for _ in range(100):
            F.mse_loss(x, torch.zeros(1)).backward()  # type: ignore[no-untyped-call]
    assert sum(one.count for one in report.losses) == pytest.approx(watched, abs=2)
    assert ("left out by sampling" in report.text("concise")) == (sample > 1)


def test_two_losses_that_take_turns_are_both_sampled() -> None:
    x = torch.zeros(1, requires_grad=True)
    with witness.watch(2) as report:
        for _ in range(20):
            F.mse_loss(x, torch.zeros(1)).backward()  # type: ignore[no-untyped-call]
            F.l1_loss(x, torch.zeros(1)).backward()  # type: ignore[no-untyped-call]
    assert {one.contract for one in report.losses} == {"MSELoss", "L1Loss"}


def test_modes_that_begin_while_a_step_is_left_out_end_as_they_should() -> None:
    x = torch.zeros(1, requires_grad=True)
    with witness.watch(3) as report:
        for _ in range(9):
            with torch.device("cpu"):
                F.mse_loss(x, torch.zeros(1)).backward()  # type: ignore[no-untyped-call]
                assert len(_get_current_function_mode_stack()) in (1, 2)  # type: ignore[no-untyped-call]
    assert _get_current_function_mode_stack() == []  # type: ignore[no-untyped-call]
    assert sum(one.count for one in report.losses) in (3, 4)


def test_a_closure_is_watched() -> None:
    x = nn.Parameter(torch.ones(1))
    optimizer = torch.optim.LBFGS([x], max_iter=2)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = F.mse_loss(x, torch.zeros(1))
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    with witness.watch() as report:
        optimizer.step(closure)  # type: ignore[no-untyped-call]
    assert [one.contract for one in report.losses] == ["MSELoss"]


@pytest.mark.filterwarnings("ignore")
def test_other_threads_run_unwatched() -> None:
    def work() -> None:
        nn.BCELoss(size_average=True)
        F.mse_loss(torch.zeros(1, requires_grad=True), torch.zeros(1)).backward()  # type: ignore[no-untyped-call]

    with witness.watch() as report:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert (report.losses, report.findings) == ((), ())
    row = work.__code__.co_firstlineno + 2
    assert report.notes == (f"not seen: MSELoss in another thread ({Path(__file__).name}:{row})",)


class Own(threading.Thread):
    """A thread with a `run` of its own."""

    def run(self) -> None:
        """Computes a loss and two other things."""
        assert "run" not in vars(self)
        F.l1_loss(torch.zeros(1) + 1, torch.zeros(1))


def test_the_losses_of_all_kinds_of_threads_are_noted() -> None:
    started = threading.Thread.start
    with witness.watch() as report:
        own = Own()
        own.start()
        own.join()
        with ThreadPoolExecutor(1) as pool:
            value = pool.submit(F.mse_loss, torch.ones(1), torch.zeros(1)).result()
        quiet = threading.Thread(target=torch.sigmoid, args=(torch.zeros(1),))
        quiet.start()
        quiet.join()
        with pytest.raises(RuntimeError):
            own.start()
    assert value.item() == 1
    assert {note.partition(" (")[0] for note in report.notes} == {f"not seen: {name} in another thread" for name in ("L1Loss", "MSELoss")}
    assert threading.Thread.start is started and vars(own).get("run") is None


def scripted() -> Callable[[torch.Tensor], torch.Tensor]:
    """A sigmoid that runs inside `torch.jit`."""
    return torch.jit.trace(torch.sigmoid, torch.zeros(6, 1))  # type: ignore[no-any-return, no-untyped-call]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("after", [lambda p: p, lambda p: p.squeeze(-1)[:4].double()], ids=["itself", "a view of it"])
def test_an_activation_that_only_autograd_knows_is_not_called_right(after: Callable[[torch.Tensor], torch.Tensor]) -> None:
    layer, hidden = nn.Linear(4, 1), scripted()
    with witness.watch() as report:
        z = after(hidden(layer(torch.zeros(6, 4))))
        F.binary_cross_entropy_with_logits(z, torch.ones_like(z))
        F.binary_cross_entropy_with_logits(layer(torch.zeros(6, 4)), torch.ones(6, 1))
    assert report.findings == ()
    assert [one.right for one in report.losses] == [False, True]
    assert [note.rpartition("), ")[2] for note in report.notes if "BCEWithLogitsLoss" in note] == ["SigmoidBackward to autograd"]


@pytest.mark.filterwarnings("ignore")
def test_what_only_autograd_knows_is_unknown_to_a_comparison() -> None:
    hidden = scripted()
    with witness.watch() as report:
        F.binary_cross_entropy_with_logits(hidden(nn.Linear(4, 1)(torch.zeros(6, 4))), torch.ones(6, 1))
    (row,) = [row for row in json.loads(report.text("json"))["places"] if row["kind"] == "loss"]
    assert (row["count"], row["unknown"], row["codes"]) == (1, 1, {})


def test_what_autograd_and_the_witness_agree_on_is_not_noted() -> None:
    with witness.watch() as report:
        z = nn.Linear(4, 3)(torch.zeros(6, 4))
        for p in (z, z.sigmoid(), z.softmax(1).t(), F.logsigmoid(z).view(-1, 3), z.log_softmax(1)):
            F.binary_cross_entropy_with_logits(p, torch.ones_like(p))
    assert report.notes == ()


def test_a_distribution_is_no_loss_of_the_user() -> None:
    with witness.watch() as report:
        p = torch.softmax(nn.Linear(4, 3)(torch.zeros(2, 4)), dim=1)
        torch.distributions.Categorical(probs=p).log_prob(torch.zeros(2))  # type: ignore[no-untyped-call]
        torch.distributions.Bernoulli(logits=torch.sigmoid(torch.zeros(2))).log_prob(torch.ones(2))  # type: ignore[no-untyped-call]
    assert (report.findings, report.losses) == ((), ())


def test_an_error_in_the_witness_does_not_reach_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise LookupError("no\nsuch thing")

    monkeypatch.setattr(Marks, "of", fails)
    with witness.watch() as report:
        assert torch.sigmoid(torch.zeros(1)).item() == 0.5
    assert report.notes == ("not seen: an operation that the witness failed at (_before: LookupError: no such thing)",)


def test_a_librarys_loss_is_the_one_that_was_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "torchvision" / "ops"
    package.mkdir(parents=True)
    (package / "focal_loss.py").write_text(
        "import torch.nn.functional as F\n\n\ndef sigmoid_focal_loss(inputs, targets):\n"
        "    return F.binary_cross_entropy_with_logits(inputs, targets)\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    focal = importlib.import_module("torchvision.ops.focal_loss").sigmoid_focal_loss
    with witness.watch() as report:
        focal(torch.sigmoid(nn.Linear(4, 1)(torch.zeros(3, 4))), torch.ones(3, 1))
    assert [(one.code, one.location.path.rpartition("/")[2]) for one in report.findings] == [("BCE132", Path(__file__).name)]


@pytest.mark.parametrize("output_format", ["full", "concise", "json"])
def test_code_without_a_file_has_lines_all_the_same(output_format: str) -> None:
    text = "\n\nF.binary_cross_entropy_with_logits(torch.sigmoid(torch.zeros(2)),\n    torch.ones(2))"
    with witness.watch() as report:
        exec(compile(text, "<nowhere>", "exec"), {"torch": torch, "F": F})
    assert "BCE103" in report.text(output_format)
    assert report.findings[0].location.start.row == 3


def test_an_unknown_format_is_named() -> None:
    with witness.watch() as report, pytest.raises(ValueError, match="'xml'"):
        report.text("xml")


def test_a_line_stands_for_an_instruction_without_columns() -> None:
    source = decode(b"if x:\n    loss = f(x)  \n", "a.py")
    assert _span(source, 2, 2, None, None) == (10, 21)
    assert _span(source, 2, 2, 11, 15) == (17, 21)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("f(x)", "f"),
        ("a.b[0](x)", "a.b[0]"),
        ("f()(x, (1))", "f()"),
        ("x > (1)", "x > (1)"),
        ("(x)", "(x)"),
        ("x @ w", "x @ w"),
        ("f2('(')", "f2"),
    ],
)
def test_the_callee_of_a_call(text: str, name: str) -> None:
    assert callee(text) == name


def test_a_sample_is_one_or_more() -> None:
    with pytest.raises(ValueError, match="1 or more"), witness.watch(0):
        pass


@pytest.mark.filterwarnings("ignore")
def test_codes_are_selected_as_for_the_linter() -> None:
    with witness.watch(select=["BCE2"]) as report:
        F.binary_cross_entropy_with_logits(torch.sigmoid(nn.Linear(4, 1)(torch.zeros(3, 4))), torch.ones(3, 1), size_average=True)
    assert [one.code for one in report.findings] == ["BCE203"]
    with pytest.raises(ValueError, match="no rule"):
        witness.watch(select=["BCE8"])
