"""A small recommender: embeddings, a dot product, a pairwise and a pointwise loss, all right; metrics on probabilities."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class MatrixFactorization(nn.Module):
    def __init__(self, users, items, width=8):
        super().__init__()
        self.users, self.items = nn.Embedding(users, width), nn.Embedding(items, width)
        self.bias = nn.Embedding(items, 1)

    def forward(self, user, item):
        return (self.users(user) * self.items(item)).sum(-1) + self.bias(item).squeeze(-1)


def bpr(positive, negative):
    return -F.logsigmoid(positive - negative).mean()


def evaluate(model, loader):
    model.eval()
    hits = 0
    with torch.no_grad():
        for user, item, click in loader:
            hits += ((torch.sigmoid(model(user, item)) > 0.5) == (click > 0.5)).sum().item()
    return hits


torch.manual_seed(0)
users, items = torch.randint(0, 20, (200,)), torch.randint(0, 30, (200,))
clicks = torch.randint(0, 2, (200,)).float()
model = MatrixFactorization(20, 30)
optimizer = torch.optim.Adagrad(model.parameters(), lr=0.1)
loader = DataLoader(TensorDataset(users, items, clicks), batch_size=50)
for epoch in range(2):
    model.train()
    for user, item, click in loader:
        score = model(user, item)
        loss = F.binary_cross_entropy_with_logits(score, click) + bpr(score, model(user, torch.randint(0, 30, user.shape)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: {evaluate(model, loader)} of {len(users)}")
