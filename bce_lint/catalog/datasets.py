"""Data sets and loaders whose elements are known: torch's own, and torchvision's for classification."""

from __future__ import annotations

LOADERS: frozenset[str] = frozenset({"torch.utils.data.DataLoader"})
"""Loaders that batch with torch's default collate function."""

SUBSETS: frozenset[str] = frozenset({"torch.utils.data.Subset", "torch.utils.data.dataset.Subset"})
"""Data sets whose elements are those of their first argument."""

SPLITS: frozenset[str] = frozenset({"torch.utils.data.random_split", "torch.utils.data.dataset.random_split"})
"""Functions that part a data set into several with the same elements."""

TENSOR_DATASETS: frozenset[str] = frozenset({"torch.utils.data.TensorDataset"})
"""Data sets whose elements are tuples with one row of each argument."""

CLASSIFICATION: frozenset[str] = frozenset(
    f"torchvision.datasets.{name}"
    for name in (
        "MNIST", "FashionMNIST", "KMNIST", "QMNIST", "EMNIST", "CIFAR10", "CIFAR100", "SVHN", "STL10", "ImageNet", "ImageFolder",
        "DatasetFolder", "Flowers102", "Food101", "GTSRB", "StanfordCars", "OxfordIIITPet", "DTD", "EuroSAT", "FER2013", "USPS",
    )
)  # fmt: skip
"""Data sets of torchvision whose elements are (image, class index); torchvision is not among the test dependencies, so these
rows are read off its documentation and not re-checked against it."""
