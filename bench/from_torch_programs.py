"""Small PyTorch programs whose autograd graphs `engine.pytorch.imported` is held to.

Each gives its loss, and tensors by name: at least every leaf that learns.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as fun

Program = Callable[[], tuple[Tensor, dict[str, Any]]]
KIND = torch.float64


def _leaf(*rows: Any) -> Tensor:
    return torch.tensor(rows if len(rows) > 1 else rows[0], dtype=KIND, requires_grad=True)


def _data(*rows: Any) -> Tensor:
    return torch.tensor(rows if len(rows) > 1 else rows[0], dtype=KIND)


class Inputs:
    """What the one-line programs are about; made anew for each of them."""

    def __init__(self) -> None:
        self.s = _leaf(0.3)
        self.v = _leaf(0.5, 0.7)
        self.w = _leaf([0.1, 0.2], [0.3, -0.4])
        self.m = _leaf([[0.1, -0.2, 0.3]], [[0.4, 0.5, -0.6]])  # (2, 1, 3)
        self.n = _leaf([[0.3], [-0.1], [0.2]], [[0.2], [0.6], [0.5]])  # (2, 3, 1)
        self.x = _data(0.4, 0.9)
        self.y = _data([1.0, 0.0], [0.0, 1.0])
        self.t = torch.tensor([1, 0])
        self.at = torch.tensor([[1], [0]])


def _assigned(i: Inputs) -> Tensor:
    made = i.w * 1
    made += 1
    made.mul_(2)
    return made


# each makes a tensor; the loss is the sum of its elements times 0.3, 0.6, 0.9 ...
ONE_LINERS: dict[str, Callable[[Inputs], Tensor]] = {
    "w + v": lambda i: i.w + i.v,
    "w + 1, kept by tanh": lambda i: (i.w + 1).tanh(),
    "w + x, kept by sin": lambda i: (i.w + i.x).sin(),
    "w + 2.5, kept by none": lambda i: (i.w + 2.5)[0, 0],
    "w - 2*v": lambda i: torch.sub(i.w, i.v, alpha=2),
    "1 - w, kept by log": lambda i: (1 - i.w).log(),
    "x - v, kept by square": lambda i: (i.x - i.v) ** 2,
    "w + 1 - x, kept by exp": lambda i: (i.w + 1 - i.x).exp(),
    "relu(w - 0.15)": lambda i: (i.w - 0.15).relu(),
    "w*x": lambda i: i.w * i.x,
    "w*w": lambda i: i.w * i.w,
    "2*w / v": lambda i: 2 * i.w / i.v,
    "2 / w": lambda i: 2 / i.w,
    "-w": lambda i: -i.w,
    "w**3": lambda i: i.w**3,
    "v**s": lambda i: i.v**i.s,
    "x**w": lambda i: i.x**i.w,
    "2**w": lambda i: 2**i.w,
    "exp2, expm1": lambda i: i.w.exp2() + i.w.expm1(),
    "log, log2, log10, log1p": lambda i: i.v.log() + i.v.log2() + i.v.log10() + i.w.log1p(),
    "sqrt, rsqrt, square": lambda i: i.v.sqrt() + i.v.rsqrt() * i.w.square(),
    "sin, cos, tan": lambda i: i.w.sin() + i.w.cos() * i.w.tan(),
    "asin, acos, atan": lambda i: i.w.asin() + i.w.acos() * i.w.atan(),
    "sinh, cosh, tanh": lambda i: i.w.sinh() + i.w.cosh() * i.w.tanh(),
    "sigmoid, logsigmoid": lambda i: (i.w + 0.5).sigmoid() + fun.logsigmoid(i.w),
    "leaky_relu": lambda i: fun.leaky_relu(i.w) + fun.leaky_relu(i.w, 0.2) + fun.prelu(i.w, i.v),
    "elu, celu, selu": lambda i: fun.elu(i.w) + fun.celu(i.w, 0.5) + fun.selu(i.w),
    "gelu": lambda i: fun.gelu(i.w) + fun.gelu(i.w, approximate="tanh"),
    "softplus": lambda i: fun.softplus(i.w) + fun.softplus(i.w, beta=2),
    "silu, mish": lambda i: fun.silu(i.w) + fun.mish(i.w),
    "relu6, hardtanh": lambda i: fun.relu6(i.w) + fun.hardtanh(i.w, -0.4, 0.2),
    "abs": lambda i: i.w.abs(),
    "maximum, minimum": lambda i: torch.maximum(i.w, i.v) + torch.minimum(i.w, i.x),
    "clamp": lambda i: i.w.clamp(0.1, 0.2) + i.w.clamp(min=0.2) + i.w.clamp_max(-0.4),
    "clamp by tensors": lambda i: i.w.clamp(i.x - 0.4, i.x),
    "where": lambda i: torch.where(i.w > 0.15, i.w, 0.5),
    "masked_fill, softmax": lambda i: i.w.masked_fill(i.w > 0.25, -math.inf).softmax(0),
    "addcmul, addcdiv, lerp": lambda i: (
        torch.addcmul(i.v, i.v, i.x, value=2) + torch.addcdiv(i.v, i.w, i.x) + i.v.lerp(i.w, 0.25)
    ),
    "sum, mean of all": lambda i: i.w.sum() + i.w.mean(),
    "sum, mean of rows": lambda i: i.w.sum(-1, keepdim=True) + i.w.mean(0),
    "prod": lambda i: i.w.prod() + i.w.prod(1),
    "max of equals": lambda i: (i.w.abs() * 0 + 1).max() + (i.w * 0).amax(1) + i.w.max(1)[0],
    "min": lambda i: i.w.min() + i.w.amin(-1) + i.w.min(0)[0],
    "var, std": lambda i: i.w.var() + i.w.std(0, correction=0),
    "norms": lambda i: i.w.norm() + i.w.norm(p=1, dim=0) + torch.linalg.vector_norm(i.v, math.inf),
    "cumsum, trace": lambda i: i.w.cumsum(1) + i.w.trace(),
    "logsumexp": lambda i: i.w.logsumexp(1) + (100 * i.w).logsumexp((0, 1)),
    "log_softmax": lambda i: fun.log_softmax(i.w, -1) + fun.log_softmax(300 * i.w, 0),
    "w @ w": lambda i: i.w @ i.w,
    "y @ w, w @ x": lambda i: i.y @ i.w + i.w @ i.x,
    "v @ v, x @ v": lambda i: i.v @ i.v + i.x @ i.v,
    "v @ w, batched": lambda i: i.v @ i.w + (i.m @ i.n).sum(),
    "batch @ matrix": lambda i: i.m @ i.n[0],
    "addmm, addmv, baddbmm": lambda i: (
        torch.addmm(i.v, i.w, i.w, beta=2, alpha=0.5)
        + torch.addmv(i.x, i.w, i.v)
        + torch.baddbmm(i.s.expand(2, 1, 1), i.m, i.n).sum()
    ),
    "linear of one, of many": lambda i: (
        fun.linear(i.x, i.w, i.v) + fun.linear(i.y, i.w) + fun.linear(i.v, i.w, i.x)
    ),
    "outer, einsum": lambda i: torch.outer(i.v, i.x) + torch.einsum("ij,jk->ki", i.w, i.w),
    "t, T, transpose, permute": lambda i: (
        i.w.t() + i.w.T * i.w.transpose(0, -1) + i.m.permute(1, 2, 0)[0, :2]
    ),
    "view, reshape, flatten": lambda i: i.w.view(4) + i.w.t().reshape(4) * i.w.flatten(),
    "squeeze, unsqueeze, expand": lambda i: i.m.squeeze().squeeze(0) + i.s[None].expand(2, 3),
    "select, slice, index": lambda i: (
        i.w[0] + i.w[..., 1] + i.w[...][:, 0] + i.m[:, 0, ::2][0] + i.w[[0, 1], [1, 0]] + i.v[i.t]
    ),
    "mask, gather, take": lambda i: (
        i.w[i.y > 0] + i.w.gather(1, i.at)[:, 0] + i.w.take(i.t) + i.w.index_select(0, i.t)[0]
    ),
    "embedding": lambda i: fun.embedding(i.t, i.w),
    "stack, cat": lambda i: torch.stack([i.v, i.x]) + torch.cat([i.w[:1], i.y[:1]]).sin(),
    "unbind, split, chunk": lambda i: (
        i.w.unbind(1)[1] + i.w.split(1)[1] + i.v.split([1, 1])[0] + i.w.chunk(2)[0]
    ),
    "repeat, flip, roll": lambda i: i.v.repeat(2, 1) + i.w.flip(0) + i.w.roll(1) + i.w.roll(1, 0),
    "tril, triu, diagonal": lambda i: i.w.tril() + i.w.triu(1) * 2 + i.w.diagonal() + i.w.diag(),
    "sort, topk": lambda i: i.w.sort()[0] + i.w.topk(2, 0)[0],
    "clone, contiguous, detach": lambda i: i.w.clone() + i.w.t().contiguous() * i.w.detach(),
    "in place": _assigned,
    "mse, l1": lambda i: fun.mse_loss(i.v, i.x) + fun.l1_loss(i.w, i.y, reduction="none"),
    "huber, smooth l1": lambda i: (
        fun.huber_loss(i.w, i.y, delta=0.5)
        + fun.smooth_l1_loss(i.w, i.y, beta=0.8, reduction="sum")
    ),
    "bce": lambda i: (
        fun.binary_cross_entropy(i.v, i.x, weight=i.x) + fun.binary_cross_entropy(i.v, i.x.round())
    ),
    "bce with logits": lambda i: (
        fun.binary_cross_entropy_with_logits(i.w, i.y)
        + fun.binary_cross_entropy_with_logits(i.w, i.y, pos_weight=i.x, weight=i.x)
    ),
    "nll, cross entropy": lambda i: fun.nll_loss(i.w, i.t) + fun.cross_entropy(i.w, i.t),
    "cross entropy, more": lambda i: (
        fun.cross_entropy(i.w, i.t, weight=i.x)
        + fun.cross_entropy(i.w, i.y)
        + fun.cross_entropy(i.v, i.t[0])
        + fun.cross_entropy(i.w, i.t, label_smoothing=0.1, reduction="sum")
        + fun.cross_entropy(i.w, torch.tensor([0, -100]))
    ),
    "cross entropy of a sequence": lambda i: fun.cross_entropy(i.w[None], i.t[None]),
    "soft margin, hinge": lambda i: (
        fun.soft_margin_loss(i.v, i.x) + fun.hinge_embedding_loss(i.v, torch.tensor([1.0, -1.0]))
    ),
    "layer_norm": lambda i: fun.layer_norm(i.w, (2,), i.v, i.x) + fun.layer_norm(i.w, (2, 2)),
    "batch_norm": lambda i: (
        fun.batch_norm(i.w, None, None, i.v, i.v, training=True)
        + fun.batch_norm(i.w, i.x, i.x, i.v, i.x)
    ),
    "attention": lambda i: fun.scaled_dot_product_attention(i.w[None], i.w[None], i.y[None]),
    "cosine similarity": lambda i: fun.cosine_similarity(i.w, i.v) + fun.normalize(i.w)[0],
}


def _weighted(made: Tensor) -> Tensor:
    weights = torch.arange(1, made.numel() + 1, dtype=KIND).reshape(made.shape) * 0.3
    return (made * weights).sum()


def _one_liner(make: Callable[[Inputs], Tensor]) -> Program:
    def program() -> tuple[Tensor, dict[str, Any]]:
        inputs = Inputs()
        return _weighted(make(inputs)), dict(vars(inputs))

    return program


def neuron() -> tuple[Tensor, dict[str, Any]]:
    """The lecture's neuron."""
    x1, x2 = _data(2.0), _data(0.0)
    w1, w2, b = _leaf(-3.0), _leaf(1.0), _leaf(6.8813735870195432)
    n = x1 * w1 + x2 * w2 + b
    o = torch.tanh(n)
    return o, {"x1": x1, "x2": x2, "w1": w1, "w2": w2, "b": b, "n": n, "o": o}


