import Environments
import Plots
import Runtime
import Support
import Tensors

/// A task in the language, with the episode that `reset` and `step` play by hand.
///
/// Stepping by hand never touches a lab's own episode: the lab holds a copy of its own.
final class EnvironmentObject: HostObject {
    let environment: any Environment
    private var episode: Episode?
    private var stream: RandomStream?
    /// A finite MDP's transitions, kept as env.transitions[s][a] asks for them again and again.
    private var transitions: Value?

    init(_ environment: any Environment) { self.environment = environment }

    override class var typeName: String { "environment" }

    override var summary: String {
        let spec = environment.spec
        var parts = [spec.name, "observation \(spec.observationSize)"]
        switch spec.actions {
        case .finite(let count): parts.append("\(count) actions")
        case .box(let low, let high): parts.append("action \(low.count)\(Self.bounds(low, high))")
        }
        if let limit = spec.episodeLimit { parts.append("\(NumberText.grouped(limit)) steps an episode") }
        return parts.joined(separator: " · ")
    }

    private static func bounds(_ low: [Double], _ high: [Double]) -> String {
        guard let first = low.first, let last = high.first else { return "" }
        if low.allSatisfy({ $0 == first }), high.allSatisfy({ $0 == last }) {
            return first == -.infinity && last == .infinity
                ? " without bounds" : " in [\(Digits.short(first)), \(Digits.short(last))]"
        }
        return " in a box"
    }

    override func json() -> JSON { .string(summary) }

    override var memberNames: [String] {
        ["name", "observation_size", "action_size", "action_count", "low", "high", "episode_limit", "observation", "steps"]
            + EnvironmentMembers.names(environment)
    }

    override func member(_ name: String) throws -> Value? {
        let spec = environment.spec
        switch name {
        case "name": return .string(spec.name)
        case "observation_size": return .integer(spec.observationSize)
        case "action_size": return .integer(spec.actions.size)
        case "episode_limit": return spec.episodeLimit.map { .integer($0) } ?? .nothing
        case "observation": return try .list(episode?.observation ?? environment.observation())
        case "steps": return .integer(episode?.steps ?? 0)
        case "action_count":
            if case .finite(let count) = spec.actions { return .integer(count) }
            return .nothing
        case "low", "high":
            guard case .box(let low, let high) = spec.actions else { return .nothing }
            return .list(name == "low" ? low : high)
        case "transitions":
            if transitions == nil { transitions = try EnvironmentMembers.value(name, of: environment) }
            return transitions
        default: return try EnvironmentMembers.value(name, of: environment)
        }
    }

    /// Starts an episode by hand.
    func reset(_ streams: (start: RandomStream, noise: RandomStream)) throws -> [Double] {
        var start = streams.start
        let episode = try Episode(in: environment, stream: &start)
        stream = streams.noise
        self.episode = episode
        return episode.observation
    }

    /// The current state as a picture.
    func figure() throws -> Figure { try Figure(environment, in: episode, limit: environment.spec.episodeLimit) }

    func step(_ action: [Double]) throws -> Episode.Step {
        guard var running = episode, var noise = stream else {
            throw Fault("environment.not-reset", "no episode is running", hint: "call reset(env) first")
        }
        let step = try running.step(environment, action: action, stream: &noise)
        episode = running
        stream = noise
        return step
    }
}
