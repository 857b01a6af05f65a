#!/usr/bin/env python3
"""Records Gymnasium's Pendulum-v1 for Tests/EnvironmentsTests/Data/pendulum.txt.

Needs: pip install gymnasium==1.4.0 numpy. Run as `scripts/reference-pendulum.py > Tests/EnvironmentsTests/Data/pendulum.txt`.
Actions are float64: then Gymnasium computes in float64 throughout (a float32 action makes it round the torque's
terms to float32). numpy's own AVX-512 sine and cosine, up to 1 ulp from the C library's, are turned off, so that the
numbers do not depend on the machine that records them.
"""
import os
import sys

if "NPY_DISABLE_CPU_FEATURES" not in os.environ:
    os.environ["NPY_DISABLE_CPU_FEATURES"] = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"
    os.execv(sys.executable, [sys.executable, *sys.argv])

import gymnasium
import numpy as np

print(f"# gymnasium {gymnasium.__version__}, numpy {np.__version__}: Pendulum-v1, 3 episodes of 200 steps")
print("# reset: theta thetadot cos sin thetadot32; step: action cos sin thetadot32 reward terminated truncated")
for episode in range(3):
    env = gymnasium.make("Pendulum-v1", disable_env_checker=True)
    observation, _ = env.reset(seed=episode)
    theta, speed = (float(x) for x in env.unwrapped.state)
    print("reset", theta.hex(), speed.hex(), *(float(x).hex() for x in observation))
    random = np.random.default_rng(100 + episode)
    for step in range(200):
        # Beyond the box at times, to record the clipping; a swing-up torque at others, to visit the top.
        action = random.uniform(-3, 3) if episode < 2 else 2.0 * np.sign(env.unwrapped.state[1] + 1e-9)
        observation, reward, terminated, truncated, _ = env.step(np.array([action], dtype=np.float64))
        print(
            "step", float(action).hex(), *(float(x).hex() for x in observation), float(reward).hex(),
            int(terminated), int(truncated),
        )
