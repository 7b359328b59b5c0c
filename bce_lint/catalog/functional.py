"""`torch.nn.functional` outside losses and activations; the layers of `layers.py` as functions."""

from __future__ import annotations

from math import inf

from bce_lint.catalog.rows import rows
from bce_lint.catalog.schema import COSINE, REAL, Kind, Range, Transfer

_F = "torch.nn.functional."


def _sign(low: float, high: float = inf) -> Transfer:
    return Transfer(Kind.SIGN, Range(low, high, True))


_RELU = Transfer(Kind.MONOTONE, Range(0.0, inf, True))
_HARDTANH = Transfer(Kind.MONOTONE, Range(-1.0, 1.0, True), bounds=("min_val", "max_val"))

FUNCTIONAL: dict[str, Transfer] = {
    **rows(
        _F,
        Transfer(Kind.LOGITS, REAL),
        """
        linear(input, weight, bias) | shape=linear
        bilinear(input1, input2, weight, bias)
        embedding(input, weight)
        conv1d(input, weight, bias, stride, padding, dilation, groups) | shape=conv1
        conv2d(input, weight, bias, stride, padding, dilation, groups) | shape=conv2
        conv3d(input, weight, bias, stride, padding, dilation, groups) | shape=conv3
        conv_transpose1d conv_transpose2d conv_transpose3d(input, weight, bias, stride, padding, output_padding, groups, dilation)
        embedding_bag(input, weight, offsets)
        """,
    ),
    _F + "multi_head_attention_forward": Transfer(Kind.LOGITS, REAL, result="tuple", fields=("values", "weights")),
    **rows(
        _F,
        Transfer(Kind.BOUNDED, REAL),
        """
        batch_norm(input, running_mean, running_var, weight, bias, training) | shape=same
        instance_norm(input, running_mean, running_var, weight, bias) | shape=same
        layer_norm(input, normalized_shape, weight, bias) | shape=same
        group_norm(input, num_groups, weight, bias) | shape=same
        rms_norm(input, normalized_shape, weight) | shape=same
        prelu(input, weight) | shape=same
        glu(input, dim)
        """,
    ),
    **rows(
        _F,
        Transfer(Kind.KEEP),
        """
        dropout dropout1d dropout2d dropout3d(input, p, training, inplace) | shape=same use=scaled
        pixel_shuffle(input, upscale_factor)
        pixel_unshuffle(input, downscale_factor)
        channel_shuffle(input, groups)
        """,
    ),
    **rows(
        _F,
        Transfer(Kind.SELECT),
        """
        max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode) | shape=max_pool1
        max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode) | shape=max_pool2
        max_pool3d(input, kernel_size, stride, padding, dilation, ceil_mode) | shape=max_pool3
        adaptive_max_pool1d(input, output_size, return_indices) | shape=adapt1
        adaptive_max_pool2d(input, output_size, return_indices) | shape=adapt2
        adaptive_max_pool3d(input, output_size, return_indices) | shape=adapt3
        fractional_max_pool2d fractional_max_pool3d(input, kernel_size, output_size, output_ratio)
        upsample_nearest(input, size, scale_factor) | shape=resize_in_space
        """,
    ),
    **rows(
        _F,
        Transfer(Kind.MEAN),
        """
        avg_pool1d(input, kernel_size, stride, padding, ceil_mode, count_include_pad) | shape=avg_pool1
        avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad) | shape=avg_pool2
        avg_pool3d(input, kernel_size, stride, padding, ceil_mode, count_include_pad) | shape=avg_pool3
        adaptive_avg_pool1d(input, output_size) | shape=adapt1
        adaptive_avg_pool2d(input, output_size) | shape=adapt2
        adaptive_avg_pool3d(input, output_size) | shape=adapt3
        grid_sample(input, grid, mode, padding_mode, align_corners)
        """,
    ),
    **rows(
        _F,
        Transfer(Kind.BLEND),
        """
        interpolate(input, size, scale_factor, mode, align_corners) | shape=resize_in_space trial=growing
        upsample(input, size, scale_factor, mode, align_corners) | shape=resize_in_space
        upsample_bilinear(input, size, scale_factor) | shape=resize_in_space
        """,
    ),
    **rows(
        _F,
        Transfer(Kind.ARITHMETIC),
        """
        pad(input, pad, mode, value) | trial=growing
        fold(input, output_size, kernel_size)
        unfold(input, kernel_size, dilation, padding, stride)
        max_unpool1d max_unpool2d max_unpool3d(input, indices, kernel_size)
        lp_pool1d lp_pool2d lp_pool3d(input, norm_type, kernel_size)
        alpha_dropout feature_alpha_dropout(input, p, training, inplace)
        local_response_norm(input, size, alpha, beta, k)
        scaled_dot_product_attention(query, key, value)
        affine_grid(theta, size, align_corners)
        threshold(input, threshold, value, inplace)
        """,
    ),
    **rows(_F, _RELU, "relu(input, inplace)"),
    **rows(_F, _RELU._replace(inplace=True), "relu_(input)"),
    **rows(_F, Transfer(Kind.MONOTONE, Range(0.0, 6.0, True)), "relu6(input, inplace)"),
    **rows(_F, _HARDTANH, "hardtanh(input, min_val, max_val, inplace)"),
    **rows(_F, _HARDTANH._replace(inplace=True), "hardtanh_(input, min_val, max_val)"),
    **rows(_F, Transfer(Kind.BOUNDED, Range(0.0, 1.0, True)), "hardsigmoid(input, inplace) | shape=same"),
    **rows(_F, Transfer(Kind.BOUNDED, Range(0.0, inf, True)), "softplus(input, beta, threshold) | shape=same use=softplus"),
    **rows(
        _F,
        _sign(-1.0, 1.0),
        """
        tanh(input)
        softsign(input) | shape=same
        normalize(input, p, dim, eps) | shape=same
        """,
    ),
    **rows(_F, _sign(-0.171), "gelu(input)"),
    **rows(_F, _sign(-0.279), "silu(input, inplace)"),
    **rows(_F, _sign(-0.309), "mish(input, inplace)"),
    **rows(_F, _sign(-0.375), "hardswish(input, inplace)"),
    **rows(_F, _sign(-1.7581), "selu(input, inplace)"),
    **rows(_F, _sign(-1.0), "elu celu(input, alpha, inplace)"),
    **rows(
        _F,
        _sign(-inf),
        """
        leaky_relu(input, negative_slope, inplace)
        rrelu(input, lower, upper)
        softshrink hardshrink(input, lambd)
        tanhshrink(input)
        """,
    ),
    **rows(
        _F,
        _sign(-inf)._replace(inplace=True),
        """
        leaky_relu_(input, negative_slope)
        rrelu_(input, lower, upper)
        """,
    ),
    **rows(_F, _sign(-1.0)._replace(inplace=True), "elu_ celu_(input, alpha)"),
    **rows(_F, _sign(-1.7581)._replace(inplace=True), "selu_(input)"),
    **rows(_F, Transfer(Kind.BOUNDED, COSINE, use="cosine"), "cosine_similarity(x1, x2, dim, eps)"),
    **rows(
        _F,
        Transfer(Kind.BOUNDED, Range(0.0, inf)),
        """
        pairwise_distance(x1, x2, p, eps, keepdim)
        pdist(input, p)
        """,
    ),
    **rows(_F, Transfer(Kind.LABEL, Range(0.0, 1.0, True), dtype="int64"), "one_hot(input, num_classes) | shape=one_hot trial=growing"),
}
"""Functions of `torch.nn.functional` by canonical name."""
