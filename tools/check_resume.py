#!/usr/bin/env python3
"""Goes on in PyTorch with a training that Candela saved, and compares it with how Candela went on. Needs torch.

    mvn -pl examples -am test -Dtest=TorchResumeTest -Dsurefire.failIfNoSpecifiedTests=false
    python tools/check_resume.py examples/target/resume

The folder holds checkpoints of the network in tools/golden/resume.py, step-13.pth and step-30.pth; without one the test's is taken. The test itself
goes on in Candela with a training that PyTorch saved.
"""
import pathlib
import sys

import torch

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools/golden"))
import resume  # noqa: E402

TOLERANCE = 1e-6


def worst(title, ours, theirs):
    """The largest difference of two nests, relative to 1 or the larger value."""
    if isinstance(ours, torch.Tensor):
        if ours.dtype != theirs.dtype or ours.shape != theirs.shape:
            sys.exit(f"{title}: PyTorch has {ours.dtype} {tuple(ours.shape)}, Candela {theirs.dtype} {tuple(theirs.shape)}")
        if not ours.is_floating_point():
            return 0 if torch.equal(ours, theirs) else float("inf")
        scale = ours.abs().clamp(min=1)
        return ((ours - theirs).abs() / scale).max().item() if ours.numel() else 0
    if isinstance(ours, dict):
        if ours.keys() != theirs.keys():
            sys.exit(f"{title}: PyTorch has {sorted(map(str, ours))}, Candela {sorted(map(str, theirs))}")
        return max((worst(f"{title}.{key}", ours[key], theirs[key]) for key in ours), default=0)
    if isinstance(ours, (list, tuple)):
        if len(ours) != len(theirs):
            sys.exit(f"{title}: PyTorch has {len(ours)} elements, Candela {len(theirs)}")
        return max((worst(f"{title}.{i}", a, b) for i, (a, b) in enumerate(zip(ours, theirs))), default=0)
    if isinstance(ours, float):
        return abs(ours - theirs) / max(1, abs(ours))
    if ours != theirs:
        sys.exit(f"{title}: PyTorch has {ours!r}, Candela {theirs!r}")
    return 0


def main():
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) == 2 else ROOT / "examples/target/resume"
    torch.set_num_threads(1)
    run = resume.Run()
    run.restore(torch.load(folder / f"step-{resume.SAVED_AT}.pth", weights_only=True))
    run.train(resume.STEPS - resume.SAVED_AT)
    ours = run.state(resume.STEPS)
    theirs = torch.load(folder / f"step-{resume.STEPS}.pth", weights_only=True)
    for part in ("model", "optimizer", "scheduler", "rng", "values"):
        difference = worst(part, ours[part], theirs[part])
        print(f"{part}: differs by at most {difference:.2g}")
        if not difference <= TOLERANCE:
            sys.exit(f"{part}: more than {TOLERANCE}")
    print(f"PyTorch {torch.__version__} goes on from step {resume.SAVED_AT} to {resume.STEPS} as Candela does")


main()
