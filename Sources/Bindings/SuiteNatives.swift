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
            text: """
                Rewards lie between 0 and 1; an episode is 1000 steps and ends by its time limit only, so that a
                return of 1000 would be perfect. MuJoCo does the physics: scripts/mpo fetches it.

                \(SuiteEnvironment.domains.map { "\($0): \(SuiteEnvironment.tasks(of: $0).joined(separator: ", "))" }.joined(separator: "; ")).
                """
        ) { _, domain, task in
            try checkNames(domain, task)
            return EnvironmentObject(
                try EnvironmentCatalogue.complete.make(
                    EnvironmentConstructor("suite", ["domain": .string(domain), "task": .string(task)])))
        }
    ]

    /// A misspelt name is told with the nearest one; everything else the suite tells itself.
    private static func checkNames(_ domain: String, _ task: String) throws {
        do { try SuiteEnvironment.check(domain, task) } catch let fault as Fault {
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
