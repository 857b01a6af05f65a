#!/usr/bin/env python3
"""Records Gymnasium's classic control and toy-text tasks for Tests/EnvironmentsTests/Data.

Needs: pip install gymnasium==1.4.0 numpy. Run as
    scripts/reference-gymnasium.py classic > Tests/EnvironmentsTests/Data/classic.txt
    scripts/reference-gymnasium.py finite > Tests/EnvironmentsTests/Data/finite.txt

Classic tasks: 200 actions each, with what Gymnasium answered to them. Numbers are hexadecimal, so nothing is lost.
Continuous actions are float64 (float32 ones make numpy round in other places). numpy 2.4 takes float64 sines from the
C library, so they do not depend on the machine's vector units; the float32 sines of Acrobot's first observation do.

Finite tasks: the transition tables. A table is listed for the states that an episode can stand in: those reached from
the start states by outcomes that do not terminate. Gymnasium's tables also have rows for what is never stood in (the
cliff, a delivered passenger). Small tables are listed whole, large ones by a digest of the same listing and a sample.
"""
import json
import sys

import gymnasium
import numpy as np


def number(x):
    """The number in hexadecimal, without the mantissa's trailing zeros."""
    mantissa, exponent = float(x).hex().split("p")
    return mantissa.rstrip("0").rstrip(".") + "p" + exponent


def heading(what):
    print(f"# gymnasium {gymnasium.__version__}, numpy {np.__version__}: {what}")


# --- Classic control -------------------------------------------------------------------------------------------------

def cartpole(observation, random):
    return int(observation[2] + 0.2 * observation[3] > 0) if random.random() < 0.9 else int(random.integers(2))


def tumbling(observation, random):
    return int(random.integers(2))


def swinging_car(observation, random):
    return 2 if observation[1] >= 0 else 0


def wandering_car(observation, random):
    return 0 if random.random() < 0.7 else int(random.integers(3))


def pushed_car(observation, random):
    push = random.uniform(0.6, 1.4)  # beyond the box at times, to record the cut
    return np.array([push if observation[1] >= 0 else -push])


def drifting_car(observation, random):
    return np.array([random.uniform(-1.3, 0.9)])


def swinging_links(observation, random):
    return 2 if observation[5] >= 0 else 0  # with the elbow's turn: the energy grows


def random_links(observation, random):
    return int(random.integers(3))


# ID, options, actions in all, and for each episode a policy, the most actions it gets, and the state that it starts in
# where that is not the one drawn; the last one goes on.
WALL = (-1.15, -0.03)
CLASSIC = [
    ("CartPole-v1", {}, 200, [(cartpole, 120, None), (tumbling, 200, None)]),
    ("CartPole-v1", {"sutton_barto_reward": True}, 40, [(tumbling, 40, None)]),
    ("MountainCar-v0", {}, 200, [(swinging_car, 200, None), (wandering_car, 20, WALL), (wandering_car, 200, None)]),
    ("MountainCarContinuous-v0", {}, 200, [(pushed_car, 200, None), (drifting_car, 20, WALL), (drifting_car, 200, None)]),
    ("Acrobot-v1", {}, 200, [(swinging_links, 140, None), (random_links, 200, None)]),
]


def classic():
    heading("200 actions of each classic task")
    print("# limit: the task's ID, steps; reset: the state's numbers / the observation")
    print("# step: action / observation / reward terminated truncated")
    for name in ["CartPole-v0", "CartPole-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Acrobot-v1", "Pendulum-v1",
                 "FrozenLake-v1", "FrozenLake8x8-v1", "CliffWalking-v1", "CliffWalkingSlippery-v1", "Taxi-v4"]:
        print("limit", name, gymnasium.spec(name).max_episode_steps or "none")
    for name, options, left, policies in CLASSIC:
        print("task", name, json.dumps(options))
        env = gymnasium.make(name, disable_env_checker=True, **options)
        episode = 0
        while left > 0:
            policy, most, start = policies[min(episode, len(policies) - 1)]
            random = np.random.default_rng(episode)
            observation, _ = env.reset(seed=episode)
            if start:
                env.unwrapped.state = np.array(start)
                observation = np.array(start, dtype=np.float32)
            print("reset", *map(number, env.unwrapped.state), "/", *map(number, observation))
            for _ in range(min(most, left)):
                action = policy(observation, random)
                observation, reward, terminated, truncated, _ = env.step(action)
                left -= 1
                print("step", *map(number, np.atleast_1d(action)), "/", *map(number, observation), "/", number(reward),
                      int(terminated), int(truncated))
                if terminated or truncated:
                    break
            episode += 1


