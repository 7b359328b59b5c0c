"""The many qualified names of one torch object, and the one that the tables use.

A key that ends with a dot stands for every name below it. Each alias is the very object that its canonical name gives
(the tests check this on the installed torch), so that signatures and messages stay right.
"""

from __future__ import annotations

from functools import lru_cache

KNOWN_LIBRARIES = frozenset({
    "builtins", "bce_lint", "collections", "functools", "itertools", "math", "numpy", "random", "torch", "torchvision",
})  # fmt: skip
"""Modules whose public names are functions and classes."""

_NN_FILES = (
    "activation",
    "adaptive",
    "batchnorm",
    "channelshuffle",
    "container",
    "conv",
    "distance",
    "dropout",
    "flatten",
    "fold",
    "instancenorm",
    "linear",
    "loss",
    "module",
    "normalization",
    "padding",
    "pixelshuffle",
    "pooling",
    "rnn",
    "sparse",
    "transformer",
    "upsampling",
)

TORCH_ALIASES: dict[str, str] = {
    **{f"torch.nn.modules.{file}.": "torch.nn." for file in _NN_FILES},
    "torch.nn.modules.": "torch.nn.",
    "torch.nn.parameter.": "torch.nn.",
    "torch.nn.parallel.data_parallel.": "torch.nn.parallel.",
    "torch.nn.parallel.distributed.": "torch.nn.parallel.",
    "torch.nn.parallel.DataParallel": "torch.nn.DataParallel",
    "torch.nn.utils.spectral_norm.spectral_norm": "torch.nn.utils.spectral_norm",
    "torch.nn.utils.weight_norm.weight_norm": "torch.nn.utils.weight_norm",
    "torch.distributed.fsdp.fully_sharded_data_parallel.": "torch.distributed.fsdp.",
    "torch.functional.": "torch.",
    "torch._tensor.": "torch.",
    "torch._C._nn.log_sigmoid": "torch.nn.functional.logsigmoid",
    "torch._C._nn.gelu": "torch.nn.functional.gelu",
    "torch._C._nn.softplus": "torch.nn.functional.softplus",
    "torch._C._nn.linear": "torch.nn.functional.linear",
    "torch.amp.autocast_mode.": "torch.amp.",
    "torch.amp.autocast": "torch.autocast",
    "torch.cuda.amp.autocast_mode.": "torch.cuda.amp.",
    "torch.cpu.amp.autocast_mode.": "torch.cpu.amp.",
    "torch.amp.grad_scaler.": "torch.amp.",
    "torch.autograd.grad_mode.": "torch.autograd.",
    "torch.autograd.no_grad": "torch.no_grad",
    "torch.autograd.enable_grad": "torch.enable_grad",
    "torch.autograd.set_grad_enabled": "torch.set_grad_enabled",
    "torch.autograd.inference_mode": "torch.inference_mode",
}
"""Aliases inside torch."""

LIBRARY_ALIASES: dict[str, str] = {
    "torchvision.ops.focal_loss.": "torchvision.ops.",
    "pytorch_lightning.": "lightning.pytorch.",
    "lightning_fabric.": "lightning.fabric.",
    "lightning.fabric.fabric.": "lightning.fabric.",
    "lightning.fabric.Fabric": "lightning.Fabric",
    "lightning.pytorch.trainer.trainer.": "lightning.pytorch.",
    "lightning.pytorch.trainer.": "lightning.pytorch.",
    "lightning.pytorch.core.module.": "lightning.pytorch.",
    "lightning.pytorch.core.datamodule.": "lightning.pytorch.",
    "lightning.pytorch.core.": "lightning.pytorch.",
    "lightning.pytorch.Trainer": "lightning.Trainer",
    "lightning.pytorch.LightningModule": "lightning.LightningModule",
    "lightning.pytorch.LightningDataModule": "lightning.LightningDataModule",
    "accelerate.accelerator.": "accelerate.",
    "transformers.training_args.": "transformers.",
    "transformers.trainer.": "transformers.",
    "einops.einops.": "einops.",
    "sklearn.utils.compute_class_weight": "sklearn.utils.class_weight.compute_class_weight",
    "sklearn.utils.compute_sample_weight": "sklearn.utils.class_weight.compute_sample_weight",
}
"""Aliases of other libraries; the stand-alone Lightning packages count as the unified one, whose code they share."""

ALIASES: dict[str, str] = {**TORCH_ALIASES, **LIBRARY_ALIASES}
"""All aliases."""


@lru_cache(maxsize=4096)
def canonical(qualname: str) -> str:
    """The name under which the tables know `qualname`; unchanged when they do not."""
    exact = ALIASES.get(qualname)
    if exact is not None:
        return canonical(exact)
    end = qualname.rfind(".")
    while end > 0:
        prefix = ALIASES.get(qualname[: end + 1])
        if prefix is not None:
            return canonical(prefix + qualname[end + 1 :])
        end = qualname.rfind(".", 0, end)
    return qualname


NUMPY_KEYWORDS: dict[str, str] = {"axis": "dim", "keepdims": "keepdim"}
"""NumPy's names of options, and torch's."""

KEYWORD_ALIASES: dict[str, str] = {
    **NUMPY_KEYWORDS,
    "x": "input",
    "a": "input",
    "x1": "input",
    "x2": "other",
}
"""NumPy's keyword names, which torch's builtins and tensor methods take for their own; the functions of `torch.nn.functional`
that are written in Python do not."""
