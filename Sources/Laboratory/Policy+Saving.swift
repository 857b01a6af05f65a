import Checkpoints
import Networks
import PolicyOptimisation
import Support
import Tensors

extension PolicyForm {
    /// The form as it is saved.
    var json: JSON {
        switch self {
        case .categorical(let head): return ["form": "categorical", "actions": .integer(head.actions)]
        case .gaussian(let head):
            return [
                "form": "gaussian", "low": .numbers(head.box.low), "high": .numbers(head.box.high),
                "covariance": .string(head.covariance.rawValue), "mean": .string(head.mean.rawValue),
                "init_sigma": .number(head.initSigma), "min_sigma": .number(head.minSigma),
            ]
        }
    }

    init(json: JSON, path: String) throws {
        let wrong = Fault("checkpoint.damaged", "'\(path)' is damaged: its policy's form is \(json)")
        switch json["form"]?.text {
        case "categorical":
            guard let actions = json["actions"]?.int else { throw wrong }
            self = .categorical(try CategoricalHead(actions: actions))
        case "gaussian":
            guard let low = json["low"]?.doubles, let high = json["high"]?.doubles,
                let covariance = json["covariance"]?.text.flatMap(GaussianHead.Covariance.init),
                let mean = json["mean"]?.text.flatMap(GaussianHead.MeanForm.init),
                let initSigma = json["init_sigma"]?.double, let minSigma = json["min_sigma"]?.double
            else { throw wrong }
            self = .gaussian(
                try GaussianHead(
                    box: ActionBox(low: low, high: high), covariance: covariance, mean: mean, initSigma: initSigma,
                    minSigma: minSigma))
        default: throw wrong
        }
    }
}

extension CriticForm {
    var json: JSON {
        switch self {
        case .stateAction(let observationSize, let actionSize):
            ["form": "state_action", "observation": .integer(observationSize), "actions": .integer(actionSize)]
        case .perAction(let observationSize, let actions):
            ["form": "per_action", "observation": .integer(observationSize), "actions": .integer(actions)]
        }
    }

    init(json: JSON, path: String) throws {
        // Sizes beyond any network's are refused here, so that sums of them cannot overflow.
        guard let observation = json["observation"]?.int, let actions = json["actions"]?.int,
            (1...1 << 24).contains(observation), (1...1 << 24).contains(actions)
        else { throw Fault("checkpoint.damaged", "'\(path)' is damaged: its critic's form is \(json)") }
        switch json["form"]?.text {
        case "state_action": self = .stateAction(observationSize: observation, actionSize: actions)
        case "per_action": self = .perAction(observationSize: observation, actions: actions)
        default: throw Fault("checkpoint.damaged", "'\(path)' is damaged: its critic's form is \(json)")
        }
    }
}

extension ValueSupport {
    var json: JSON { ["low": .number(low), "high": .number(high), "atoms": .integer(atoms)] }

    init(json: JSON, path: String) throws {
        guard let low = json["low"]?.double, let high = json["high"]?.double, let atoms = json["atoms"]?.int else {
            throw Fault("checkpoint.damaged", "'\(path)' is damaged: its critic's support is \(json)")
        }
        try self.init(low: low, high: high, atoms: atoms)
    }
}

extension Checkpoint {
    /// Adds a network's parameters and returns its description.
    mutating func add(_ prefix: String, _ network: Network) throws -> JSON {
        try add(prefix, network.architecture, network.parameters)
        return ["name": .string(network.name), "architecture": network.architecture.json]
    }

    mutating func add(_ prefix: String, _ policy: Policy) throws -> JSON {
        ["name": .string(policy.name), "form": policy.form.json, "network": try add(prefix, policy.network)]
    }

    mutating func add(_ prefix: String, _ critic: QNetwork) throws -> JSON {
        var members: [JSON.Member] = [
            .init("form", critic.form.json), .init("network", try add(prefix, critic.network)),
        ]
        if let twin = critic.twin { members.append(.init("twin", try add(prefix + ".twin", twin))) }
        if let support = critic.support { members.append(.init("support", support.json)) }
        return .object(members)
    }
}

extension LoadedCheckpoint {
    func network(_ prefix: String, _ json: JSON) throws -> Network {
        let architecture = try NetworkArchitecture(json: json["architecture"] ?? .null, path: path)
        return try Network(
            architecture, parameters: parameters(prefix, architecture), name: json["name"]?.text ?? "network")
    }

    func policy(_ prefix: String, _ json: JSON) throws -> Policy {
        try Policy(
            PolicyForm(json: json["form"] ?? .null, path: path), network: network(prefix, json["network"] ?? .null),
            name: json["name"]?.text)
    }

    func critic(_ prefix: String, _ json: JSON) throws -> QNetwork {
        // Formats 1 and 2 have neither a twin nor a support.
        try QNetwork(
            CriticForm(json: json["form"] ?? .null, path: path), network: network(prefix, json["network"] ?? .null),
            twin: json["twin"].map { try network(prefix + ".twin", $0) },
            support: json["support"].map { try ValueSupport(json: $0, path: path) })
    }
}
