"""The networks of the example: sentiment of a text, a written digit, tags of an article."""

import torch
from torch import nn


class SentimentNet(nn.Module):
    """Says how likely it is that a text is positive."""

    def __init__(self, vocabulary=20_000, width=64):
        super().__init__()
        self.embed = nn.EmbeddingBag(vocabulary, width)
        self.head = nn.Linear(width, 1)

    def forward(self, tokens):
        score = self.head(self.embed(tokens))
        return torch.sigmoid(score).squeeze(-1)


class DigitNet(nn.Module):
    """Says how likely each of the ten digits is."""

    def __init__(self, classes=10):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(28 * 28, 128),
            nn.ReLU(),
            nn.Linear(128, classes),
            nn.Softmax(dim=1),
        )

    def forward(self, images):
        return self.layers(images)


class TagNet(nn.Module):
    """Scores every tag of an article; given the right tags, it returns the loss as well."""

    def __init__(self, features=300, tags=40):
        super().__init__()
        self.head = nn.Linear(features, tags)
        self.squash = nn.Softmax()

    def forward(self, article, tags=None):
        scores = self.head(article)
        if tags is None:
            return self.squash(scores)
        return scores, nn.BCEWithLogitsLoss(scores, tags)