# --- Finite tasks ----------------------------------------------------------------------------------------------------

FINITE = [
    ("FrozenLake-v1", {}),
    ("FrozenLake-v1", {"is_slippery": False}),
    ("FrozenLake-v1", {"desc": ["SFS", "HFG"], "success_rate": 0.7, "reward_schedule": [2, -3, -0.125]}),
    ("FrozenLake8x8-v1", {}),
    ("CliffWalking-v1", {}),
    ("CliffWalkingSlippery-v1", {}),
    ("Taxi-v4", {}),
    ("Taxi-v4", {"is_rainy": True, "rainy_probability": 0.7}),
]


def standing(env):
    """The states that an episode can stand in."""
    found = {int(s) for s in np.flatnonzero(env.initial_state_distrib)}
    left = list(found)
    while left:
        for outcomes in env.P[left.pop()].values():
            for probability, successor, _, terminated in outcomes:
                if probability > 0 and not terminated and int(successor) not in found:
                    found.add(int(successor))
                    left.append(int(successor))
    return sorted(found)


def row(env, state, action):
    """`state action` and for each outcome `probability successor reward terminated`."""
    words = [str(state), str(action)]
    for probability, successor, reward, terminated in env.P[state][action]:
        words += [number(probability), str(int(successor)), number(reward), str(int(terminated))]
    return " ".join(words)


def digest(lines):
    """FNV-1a of the lines, each ended by a newline, in 64 bits."""
    value = 0xCBF29CE484222325
    for byte in "".join(line + "\n" for line in lines).encode():
        value = (value ^ byte) * 0x100000001B3 % (1 << 64)
    return value


def best_values(env, gamma):
    """Value iteration on the table as it is, until nothing changes any more."""
    values = np.zeros(len(env.P))
    while True:
        new = np.array([
            max(sum(p * (r + (0 if t else gamma * values[n])) for p, n, r, t in outcomes) for outcomes in actions.values())
            for _, actions in sorted(env.P.items())
        ])
        if np.max(np.abs(new - values)) <= 1e-15 * max(1, np.max(np.abs(new))):
            return new
        values = new


class Draws:
    """A generator that writes down what it drew."""

    def __init__(self, seed):
        self.generator = np.random.default_rng(seed)
        self.drawn = []

    def random(self):
        self.drawn.append(self.generator.random())
        return self.drawn[-1]


def finite():
    heading("the tables of the finite tasks")
    print("# start: states that an episode may start in, all alike; digest: of all rows, FNV-1a")
    print("# row: state action, then probability successor reward terminated of each outcome")
    print("# values: state and best value at gamma = 0.99, by value iteration in numpy")
    print("# draw: action, the uniform number drawn, state reached, reward, terminated; from `from` on")
    for name, options in FINITE:
        print("task", name, json.dumps(options))
        env = gymnasium.make(name, disable_env_checker=True, **options).unwrapped
        states = standing(env)
        starts = np.flatnonzero(env.initial_state_distrib)
        assert np.all(env.initial_state_distrib[starts] == 1 / len(starts))
        print("start", *starts)
        rows = [row(env, s, a) for s in states for a in sorted(env.P[s])]
        print("digest", len(rows), digest(rows))
        whole = len(rows) <= 100
        for line in rows if whole else rows[:: len(rows) // 24 | 1]:
            print("row", line)
        values = best_values(env, 0.99)
        for s in states if len(states) < 400 or not options else states[::10]:
            print("value", s, repr(float(values[s])))
        draws = Draws(7)
        env.s = int(starts[0])
        env._np_random = draws
        random = np.random.default_rng(8)
        print("from", env.s)
        for _ in range(40 if any(len(o) > 1 for o in env.P[states[0]].values()) else 10):
            action = int(random.integers(env.action_space.n))
            state, reward, terminated, _, _ = env.step(action)
            print("draw", action, number(draws.drawn[-1]), state, number(reward), int(terminated))
            if terminated:
                env.s = int(starts[0])
                print("from", env.s)


{"classic": classic, "finite": finite}[sys.argv[1]]()
