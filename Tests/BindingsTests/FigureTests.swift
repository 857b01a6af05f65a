import Bindings
import Runtime
import Support
import Syntax
import Testing

/// The figures of labs, steps and values, drawn at every width on every canvas.
@Suite struct FigureTests {
    private static let bandit = "env = bandit([1, 2]); lab = mpo(env, tabular(env), qnet(env), batch: 8)\n"
    private static let pendulum = """
        env = pendulum(); lab = mpo(env, gaussian(env, hidden: [8]), qnet(env, hidden: [8]), batch: 16)
        collect(lab, steps: 100); qstep(lab, steps: 3); e = estep(lab); m = mstep(lab, e, steps: 2)

        """

    private static let box = """
        env = environment("box", reset: random -> [0, 0], step: (s, a) -> {state: s, reward: a[0], terminated: true}, low: [-1, -1, -2], high: [1, 1, 2])
        lab = mpo(env, gaussian(env, hidden: [8]), qnet(env, hidden: [8]), batch: 8)
        collect(lab, episodes: 8); e = estep(lab); m = mstep(lab, e)

        """

    static let figures: [(setup: String, figure: String, title: String)] = [
        (pendulum, "plot(e)", "the dual g(η)"), (pendulum, "plot(e, state: 5)", "q beside π · state 5 of 16"),
        (pendulum, "plot(e, \"actions\", state: 5)", "Q, π and q · state 5 of 16"),
        (pendulum, "plot(m, state: 5)", "Q, q and π before and after · state 5 of 16"),
        (pendulum, "plot(lab)", "learning · pendulum · 4 committed steps"),
        (pendulum, "plot(lab, \"kl\")", "KLs beside their bounds · pendulum"), (pendulum, "plot(lab, \"eta\")", "eta · pendulum"),
        (pendulum, "plot(lab, [1, 0, 0])", "Q and π · pendulum"),
        (pendulum, "plot(lab, \"values\", dims: [2, 0], at: [0, 1, 0])", "V(s) = E_π Q(s, a) · pendulum"),
        (pendulum, "plot(lab, \"values\", observe: (a, v) -> [cos(a), sin(a), v], x: [-3, 3], y: [-8, 8])", "V(s) = E_π Q(s, a) · pendulum"),
        (bandit + "collect(lab, episodes: 8); e = estep(lab); m = mstep(lab, e)\n", "plot(m)", "Q, q and π before and after · state 0 of 8"),
        (
            "env = quadratic_bandit([0.3, -0.4]); lab = mpo(env, gaussian(env), qnet(env), batch: 8); collect(lab, episodes: 8); e = estep(lab); m = mstep(lab, e)\n",
            "plot(m, state: 2)", "Q, q and π before and after · state 2 of 8"
        ),
        (box, "plot(m, dims: [2, 0])", "Q, q and π before and after · state 0 of 8"), (box, "plot(e, \"actions\")", "Q, π and q · state 0 of 8"),
        ("env = gym(\"FrozenLake-v1\"); lab = mpo(env, tabular(env), qnet(env, hidden: []))\n", "plot(lab, 14)", "Q and π · FrozenLake-v1"),
        (pendulum + "lab.q_form = \"parametric\"; e = estep(lab); m = mstep(lab, e)\n", "plot(m)", "Q, q and π before and after · state 0 of 16"),
        (pendulum + "lab.q_form = \"parametric\"; e = estep(lab)\n", "plot(e, state: 1)", "q beside π · state 1 of 16"),
        (pendulum + "lab.dual_solver = \"gradient\"; e = estep(lab)\n", "plot(e)", "the dual g(η)"),
        (pendulum + "b = copy(lab); collect(lab, steps: 200); collect(b, steps: 200)\n", "learning_curve([lab, b], title: \"two\")", "two"),
        ("v = policy_iteration(gym(\"FrozenLake-v1\"))\n", "plot(v, title: \"V\")", "V"),
        ("v = value_iteration(gym(\"Taxi-v3\"))\n", "plot(v, title: \"V\")", "V"),
        (
            "env = gym(\"FrozenLake-v1\"); lab = mpo(env, tabular(env), qnet(env, hidden: []))\n", "plot(lab, \"values\")",
            "V(s) = E_π Q(s, a) · FrozenLake-v1"
        ),
        ("runs = {a: [[1, 2, 3], [2, 2, 5]], b: [[0, 1, 0], [1, 1, 1]]}\n", "learning_curve(runs, title: \"return\")", "return"),
        (pendulum, "plot(compare(e, estep(e, epsilon: 0.01)))", "q of second beside first · state 0 of 16"),
        (
            pendulum + "b = copy(lab); constrain b.kl <= 0.01; for l in [lab, b] { mstep(l, estep(l)) }\n",
            "plot(compare(lab, b))", "first beside second · pendulum"
        ),
    ]

