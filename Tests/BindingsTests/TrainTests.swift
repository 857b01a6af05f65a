import Bindings
import Runtime
import Support
import Syntax
import Testing

/// The library's `train`: which steps it takes, what it reports, how `each` steers it.
@Suite struct TrainTests {
    /// What a program shows and reports, with the library loaded.
    static func shown(_ program: String) -> [String] {
        let recorder = Recorder()
        let library = String(#filePath.dropLast("Tests/BindingsTests/TrainTests.swift".count)) + "stdlib"
        let interpreter = Interpreter(registry: makeStandardRegistry(), standardLibrary: library, output: recorder)
        installGlobals(in: interpreter)
        do {
            try interpreter.loadPrelude()
            let lab = "env = bandit([1, 1]); lab = mpo(env, tabular(env), qnet(env, hidden: []), batch: 8)\n"
            try interpreter.run(try Parser.parse(Source(name: "test", lab + program)), display: .batch)
        } catch {
            return recorder.shown + ["error: " + error.message]
        }
        return recorder.shown
    }

    /// Programs and what each shows last.
    static let programs: [(String, String)] = [
        // A collect an iteration; Q-, E- and M-step for every batch.
        ("train(lab, iterations: 1, episodes: 3, updates: 2); lab.history.step",
            #"["collect", "qstep", "estep", "mstep", "qstep", "estep", "mstep"]"#),
        ("train(lab, iterations: 3, episodes: 2, updates: 1); lab.environment_steps", "6"),
        // What is not given is the lab's setting.
        ("lab.iterations = 2; lab.episodes = 5; lab.updates = 3; train(lab); [lab.environment_steps, lab.esteps]", "[10, 6]"),
        ("lab.critic_steps = 4; lab.policy_steps = 3; train(lab, iterations: 1, updates: 2); [lab.critic_gradient_steps, lab.policy_gradient_steps]",
            "[8, 6]"),
        // 20 transitions an iteration in batches of 8 are 3 batches.
        ("lab.samples_per_iteration = 20; train(lab, iterations: 2); lab.esteps", "6"),
        // `each` is told the iteration, and stops the run by true.
        ("seen = []; train(lab, iterations: 5, updates: 1, each: i -> { seen = append(seen, i); i == 3 }); seen", "[1, 2, 3]"),
        ("train(lab, iterations: 3, episodes: 1, updates: 1, each: i -> { lab.episodes = i; false }); lab.environment_steps", "3"),
        // A row for every iteration, with the return and the KLs.
        ("train(lab, iterations: 3, episodes: 1, updates: 1); [reports.iteration, reports.steps, reports.return]",
            "[[1, 2, 3], [1, 2, 3], [1, 1, 1]]"),
        ("train(lab, iterations: 1, episodes: 4, updates: 1); reports.kl[0] == lab.kl and reports.eta[0] == lab.eta", "true"),
        ("train(lab, iterations: 1, episodes: 1, updates: 1) == lab", "true"),
        ("train(lab, iterations: 1, episodes: 0)", "error: at least 1 episode was wanted, 0 was given"),
    ]

    @Test(arguments: programs)
    func program(text: String, wanted: String) { #expect(Self.shown(text).last == wanted) }

    /// The report is about the KLs that hold the lab.
    @Test func aReportSaysWhatHoldsTheLab() {
        let finite = Self.shown("train(lab, iterations: 1, episodes: 1, updates: 1); reports.columns").last ?? ""
        #expect(finite.contains("kl_total") && finite.contains("lambda_total") && !finite.contains("kl_cov"))
        let box = """
            env = pendulum(); lab = mpo(env, gaussian(env, hidden: [4]), qnet(env, hidden: [4]), batch: 8)
            train(lab, iterations: 1, episodes: 1, updates: 1); reports.columns
            """
        let continuous = Self.shown(box).last ?? ""
        #expect(continuous.contains("kl_mean") && continuous.contains("kl_cov") && !continuous.contains("kl_total"))
    }
}
