import Environments
import PolicyOptimisation
import Support

// A lab's state as JSON, for its file and its digest: everything but what is saved as tensors.
extension LabState {
    func description(history rows: Int) -> JSON {
        var members: [JSON.Member] = [
            .init("seed", .bits(seed)), .init("environment_steps", .integer(environmentSteps)),
            .init("episodes", .integer(episodes)), .init("last_return", lastReturn.map(JSON.number) ?? .null),
            .init("measured", measured.json), .init("settings", settings.json), .init("rows", .integer(rows)),
        ]
        if let episode {
            members.append(
                .init(
                    "episode", ["steps": .integer(episode.steps), "return": .number(episode.totalReward)]))
        }
        if let environment { members.append(.init("environment_record", environment.record)) }
        return .object(members)
    }

    /// The state that `description` told; the episode's tensors are added by the caller.
    init(_ json: JSON, learner: LearnerState, path: String) throws {
        let wrong = { (what: String) in
            Fault("checkpoint.damaged", "'\(path)' is damaged: the lab's '\(what)' is missing or wrong")
        }
        guard let seed = json["seed"]?.bits else { throw wrong("seed") }
        guard let steps = json["environment_steps"]?.int, (0...1 << 48).contains(steps) else {
            throw wrong("environment_steps")
        }
        guard let episodes = json["episodes"]?.int, (0...1 << 48).contains(episodes) else { throw wrong("episodes") }
        self.init(
            learner: learner, settings: try MPOSettings(json: json["settings"] ?? .null, path: path), seed: seed)
        environmentSteps = steps
        self.episodes = episodes
        lastReturn = json["last_return"]?.double
        measured = Measured(json: json["measured"] ?? .null)
    }
}

extension LabState.Measured {
    private static var paths: [(String, WritableKeyPath<LabState.Measured, Double?>)] {
        [
            ("eta", \.eta), ("kl", \.kl), ("ess", \.ess), ("kl_mean", \.klMean), ("kl_cov", \.klCov),
            ("kl_total", \.klTotal), ("td_error", \.tdError),
        ]
    }

    var json: JSON {
        .object(Self.paths.compactMap { name, path in self[keyPath: path].map { JSON.Member(name, .number($0)) } })
    }

    init(json: JSON) {
        self.init()
        for (name, path) in Self.paths { self[keyPath: path] = json[name]?.double }
    }
}

extension MPOSettings {
    var json: JSON {
        var members = Self.descriptions.compactMap { description in
            (try? value(of: description.name)).map { JSON.Member(description.name, JSON($0)) }
        }
        for quantity in ConstrainedQuantity.allCases {
            members.append(JSON.Member("constraint." + quantity.rawValue, self[quantity].json))
        }
        return .object(members)
    }

    init(json: JSON, path: String) throws {
        self.init()
        let wrong = { (name: String) in
            Fault("checkpoint.damaged", "'\(path)' is damaged: the setting '\(name)' is missing or wrong")
        }
        guard let members = json.members else { throw wrong("settings") }
        for member in members where !member.key.hasPrefix("constraint.") {
            guard let value = SettingValue(member.value) else { throw wrong(member.key) }
            switch (member.key, value) {
            case ("init_sigma", .number(let number)): initSigma = number
            case ("min_sigma", .number(let number)): minSigma = number
            default: try set(member.key, to: value)
            }
        }
        // Constraints come last: setting one chooses the form of the trust region, which was told by itself.
        let form = trustRegion
        for quantity in ConstrainedQuantity.allCases {
            guard let constraint = (json["constraint." + quantity.rawValue]).flatMap(Constraint.init(json:)) else {
                throw wrong("constraint." + quantity.rawValue)
            }
            try constrain(quantity, constraint)
        }
        trustRegion = json["trust_region"]?.text.flatMap(TrustRegion.init) ?? form
        try validate()
    }
}

extension Constraint {
    var json: JSON {
        switch self {
        case .bounded(let bound): ["bounded": .number(bound)]
        case .penalised(let weight): ["penalised": .number(weight)]
        case .free: "free"
        }
    }

    init?(json: JSON) {
        if json.text == "free" {
            self = .free
        } else if let bound = json["bounded"]?.double {
            self = .bounded(bound)
        } else if let weight = json["penalised"]?.double {
            self = .penalised(weight)
        } else {
            return nil
        }
    }
}

extension JSON {
    init(_ value: SettingValue) {
        switch value {
        case .number(let number): self = .number(number)
        case .text(let text): self = .string(text)
        case .flag(let flag): self = .bool(flag)
        case .nothing: self = .null
        }
    }
}

extension SettingValue {
    init?(_ json: JSON) {
        switch json {
        case .number(let number): self = .number(number)
        case .string(let text): self = .text(text)
        case .bool(let flag): self = .flag(flag)
        case .null: self = .nothing
        default: return nil
        }
    }
}
