"""Probability of being best and expected loss, by quadrature."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import strategies as st
from scipy import integrate, stats

from franca.errors import FrancaError
from franca_personalization.experiments.bayes import Beta, chances, prior
from personalization.experiments.figures import PROPERTY
from personalization.experiments.kit import arm, given


def closed_form(a: Beta, b: Beta, terms: int | None = None) -> float:
    """P(B > A) for a whole b.a (Evan Miller, "Formulas for Bayesian A/B testing"); *terms* other than b.a are an error of ports."""

    def log_beta(x, y):
        return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)

    return math.fsum(
        math.exp(log_beta(a.a + i, a.b + b.b) - math.log(b.b + i) - log_beta(1 + i, b.b) - log_beta(a.a, a.b))
        for i in range(round(b.a) if terms is None else terms)
    )


PAIRS = [
    (Beta(), Beta()),
    (Beta(a=3, b=8), Beta(a=5, b=7)),
    (Beta(a=251, b=9_751), Beta(a=301, b=9_701)),
    (Beta(a=1.6, b=49.4), Beta(a=4, b=60)),
    (Beta(a=2_001, b=98_001), Beta(a=2_120, b=97_882)),
    (Beta(a=0.02, b=0.98), Beta(a=1, b=1)),
    (Beta(a=30, b=1_000), Beta(a=20_000, b=980_000)),
]


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_two_arms_in_closed_form(a, b):
    """Quadrature agrees with the closed form of two arms, from nothing known to a million people."""
    found = chances([a, b])
    assert found[1].best == pytest.approx(closed_form(a, b), abs=1e-8 if b.a > 10_000 else 1e-9)
    assert found[0].best + found[1].best == pytest.approx(1, abs=1e-11)


def oracle(arms):
    """P(best) and loss of every arm by scipy's adaptive quadrature over rates."""
    laws = [stats.beta(each.a, each.b) for each in arms]
    spots = sorted({float(law.ppf(q)) for law in laws for q in (1e-9, 0.01, 0.5, 0.99, 1 - 1e-9)})
    edges = [0.0, *spots, 1.0]

    def over(function):
        return sum(integrate.quad(function, low, high, epsabs=1e-13, limit=200)[0] for low, high in itertools.pairwise(edges))

    found = []
    for index, law in enumerate(laws):
        others = [other for number, other in enumerate(laws) if number != index]
        best = over(lambda x, law=law, others=others: law.pdf(x) * math.prod(float(other.cdf(x)) for other in others))
        loss = over(lambda x, law=law, others=others: law.cdf(x) * (1 - math.prod(float(other.cdf(x)) for other in others)))
        found.append((best, loss))
    return found


MANY = [
    [Beta(a=21, b=981), Beta(a=26, b=976), Beta(a=19, b=983)],
    [Beta(a=3, b=4), Beta(a=30, b=40), Beta(a=300, b=500), Beta(a=5, b=5)],
    [Beta(a=201, b=9_801), Beta(a=231, b=9_771), Beta(a=220, b=9_782), Beta(a=2, b=50)],
]


@pytest.mark.parametrize("arms", MANY)
def test_several_arms_are_those_of_scipy(arms):
    """With three and four arms, probabilities and losses agree with scipy's quadrature."""
    for mine, (best, loss) in zip(chances(arms), oracle(arms), strict=True):
        assert mine.best == pytest.approx(best, abs=1e-9)
        assert mine.loss == pytest.approx(loss, abs=1e-9)


def test_loss_of_many_people_is_the_normal_one():
    """With many people the loss is that of two normal distributions: μ Φ(μ/σ) + σ φ(μ/σ), and the same less μ."""
    a, b = Beta(a=2_001, b=98_001), Beta(a=2_120, b=97_882)
    found = chances([a, b])
    mean = b.mean - a.mean
    deviation = math.sqrt(sum(each.mean * (1 - each.mean) / (each.a + each.b + 1) for each in (a, b)))
    loss = mean * stats.norm.cdf(mean / deviation) + deviation * stats.norm.pdf(mean / deviation)
    assert found[0].loss == pytest.approx(loss, rel=1e-3)
    assert found[1].loss == pytest.approx(loss - mean, rel=1e-2)
    assert found[0].loss - found[1].loss == pytest.approx(mean, rel=1e-9)


betas = st.builds(lambda a, b: Beta(a=a, b=b), st.floats(1, 300), st.floats(1, 3_000))


@given(st.lists(betas, min_size=2, max_size=5), examples=12)
def test_laws_of_chances(arms):
    """Probabilities sum to 1; losses differ as means do; order makes no difference; the lowest is the highest of failures."""
    found = chances(arms)
    assert math.fsum(each.best for each in found) == pytest.approx(1, abs=1e-9)
    assert all(0 <= each.best <= 1 + 1e-9 and each.loss >= 0 for each in found)
    assert found[0].loss - found[-1].loss == pytest.approx(arms[-1].mean - arms[0].mean, abs=1e-9)
    back = chances(arms[::-1])
    assert [each.best for each in back[::-1]] == pytest.approx([each.best for each in found], abs=1e-9)
    failing = chances([Beta(a=each.b, b=each.a) for each in arms], lowest=True)
    assert [each.best for each in failing] == pytest.approx([each.best for each in found], abs=1e-12)


def test_twelve_equal_arms():
    """Each of twelve equal arms is best with probability 1/12: many arms are no harder than two."""
    assert [each.best for each in chances([Beta(a=40, b=960)] * 12)] == pytest.approx([1 / 12] * 12, abs=1e-11)


def test_arms_far_apart():
    """Where arms do not overlap the answer is certain, and the loss is the distance."""
    found = chances([Beta(a=20, b=980), Beta(a=9_000, b=1_000)])
    assert [each.best for each in found] == pytest.approx([0, 1], abs=1e-11)
    assert found[0].loss == pytest.approx(0.88, rel=1e-9)


def test_the_same_digits_every_time():
    """There is no noise: a second run gives the same floats."""
    arms = [Beta(a=21, b=981), Beta(a=26, b=976), Beta(a=19, b=983)]
    assert chances(arms) == chances(arms)


def test_posterior():
    """A posterior adds successes and failures; a prior of past campaigns is worth its strength."""
    found = prior(0.02, 100).after(arm(30, 1_000).sample)
    assert (found.a, found.b) == pytest.approx((32, 1_068))
    assert found.mean == pytest.approx(32 / 1_100)
    for mean, strength in ((0.0, 100), (1.2, 100), (0.02, 0)):
        with pytest.raises(FrancaError, match="a prior has a mean between 0 and 1"):
            prior(mean, strength)


@pytest.mark.slow
def test_probabilities_are_calibrated(record_property):
    """Arms whose rates are drawn from the prior are best as often as is said of them."""
    random = np.random.default_rng(11)
    said, best = [], []
    for truth in random.beta(20, 980, size=(5_000, 3)):
        arms = [Beta(a=20, b=980).after(arm(int(random.binomial(4_000, rate)), 4_000).sample) for rate in truth]
        said += [each.best for each in chances(arms)]
        best += list(truth == truth.max())
    said, best = np.array(said), np.array(best)
    for low, high in ((0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1)):
        inside = (said >= low) & (said <= high)
        error = math.sqrt((said[inside] * (1 - said[inside])).sum()) / inside.sum()
        assert best[inside].mean() == pytest.approx(said[inside].mean(), abs=3.3 * error)
        said_of, true_of = said[inside].mean(), best[inside].mean()
        record_property(PROPERTY, f"best of three arms, said with {low:.0%} to {high:.0%}: {said_of:.3f} on average, true of {true_of:.3f}")
