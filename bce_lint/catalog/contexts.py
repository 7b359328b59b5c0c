"""Where autocast is on: torch's own contexts, and the trainers that open one.

The ban is on `BCELoss` and its functional, whatever the dtypes. It follows the device of the tensors: cuda, xpu and
mtia ban, cpu and mps run in float32. A nested context with `enabled=False` for the same device lifts it, one for
another device does not. `tests/catalog/test_contexts_torch.py` measures it.

Trainers, as read in their sources:

- Lightning 2.6.6, `Trainer`: `Strategy.training_step` and its three sisters run the module's method inside
  `precision_plugin.*_step_context()`, which is `torch.autocast` for the mixed precisions; the device is the accelerator's if
  that is cpu or mps, else cuda. Other hooks (`on_train_batch_end`, `configure_optimizers` ...) run outside. DeepSpeed and XLA
  strategies bring precisions of their own that open no autocast.
- Lightning 2.6.6, `Fabric`: a module that went through `setup` or `setup_module` has only its forward wrapped, and what it
  returns is cast back to the default dtype; the loss in the loop is outside unless in `with fabric.autocast():`.
- Accelerate 1.15.0: `prepare_model` replaces `model.forward` by one under autocast whose outputs are converted to float32;
  the loop is outside unless in `with accelerator.autocast():`. fp8 opens a bfloat16 autocast.
- Transformers 5.23.0: `TrainingArguments(fp16=True)` or `bf16=True` chooses Accelerate's mixed precision. The trainer's
  `compute_loss_context_manager` opens nothing by itself, so an overridden `compute_loss` is outside, the model's forward inside.
"""

from __future__ import annotations

from bce_lint.catalog.schema import REQUIRED, Autocast, Covered, Param, Precision

BANNING_DEVICES: frozenset[str] = frozenset({"cuda", "xpu", "mtia"})
"""Devices whose autocast refuses `BCELoss`; a device is written without its index here (`cuda:0` is `cuda`)."""

_ENABLED = Param("enabled", True)


def _own(device: str, dtype: str) -> Autocast:
    return Autocast(device, (_ENABLED, Param("dtype", dtype), Param("cache_enabled", True)))


AUTOCAST: dict[str, Autocast] = {
    "torch.autocast": Autocast(None, (Param("device_type", REQUIRED), Param("dtype", None), _ENABLED, Param("cache_enabled", None))),
    "torch.cuda.amp.autocast": _own("cuda", "float16"),
    "torch.cpu.amp.autocast": _own("cpu", "bfloat16"),
}
"""Callables whose result is an autocast context or decorator; a dtype default is written by its name."""

NO_GRADIENT: frozenset[str] = frozenset({"torch.no_grad", "torch.inference_mode"})
"""Contexts, and decorators, under which no gradient is recorded."""

GRADIENT: frozenset[str] = frozenset({"torch.enable_grad"})
"""Contexts, and decorators, under which gradients are recorded again."""

GRADIENT_BY_MODE: frozenset[str] = frozenset({"torch.set_grad_enabled"})
"""Contexts that are told whether gradients are recorded; called as a statement, they say so for what follows."""

STEP_METHODS: tuple[str, ...] = ("training_step", "validation_step", "test_step", "predict_step")
"""The methods of a LightningModule that its trainer runs under autocast."""

EVALUATION_STEPS: frozenset[str] = frozenset(STEP_METHODS[1:])
"""Those of them that its trainer runs without recording gradients."""

_MIXED: frozenset[object] = frozenset({16, "16", "16-mixed", "bf16", "bf16-mixed", "transformer-engine", "transformer-engine-float16"})
_OTHER_STRATEGIES = {"strategy": ("deepspeed", "xla"), "accelerator": ("tpu",)}

PRECISIONS: dict[str, Precision] = {
    "lightning.Trainer": Precision(
        {"precision": _MIXED},
        Covered.STEPS,
        device_option="accelerator",
        devices={"cpu": "cpu", "mps": "mps"},
        unless=_OTHER_STRATEGIES,
    ),
    "lightning.Fabric": Precision(
        {"precision": _MIXED},
        Covered.FORWARD,
        device_option="accelerator",
        devices={"cpu": "cpu", "mps": "mps"},
        unless=_OTHER_STRATEGIES,
        context="autocast",
    ),
    "accelerate.Accelerator": Precision(
        {"mixed_precision": frozenset({"fp16", "bf16", "fp8"})},
        Covered.FORWARD,
        params=("device_placement", "split_batches", "mixed_precision", "gradient_accumulation_steps", "cpu"),
        device_option="cpu",
        devices={True: "cpu"},
        context="autocast",
    ),
    "transformers.TrainingArguments": Precision(
        {"fp16": frozenset({True}), "bf16": frozenset({True})},
        Covered.FORWARD,
        device_option="use_cpu",
        devices={True: "cpu"},
    ),
    "transformers.Seq2SeqTrainingArguments": Precision(
        {"fp16": frozenset({True}), "bf16": frozenset({True})},
        Covered.FORWARD,
        device_option="use_cpu",
        devices={True: "cpu"},
    ),
}
"""Trainers, and the settings objects of trainers, by canonical name."""

ARGUMENT_TRAINERS: dict[str, tuple[str, ...]] = {
    "transformers.Trainer": ("model", "args"),
    "transformers.Seq2SeqTrainer": ("model", "args"),
}
"""Trainers that get their precision from the settings object passed as `args`, with their first parameters; it covers their `model`."""