    /// Every row as wide as was asked for, whole titles, and on the ASCII canvas nothing else and nothing unknown.
    @Test(arguments: figures.indices)
    func figure(_ index: Int) {
        let (setup, figure, title) = Self.figures[index]
        var code = setup + "f = \(figure)\nprint(f.title)\n"
        let sizes = [60, 80, 120].flatMap { width in ["braille", "block", "ascii"].map { (width, $0) } }
        for (width, canvas) in sizes { code += "print(draw(f, width: \(width), canvas: \"\(canvas)\"))\n" }
        code += "print(count(f.svg) > 500)\n"
        let shown = run(code).suffix(sizes.count + 2)
        #expect(shown.first == title && shown.last == "true", "\(shown)")
        for ((width, canvas), text) in zip(sizes, shown.dropFirst()) {
            let rows = text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(rows.count > 3 && rows.allSatisfy { displayWidth($0) <= width }, "\(canvas) \(width)")
            if canvas == "ascii" { #expect(text.utf8.allSatisfy { $0 < 128 } && !text.contains("?"), "\(text)") }
            #expect(!text.contains("not finite"), "\(text)")
        }
    }

    /// What is not shown is said.
    @Test(arguments: [
        (
            box + "print(plot(m, dims: [2, 0]).caption)",
            "Dimensions 2 and 0 of 3; the others at the mean of π_i (before). `dims: [i, j]` shows two others. The map is the action box, in the policy's units."
        ),
        (pendulum + "print(plot(m).caption)", "In the policy's units; beyond the box Q is that of the clipped action."),
        (
            pendulum + "print(plot(lab, \"values\").caption)",
            "The other number of the observation is at its mean in the replay; `dims: [i, j]` shows two others. The mean over the policy's actions is taken at 2 points a dimension."
        ),
    ])
    func captions(program: String, wanted: String) { #expect(run(program).last == wanted) }

    @Test func theGradientSolversTemperatureIsMarked() {
        let shown = run(Self.pendulum + "lab.dual_solver = \"gradient\"; e = estep(lab); f = plot(e); print(f.caption); print(draw(f))")
        #expect(shown.dropLast().last?.contains("η is the gradient solver's, one step an E-step towards η*") == true)
        #expect(shown.last?.filter { $0 == "●" }.count == 2)
    }

    /// V on a slice is the mean of Q at μ ± σ, the rule of third degree in one dimension, wherever the box ends.
    @Test func valuesOfAGaussian() throws {
        let program = Self.pendulum + """
            s = [0.25, -0.5, 2]
            d = lab.policy(s)
            mu = d.mean[0]; sigma = d.cholesky[0, 0]
            ends = [mu - sigma, mu + sigma].map { a -> lab.critic(s, [clip(a, -1, 1)]) }
            mean(ends)
            plot(lab, "values", observe: (x, y) -> s, x: [0, 1], y: [0, 1])
            """
        let shown = try json(program)
        let wanted = try #require(shown.dropLast().last?.double)
        let rows = try #require(shown.last?["layers"]?.elements?.first?["rows"]?.elements)
        for row in rows {
            for value in row.elements ?? [] { #expect(((value.double ?? .nan) - wanted).magnitude < 1e-5 * max(1, wanted.magnitude)) }
        }
    }

    /// With two dimensions the ellipses are those of the policy's covariance: the greatest and the least x are μ ± kσ.
    @Test func ellipsesOfAGaussian() throws {
        let program = """
            env = quadratic_bandit([0.3, -0.4]); lab = mpo(env, gaussian(env), qnet(env), batch: 8)
            s = [1]
            d = lab.policy(s)
            [d.mean[0], d.cholesky[0, 0], d.mean[1], sqrt(d.cholesky[1, 0] ^ 2 + d.cholesky[1, 1] ^ 2)]
            plot(lab, s)
            """
        let shown = try json(program)
        let wanted = shown.dropLast().last?.elements?.compactMap(\.double) ?? []
        try #require(wanted.count == 4)
        let layers = try #require(shown.last?["layers"]?.elements)
        for (layer, k) in zip(layers.dropFirst(), [1.0, 2]) {
            let xs = layer["x"]?.elements?.compactMap(\.double) ?? []
            let ys = layer["y"]?.elements?.compactMap(\.double) ?? []
            #expect(((xs.max() ?? .nan) - wanted[0] - k * wanted[1]).magnitude < 1e-5)
            // The extreme y lies between two of 96 points.
            #expect(((ys.max() ?? .nan) - wanted[2] - k * wanted[3]).magnitude < 2e-3 * k)
        }
    }

    private func json(_ program: String) throws -> [JSON] {
        let recorder = JSONRecorder()
        let interpreter = Interpreter(registry: makeStandardRegistry(), output: recorder)
        installGlobals(in: interpreter)
        try interpreter.run(try Parser.parse(Source(name: "test", program)), display: .batch)
        return recorder.shown
    }
}

/// Keeps what a program shows as JSON.
private final class JSONRecorder: OutputSink {
    var style = DisplayStyle.plain
    private(set) var shown: [JSON] = []

    func show(_ value: Value, isSilenced: Bool) { if !isSilenced { shown.append(value.json) } }
    func print(_ line: String) {}
    func report(_ row: [(name: String, value: Value)]) {}
    func note(_ text: String, at span: Span?) {}
}
