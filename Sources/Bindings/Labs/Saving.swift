import Environments
import Laboratory
import MuJoCoEnvironments
import Runtime
import Support

/// Files that hold labs and networks.
enum SavingNatives {
    static let all: [NativeFunction] = [
        saver("lab", "Writes a whole lab, replay and running episode included, to a file.") { (lab: LabObject) in .lab(lab.lab) },
        saver("policy", "Writes a policy to a file.") { (policy: PolicyObject) in .policy(policy.policy) },
        saver("critic", "Writes a critic to a file.") { (critic: CriticObject) in .critic(critic.critic) },
        saver("network", "Writes a network to a file.") { (network: NetworkObject) in .network(network.network) },
        NativeFunction(
            "load", in: "mpo", "Reads a lab, policy, critic or network that save wrote.",
            parameters: Parameter<String>("path", "the file"),
            Parameter<EnvironmentObject?>("env", "the lab's task, where it cannot be built again by itself", default: nil),
            text: "A loaded lab goes on bit for bit as if it had not stopped. A damaged or foreign file is an error that says what is wrong with it."
        ) { context, path, env -> Value in
            let file = try context.service(RunFiles.self).toRead(path)
            let saved = try SavedObject.load(
                from: file, environment: env?.environment, catalogue: .complete, statements: context.service(LabStatements.self).log)
            switch saved {
            case .lab(let lab): return .object(LabObject(lab))
            case .policy(let policy): return .object(PolicyObject(policy))
            case .critic(let critic): return .object(CriticObject(critic))
            case .network(let network): return .object(NetworkObject(network))
            }
        },
    ]

    private static func saver<Object: HostObject>(
        _ kind: String, _ summary: String, _ saved: @escaping (Object) -> SavedObject
    ) -> NativeFunction {
        NativeFunction(
            "save", in: "mpo", summary,
            parameters: Parameter<Object>(kind, "what to write"), Parameter<String>("path", "the file"),
            text: """
                A safetensors file with its description in the header; Python's safetensors package reads it.
                It is written whole or not at all: a kill leaves the old file or the new one.
                """
        ) { context, object, path in
            let file = try context.service(RunFiles.self).toWrite(path)
            try saved(object).save(to: file)
        }
    }
}