def two_layers() -> tuple[Tensor, dict[str, Any]]:
    """A network out of torch.nn on three samples, in float32 as it comes."""
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))
    x = torch.tensor([[1.0, -2.0], [0.5, 0.25], [-1.0, 3.0]])
    y = torch.tensor([[1.0], [-1.0], [0.5]])
    out = net(x)
    loss = ((out - y) ** 2).mean()
    return loss, {"net": net, "x": x, "y": y, "out": out, "loss": loss}


def classifier() -> tuple[Tensor, dict[str, Any]]:
    """A network with cross-entropy and a penalty."""
    torch.manual_seed(2)
    net = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3)).to(KIND)
    x, y = _data([1.0, -2.0], [0.5, 0.25]), torch.tensor([2, 0])
    penalty = sum((p * p).sum() for p in net.parameters())
    loss = fun.cross_entropy(net(x), y) + 1e-2 * penalty
    return loss, {"net": net, "x": x, "loss": loss}


def hinge() -> tuple[Tensor, dict[str, Any]]:
    """A max-margin loss, each sample by itself, whose 1 is not kept where the loss is 0."""
    w, b = _leaf(0.8, -0.3), _leaf(0.1)
    data, y = _data([1.0, 2.0], [-1.5, 0.5], [3.0, -1.0]), _data(1.0, -1.0, 1.0)
    losses = [(1 - target * (w @ row + b)).relu() for row, target in zip(data, y, strict=True)]
    loss = torch.stack(losses).mean()
    return loss, {"w": w, "b": b, "data": data, "y": y, "loss": loss}


