#!/usr/bin/env python3
"""Records interquartile means and bootstrap intervals for Tests/LaboratoryTests/CurveReference.swift.

Needs: pip install scipy numpy. Run as `scripts/reference-curves.py > Tests/LaboratoryTests/CurveReference.swift`.
The means are scipy.stats.trim_mean's; the intervals come from every resample there is (n^n of them, or the product
over strata), so that a bootstrap by chance must come close to them.
"""
import itertools

import numpy as np
import scipy
from scipy.stats import trim_mean

random = np.random.default_rng(7)
cases = []
for runs, strata in [(1, None), (3, None), (4, None), (5, None), (6, None), (4, [0, 0, 1, 1]), (5, [0, 1, 0, 1, 1])]:
    values = np.round(random.normal(0, 10, runs), 3)
    groups = [[i for i in range(runs) if (strata or [0] * runs)[i] == g] for g in sorted(set(strata or [0]))]
    means = [
        trim_mean(values[[i for part in draw for i in part]], 0.25)
        for draw in itertools.product(*(itertools.product(group, repeat=len(group)) for group in groups))
    ]
    low, high = np.quantile(means, [0.1, 0.9])
    spread = np.std(means)
    cases.append((values.tolist(), strata, trim_mean(values, 0.25), low, high, spread))


def numbers(xs):
    return "[" + ", ".join(repr(float(x)) for x in xs) + "]"


print(f"// By scripts/reference-curves.py with scipy {scipy.__version__}, numpy {np.__version__}.")
print("/// Values of runs at one place with their interquartile mean and the 80 % interval over all resamples.")
print("let curveReference: [(values: [Double], strata: [Int]?, middle: Double, low: Double, high: Double, spread: Double)] = [")
for values, strata, middle, low, high, spread in cases:
    print(f"    ({numbers(values)}, {strata if strata else 'nil'}, {float(middle)!r}, {float(low)!r}, {float(high)!r}, {float(spread)!r}),")
print("]")
