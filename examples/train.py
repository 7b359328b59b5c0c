"""Trains the networks of the example. Every function holds a mistake that runs, or fails only after the data is loaded."""

import torch
import torch.nn.functional as F
from models import DigitNet, SentimentNet, TagNet
from torch import nn


def train_sentiment(batches, epochs=3):
    model = SentimentNet()
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(epochs):
        for tokens, positive in batches:
            optimizer.zero_grad()
            loss = criterion(model(tokens), positive.float())
            loss.backward()
            optimizer.step()
    return model


def train_sentiment_faster(batches):
    model = SentimentNet().cuda()
    optimizer = torch.optim.Adam(model.parameters())
    scaler = torch.amp.GradScaler("cuda")
    for tokens, positive in batches:
        optimizer.zero_grad()
        with torch.autocast("cuda"):
            loss = F.binary_cross_entropy(model(tokens.cuda()), positive.cuda().float())
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
    return model


def train_digits(batches, criterion=nn.CrossEntropyLoss()):
    model = DigitNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for images, digits in batches:
        optimizer.zero_grad()
        probabilities = model(images)
        loss = criterion(probabilities, digits)
        loss.backward()
        optimizer.step()
    return model


@torch.no_grad()
def digits_loss(model: DigitNet, batches):
    total = 0.0
    for images, digits in batches:
        total += F.nll_loss(model(images), digits, size_average=False).item()
    return total


def pretrain_tags(articles):
    model = TagNet()
    for article in articles:
        noise = torch.randint(0, 2, (len(article), 40))
        loss = F.binary_cross_entropy_with_logits(model.head(article), noise)
        loss.backward()
    return model


def train_tags(batches):
    model = pretrain_tags([article for article, _ in batches])
    for article, tags in batches:
        _, loss = model(article, tags)
        loss.backward()
    return model
