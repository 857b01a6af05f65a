#!/usr/bin/env python3
"""Records what numpy and Gymnasium make of numbers that wrappers change, for Tests/EnvironmentsTests/Data/wrappers.txt.

Needs: pip install gymnasium==1.4.0 numpy. Run as `scripts/reference-wrappers.py > Tests/EnvironmentsTests/Data/wrappers.txt`.
normalise: an observation, and numpy's two-pass mean and population variance of it and all before it, in extended
precision. rescale: an action given to Gymnasium's RescaleAction, and what the task is given.
"""
import gymnasium
import numpy as np
from gymnasium.wrappers import RescaleAction


def text(*arrays):
    return " ".join(float(x).hex() for a in arrays for x in np.atleast_1d(a))


random = np.random.default_rng(7)
print(f"# gymnasium {gymnasium.__version__}, numpy {np.__version__}")

seen = []
for k in range(80):
    # A signal, a constant, one that jumps far at times, one whose mean is far from 0.
    jump = 1000 if k % 20 == 19 else 1
    seen.append([random.normal(-3, 0.2), 5.0, jump * random.normal(), 1e8 + random.normal()])
    wide = np.array(seen, dtype=np.longdouble)
    print("normalise", text(seen[-1], wide.mean(axis=0), wide.var(axis=0)))


class Box3(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-1, 1, (1,), dtype=np.float64)
    action_space = gymnasium.spaces.Box(
        np.array([-2.0, -0.1, 3.0]), np.array([2.0, 0.7, 11.0]), dtype=np.float64)


low, high = np.array([-1.0, 0.0, -3.0]), np.array([1.0, 10.0, 1.0])
wrapper = RescaleAction(Box3(), low, high)
for a in [low, high, *(random.uniform(low, high) for _ in range(50))]:
    print("rescale", text(a, wrapper.action(a)))
