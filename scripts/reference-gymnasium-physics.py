#!/usr/bin/env python3
"""Records Gymnasium's MuJoCo tasks for Tests/MuJoCoEnvironmentsTests/Data/gymnasium.txt.

Needs: pip install gymnasium==1.4.0 mujoco==3.17.0 numpy packaging. Run as
`scripts/reference-gymnasium-physics.py > Tests/MuJoCoEnvironmentsTests/Data/gymnasium.txt`.

For each task: the start state that a reset drew, and what 200 actions gave, through terminations: all rewards, which
steps terminated, observations at some steps (a bit that differs anywhere on the way shows in the last of them), and the
mean and deviation of every start position and velocity over 400 resets. Numbers are float64 in base64, little endian. The
actions come from a small generator that the test has, too. numpy's own AVX-512 sine and cosine, up to 1 ulp from the C
library's, are turned off, so that the numbers do not depend on the machine that records them.
"""
import base64
import os
import sys
import warnings

if "NPY_DISABLE_CPU_FEATURES" not in os.environ:
    os.environ["NPY_DISABLE_CPU_FEATURES"] = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"
    os.execv(sys.executable, [sys.executable, *sys.argv])

warnings.filterwarnings("ignore")
import gymnasium
import mujoco
import numpy as np

gymnasium.logger.min_level = gymnasium.logger.ERROR

STEPS = 200
SHOWN = [0, 1, 2, 3, 5, 10, 20, 50, 100, 200]
BODIES = [
    "HalfCheetah", "Hopper", "Walker2d", "Swimmer", "Ant", "Humanoid", "HumanoidStandup", "InvertedPendulum",
    "InvertedDoublePendulum", "Reacher", "Pusher",
]


class Generator:
    """The 64-bit linear congruential generator of Knuth's MMIX; the upper 53 bits as a number in [0, 1)."""

    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) * 2.0**-53


def packed(numbers):
    return base64.b64encode(np.ascontiguousarray(numbers, dtype="<f8").tobytes()).decode()


print(f"# gymnasium {gymnasium.__version__}, mujoco {mujoco.__version__}, numpy {np.__version__}")
for body in BODIES:
    for version in [4, 5]:
        if (body, version) == ("Pusher", 4):
            continue  # refused on MuJoCo 3
        name = f"{body}-v{version}"
        env = gymnasium.make(name, disable_env_checker=True)
        bare = env.unwrapped
        random = Generator(len(name))
        low, high = (bound.astype(np.float64) for bound in (env.action_space.low, env.action_space.high))
        observation, _ = bare.reset(seed=7)
        print("task", name, env.spec.max_episode_steps)
        print("qpos", packed(bare.data.qpos))
        print("qvel", packed(bare.data.qvel))
        seen = {0: observation}
        rewards, ends = [], ""
        for step in range(1, STEPS + 1):
            action = np.array([l + (h - l) * random.uniform() for l, h in zip(low, high)])
            observation, reward, terminated, _, _ = bare.step(action)
            rewards.append(reward)
            ends += "1" if terminated else "0"
            seen[step] = observation
        print("rewards", packed(rewards))
        print("ends", ends)
        for step in SHOWN:
            print("observation", step, packed(seen[step]))
        starts = []
        for seed in range(400):
            bare.reset(seed=seed)
            starts.append(np.concatenate([bare.data.qpos, bare.data.qvel]))
        print("start-mean", packed(np.mean(starts, axis=0)))
        print("start-deviation", packed(np.std(starts, axis=0)))
