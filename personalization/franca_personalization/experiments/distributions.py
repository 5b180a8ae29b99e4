"""Distributions on the standard library: tails without underflow, incomplete gamma and beta functions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

from franca_personalization.experiments.numerics import bisect

_NORMAL = NormalDist()
_TINY = 1e-300
_EPSILON = 2.0**-53
_TERMS = 100_000

# -- normal


def normal_tail(z: float) -> float:
    """Return P(Z > z). `NormalDist().cdf(-9)` is 0.0, this is 1.13e-19; it underflows above z = 38 only."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def two_sided(z: float) -> float:
    """Return P(|Z| > |z|): the p-value of a two-sided test."""
    return math.erfc(abs(z) / math.sqrt(2))


def critical(alpha: float) -> float:
    """Return the z that |Z| exceeds with probability *alpha*; from the lower tail, where small numbers keep their digits."""
    return -_NORMAL.inv_cdf(alpha / 2)


def normal_quantile(probability: float) -> float:
    """Return the z with P(Z < z) = *probability*."""
    return _NORMAL.inv_cdf(probability)


# -- chi-square: the regularised incomplete gamma function


def chi_square_tail(statistic: float, degrees: int) -> float:
    """Return P(X > *statistic*) for *degrees* of freedom."""
    shape, x = degrees / 2, statistic / 2
    if x <= 0:
        return 1.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    return 1.0 - front * _gamma_series(shape, x) if x < shape + 1 else front * _continued(_gamma_terms(shape, x))


def _gamma_series(shape: float, x: float) -> float:
    """Return the sum of x^n / (a (a+1) … (a+n)) (DLMF 8.11.4)."""
    term = total = 1 / shape
    for n in range(1, _TERMS):
        term *= x / (shape + n)
        total += term
        if term < total * _EPSILON:
            return total
    raise ArithmeticError(f"the incomplete gamma function of {shape} at {x} does not converge")


def _gamma_terms(shape: float, x: float) -> Iterator[tuple[float, float]]:
    """Yield the continued fraction of the upper tail (DLMF 8.9.2, contracted)."""
    yield 1.0, x + 1 - shape
    for n in range(1, _TERMS):
        yield n * (shape - n), x + 2 * n + 1 - shape


def _continued(terms: Iterator[tuple[float, float]]) -> float:
    """Return a₁/(b₁ + a₂/(b₂ + …)) by Lentz's method as modified by Thompson and Barnett (J. Comput. Phys. 64, 1986)."""
    value = up = _TINY
    down = 0.0
    for a, b in terms:
        down = 1 / (b + a * down or _TINY)
        up = b + a / up or _TINY
        value *= up * down
        if abs(up * down - 1) < 2 * _EPSILON:
            return value
    raise ArithmeticError("a continued fraction does not converge")


# -- beta


@dataclass(frozen=True)
class BetaPoint:
    """Of a Beta distribution at one rate x: the density of its log odds there, and the probabilities below and above."""

    density: float
    below: float
    above: float


def beta_point(x: float, y: float, a: float, b: float) -> BetaPoint:
    """Return Beta(a, b) at *x*, 0 < x < 1, each tail to its own last digit; *y* is 1 - x, for rates near 1.

    The regularised incomplete beta function is the continued fraction of DLMF 8.17.22, on the side where it converges.
    """
    weight = math.exp(log_beta_weight(x, y, a, b))
    if x < (a + 1) / (a + b + 2):
        below = weight / a * _continued(_beta_terms(x, a, b))
        return BetaPoint(weight, below, 1.0 - below)
    above = weight / b * _continued(_beta_terms(y, b, a))
    return BetaPoint(weight, 1.0 - above, above)


def _beta_terms(x: float, a: float, b: float) -> Iterator[tuple[float, float]]:
    yield 1.0, 1.0
    for m in range(_TERMS):
        yield -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), 1.0
        yield (m + 1) * (b - m - 1) * x / ((a + 2 * m + 1) * (a + 2 * m + 2)), 1.0


def log_beta_weight(x: float, y: float, a: float, b: float) -> float:
    """Return ln(x^a y^b / B(a, b)), y = 1 - x, without the cancellation of large logarithms.

    With p = a/(a+b) it is the binomial probability at its mean, less the deviance of x from p (Loader, "Fast and accurate
    computation of binomial probabilities", 2000): plain `lgamma` differences lose nine digits at a million events.
    """
    n = a + b
    away = n * x - a if x < y else b - n * y
    deviance = a * _excess(away / a, n * x / a) + b * _excess(-away / b, n * y / b)
    return _stirling(n) - _stirling(a) - _stirling(b) + 0.5 * math.log(a * b / (2 * math.pi * n)) - deviance


def _excess(u: float, ratio: float) -> float:
    """Return u - ln(1 + u), which is u²/2 near 0; *ratio* is 1 + u, for u near -1."""
    if abs(u) > 0.1:
        return u - math.log(ratio)
    power, total, n = u * u, 0.0, 2
    while abs(power) / n > abs(total) * _EPSILON:
        total += power / n if n % 2 == 0 else -power / n
        power, n = power * u, n + 1
    return total


@lru_cache(maxsize=4096)
def _stirling(a: float) -> float:
    """Return lnΓ(a) - ((a - ½) ln a - a + ½ ln 2π): the remainder of Stirling's formula (DLMF 5.11.1)."""
    if a < 16:
        return math.lgamma(a) - ((a - 0.5) * math.log(a) - a + 0.5 * math.log(2 * math.pi))
    square = a * a
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / a


# -- Student's t


def student_two_sided(t: float, degrees: float) -> float:
    """Return P(|T| > |t|)."""
    square = t * t
    whole = degrees + square
    return beta_point(degrees / whole, square / whole, degrees / 2, 0.5).below if square else 1.0


def student_critical(alpha: float, degrees: float) -> float:
    """Return the t that |T| exceeds with probability *alpha*."""
    high = 1.0
    while student_two_sided(high, degrees) > alpha:
        high *= 2
    return bisect(lambda t: alpha - student_two_sided(t, degrees), 0.0, high)
