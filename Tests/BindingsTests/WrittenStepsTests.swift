import Bindings
import Runtime
import Support
import Syntax
import Testing

/// The library's E-step and M-step, written out with `minimize`, beside the native ones on the same inputs.
///
/// Both calculate in float32 (the native dual in double), so what may differ is rounding: a unit in the last place is
/// 6e-8 of a number near 1, and the written η comes from 3 000 descent steps of a float32 sum over S × N = 32 × 20.
@Suite struct WrittenStepsTests {
    /// What differs, as the program below prints it.
    struct Case: Sendable, CustomTestStringConvertible {
        var task: String
        var covariance: String
        var testDescription: String { "\(task), \(covariance)" }
    }

    static let cases = ["lq()", "quadratic_bandit([0.3, -0.2])"].flatMap { task in
        ["full", "diagonal"].map { Case(task: task, covariance: $0) }
    }

    /// The numbers that a program prints last, one a line; a failed run is its error.
    static func numbers(_ program: String, count: Int) -> [Double] {
        let recorder = Recorder()
        let library = String(#filePath.dropLast("Tests/BindingsTests/WrittenStepsTests.swift".count)) + "stdlib"
        let interpreter = Interpreter(registry: makeStandardRegistry(), standardLibrary: library, output: recorder)
        installGlobals(in: interpreter)
        do {
            try interpreter.loadPrelude()
            try interpreter.run(try Parser.parse(Source(name: "test", program)), display: .batch)
        } catch {
            Issue.record("\(error.message)")
            return []
        }
        let numbers = recorder.shown.suffix(count).compactMap { Double($0) }
        #expect(numbers.count == count, "\(recorder.shown)")
        return numbers
    }

    /// A lab whose policy has left its reference by three steps, so that the KLs and their gradients are not 0.
    static func lab(_ a: Case) -> String {
        """
        env = \(a.task)
        lab = mpo(env, gaussian(env, hidden: [16], covariance: "\(a.covariance)"), qnet(env, hidden: [16]),
            batch: 32, policy_period: 1000, gradient_clip: 1000000)
        collect(lab, steps: 200)
        qstep(lab, steps: 50)
        mstep(lab, estep(lab), steps: 3)
        e = estep(lab)

        """
    }

    @Test(arguments: cases)
    func estep(_ a: Case) throws {
        let numbers = Self.numbers(
            Self.lab(a) + """
                w = estep_written(e)
                print(abs(w.eta - e.eta) / e.eta)
                print(max(abs(w.weights - e.weights)))
                print(max(e.weights) * e.action_count)
                """, count: 3)
        guard numbers.count == 3 else { return }
        #expect(numbers[0] <= 1e-4)
        #expect(numbers[1] <= 1e-5)
        // The weights are far from uniform, so that agreeing says something.
        #expect(numbers[2] > 1.5)
    }

    @Test(arguments: cases)
    func mstep(_ a: Case) throws {
        // New optimisers on both sides: the written step has moments and multipliers of its own.
        let numbers = Self.numbers(
            Self.lab(a) + """
                fresh = mpo(env, copy(lab.policy), copy(lab.critic), batch: 32, policy_period: 1000,
                    gradient_clip: 1000000, dual_rate: 0.02, policy_learning_rate: 0.001)
                written = copy(fresh.policy)
                start = fresh.policy.network.parameters
                m = mstep(fresh, e, steps: 5)
                w = mstep_written(
                    written, e, epsilon_mean: fresh.epsilon_mean, epsilon_cov: fresh.epsilon_cov,
                    lambda_mean: 1, lambda_cov: 10, learning_rate: 0.001, dual_rate: 0.02, steps: 5)
                print(max(abs(written.network.parameters - fresh.policy.network.parameters)))
                print(abs(w.kl_mean - m.kl_mean))
                print(abs(w.kl_cov - m.kl_cov))
                print(abs(w.lambda_mean - m.lambda_mean))
                print(abs(w.lambda_cov - m.lambda_cov))
                print(max(abs(start - fresh.policy.network.parameters)))
                """, count: 6)
        guard numbers.count == 6 else { return }
        #expect(numbers[0] <= 1e-6)
        #expect(numbers[1] <= 1e-6)
        #expect(numbers[2] <= 1e-6)
        // The multipliers' Adam divides the gap KL − ε by its own size: rounding of 1e-7 in a KL beside ε_cov = 1e-4 is a
        // share of 1e-3 of a step, and five steps of 0.02 in x, where λ = 1 and 10 follow x nearly one to one, 1e-4.
        #expect(numbers[3] <= 1e-4)
        #expect(numbers[4] <= 5e-4)
        // Five steps moved the policy: Adam's first steps are about the learning rate each.
        #expect(numbers[5] > 1e-3)
    }
}
