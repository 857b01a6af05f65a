#!/usr/bin/env python3
"""Writes the reference data of the tests of Retrace and of the distributional critic's projection.

Independent of the program: Retrace by its definition, a double sum over the steps of a sequence in double precision;
the projection as the sum over hat functions. rlax 0.1.9 gives a second opinion on both, to 1e-9.

    pip install numpy rlax
    scripts/reference-critics.py
"""
import pathlib
import jax
import numpy
import rlax

jax.config.update("jax_enable_x64", True)
DATA = pathlib.Path(__file__).resolve().parent.parent / "Tests/PolicyOptimisationTests/Data"


def numbers(values):
    return " ".join(repr(float(v)) for v in numpy.ravel(values))


def single(values):
    """What the program can hold: single precision, exactly."""
    return numpy.asarray(values, numpy.float32).astype(numpy.float64)


def retrace(q, policy, sequence, gamma, lam):
    """y_t = Q(s_t,a_t) + sum_j gamma^(j-t) (prod_{k=t+1..j} c_k) delta_j of every step of a sequence."""
    deltas, traces, taken = [], [], []
    for state, action, reward, following, terminated, log_b in sequence:
        value = 0 if terminated else policy[following] @ q[following]
        deltas.append(reward + gamma * value - q[state, action])
        traces.append(lam * min(1, policy[state, action] / numpy.exp(log_b)))
        taken.append(q[state, action])
    result = []
    for t in range(len(sequence)):
        y = taken[t]
        for j in range(t, len(sequence)):
            y += gamma ** (j - t) * numpy.prod(traces[t + 1:j + 1]) * deltas[j]
        result.append(y)
    second_opinion(q, policy, sequence, gamma, lam, result)
    return result


def second_opinion(q, policy, sequence, gamma, lam, targets):
    states = [step[0] for step in sequence]
    following = [step[3] for step in sequence]
    actions = numpy.array([step[1] for step in sequence])
    # rlax wants an action and its probability after the last step, too, and lets no trace through them.
    errors = rlax.retrace(
        q[states], q[following], actions, numpy.append(actions[1:], 0),
        numpy.array([step[2] for step in sequence]),
        numpy.array([0.0 if step[4] else gamma for step in sequence]), policy[following],
        numpy.append(numpy.exp([step[5] for step in sequence])[1:], 1.0), lam, eps=0.0)
    found = errors + q[states, actions]
    assert numpy.allclose(found, targets, rtol=1e-9, atol=1e-9), (found, targets)


def retraces():
    random = numpy.random.default_rng(20160608)
    out = ["# made by scripts/reference-critics.py",
           "# case name states actions gamma lambda; q, logits by rows; step s a r s' end log b; y of every step"]
    for i in range(60):
        states, actions = int(random.integers(1, 6)), int(random.integers(1, 5))
        gamma = float([0.9, 0.99, 1.0, 0.5, 0.0][i % 5])
        lam = float([1.0, 0.9, 0.5, 0.0][i % 4])
        q = single(random.normal(size=(states, actions)) * 10 ** random.uniform(-1, 2))
        logits = single(random.normal(size=(states, actions)) * 2)
        policy = numpy.exp(logits - logits.max(axis=1, keepdims=True))
        policy /= policy.sum(axis=1, keepdims=True)
        behaviour = random.dirichlet(numpy.ones(actions), size=states)
        if i % 6 == 5:
            behaviour = policy
        out.append(f"case random-{i} {states} {actions} {gamma!r} {lam!r}")
        out.append("q " + numbers(q))
        out.append("logits " + numbers(logits))
        for _ in range(int(random.integers(1, 4))):
            sequence = []
            length = int(random.integers(1, 12))
            state = int(random.integers(states))
            end = ["terminated", "truncated"][int(random.integers(2))]
            for t in range(length):
                action = int(random.choice(actions, p=behaviour[state]))
                following = int(random.integers(states))
                reward = float(single(random.normal()))
                log_b = float(single(numpy.log(behaviour[state, action])))
                ends = end if t == length - 1 else "on"
                out.append(f"step {state} {action} {reward!r} {following} {ends} {log_b!r}")
                sequence.append((state, action, reward, following, ends == "terminated", log_b))
                state = following
            out.append("want " + numbers(retrace(q, policy, sequence, gamma, lam)))
    (DATA / "retrace.txt").write_text("\n".join(out) + "\n")


def projections():
    random = numpy.random.default_rng(20170721)
    out = ["# made by scripts/reference-critics.py: atoms v_min v_max reward discount, probabilities, projected ones"]
    for i in range(60):
        atoms = [2, 3, 5, 11, 51][i % 5]
        low = random.normal() * 10
        high = low + 10 ** random.uniform(-1, 2)
        if i % 4 == 0:
            low, high = -10.0, 10.0
        z = numpy.linspace(low, high, atoms)
        spacing = (high - low) / (atoms - 1)
        p = random.dirichlet(numpy.full(atoms, 0.5))
        reward = random.normal() * (high - low) * [0.1, 1, 3][i % 3]
        discount = [0.99, 0.0, 1.0, 0.9 ** 5][i % 4]
        if i % 8 == 4:
            reward = spacing * round(reward / spacing)  # lands on atoms
        moved = numpy.clip(reward + discount * z, low, high)
        # m_i = sum_k p_k [1 - |moved_k - z_i| / spacing]_+
        hats = numpy.clip(1 - abs(moved[None, :] - z[:, None]) / spacing, 0, 1)
        m = hats @ p
        m /= m.sum()
        found = rlax.categorical_l2_project(jax.numpy.array(reward + discount * z), jax.numpy.array(p), jax.numpy.array(z))
        assert numpy.allclose(found, m, rtol=1e-9, atol=1e-9), (found, m)
        out.append(" ".join([str(atoms), numbers([low, high, reward, discount]), numbers(p), numbers(m)]))
    (DATA / "projection.txt").write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    retraces()
    projections()
