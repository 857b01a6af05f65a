import Environments
import MuJoCoEnvironments
import Runtime
import Support
import Syntax

/// The DeepMind Control Suite's tasks by their names.
enum SuiteNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "suite", in: "environments", "One of the DeepMind Control Suite's tasks.",
            parameters: Parameter<String>("domain", "the body: \"cheetah\""),
            Parameter<String>("task", "what it is to do: \"run\""),
            Parameter<Int?>("seed", "lqr only: what its springs are drawn from, 0 where it is not given", default: nil),
            text: """
                Rewards lie between 0 and 1; an episode is 1000 steps and ends by its time limit only, so that a
                return of 1000 would be perfect. Only lqr is another kind: it pays 1 less a quadratic cost, without
                bounds on actions or a time limit, and ends near its rest, which noise never lets it reach: a lab needs
                its setting `horizon` there. Chains come in any size: swimmer4, lqr_5_3 with 5 bodies, 3 of them
                driven. MuJoCo does the physics: scripts/mpo fetches it.

                \(SuiteEnvironment.domains.map { "\($0): \(SuiteEnvironment.tasks(of: $0).joined(separator: ", "))" }.joined(separator: "; ")).
                """,
            examples: [
                Example(
                    "suite(\"cheetah\", \"run\")",
                    "cheetah-run · observation 17 · action 6 in [−1, 1] · 1 000 steps an episode"),
                Example("env = suite(\"pendulum\", \"swingup\"); reset(env); step(env, 0.5).reward >= 0", "true"),
            ]
        ) { _, domain, task, seed in
            try checkNames(domain, task, seed)
            return EnvironmentObject(
                try EnvironmentCatalogue.complete.make(
                    EnvironmentConstructor(
                        "suite", ["domain": .string(domain), "task": .string(task), "seed": seed.map { .integer($0) } ?? .null])))
        }
    ]

    /// A misspelt name is told with the nearest one; everything else the suite tells itself.
    private static func checkNames(_ domain: String, _ task: String, _ seed: Int?) throws {
        do { try SuiteEnvironment.check(domain, task, seed: seed) } catch let fault as Fault {
            let near =
                switch fault.id {
                case "suite.domain": Names.suggestion(for: domain, among: SuiteEnvironment.domains)
                case "suite.task": Names.suggestion(for: task, among: SuiteEnvironment.tasks(of: domain))
                default: nil as String?
                }
            guard let near else { throw fault }
            throw Fault(fault.id, fault.message, hint: "did you mean \"\(near)\"?" + (fault.hint.map { " \($0)" } ?? ""))
        }
    }
}
