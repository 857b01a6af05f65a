#!/usr/bin/env python3
"""Records the DeepMind Control Suite for Tests/MuJoCoEnvironmentsTests/Data/suite.

Needs: pip install dm_control==1.0.50 mujoco==3.17.0 numpy. Run as
`MUJOCO_GL=disable scripts/reference-suite.py [DOMAIN-TASK…] --out Tests/MuJoCoEnvironmentsTests/Data/suite`.

A file a task, `DOMAIN-TASK.txt`. Numbers are the bits of float64 in hexadecimal, without trailing zeros. Lines:
  limit N                the step of an episode that is its last, `none` without a limit
  low …, high …          the action's bounds
  computed A B           the observation's numbers A..<B are not MuJoCo's passed on, but computed from them
  start NAME STEPS       a trajectory begins: `random` from a start that the task drew, `near` from one near its goal
  state …                mj_getState(mjSTATE_INTEGRATION) after the reset
  field NAME …           a field of the model that the task redraws, or of the data that the state does not determine
  observation K …        after K actions
  rewards …              one an action
  terminal K             the action that ended the episode by itself, 0: none
  spread WHAT N          of N starts that the task drew; then its `mean …`, `deviation …`, `lowest …`, `highest …`
  share WHAT N …         of N starts that the task drew, the share that is so
The actions come from a 64-bit linear congruential generator (see `Actions`), which the test has, too. numpy's own AVX-512
functions, up to 1 ulp from the C library's, are turned off, so that the numbers do not depend on the recording machine.
"""
import argparse
import os
import pathlib
import struct
import sys

if "NPY_DISABLE_CPU_FEATURES" not in os.environ:
    os.environ["NPY_DISABLE_CPU_FEATURES"] = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"
    os.execv(sys.executable, [sys.executable, *sys.argv])
os.environ.setdefault("MUJOCO_GL", "disable")

import dm_control
import mujoco
import numpy as np
from dm_control import suite
from dm_control.utils import rewards

INTEGRATION = mujoco.mjtState.mjSTATE_INTEGRATION
KEPT = {0, 1, 2, 3, 5, 10, 20, 50, 100, 200}
KEPT_LARGE = {0, 1, 20, 200}  # of observations of more than 50 numbers
# What a snapshot of a task holds beside the state; as SuiteTask's `redrawn` and `carried`.
FIELDS = {
    "finger-spin": ["dof_damping", "sensordata"],
    "finger-turn_easy": ["site_pos", "site_size", "sensordata"],
    "finger-turn_hard": ["site_pos", "site_size", "sensordata"],
    "fish-swim": ["geom_pos"],
    "hopper-stand": ["sensordata"],
    "hopper-hop": ["sensordata"],
    "lqr-lqr_2_1": ["jnt_stiffness"],
    "lqr-lqr_6_2": ["jnt_stiffness"],
    "manipulator-bring_ball": ["body_pos", "body_quat", "sensordata"],
    "manipulator-bring_peg": ["body_pos", "body_quat", "sensordata"],
    "manipulator-insert_ball": ["body_pos", "body_quat", "sensordata"],
    "manipulator-insert_peg": ["body_pos", "body_quat", "sensordata"],
    "point_mass-hard": ["wrap_prm"],
    "quadruped-fetch": ["sensordata"],
    "quadruped-run": ["sensordata"],
    "quadruped-walk": ["sensordata"],
    "reacher-easy": ["geom_size", "geom_pos"],
    "reacher-hard": ["geom_size", "geom_pos"],
    "stacker-stack_2": ["body_pos", "sensordata"],
    "stacker-stack_4": ["body_pos", "sensordata"],
    "swimmer-swimmer15": ["geom_pos"],
    "swimmer-swimmer6": ["geom_pos"],
}
# Observations that the task computes (logarithms, products with a rotation), by domain.
COMPUTED = {
    "finger": {"touch", "dist_to_target"},
    "fish": {"target"},
    "hopper": {"touch"},
    "humanoid": {"extremities"},
    "humanoid_CMU": {"extremities"},
    "manipulator": {"arm_pos", "touch"},
    "quadruped": {"force_torque", "ball_state", "target_position"},
    "stacker": {"arm_pos", "touch"},
    "swimmer": {"to_target"},
}
# Starts near the goal, where random actions from a random start would earn nothing.
NEAR = {}


