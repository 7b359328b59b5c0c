"""The modules of `torch.nn` that are no loss, activation or container.

Parametrised layers give logits: any real number. Average pooling leaves the domain (a mean of probabilities is no softmax),
max pooling keeps it. Layers that put constants between the values (zero padding, unpooling, folding) leave it too.
"""

from __future__ import annotations

from math import inf

from bce_lint.catalog.rows import rows
from bce_lint.catalog.schema import ANY, COSINE, REAL, Kind, Range, Transfer

_LOGITS = Transfer(Kind.LOGITS, REAL)
_SELECT = Transfer(Kind.SELECT)
_ARITHMETIC = Transfer(Kind.ARITHMETIC)
_REAL = Transfer(Kind.BOUNDED, REAL)


def _sign(low: float, high: float) -> Transfer:
    return Transfer(Kind.SIGN, Range(low, high, True))


def _recurrent(bounds: Range) -> Transfer:
    return Transfer(Kind.RECURRENT, bounds, result="tuple", fields=("values", "state"))


LAYERS: dict[str, Transfer] = {
    **rows(
        "torch.nn.",
        _LOGITS,
        """
        Linear(in_features, out_features, bias, device, dtype) | shape=features
        LazyLinear(out_features, bias, device, dtype) | shape=features
        Bilinear(in1_features, in2_features, out_features, bias, device, dtype) | shape=features
        LazyConv1d LazyConv2d LazyConv3d(out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype)
        LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d(out_channels, kernel_size, stride, padding, output_padding)
        Embedding(num_embeddings, embedding_dim, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse) | shape=embedding
        EmbeddingBag(num_embeddings, embedding_dim, max_norm, norm_type, scale_grad_by_freq, mode, sparse)
        BatchNorm1d BatchNorm2d BatchNorm3d(num_features, eps, momentum, affine, track_running_stats) | shape=same gradient=affine
        SyncBatchNorm(num_features, eps, momentum, affine, track_running_stats) | gradient=affine
        LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d(eps, momentum, affine, track_running_stats, device, dtype) | gradient=affine
        LazyInstanceNorm1d LazyInstanceNorm2d(eps, momentum, affine, track_running_stats, device, dtype) | gradient=affine
        LazyInstanceNorm3d(eps, momentum, affine, track_running_stats, device, dtype) | gradient=affine
        LayerNorm(normalized_shape, eps, elementwise_affine, bias, device, dtype) | shape=same gradient=affine
        RMSNorm(normalized_shape, eps, elementwise_affine, device, dtype) | shape=same gradient=affine
        GroupNorm(num_groups, num_channels, eps, affine, device, dtype) | shape=same gradient=affine
        Transformer(d_model, nhead, num_encoder_layers, num_decoder_layers, dim_feedforward, dropout)
        TransformerEncoder TransformerDecoder
        TransformerEncoderLayer TransformerDecoderLayer(d_model, nhead, dim_feedforward, dropout, activation)
        """,
    ),
    **rows(
        "torch.nn.",
        _LOGITS._replace(shape="conv"),
        """
        Conv1d Conv2d Conv3d(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype)
        """,
    ),
    **rows(
        "torch.nn.",
        _LOGITS._replace(shape="conv_back"),
        "ConvTranspose1d ConvTranspose2d ConvTranspose3d(in_channels, out_channels, kernel_size, stride, padding, output_padding)",
    ),
    # Made without affine=True these have no parameter: normalised values, below zero and above one all the same (the
    # lazy ones above are affine unless told otherwise).
    **rows(
        "torch.nn.",
        _REAL,
        """
        InstanceNorm1d InstanceNorm2d InstanceNorm3d(num_features, eps, momentum, affine, track_running_stats) | shape=same gradient=affine
        """,
    ),
    "torch.nn.MultiheadAttention": Transfer(
        Kind.LOGITS,
        REAL,
        result="tuple",
        params=("embed_dim", "num_heads", "dropout", "bias"),
        fields=("values", "weights"),
    ),
    **rows(
        "torch.nn.",
        _recurrent(Range(-1.0, 1.0))._replace(shape="recurrent"),
        """
        LSTM(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size)
        GRU(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
        """,
    ),
    **rows(
        "torch.nn.",
        _recurrent(ANY)._replace(shape="recurrent"),
        "RNN(input_size, hidden_size, num_layers, nonlinearity, bias, batch_first, dropout, bidirectional)",
    ),
    **rows("torch.nn.", _recurrent(Range(-1.0, 1.0)), "LSTMCell(input_size, hidden_size, bias, device, dtype)"),
    **rows("torch.nn.", Transfer(Kind.RECURRENT, Range(-1.0, 1.0)), "GRUCell(input_size, hidden_size, bias, device, dtype)"),
    **rows("torch.nn.", Transfer(Kind.RECURRENT, ANY), "RNNCell(input_size, hidden_size, bias, nonlinearity, device, dtype)"),
    **rows(
        "torch.nn.",
        Transfer(Kind.KEEP),
        """
        Identity | shape=same use=kept
        Dropout Dropout1d Dropout2d Dropout3d(p, inplace) | shape=same use=scaled
        Flatten(start_dim, end_dim) | shape=flat use=moved
        Unflatten(dim, unflattened_size)
        PixelShuffle(upscale_factor)
        PixelUnshuffle(downscale_factor)
        ChannelShuffle(groups)
        """,
    ),
    **rows(
        "torch.nn.",
        _SELECT,
        """
        MaxPool1d MaxPool2d MaxPool3d(kernel_size, stride, padding, dilation, return_indices, ceil_mode) | shape=pool
        AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d(output_size, return_indices) | shape=adapt
        FractionalMaxPool2d FractionalMaxPool3d(kernel_size, output_size, output_ratio, return_indices) | shape=pool_at_random
        ReflectionPad1d ReflectionPad2d ReflectionPad3d(padding)
        ReplicationPad1d ReplicationPad2d ReplicationPad3d(padding)
        CircularPad1d CircularPad2d CircularPad3d(padding)
        UpsamplingNearest2d(size, scale_factor) | shape=resize
        """,
    ),
    **rows(
        "torch.nn.",
        Transfer(Kind.MEAN),
        """
        AvgPool1d(kernel_size, stride, padding, ceil_mode, count_include_pad) | shape=pool
        AvgPool2d AvgPool3d(kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override) | shape=pool
        AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d(output_size) | shape=adapt
        """,
    ),
    **rows(
        "torch.nn.",
        Transfer(Kind.BLEND),
        """
        Upsample(size, scale_factor, mode, align_corners, recompute_scale_factor) | shape=resize
        UpsamplingBilinear2d(size, scale_factor) | shape=resize
        """,
    ),
    **rows(
        "torch.nn.",
        _ARITHMETIC,
        """
        ZeroPad1d ZeroPad2d ZeroPad3d(padding)
        ConstantPad1d ConstantPad2d ConstantPad3d(padding, value)
        MaxUnpool1d MaxUnpool2d MaxUnpool3d(kernel_size, stride, padding)
        LPPool1d LPPool2d LPPool3d(norm_type, kernel_size, stride, ceil_mode) | shape=pool
        Fold(output_size, kernel_size, dilation, padding, stride)
        Unfold(kernel_size, dilation, padding, stride)
        AlphaDropout(p, inplace) | shape=same
        FeatureAlphaDropout(p, inplace)
        LocalResponseNorm CrossMapLRN2d(size, alpha, beta, k)
        Threshold(threshold, value, inplace)
        """,
    ),
    "torch.nn.ReLU": Transfer(Kind.MONOTONE, Range(0.0, inf, True), params=("inplace",)),
    "torch.nn.ReLU6": Transfer(Kind.MONOTONE, Range(0.0, 6.0, True), params=("inplace",)),
    "torch.nn.Hardtanh": Transfer(
        Kind.MONOTONE,
        Range(-1.0, 1.0, True),
        params=("min_val", "max_val", "inplace"),
        bounds=("min_val", "max_val"),
    ),
    "torch.nn.Hardsigmoid": Transfer(Kind.BOUNDED, Range(0.0, 1.0, True), params=("inplace",), shape="same"),
    "torch.nn.Softplus": Transfer(Kind.BOUNDED, Range(0.0, inf, True), params=("beta", "threshold"), shape="same"),
    "torch.nn.Tanh": _sign(-1.0, 1.0),
    "torch.nn.Softsign": _sign(-1.0, 1.0),
    "torch.nn.GELU": _sign(-0.171, inf),
    "torch.nn.SiLU": _sign(-0.279, inf),
    "torch.nn.Mish": _sign(-0.309, inf),
    "torch.nn.Hardswish": _sign(-0.375, inf),
    "torch.nn.SELU": _sign(-1.7581, inf),
    **rows("torch.nn.", _sign(-1.0, inf), "ELU CELU(alpha, inplace)"),
    **rows(
        "torch.nn.",
        _sign(-inf, inf),
        """
        LeakyReLU(negative_slope, inplace)
        RReLU(lower, upper)
        Softshrink Hardshrink(lambd)
        Tanhshrink
        """,
    ),
    # A learned slope may turn negative; half of a GLU's input only scales the other half.
    **rows(
        "torch.nn.",
        _REAL,
        """
        PReLU(num_parameters, init, device, dtype) | gradient=trained
        GLU(dim)
        """,
    ),
    "torch.nn.CosineSimilarity": Transfer(Kind.BOUNDED, COSINE, params=("dim", "eps"), use="cosine"),
    "torch.nn.PairwiseDistance": Transfer(Kind.BOUNDED, Range(0.0, inf), params=("p", "eps", "keepdim")),
}
"""Layer classes by canonical name; `params` are the constructor's first parameters."""
