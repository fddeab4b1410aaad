"""Operands that the golden scripts share. A record is named "row|tag": the tag says what is special about the operands:

    f32 …      float32 of sizes that straddle vector widths
    check …    float64 away from kinks, for the comparison with central differences
    empty …    a dimension of size 0
    corner …   infinities, NaN, zeros of both signs, ties
    types …    every element type
"""

import itertools

import torch

from records import B, F32, F64, I32, I64, Records, U8, uniform

DTYPES = [B, U8, I32, I64, F32, F64]
INF, NAN = float("inf"), float("nan")
SPECIAL = [0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.0, 1e-30, -1e-30, 1e30, -1e30, 88.5, -103.5, 3e38, 1e-45]
PAIRED = [0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 0.5, -2.0, 3.0, 2.5]
TIES = [[[1.0, 2.0, 2.0], [3.0, 3.0, 3.0], [-0.0, 0.0, -1.0]], [[NAN, 1.0, 2.0], [1.0, NAN, NAN], [3.0, 1.0, 2.0]], [[INF, -INF, 1.0], [-INF, -INF, -INF], [INF, INF, 0.0]]]
ZEROS = [[[1.0, 0.0, 2.0], [0.0, 0.0, 3.0], [1.0, 2.0, 3.0]], [[NAN, 0.0, 2.0], [INF, 0.0, 1.0], [-0.0, 1.0, 2.0]]]


def numbers(shape, dtype):
    if dtype.is_floating_point:
        return uniform(shape, dtype)
    low, high = {B: (0, 2), U8: (0, 256), I32: (-9, 10), I64: (-9, 10)}[dtype]
    return torch.randint(low, high, shape).to(dtype)


def distinct(shape, dtype=F32):
    n = torch.Size(shape).numel()
    return ((torch.randperm(n).to(F64) - n // 2) / 8 + 1 / 16).to(dtype).reshape(shape)


class Cases(Records):
    def unary(self, row, fn, low=-2.0, high=2.0, types=True, grad=True, corner=True):
        for n in (1, 7, 8, 9, 255, 257):
            self.record(row, f"f32 {n}", fn, uniform((n,), F32, low, high), grad=grad)
        self.record(row, "check 3x5", fn, uniform((3, 5), F64, low, high), grad=grad)
        self.record(row, "check 0-d", fn, uniform((), F64, low, high), grad=grad)
        self.record(row, "empty 0x3", fn, uniform((0, 3), F32), grad=grad)
        if corner:
            values = torch.tensor(SPECIAL if corner is True else corner, dtype=F64)
            self.record(row, "corner f32", fn, values.to(F32), grad=grad)
            self.record(row, "corner f64", fn, values, grad=grad)
        if types:
            for t in DTYPES[:4]:
                self.record(row, f"types {t}", fn, numbers((6,), t))

    def binary(self, row, fn, low=-2.0, high=2.0, left=None, grad=True, corner=True, types=DTYPES):
        def a(shape, dtype):
            return uniform(shape, dtype, *(left or (low, high)))

        def b(shape, dtype):
            return uniform(shape, dtype, low, high)

        for s, t in (((7,), (7,)), ((257,), (257,)), ((3, 1, 5), (4, 1)), ((), (3,)), ((9,), ()), ((2, 8), (8,)), ((5, 1), (5, 9))):
            self.record(row, f"f32 {list(s)} {list(t)}", fn, a(s, F32), b(t, F32), grad=grad)
        for s, t in (((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), ()), ((3,), ())):
            self.record(row, f"check {list(s)} {list(t)}", fn, a(s, F64), b(t, F64), grad=grad)
        self.record(row, "empty", fn, a((0, 3), F32), b((1, 3), F32), grad=grad)
        if corner:
            for t in (F32, F64):
                left_values, right_values = zip(*itertools.product(PAIRED, PAIRED))
                self.record(row, f"corner {t}", fn, torch.tensor(left_values, dtype=t), torch.tensor(right_values, dtype=t), grad=grad)
        for s, t in itertools.product(types, types):
            for shape_a, shape_b in (((3,), (3,)), ((3,), ()), ((), (3,)), ((), ())):
                self.record(row, f"types {s} {t} {list(shape_a)} {list(shape_b)}", fn, numbers(shape_a, s), numbers(shape_b, t), grad=False)

    def integers(self, row, fn, low=-9, high=10, types=DTYPES[:4]):
        for s, t in itertools.product(types, types):
            for shape_a, shape_b in (((7,), (7,)), ((2, 3), (3,)), ((3,), ()), ((), (3,)), ((), ()), ((0, 3), (3,))):
                a = torch.randint(low if s.is_signed else 0, high, shape_a).to(s)
                b = torch.randint(low if t.is_signed else 0, high, shape_b).to(t)
                self.record(row, f"types {s} {t} {list(shape_a)} {list(shape_b)}", fn, a, b)

    def shaped(self, row, fn, *shapes, low=-2.0, high=2.0, types=True, corner=None, grad=True, check=None):
        """An op on one tensor; shapes are tuples, of which those with at most 40 elements are checked in float64 too."""
        for s in shapes:
            n = torch.Size(s).numel()
            if n == 0:
                self.record(row, f"empty {list(s)}", fn, uniform(s, F32), grad=grad)
                continue
            draw = (lambda t: distinct(s, t)) if check == "all distinct" else lambda t: uniform(s, t, low, high)
            self.record(row, f"f32 {list(s)}", fn, draw(F32), grad=grad)
            if n <= 40:
                self.record(row, f"check {list(s)}", fn, distinct(s, F64) if check else draw(F64), grad=grad)
        for i, c in enumerate(corner or []):
            for t in (F32, F64):
                self.record(row, f"corner {i} {t}", fn, torch.tensor(c, dtype=t), grad=grad)
        if types:
            big = max((s for s in shapes), key=lambda s: torch.Size(s).numel() if torch.Size(s).numel() <= 64 else 0)
            for t in DTYPES[:4]:
                self.record(row, f"types {t}", fn, numbers(big, t))
