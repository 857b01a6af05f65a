import Checkpoints
import Environments
import Networks
import PolicyOptimisation
import Support
import Tensors

extension Lab {
    /// Writes the whole lab to a safetensors file: networks, optimisers, replay, running episode, settings, history.
    ///
    /// A loaded lab goes on bit for bit as this one would. Steps to undo are not saved. A kill at any moment leaves
    /// the old file or the new one.
    public func save(to path: String) throws { try checkpoint().write(to: path) }

    package func checkpoint() throws -> Checkpoint {
        let now = currentState()
        var file = Checkpoint(kind: "lab")
        let policyJSON = try file.add("policy", policy)
        let criticJSON = try file.add("critic", critic)
        let archive = now.learner.archive
        // Policy and critics were added as networks.
        for name in archive.tensors.keys.sorted() where !["policy", "critic", "twin"].contains(name) {
            if let tensor = archive.tensors[name] { try file.add("learner." + name, shape: [tensor.count], tensor) }
        }
        for name in archive.numbers.keys.sorted() {
            try file.add("learner.numbers." + name, archive.numbers[name] ?? [])
        }
        try file.add(replay.columns())
        try file.add(history)
        if let episode = now.episode { try file.add("episode.observation", episode.observation) }
        if let snapshot = now.environment { try file.add("environment.state", snapshot.numbers) }
        file.description = [
            "environment": environment.spec.json,
            "constructor": environment.constructor.map {
                ["name": .string($0.name), "arguments": $0.arguments]
            } ?? .null,
            "policy": policyJSON, "critic": criticJSON,
            "replay": ["capacity": .integer(replay.capacity), "appended": .integer(replay.appended)],
            "state": now.description(history: history.count),
        ]
        return file
    }

    /// A lab from its file.
    ///
    /// Its task is built again by `catalogue`; `environment` takes its place where it cannot be (a task made in
    /// a script), and must look the same from outside.
    public static func load(
        from path: String, environment: (any Environment)? = nil, catalogue: EnvironmentCatalogue = .standard,
        statements: StatementLog = StatementLog(), workers: Workers = .shared
    ) throws -> Lab {
        let file = try LoadedCheckpoint(path: path)
        guard file.kind == "lab" else {
            throw Fault(
                "checkpoint.kind", "'\(path)' holds a \(file.kind ?? "file of another program"), no lab")
        }
        return try Lab(file, environment: environment, catalogue: catalogue, statements: statements, workers: workers)
    }

    convenience init(
        _ file: LoadedCheckpoint, environment given: (any Environment)?, catalogue: EnvironmentCatalogue,
        statements: StatementLog, workers: Workers
    ) throws {
        let task = try Self.task(file, given, catalogue)
        let spec = task.spec
        let policy = try file.policy("policy", file.described("policy"))
        let critic = try file.critic("critic", file.described("critic"))
        var archive = LearnerArchive(
            tensors: ["policy": policy.parameters, "critic": critic.parameters], numbers: [:])
        archive.tensors["twin"] = critic.twin?.parameters
        for name in file.names where name.hasPrefix("learner.") {
            if name.hasPrefix("learner.numbers.") {
                archive.numbers[String(name.dropFirst(16))] = try file.doubles(name)
            } else {
                archive.tensors[String(name.dropFirst(8))] = try file.storage(name)
            }
        }
        let learner = try LearnerState(archive)
        try Self.check(learner.targetSamples, policy: policy, critic: critic, path: file.path)
        let told = try file.described("state")
        var state = try LabState(told, learner: learner, path: file.path)
        if let episode = told["episode"] {
            guard let steps = episode["steps"]?.int, (0...1 << 48).contains(steps),
                let total = episode["return"]?.double else {
                throw Fault("checkpoint.damaged", "'\(file.path)' is damaged: its running episode is \(episode)")
            }
            let observation = try file.doubles("episode.observation", shape: [spec.observationSize])
            guard state.episodes > 0 else {
                throw Fault("checkpoint.damaged", "'\(file.path)' is damaged: an episode runs and none was begun")
            }
            state.episode = Episode(observation: observation, steps: steps, totalReward: total, isOver: false)
        }
        if state.episode != nil || task.outlivesEpisodes {
            // Format 1 has it under another name.
            let name = file.contains("episode.environment") ? "episode.environment" : "environment.state"
            state.environment = EnvironmentSnapshot(
                numbers: try file.doubles(name), record: told["environment_record"] ?? .null)
        }
        let history = try file.history()
        state.rows = history.count
        try self.init(
            environment: task, policy: policy, critic: critic, state: state,
            replay: file.replay(file.described("replay"), spec), history: history, statements: statements,
            workers: workers)
    }

    /// The task of a saved lab: the given one if it fits, or one that is built again.
    private static func task(
        _ file: LoadedCheckpoint, _ given: (any Environment)?, _ catalogue: EnvironmentCatalogue
    ) throws -> any Environment {
        let told = try file.described("environment")
        let name = told["name"]?.text ?? "?"
        if let given {
            guard given.spec.json == told else {
                throw Fault(
                    "load.environment",
                    "the lab in '\(file.path)' was made for \(name), \(given.spec.name) looks different: "
                        + "\(told) was wanted, \(given.spec.json) was given")
            }
            return try given.copy()
        }
        let constructor = try file.described("constructor")
        let hint = "load(\"\(file.path)\", env: x) with the same task x"
        guard let function = constructor["name"]?.text else {
            throw Fault(
                "load.environment", "the task \(name) of '\(file.path)' was made in a script and cannot be built again",
                hint: hint)
        }
        guard catalogue.names.contains(function) else {
            throw Fault(
                "load.environment", "the task \(function) of '\(file.path)' is not built in here", hint: hint)
        }
        let task = try catalogue.make(
            EnvironmentConstructor(function, constructor["arguments"] ?? .object([])))
        guard task.spec.json == told else {
            throw Fault(
                "load.environment", "the task \(name) of '\(file.path)' looks different from today's \(function)",
                hint: hint)
        }
        return task
    }

    /// The samples of a TD target must have the shapes that the learner reads them by.
    private static func check(
        _ samples: TargetSamples?, policy: Policy, critic: QNetwork, path: String
    ) throws {
        guard let samples else { return }
        let states = samples.stateCount
        let actions = states > 0 ? samples.q.count / states : 0
        let sampled = policy.form.finiteActions == nil
        guard states > 0, states <= samples.q.count, actions > 0, samples.q.count == states * actions,
            policy.form.finiteActions ?? actions == actions,
            samples.states.count == states * policy.observationSize,
            samples.actions.count == (sampled ? states * actions * policy.form.actionSize : 0),
            samples.referenceOutputs.count == states * policy.form.outputs
        else { throw Fault("checkpoint.damaged", "'\(path)' is damaged: its TD target's samples do not fit together") }
    }
}

extension EnvironmentSpec {
    /// The task as it looks from outside.
    var json: JSON {
        var members: [JSON.Member] = [
            .init("name", .string(name)), .init("observation", .integer(observationSize)),
            .init("limit", episodeLimit.map(JSON.integer) ?? .null),
        ]
        switch actions {
        case .finite(let count): members.append(.init("actions", .integer(count)))
        case .box(let low, let high):
            members += [.init("low", .numbers(low)), .init("high", .numbers(high))]
        }
        return .object(members)
    }
}
