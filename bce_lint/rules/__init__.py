"""The rules, one in each file of `checks`, and how they are selected."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from bce_lint.rules.rule import Rule

_FILES: Final = (
    "sigmoid_before_bce_loss",
    "bce_loss_under_autocast",
    "sigmoid_before_bce_with_logits",
    "softmax_before_bce_with_logits",
    "unbounded_input_to_bce_loss",
    "conflicting_loss_inputs",
    "activation_applied_twice",
    "softmax_before_cross_entropy",
    "sigmoid_before_cross_entropy",
    "log_softmax_before_cross_entropy",
    "probabilities_to_nll_loss",
    "logits_to_nll_loss",
    "log_softmax_before_nll_loss",
    "non_log_input_to_kl_div",
    "probabilities_to_logit_loss",
    "class_called_as_function",
    "swapped_loss_arguments",
    "deprecated_loss_reduction",
    "misplaced_loss_option",
    "softmax_without_dim",
    "non_float_bce_target",
    "non_integer_class_target",
    "integer_one_hot_target",
    "loss_weight_dtype",
    "loss_shape_mismatch",
    "single_class_cross_entropy",
    "softmax_over_wrong_dim",
    "log_of_softmax",
    "log_of_sigmoid",
    "hand_written_bce",
    "probability_threshold_on_logits",
    "saturated_probabilities",
    "target_out_of_range",
    "internal_error",
    "syntax_error",
    "too_large",
)
"""The registry: a new rule has its line here."""

RULES: tuple[Rule, ...] = tuple(
    sorted((import_module(f"bce_lint.rules.checks.{name}").RULE for name in _FILES), key=lambda rule: rule.code)
)
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}


def resolve(selector: str) -> frozenset[str]:
    """The codes that a code, the beginning of one (`BCE1`), or a rule's name stands for; KeyError if there is none."""
    found = frozenset(rule.code for rule in RULES if selector and (rule.name == selector or rule.code.startswith(selector)))
    if not found:
        raise KeyError(selector)
    return found


def default_codes() -> frozenset[str]:
    """The codes that are reported when nothing is selected."""
    return frozenset(rule.code for rule in RULES if rule.default)