def near(*tasks):
    def add(function):
        for task in tasks:
            NEAR[task] = function
        return function
    return add


@near("acrobot-swingup", "acrobot-swingup_sparse")
def _(physics):
    physics.data.qpos[:] = 0.02


@near("ball_in_cup-catch")
def _(physics):
    gap = physics.named.data.site_xpos["target"] - physics.named.data.xpos["ball"]
    physics.named.data.qpos["ball_x"] += gap[0]
    physics.named.data.qpos["ball_z"] += gap[2]


@near("cartpole-swingup", "cartpole-swingup_sparse")
def _(physics):
    physics.data.qpos[1:] = 0.02


@near("cheetah-run")
def _(physics):
    physics.named.data.qvel["rootx"] = 8


@near("finger-spin")
def _(physics):
    physics.named.data.qvel["hinge"] = -20


@near("finger-turn_easy", "finger-turn_hard")
def _(physics):
    physics.named.data.qvel["hinge"] = 500 * physics.named.model.site_size["target", 0]
    physics.named.model.site_pos["target", ["x", "z"]] = physics.named.data.site_xpos["tip", ["x", "z"]]


@near("fish-upright")
def _(physics):
    physics.data.qpos[3:7] = [1, 0, 0, 0]


@near("fish-swim")
def _(physics):
    physics.named.model.geom_pos["target"] = physics.named.data.geom_xpos["mouth"]


@near("hopper-stand", "hopper-hop", "humanoid-stand", "humanoid-walk", "humanoid-run", "humanoid-run_pure_state",
      "humanoid_CMU-stand", "humanoid_CMU-walk", "humanoid_CMU-run", "walker-stand", "walker-walk", "walker-run")
def _(physics):
    physics.data.qpos[:] = physics.model.qpos0
    physics.data.qvel[0] = 2


@near("pendulum-swingup")
def _(physics):
    physics.named.data.qpos["hinge"] = 0.1


@near("point_mass-easy", "point_mass-hard")
def _(physics):
    physics.data.qpos[:] = 0.01


@near("reacher-easy", "reacher-hard")
def _(physics):
    physics.named.model.geom_pos["target", ["x", "y"]] = physics.named.data.geom_xpos["finger", ["x", "y"]]


@near("cartpole-two_poles", "cartpole-three_poles")
def _(physics):
    physics.data.qpos[:] = 0.02 * np.arange(1, physics.model.nq + 1)


@near("swimmer-swimmer6", "swimmer-swimmer15")
def _(physics):
    physics.after_reset()
    nose = physics.named.data.geom_xpos["nose"]
    physics.named.model.geom_pos["target", ["x", "y"]] = nose[0] + 0.1, nose[1] - 0.08


@near("manipulator-bring_ball", "manipulator-bring_peg")
def _(physics):  # held, and near the target
    physics.after_reset()
    prop = "ball" if "ball_x" in physics.named.data.qpos.axes.row.names else "peg"
    grasp, turn = physics.named.data.site_xpos["grasp"], physics.named.data.site_xmat["grasp"]
    angle = np.pi - np.arctan2(turn[6], turn[0])
    physics.named.data.qpos[[f"{prop}_{axis}" for axis in "xzy"]] = grasp[0], grasp[2], angle
    physics.named.model.body_pos[f"target_{prop}", ["x", "z"]] = grasp[0] + 0.01, grasp[2] - 0.01
    physics.named.model.body_quat[f"target_{prop}"] = np.cos(angle / 2), 0, np.sin(angle / 2), 0


@near("manipulator-insert_ball", "manipulator-insert_peg")
def _(physics):  # in its place
    prop = "ball" if "ball_x" in physics.named.data.qpos.axes.row.names else "peg"
    place, turn = physics.named.model.body_pos[f"target_{prop}"], physics.named.model.body_quat[f"target_{prop}"]
    physics.named.data.qpos[[f"{prop}_{axis}" for axis in "xzy"]] = place[0], place[2], 2 * np.arctan2(turn[2], turn[0])


