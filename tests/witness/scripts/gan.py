"""A small GAN: two models, two losses that take turns, one of them wrong."""

import argparse

import torch
import torch.nn as nn


class Generator(nn.Module):
    def __init__(self, latent):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(latent, 32), nn.LeakyReLU(0.2, inplace=True), nn.Linear(32, 2), nn.Tanh())

    def forward(self, z):
        return self.net(z)


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2, inplace=True), nn.Linear(32, 1), nn.Sigmoid())

    def forward(self, x):
        return self.net(x).view(-1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--latent", type=int, default=8)
    options = parser.parse_args()
    torch.manual_seed(0)
    generator, discriminator = Generator(options.latent), Discriminator()
    criterion = nn.BCEWithLogitsLoss()
    optimizers = [torch.optim.Adam(m.parameters(), lr=2e-4, betas=(0.5, 0.999)) for m in (discriminator, generator)]
    data = torch.utils.data.DataLoader(torch.randn(64, 2), batch_size=16, shuffle=True)
    for epoch in range(options.epochs):
        for real in data:
            fake = generator(torch.randn(len(real), options.latent))
            optimizers[0].zero_grad()
            loss = criterion(discriminator(real), torch.ones(len(real))) + criterion(discriminator(fake.detach()), torch.zeros(len(real)))
            loss.backward()
            optimizers[0].step()
            optimizers[1].zero_grad()
            criterion(discriminator(fake), torch.ones(len(real))).backward()
            optimizers[1].step()
        print(f"epoch {epoch}: {loss.item():.4f}")


if __name__ == "__main__":
    main()
