#!/usr/bin/env python3
"""Writes the reference data of the tests of the dual and of the Gaussian KL.

Independent of the program: 50-digit arithmetic (mpmath), explicit inverses and determinants, and a root of
g'(eta) found by bisection on log eta. A second opinion from scipy's minimiser is checked on the way.

    pip install numpy scipy mpmath
    scripts/reference-duals.py
"""
import pathlib
import numpy
from mpmath import mp, mpf, log, exp, matrix, det
from scipy.optimize import minimize_scalar

mp.dps = 50
DATA = pathlib.Path(__file__).resolve().parent.parent / "Tests/PolicyOptimisationTests/Data"


def numbers(values):
    return " ".join(repr(float(v)) for v in values)


def moments(rows, priors, eta):
    """mean over states of log E exp(Q/eta), the KLs, and the weights."""
    logs, kls, weights = [], [], []
    for q, p in zip(rows, priors):
        top = max(v for v, w in zip(q, p) if w > 0)
        terms = [w * exp((v - top) / eta) for v, w in zip(q, p)]
        z = sum(terms)
        ws = [t / z for t in terms]
        logs.append(top / eta + log(z))
        kls.append(sum(w * log(w / pi) for w, pi in zip(ws, p) if w > 0))
        weights.append(ws)
    return sum(logs) / len(logs), kls, weights


def solve(rows, priors, epsilon):
    best = []
    for q, p in zip(rows, priors):
        top = max(v for v, w in zip(q, p) if w > 0)
        best.append([w if v == top else mpf(0) for v, w in zip(q, p)])
    masses = [sum(b) for b in best]
    reachable = sum(-log(m) for m in masses) / len(masses)
    if reachable < mpf(10) ** -40 or epsilon >= reachable:
        kind = "all-equal" if reachable < mpf(10) ** -40 else "greedy"
        if max(len(q) for q in rows) == 1:
            kind = "single-action"
        value = sum(max(v for v, w in zip(q, p) if w > 0) for q, p in zip(rows, priors)) / len(rows)
        weights = [[w / m for w in b] for b, m in zip(best, masses)]
        return kind, mpf(0), value, [-log(m) for m in masses], weights

    def slope(t):
        _, kls, _ = moments(rows, priors, exp(t))
        return epsilon - sum(kls) / len(kls)

    low = high = mpf(0)
    while slope(low) > 0:
        low -= 2
    while slope(high) < 0:
        high += 2
    for _ in range(110):
        middle = (low + high) / 2
        if slope(middle) > 0:
            high = middle
        else:
            low = middle
    eta = exp((low + high) / 2)
    mean_log, kls, weights = moments(rows, priors, eta)
    value = eta * epsilon + eta * mean_log
    second_opinion(rows, priors, epsilon, eta, value)
    return "active", eta, value, kls, weights


def second_opinion(rows, priors, epsilon, eta, value):
    """scipy minimises g itself, in plain floats about each state's maximum."""
    tops = [float(max(v for v, w in zip(q, p) if w > 0)) for q, p in zip(rows, priors)]
    qs = [numpy.array([float(v) - t for v in q]) for q, t in zip(rows, tops)]
    ps = [numpy.array([float(w) for w in p]) for p in priors]

    def g(t):
        h = numpy.exp(t)
        return h * float(epsilon) + h * numpy.mean([numpy.log(numpy.sum(p * numpy.exp(q / h))) for q, p in zip(qs, ps)])

    t = float(log(eta))
    found = minimize_scalar(g, bounds=(t - 2, t + 3), method="bounded", options={"xatol": 1e-9})
    spread = max(-q.min() for q in qs)
    assert abs(found.fun + numpy.mean(tops) - float(value)) <= 1e-9 * max(1, abs(float(value)), spread), (found, value)


def dual_case(out, name, rows, epsilon, priors=None):
    exact = [[mpf(float(v)) for v in q] for q in rows]
    if priors is None:
        ps = [[mpf(1) / len(q)] * len(q) for q in exact]
    else:
        ps = [[mpf(float(w)) for w in p] for p in priors]
        ps = [[w / sum(p) for w in p] for p in ps]
    kind, eta, value, kls, weights = solve(exact, ps, mpf(float(epsilon)))
    out.append(f"case {name} {len(rows)} {repr(float(epsilon))} {'prior' if priors is not None else 'uniform'} {kind}")
    for q in rows:
        out.append("q " + numbers(q))
    for p in priors if priors is not None else []:
        out.append("p " + numbers(p))
    out.append("want " + numbers([eta, value, sum(kls) / len(kls)]))
    out.append("kl " + numbers(kls))
    out.append("ess " + numbers([1 / sum(w * w for w in ws) for ws in weights]))
    for ws in weights:
        out.append("w " + numbers(ws))


def largest_kl(rows, priors):
    total = 0
    for i, q in enumerate(rows):
        p = priors[i] if priors is not None else numpy.full(len(q), 1 / len(q))
        top = max(v for v, w in zip(q, p) if w > 0)
        total += -numpy.log(sum(w for v, w in zip(q, p) if v == top))
    return total / len(rows)


