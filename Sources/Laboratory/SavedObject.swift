import Checkpoints
import Environments
import Networks
import PolicyOptimisation
import Support

/// What `save` writes and `load` brings back: a network, a policy, a critic, or a whole lab.
public enum SavedObject {
    case network(Network)
    case policy(Policy)
    case critic(QNetwork)
    case lab(Lab)

    /// Writes the object to a file, whole or not at all.
    public func save(to path: String) throws {
        switch self {
        case .lab(let lab): try lab.save(to: path)
        case .network(let network):
            try Self.write("network", path) { try $0.add("network", network) }
        case .policy(let policy):
            try Self.write("policy", path) { try $0.add("policy", policy) }
        case .critic(let critic):
            try Self.write("critic", path) { try $0.add("critic", critic) }
        }
    }

    private static func write(
        _ kind: String, _ path: String, _ add: (inout Checkpoint) throws -> JSON
    ) throws {
        var checkpoint = Checkpoint(kind: kind)
        checkpoint.description = try add(&checkpoint)
        try checkpoint.write(to: path)
    }

    /// Reads what `save` wrote.
    ///
    /// A lab's task is built again by `catalogue`, or is `environment` where it cannot be (a task made in a script).
    public static func load(
        from path: String, environment: (any Environment)? = nil,
        catalogue: EnvironmentCatalogue = .standard, statements: StatementLog = StatementLog(),
        workers: Workers = .shared
    ) throws -> SavedObject {
        let file = try LoadedCheckpoint(path: path)
        guard let kind = file.kind else {
            throw Fault(
                "checkpoint.foreign", "'\(path)' is a safetensors file of another program, not one that mpo saved")
        }
        switch kind {
        case "network": return .network(try file.network("network", file.description))
        case "policy": return .policy(try file.policy("policy", file.description))
        case "critic": return .critic(try file.critic("critic", file.description))
        case "lab":
            return .lab(
                try Lab(
                    file, environment: environment, catalogue: catalogue, statements: statements, workers: workers))
        default:
            throw Fault("checkpoint.kind", "'\(path)' holds a '\(kind)', which this version does not know")
        }
    }
}
