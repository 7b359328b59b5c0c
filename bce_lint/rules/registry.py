"""The registry: every rule, a line each, and how rules are selected. A new rule has its line here."""

# ruff: noqa: F401 - the rules are read off this module's names

from __future__ import annotations

from bce_lint.rules.checks.activation_applied_twice import RULE as BCE107
from bce_lint.rules.checks.bce_loss_under_autocast import RULE as BCE102
from bce_lint.rules.checks.class_called_as_function import RULE as BCE201
from bce_lint.rules.checks.conflicting_loss_inputs import RULE as BCE106
from bce_lint.rules.checks.deprecated_loss_reduction import RULE as BCE203
from bce_lint.rules.checks.hand_written_bce import RULE as BCE503
from bce_lint.rules.checks.integer_loss_input import RULE as BCE305
from bce_lint.rules.checks.integer_one_hot_target import RULE as BCE303
from bce_lint.rules.checks.internal_error import RULE as BCE900
from bce_lint.rules.checks.log_of_sigmoid import RULE as BCE502
from bce_lint.rules.checks.log_of_softmax import RULE as BCE501
from bce_lint.rules.checks.log_softmax_before_cross_entropy import RULE as BCE113
from bce_lint.rules.checks.log_softmax_before_nll_loss import RULE as BCE123
from bce_lint.rules.checks.log_target_to_kl_div import RULE as BCE133
from bce_lint.rules.checks.logits_to_nll_loss import RULE as BCE122
from bce_lint.rules.checks.loss_shape_mismatch import RULE as BCE401
from bce_lint.rules.checks.loss_weight_dtype import RULE as BCE304
from bce_lint.rules.checks.misplaced_loss_option import RULE as BCE204
from bce_lint.rules.checks.non_float_bce_target import RULE as BCE301
from bce_lint.rules.checks.non_integer_class_target import RULE as BCE302
from bce_lint.rules.checks.non_log_input_to_kl_div import RULE as BCE131
from bce_lint.rules.checks.probabilities_to_logit_loss import RULE as BCE132
from bce_lint.rules.checks.probabilities_to_nll_loss import RULE as BCE121
from bce_lint.rules.checks.probability_threshold_on_logits import RULE as BCE601
from bce_lint.rules.checks.saturated_probabilities import RULE as BCE701
from bce_lint.rules.checks.sigmoid_before_bce_loss import RULE as BCE101
from bce_lint.rules.checks.sigmoid_before_bce_with_logits import RULE as BCE103
from bce_lint.rules.checks.sigmoid_before_cross_entropy import RULE as BCE112
from bce_lint.rules.checks.single_class_cross_entropy import RULE as BCE402
from bce_lint.rules.checks.softmax_before_bce_with_logits import RULE as BCE104
from bce_lint.rules.checks.softmax_before_cross_entropy import RULE as BCE111
from bce_lint.rules.checks.softmax_over_wrong_dim import RULE as BCE403
from bce_lint.rules.checks.softmax_without_dim import RULE as BCE205
from bce_lint.rules.checks.swapped_loss_arguments import RULE as BCE202
from bce_lint.rules.checks.syntax_error import RULE as BCE901
from bce_lint.rules.checks.target_out_of_range import RULE as BCE702
from bce_lint.rules.checks.too_large import RULE as BCE902
from bce_lint.rules.checks.unbounded_input_to_bce_loss import RULE as BCE105
from bce_lint.rules.checks.unused_noqa import RULE as BCE910
from bce_lint.rules.rule import Rule

RULES: tuple[Rule, ...] = tuple(sorted((one for one in vars().values() if isinstance(one, Rule)), key=lambda rule: rule.code))
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