def duals():
    random = numpy.random.default_rng(20180614)
    out = ["# made by scripts/reference-duals.py"]
    for i in range(120):
        states = int(random.integers(1, 7))
        ragged = i % 5 == 4
        actions = [2, 3, 5, 8, 20, 64][i % 6]
        counts = [int(random.integers(1, actions + 1)) if ragged else actions for _ in range(states)]
        counts[0] = actions
        scale = 10 ** random.uniform(-3, 3)
        offset = [0.0, 1e6, -1e6, random.uniform(-1e6, 1e6)][i % 4]
        per_state = random.normal(size=states) * scale * (10 if i % 3 == 0 else 0)
        rows = [scale * random.normal(size=n) + offset + c for n, c in zip(counts, per_state)]
        if i % 7 == 3:  # heavy tails: one action far better
            rows[0][int(random.integers(0, counts[0]))] += 30 * scale
        if i % 7 == 5:  # some states are flat
            rows[-1][:] = rows[-1][0]
            rows[0][0] += scale
        priors = None
        if i % 3 == 1:
            priors = [random.dirichlet(numpy.full(n, 0.5)) for n in counts]
            if i % 2 == 0 and counts[0] > 2:
                priors[0][0] = 0
                priors[0] /= priors[0].sum()
        reach = largest_kl(rows, priors)
        epsilon = 0.1 if i % 4 == 0 and reach > 0.12 else reach * 10 ** random.uniform(-4, -0.01)
        dual_case(out, f"random-{i}", rows, epsilon, priors)
    for i in range(16):  # the limit: epsilon at or above what can be reached
        n = [1, 2, 3, 20, 64, 7, 5, 4][i % 8]
        scale, offset = 10 ** random.uniform(-3, 3), [0, 1e6, -1e6][i % 3]
        rows = [scale * random.normal(size=n) + offset for _ in range(3)]
        if i % 2 and n > 2:
            rows[1][0] = rows[1][1] = rows[1].max() + scale  # two best actions
        priors = [random.dirichlet(numpy.ones(n)) for _ in rows] if i >= 8 else None
        dual_case(out, f"greedy-{i}", rows, largest_kl(rows, priors) * 1.1 + 0.01, priors)
    for i in range(8):  # nothing to choose
        n = [1, 2, 20, 64][i % 4]
        rows = [numpy.full(n, v) for v in random.normal(size=4) * 10 ** random.uniform(-3, 6)]
        priors = [random.dirichlet(numpy.ones(n)) for _ in rows] if i >= 4 else None
        dual_case(out, f"equal-{i}", rows, 0.1, priors)
    (DATA / "dual.txt").write_text("\n".join(out) + "\n")


def gaussian_kls():
    random = numpy.random.default_rng(20181206)
    out = ["# made by scripts/reference-duals.py: n, mean0, chol0 by rows, mean1, chol1 by rows, mean cov total"]
    for i in range(130):
        n = 1 + i % 8
        scale = 10 ** random.uniform(-3, 3)

        def factor():
            l = numpy.tril(random.normal(size=(n, n))) * 0.5
            l[numpy.arange(n), numpy.arange(n)] = numpy.exp(random.normal(size=n) * 0.7)
            return numpy.diag(numpy.diag(l)) * scale if i % 4 == 3 else l * scale

        mean0, chol0 = random.normal(size=n) * scale, factor()
        if i % 5 == 1:  # a small step, as an M-step makes it
            mean1 = mean0 + 1e-3 * scale * random.normal(size=n)
            chol1 = chol0 * (1 + 1e-3 * numpy.tril(random.normal(size=(n, n))))
        elif i % 13 == 7:
            mean1, chol1 = mean0.copy(), chol0.copy()
        else:
            mean1, chol1 = random.normal(size=n) * scale, factor()
        m0, m1 = matrix([mpf(float(v)) for v in mean0]), matrix([mpf(float(v)) for v in mean1])
        l0 = matrix([[mpf(float(v)) for v in row] for row in chol0])
        l1 = matrix([[mpf(float(v)) for v in row] for row in chol1])
        s0, s1 = l0 * l0.T, l1 * l1.T
        d = m1 - m0
        mean = (d.T * s0 ** -1 * d)[0] / 2
        product = s1 ** -1 * s0
        cov = (sum(product[k, k] for k in range(n)) - n + log(det(s1) / det(s0))) / 2
        total = (d.T * s1 ** -1 * d)[0] / 2 + cov
        out.append(" ".join([str(n), numbers(mean0), numbers(chol0.flatten()), numbers(mean1),
                             numbers(chol1.flatten()), numbers([mean, cov, total])]))
    (DATA / "gaussian_kl.txt").write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    DATA.mkdir(parents=True, exist_ok=True)
    duals()
    gaussian_kls()
