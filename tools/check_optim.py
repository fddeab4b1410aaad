#!/usr/bin/env python3
"""Loads optimizer states that Candela saved into PyTorch's optimizers. Needs torch.

    python tools/check_optim.py FILE...

A file holds what TensorIO.save(optimizer.stateDict(), path) wrote, or a checkpoint that has it under "optimizer"; with the parameters, in
their order, under "params", and what they are after one more step with gradients of 1 under "stepped", that step is compared too. The optimizer's
class may be named under "kind". A file may also hold several such checkpoints by name, as framework-optim's tests leave them in
target/optimizers.pth.
"""
import sys

import torch


def optimizer_of(content, group):
    if "kind" in content:
        return getattr(torch.optim, content["kind"])
    if "decoupled_weight_decay" in group:
        return torch.optim.AdamW if group["decoupled_weight_decay"] else torch.optim.Adam
    return torch.optim.SGD


def parameters(content, state, indices):
    if "params" in content:
        return {i: p.detach().clone().requires_grad_() for i, p in zip(indices, content["params"], strict=True)}
    shapes = {i: next((v.shape for k, v in state.get(i, {}).items() if k != "step"), ()) for i in indices}
    return {i: torch.zeros(shape, requires_grad=True) for i, shape in shapes.items()}


CAST = ("mu_product", "eta", "mu")  # scalars whose type PyTorch changes to the parameter's when it loads them


def same(a, b):
    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k].to(a[k].dtype) if k in CAST else b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


def check(title, content):
    saved = content.get("optimizer", content)
    groups = saved["param_groups"]
    tensors = parameters(content, saved["state"], sorted({i for g in groups for i in g["params"]}))
    make = optimizer_of(content, groups[0])
    named = [[*zip(g["param_names"], g["params"])] if "param_names" in g else g["params"] for g in groups]
    optimizer = make([
        {"params": [(e[0], tensors[e[1]]) if isinstance(e, tuple) else tensors[e] for e in entries]} for entries in named
    ])
    if set(groups[0]) != set(optimizer.state_dict()["param_groups"][0]):
        print(f"{title}: note: options {sorted(groups[0])}, PyTorch writes {sorted(optimizer.state_dict()['param_groups'][0])}")
    optimizer.load_state_dict(saved)
    if not same(saved, optimizer.state_dict()):
        sys.exit(f"{title}: PyTorch gives back another state:\n{saved}\n{optimizer.state_dict()}")
    for tensor in tensors.values():
        tensor.grad = torch.ones_like(tensor)
    optimizer.step()
    for i, stepped in enumerate(content.get("stepped", ())):
        torch.testing.assert_close(list(tensors.values())[i].detach(), stepped.detach(), rtol=1e-6, atol=1e-6)
    print(f"{title}: {make.__name__}, {len(groups)} groups, {len(tensors)} parameters, {len(saved['state'])} with state; "
          f"a step in PyTorch {'gives the same' if 'stepped' in content else 'works'}")


for path in sys.argv[1:]:
    content = torch.load(path, weights_only=True)
    if "optimizer" in content or "param_groups" in content:
        check(path, content)
    else:
        for name, checkpoint in content.items():
            check(f"{path}, {name}", checkpoint)
