"""What to expect at a place from noisy scores there and at the places around it.

With many candidates the highest mean is often the luckiest. Places near each other are of similar
quality, so that a Gaussian process over them (kriging with known noise: Ankenman, Nelson & Staum
2010, stochastic kriging) sees through some of the luck.
"""

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from trialogue.evaluation.corpus import Floats

if TYPE_CHECKING:
    from sklearn.gaussian_process import GaussianProcessRegressor

FEWEST = 5
_LENGTHS, _SPREADS = (0.5, 1.0, 2.0, 4.0), (1.0, 10.0, 100.0)
_JITTER = 1e-9


def smoothed(places: Floats, means: Floats, errors: Floats) -> Floats:
    """The expected quality at each of n places, (n,), from mean scores and their standard errors.

    `places` is (n, d) with coordinates in [-1, 1]. The kernel's length and spread are those of a
    small grid under which the scores are most likely. The means as they are where there are fewer
    than five, where errors are unknown (NaN) or all 0, or where all means are the same.
    """
    spread = float(np.std(means))
    known = np.isfinite(errors).all() and errors.max(initial=0.0) > 0
    if len(means) < FEWEST or not known or not spread > 0:
        return means
    scaled = (means - means.mean()) / spread
    noise = (errors / spread) ** 2 + _JITTER
    fits = [_fit(places, scaled, noise, *kind) for kind in product(_LENGTHS, _SPREADS)]
    best = max(fits, key=lambda fit: fit.log_marginal_likelihood_value_)
    found: Floats = means.mean() + spread * np.asarray(best.predict(places), np.float64)
    return found


def _fit(
    places: Floats, scaled: Floats, noise: Floats, length: float, spread: float
) -> "GaussianProcessRegressor":
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel

    kernel = ConstantKernel(spread) * RBF(length)
    return GaussianProcessRegressor(kernel, alpha=noise, optimizer=None).fit(places, scaled)