def softmax_by_hand() -> tuple[Tensor, dict[str, Any]]:
    """Softmax and its cross-entropy out of exp, sum and log."""
    w = _leaf([0.2, -0.1, 0.4], [0.3, 0.5, -0.2])
    x = _data(1.0, -0.5)
    counts = (x @ w).exp()
    probs = counts / counts.sum()
    loss = -probs[2].log()
    return loss, {"w": w, "x": x, "counts": counts, "probs": probs, "loss": loss}


def recurrent() -> tuple[Tensor, dict[str, Any]]:
    """Two steps of a recurrent network, its state from zeros."""
    wx, wh, b = _leaf([[0.5, -0.3]]), _leaf([0.1, 0.7], [-0.6, 0.2]), _leaf(0.05, -0.05)
    h = torch.zeros(2, dtype=KIND)
    for x in (_data([1.0]), _data([-2.0])):
        h = torch.tanh(x @ wx + h @ wh + b)
    loss = (h - _data(0.5, 0.5)).pow(2).sum()
    return loss, {"wx": wx, "wh": wh, "b": b, "h": h, "loss": loss}


def gated() -> tuple[Tensor, dict[str, Any]]:
    """One step of a cell with gates."""
    torch.manual_seed(3)
    cell = nn.LSTMCell(1, 1).to(KIND)
    h, c = cell(_data([0.7]), (_data([0.2]), _data([-0.4])))
    loss = (h * c).sum()
    return loss, {"cell": cell, "loss": loss}


def copied() -> tuple[Tensor, dict[str, Any]]:
    """A float32 tensor that goes on as float64."""
    w = torch.tensor([0.5, -0.25], requires_grad=True)
    loss = w.double().square().sum()
    return loss, {"w": w, "loss": loss}


PROGRAMS: dict[str, Program] = {
    "neuron": neuron,
    "two layers": two_layers,
    "classifier": classifier,
    "hinge": hinge,
    "softmax by hand": softmax_by_hand,
    "recurrent": recurrent,
    "gated": gated,
    "copied": copied,
    **{name: _one_liner(make) for name, make in ONE_LINERS.items()},
}
