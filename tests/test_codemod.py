"""The codemod, as LibCST's own tool runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import libcst as cst
from libcst.codemod import CodemodContext

from bce_lint.codemod import FixLossesCommand

BEFORE = """\
import torch
import torch.nn.functional as F


def step(net, x, y):
    loss = F.binary_cross_entropy(torch.sigmoid(net(x)), y)  # a remark
    return loss, F.cross_entropy(torch.softmax(net(x), dim=1), y)
"""
SAFE = BEFORE.replace("binary_cross_entropy(torch.sigmoid(net(x)), y)", "binary_cross_entropy_with_logits(net(x), y)")
ALL = SAFE.replace("torch.softmax(net(x), dim=1)", "net(x)")


def test_the_tool_applies_the_safe_fixes_and_with_a_flag_all(tmp_path: Path) -> None:
    for flags, wanted in (((), SAFE), (("--unsafe-fixes",), ALL), (("--unsafe-fixes",), ALL)):
        file = tmp_path / "train.py"
        if wanted == SAFE:
            file.write_text(BEFORE)
        tool = [sys.executable, "-m", "libcst.tool", "codemod", "--no-format", "-j1", "-x", "bce_lint.codemod.FixLossesCommand"]
        subprocess.run([*tool, *flags, str(file)], cwd=tmp_path, check=True, capture_output=True)
        assert file.read_text() == wanted


def test_a_module_without_findings_is_given_back_as_it_is() -> None:
    tree = cst.parse_module("x = 1\n")
    assert FixLossesCommand(CodemodContext()).transform_module(tree).code == tree.code


def test_what_a_gate_refuses_is_a_warning() -> None:
    context = CodemodContext()
    tree = cst.parse_module(BEFORE + "\x0cx = 1\n")
    assert FixLossesCommand(context).transform_module(tree).code in (SAFE + "x = 1\n", tree.code)
    assert all("not fixed" in line for line in context.warnings)
