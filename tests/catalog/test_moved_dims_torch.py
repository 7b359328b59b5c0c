"""Where a softmax's dimension is after an operation, against torch: along the dimension that is told the values sum to 1."""

from __future__ import annotations

import pytest
import torch

from tests.catalog.test_shapes_torch import listed, predicted, real

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

# Of what has three dimensions: (2, 3, 4).
OF_THREE = """
p.permute(0, 2, 1) | p.permute(1, 2, 0) | p.permute((2, 0, 1)) | p.permute(dims=(2, 1, 0)) | p.permute(-1, 0, 1)
torch.permute(p, (0, 2, 1)) | p.transpose(1, 2) | p.transpose(-1, 1) | p.transpose(0, -1) | p.transpose(dim0=0, dim1=1)
torch.transpose(p, 0, 2) | p.swapaxes(1, 2) | p.swapdims(-2, -1) | p.movedim(-1, 1) | p.movedim(0, 2) | p.movedim(2, 0)
torch.movedim(p, 1, -1) | p.movedim((0, 1), (1, 2)) | p.moveaxis(0, 1) | p.mT | p.transpose_(1, 2) | p.unsqueeze(0) | p.unsqueeze(1)
p.unsqueeze(-1) | p.unsqueeze(dim=-2) | p.unsqueeze(1).squeeze(1) | p.unsqueeze(-1).squeeze() | p[None] | p[:, None] | p[..., None] | p[0]
p[:, 0] | p[..., 0] | p[1:, :, 0] | p[:, 1:] | p[0, ..., None] | p.flatten(0, 1) | p.flatten(1) | p.flatten(1, 2)
p.flatten(start_dim=-2) | p.flatten() | p.reshape(6, 4) | p.view(-1, 4) | p.reshape(2, -1) | p.view(2, 3, 2, 2) | p.view(2, 3, -1)
p.reshape((2, 12)) | p.view(2, -1, 4) | p.unflatten(2, (2, 2)) | p.unflatten(0, (1, 2)) | p.unflatten(-1, (4, 1)) | p.expand(5, 2, 3, 4)
p.expand(-1, -1, -1) | p.clone().contiguous() | p.detach().flip(1) | p.roll(1, 0) | torch.stack([p, p]) | torch.stack([p, p], dim=1)
torch.stack((p, p), -1) | torch.cat([p, p]) | p.select(1, 0) | p.unbind(0)[0] | p.unbind(-1)[1] | p.diagonal() | torch.rot90(p)
p.amax(1) | p.max(1)[0] | p.max(dim=-1, keepdim=True).values | p.view_as(torch.zeros(4, 3, 2)) | p.reshape_as(p) | nn.Flatten()(p)
nn.Flatten(0, 1)(p) | nn.Unflatten(2, (2, 2))(p) | p.permute(0, 2, 1).reshape(-1, 3) | p.transpose(1, 2).reshape(-1, 3).unsqueeze(0)
p.ravel() | p.tile(2, 1, 1, 1) | p.repeat(2, 1, 1) | p.repeat_interleave(2, dim=0) | p.squeeze(0) | torch.squeeze(p[:1], 0)
"""
TOLD = """
p.permute(0, 2, 1) | p.transpose(1, 2) | p.movedim(-1, 1) | p.mT | p.unsqueeze(0) | p.unsqueeze(-1) | p[None] | p.flip(1) | p.swapaxes(0, 1)
torch.stack([p, p]) | p.expand(5, 2, 3, 4) | p.movedim((0, 1), (1, 2))
"""
# Where nothing is known of the tensor.
OF_UNKNOWN = {
    "F.softmax(u, dim=1).transpose(1, 2)": 2,
    "F.softmax(u, dim=1).transpose(-1, -2)": None,
    "F.softmax(u, dim=-1).transpose(1, 2)": 1,
    "F.softmax(u, dim=-1).transpose(0, 1)": -1,
    "F.softmax(u, dim=-1).transpose(-2, -1)": -2,
    "F.softmax(u, dim=-1).permute(0, 2, 1)": 1,
    "F.softmax(u, dim=-1).permute(0, 3, 1, 2)": 1,
    "F.softmax(u, dim=n).permute(0, 2, 1)": None,
    "F.softmax(u, dim=1).permute(*n)": None,
    "F.softmax(u, dim=-1).movedim(-1, 1)": 1,
    "F.softmax(u, dim=2).movedim(-1, 1)": None,
    "F.softmax(u, dim=1).unsqueeze(1)": 2,
    "F.softmax(u, dim=1).unsqueeze(-1)": 1,
    "F.softmax(u, dim=-1).unsqueeze(-1)": -2,
    "F.softmax(u, dim=-1).view(-1, n)": -1,
    "F.softmax(u, dim=-1).view(n, -1)": None,
    "F.softmax(u, dim=1).view(-1, n)": None,
    "F.softmax(u, dim=1).transpose(1, 2).reshape(-1, 5)": -1,
    "F.softmax(u, dim=1).view(n, 3, -1)": 1,
    "F.softmax(u, dim=1).squeeze()": 1,
    "F.softmax(u, dim=1).squeeze(-1)": 1,
    "F.softmax(u, dim=2).squeeze(1)": None,
    "F.softmax(u, dim=-1).flatten(0, 1)": -1,
    "F.softmax(u, dim=1).flatten(2)": 1,
    "F.softmax(u, dim=1).flatten(1)": None,
    "F.softmax(u, dim=1).T": -2,
    "F.softmax(u, dim=-1)[:, 0]": -1,
    "F.softmax(u, dim=1)[n]": 1,
    "F.softmax(u, dim=1)[0]": 0,
    "torch.stack([F.softmax(u, dim=1), F.softmax(u, dim=1)], 1)": 2,
    "nn.Sequential(nn.Softmax(dim=-1), nn.Flatten(0, 1))(u)": -1,
    "[q if n > 0 else q.mT for q in [F.softmax(u, dim=1)]][0]": None,
    "torch.cat([F.softmax(u, dim=1), F.softmax(u, dim=1)], dim=1)": None,
    "torch.cat([F.softmax(u, dim=1), F.softmax(u, dim=1)])": 1,
    "F.softmax(u, dim=1)[:, :2]": None,
    "F.softmax(u, dim=1)[:2]": 1,
}


def told(expression: str, names: str) -> int | None:
    """The dimension that the analysis tells."""
    dims = {origin.along for origin in predicted(expression, names)[0].origin}
    return dims.pop() if len(dims) == 1 else None


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2, -3])
@pytest.mark.parametrize("expression", listed(OF_THREE))
def test_the_values_sum_to_one_along_the_dimension_that_is_told(expression: str, dim: int) -> None:
    names = f"x = torch.randn(2, 3, 4)\np = F.softmax(x, dim={dim})\n"
    over = told(expression, names)
    if over is not None:
        value = real(expression, names)
        assert torch.allclose(value.sum(over), torch.ones(()), atol=1e-5)


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2, -3])
@pytest.mark.parametrize("expression", listed(TOLD))
def test_where_a_dimension_only_gets_another_number_that_is_told(expression: str, dim: int) -> None:
    assert told(expression, f"x = torch.randn(2, 3, 4)\np = F.softmax(x, dim={dim})\n") is not None


@pytest.mark.parametrize(("expression", "dim"), OF_UNKNOWN.items())
def test_a_dimension_of_what_has_an_unknown_rank(expression: str, dim: int | None) -> None:
    assert told(expression, "from elsewhere import n, u\n") == dim
