"""Containers of modules, and what hands a module back: wrappers, trainers' `prepare`, methods that return `self`."""

from __future__ import annotations

CONTAINERS: dict[str, str] = {
    "torch.nn.Sequential": "sequential",
    "torch.nn.ModuleList": "list",
    "torch.nn.ModuleDict": "dict",
    "torch.nn.ParameterList": "list",
    "torch.nn.ParameterDict": "dict",
}
"""Classes that hold modules or parameters, and how: `sequential` is called, the others are only looked into."""

WRAPPERS: dict[str, int] = {
    "torch.nn.DataParallel": 0,
    "torch.nn.parallel.DistributedDataParallel": 0,
    "torch.distributed.fsdp.FullyShardedDataParallel": 0,
    "torch.distributed.fsdp.fully_shard": 0,
    "torch.compile": 0,
    "torch.jit.script": 0,
    "torch.jit.trace": 0,
    "torch.jit.freeze": 0,
    "torch.jit.optimize_for_inference": 0,
    "torch.fx.symbolic_trace": 0,
    "torch.nn.SyncBatchNorm.convert_sync_batchnorm": 0,
    "torch.nn.utils.spectral_norm": 0,
    "torch.nn.utils.weight_norm": 0,
    "torch.nn.utils.remove_spectral_norm": 0,
    "torch.nn.utils.remove_weight_norm": 0,
    "torch.nn.utils.parametrizations.spectral_norm": 0,
    "torch.nn.utils.parametrizations.weight_norm": 0,
    "torch.nn.utils.parametrizations.orthogonal": 0,
    "torch.nn.utils.parametrize.register_parametrization": 0,
    "torch.nn.utils.prune.l1_unstructured": 0,
    "torch.nn.utils.prune.random_unstructured": 0,
    "torch.optim.swa_utils.AveragedModel": 0,
    "torch.ao.quantization.QuantWrapper": 0,
    "apex.parallel.DistributedDataParallel": 0,
    "apex.parallel.convert_syncbn_model": 0,
}
"""Callables whose result behaves as their argument of that index."""

PREPARE_METHODS: dict[str, dict[str, str]] = {
    "accelerate.Accelerator": {
        "prepare": "each",
        "prepare_model": "first",
        "prepare_data_loader": "first",
        "prepare_optimizer": "first",
        "prepare_scheduler": "first",
        "unwrap_model": "first",
    },
    "lightning.Fabric": {
        "setup": "each",
        "setup_module": "first",
        "setup_optimizers": "each",
        "setup_dataloaders": "each",
    },
}
"""Methods that hand their arguments back, made ready for a device: `first` returns the first argument; `each` returns that
argument where there is one, else a tuple with one result for each positional argument, in order."""

MODULE_SELF_METHODS: frozenset[str] = frozenset(
    {
        "to",
        "to_empty",
        "cuda",
        "cpu",
        "xpu",
        "ipu",
        "mtia",
        "train",
        "eval",
        "half",
        "float",
        "double",
        "bfloat16",
        "type",
        "requires_grad_",
        "share_memory",
        "apply",
    }
)
"""Methods of `torch.nn.Module` that return the module itself."""