@near("stacker-stack_2", "stacker-stack_4")
def _(physics):
    place = physics.named.model.body_pos["target"]
    physics.named.data.qpos[["box0_x", "box0_z", "box0_y"]] = place[0] + 0.005, place[2], 0.1


@near("quadruped-walk", "quadruped-run", "quadruped-fetch")
def _(physics):  # on its feet, and on its way
    physics.named.data.qpos["root"] = 0, 0, 0.6, 1, 0, 0, 0
    physics.named.data.qvel["root"] = 1, 0.2, 0, 0, 0, 0.1
    if "ball_root" in physics.named.data.qpos.axes.row.names:
        physics.named.data.qpos["ball_root"] = 0.7, 0.1, 0.2, 1, 0, 0, 0
        physics.named.data.qvel["ball_root"] = 1, -0.5, 0, 0.3, 0.2, 0.1


class Actions:
    """x ← 6364136223846793005 x + 1442695040888963407 mod 2^64; its upper 53 bits are a number in [0, 1)."""

    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (6364136223846793005 * self.state + 1442695040888963407) % 2**64
        return (self.state >> 11) * 2.0**-53

    def draw(self, low, high):
        bounded = [(-1.0, 1.0) if abs(a) > 1e9 or abs(b) > 1e9 else (a, b) for a, b in zip(low, high)]
        return np.array([a + (b - a) * self.uniform() for a, b in bounded])


def text(numbers):
    bits = (struct.pack(">d", float(x)).hex().rstrip("0") or "0" for x in np.ravel(numbers))
    return " ".join(bits)


def load(task, seed):
    domain, name = task.rsplit("-", 1)
    return suite.load(domain, name, task_kwargs={"random": seed})


def observation(env):
    values = env.task.get_observation(env.physics).values()
    return np.concatenate([np.ravel(value) for value in values])


def field(physics, name):
    return getattr(physics.model if hasattr(physics.model, name) else physics.data, name)


def trajectory(task, env, name, steps, seed):
    physics = env.physics
    env.reset()
    if name == "near":
        with physics.reset_context():
            env.task.initialize_episode(physics)
            physics.after_reset()
            NEAR[task](physics)
    yield f"start {name} {steps}"
    yield f"state {text(physics.get_state(INTEGRATION))}"
    for f in FIELDS.get(task, ()):
        yield f"field {f} {text(field(physics, f))}"
    spec = env.action_spec()
    actions, earned, terminal = Actions(seed), [], 0
    first = observation(env)
    kept = KEPT_LARGE if first.size > 50 else KEPT
    yield f"observation 0 {text(first)}"
    for step in range(1, steps + 1):
        timestep = env.step(actions.draw(spec.minimum, spec.maximum))
        earned.append(timestep.reward)
        if step in kept or step == steps:
            yield f"observation {step} {text(observation(env))}"
        if timestep.last():
            terminal = step
            break
    yield f"rewards {text(earned)}"
    yield f"terminal {terminal}"


def spread(task, env, count):
    """How qpos, qvel and the redrawn fields of many starts are distributed."""
    constant = {"sensordata", "jnt_stiffness"}  # the springs of LQR are drawn with the model, once
    fields = ["qpos", "qvel"] + [f for f in FIELDS.get(task, ()) if f not in constant]
    rows = {f: [] for f in fields}
    for _ in range(count):
        env.reset()
        for f in fields:
            rows[f].append(np.ravel(field(env.physics, f)).copy())
    for f in fields:
        values = np.array(rows[f])
        yield f"spread {f} {count}"
        yield f"mean {text(values.mean(0).astype(np.float32))}"
        yield f"deviation {text(values.std(0).astype(np.float32))}"
        yield f"lowest {text(values.min(0).astype(np.float32))}"
        yield f"highest {text(values.max(0).astype(np.float32))}"


