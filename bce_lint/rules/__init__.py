"""The rules, one in each file, and how they are selected."""

from __future__ import annotations

from bce_lint.rules.checks import (
    activation_applied_twice,
    bce_loss_under_autocast,
    class_called_as_function,
    conflicting_loss_inputs,
    deprecated_loss_reduction,
    hand_written_bce,
    integer_one_hot_target,
    internal_error,
    log_of_sigmoid,
    log_of_softmax,
    log_softmax_before_cross_entropy,
    log_softmax_before_nll_loss,
    logits_to_nll_loss,
    loss_shape_mismatch,
    loss_weight_dtype,
    misplaced_loss_option,
    non_float_bce_target,
    non_integer_class_target,
    non_log_input_to_kl_div,
    probabilities_to_logit_loss,
    probabilities_to_nll_loss,
    probability_threshold_on_logits,
    saturated_probabilities,
    sigmoid_before_bce_loss,
    sigmoid_before_bce_with_logits,
    sigmoid_before_cross_entropy,
    single_class_cross_entropy,
    softmax_before_bce_with_logits,
    softmax_before_cross_entropy,
    softmax_over_wrong_dim,
    softmax_without_dim,
    swapped_loss_arguments,
    syntax_error,
    target_out_of_range,
    too_large,
    unbounded_input_to_bce_loss,
)
from bce_lint.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    sigmoid_before_bce_loss.RULE,
    bce_loss_under_autocast.RULE,
    sigmoid_before_bce_with_logits.RULE,
    softmax_before_bce_with_logits.RULE,
    unbounded_input_to_bce_loss.RULE,
    conflicting_loss_inputs.RULE,
    activation_applied_twice.RULE,
    softmax_before_cross_entropy.RULE,
    sigmoid_before_cross_entropy.RULE,
    log_softmax_before_cross_entropy.RULE,
    probabilities_to_nll_loss.RULE,
    logits_to_nll_loss.RULE,
    log_softmax_before_nll_loss.RULE,
    non_log_input_to_kl_div.RULE,
    probabilities_to_logit_loss.RULE,
    class_called_as_function.RULE,
    swapped_loss_arguments.RULE,
    deprecated_loss_reduction.RULE,
    misplaced_loss_option.RULE,
    softmax_without_dim.RULE,
    non_float_bce_target.RULE,
    non_integer_class_target.RULE,
    integer_one_hot_target.RULE,
    loss_weight_dtype.RULE,
    loss_shape_mismatch.RULE,
    single_class_cross_entropy.RULE,
    softmax_over_wrong_dim.RULE,
    log_of_softmax.RULE,
    log_of_sigmoid.RULE,
    hand_written_bce.RULE,
    probability_threshold_on_logits.RULE,
    saturated_probabilities.RULE,
    target_out_of_range.RULE,
    internal_error.RULE,
    syntax_error.RULE,
    too_large.RULE,
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
