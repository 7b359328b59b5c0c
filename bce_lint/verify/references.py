"""What the losses are meant to compute, written out: the references that rewrites are held against, in float64.

They share no code with torch's losses, so that a rewrite cannot agree with itself.
"""

from __future__ import annotations

import torch
from torch import Tensor


def reduced(each: Tensor, reduction: str = "mean") -> Tensor:
    """A loss of every element reduced as `reduction=` says."""
    return each if reduction == "none" else each.sum() / (each.numel() if reduction == "mean" else 1)


def log_sigmoid(x: Tensor) -> Tensor:
    """The logarithm of the sigmoid."""
    return -torch.logaddexp(torch.zeros_like(x), -x)


def bce(x: Tensor, t: Tensor, weight: Tensor | None = None, reduction: str = "mean", pos_weight: Tensor | None = None) -> Tensor:
    """Binary cross entropy of logits."""
    positive = t if pos_weight is None else t * pos_weight
    each = -(positive * log_sigmoid(x) + (1 - t) * log_sigmoid(-x))
    return reduced(each if weight is None else each * weight, reduction)


def bce_of_probabilities(p: Tensor, t: Tensor) -> Tensor:
    """Binary cross entropy of probabilities, averaged."""
    return -(t * torch.log(p) + (1 - t) * torch.log1p(-p)).mean()


def log_softmax(x: Tensor, dim: int = 1) -> Tensor:
    """The logarithm of the softmax."""
    return x - torch.logsumexp(x, dim, keepdim=True)


def softmax(x: Tensor, dim: int = 1) -> Tensor:
    """The softmax."""
    return torch.exp(log_softmax(x, dim))


def softmin(x: Tensor, dim: int = 1) -> Tensor:
    """The softmax of the negative."""
    return softmax(-x, dim)


def cross_entropy(
    x: Tensor,
    t: Tensor,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> Tensor:
    """Cross entropy of class logits, of class indices or class probabilities, over dimension 1."""
    log_p, count = log_softmax(x), x.shape[1]
    scale = torch.ones(count, dtype=x.dtype, device=x.device) if weight is None else weight
    along = scale.view(1, count, *[1] * (x.dim() - 2))
    if t.is_floating_point():
        each = -(along * (t * (1 - label_smoothing) + label_smoothing / count) * log_p).sum(1)
        return each.sum() / each.numel() if reduction == "mean" else reduced(each, reduction)
    kept = t != ignore_index
    index = t.where(kept, torch.zeros_like(t))
    hard = -scale[index] * log_p.gather(1, index.unsqueeze(1)).squeeze(1)
    each = ((1 - label_smoothing) * hard - label_smoothing / count * (along * log_p).sum(1)) * kept
    return each.sum() / (scale[index] * kept).sum() if reduction == "mean" else reduced(each, reduction)


def kl_div(x: Tensor, t: Tensor, reduction: str = "batchmean") -> Tensor:
    """Kullback-Leibler divergence of a distribution from that of class logits, over dimension 1."""
    each = torch.special.xlogy(t, t) - t * log_softmax(x)
    return each.sum() / len(x) if reduction == "batchmean" else reduced(each, reduction)


def soft_margin(x: Tensor, t: Tensor, reduction: str = "mean") -> Tensor:
    """Soft margin loss of logits, of targets -1 and 1."""
    return reduced(-log_sigmoid(t * x), reduction)


def multilabel(x: Tensor, t: Tensor, weight: Tensor | None = None, reduction: str = "mean") -> Tensor:
    """Multi-label soft margin loss of logits: the binary cross entropy averaged over the last dimension."""
    return reduced(bce(x, t, weight, "none").mean(-1), reduction)