def shares(task, env, count):
    """How many of many starts have the manipulator's prop held by the hand, and how many at its target."""
    if not task.startswith("manipulator"):
        return
    prop = "peg" if task.endswith("peg") else "ball"
    model, data = env.physics.named.model, env.physics.named.data
    found = np.zeros(2)
    for _ in range(count):
        env.reset()
        place = data.qpos[[f"{prop}_x", f"{prop}_z"]]
        for i, other in enumerate([data.site_xpos["grasp"], model.body_pos[f"target_{prop}"]]):
            found[i] += np.allclose(place, other[[0, 2]], rtol=0, atol=1e-9)
    yield f"share held {count} {text(found[0] / count)}"
    yield f"share placed {count} {text(found[1] / count)}"


def computed(task, env):
    place = 0
    for key, value in env.task.get_observation(env.physics).items():
        size = np.size(value)
        if key in COMPUTED.get(task.rsplit("-", 1)[0], ()):
            yield f"computed {place} {place + size}"
        place += size


def record(task):
    env = load(task, 1)
    spec = env.action_spec()
    yield f"# dm_control 1.0.50, mujoco {mujoco.__version__}, numpy {np.__version__}: {task}; made by scripts/reference-suite.py"
    limit = env._step_limit
    yield f"limit {'none' if limit == float('inf') else int(np.ceil(limit))}"
    yield f"low {text(spec.minimum)}"
    yield f"high {text(spec.maximum)}"
    yield from computed(task, env)
    yield from trajectory(task, env, "random", 200, 7)
    if task in NEAR:
        yield from trajectory(task, env, "near", 60, 8)
    yield from spread(task, load(task, 2), 2000)
    yield from shares(task, load(task, 3), 2000)


def tolerances():
    yield "# tolerance(x, (low, high), margin, value_at_margin) by the kinds of sigmoid in dm_control 1.0.50"
    random = np.random.RandomState(0)
    for kind in ["gaussian", "hyperbolic", "long_tail", "reciprocal", "cosine", "linear", "quadratic", "tanh_squared"]:
        least = 0.0 if kind in ("cosine", "linear", "quadratic") else 0.01
        for i in range(40):
            low = random.uniform(-2, 2)
            high = float("inf") if i % 4 == 1 else low + random.uniform(0, 2) * (i % 4 > 0)
            margin = 0.0 if i % 5 == 0 else random.uniform(0.1, 3)
            value = [least, 0.1, 0.5, random.uniform(0.01, 0.99)][i % 4]
            x = random.uniform(-6, 6)
            y = rewards.tolerance(x, (low, high), margin, kind, value)
            yield f"{kind} {text([x, low, high, margin, value, y])}"


parser = argparse.ArgumentParser()
parser.add_argument("tasks", nargs="*", help="as cheetah-run; all known here without")
parser.add_argument("--out", type=pathlib.Path, required=True)
given = parser.parse_args()
TASKS = """
acrobot-swingup acrobot-swingup_sparse ball_in_cup-catch cartpole-balance cartpole-balance_sparse cartpole-swingup
cartpole-swingup_sparse cartpole-three_poles cartpole-two_poles cheetah-run finger-spin finger-turn_easy
finger-turn_hard fish-upright fish-swim hopper-stand hopper-hop humanoid-stand humanoid-walk humanoid-run
humanoid-run_pure_state humanoid_CMU-stand humanoid_CMU-walk humanoid_CMU-run lqr-lqr_2_1 lqr-lqr_6_2
manipulator-bring_ball manipulator-bring_peg manipulator-insert_ball manipulator-insert_peg pendulum-swingup
point_mass-easy point_mass-hard quadruped-fetch quadruped-run quadruped-walk reacher-easy reacher-hard stacker-stack_2 stacker-stack_4
swimmer-swimmer15 swimmer-swimmer6 walker-stand walker-walk walker-run
""".split()
given.out.mkdir(parents=True, exist_ok=True)
if not given.tasks:
    (given.out / "tolerance.txt").write_text("\n".join(tolerances()) + "\n")
for task in given.tasks or TASKS:
    (given.out / f"{task}.txt").write_text("\n".join(record(task)) + "\n")
    print(task, file=sys.stderr)
