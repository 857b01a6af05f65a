import Environments
import Glibc
import Laboratory
import PolicyOptimisation
import Runtime
import Support

extension InspectionObject {
    /// A lab on one page: where it stands and what is set otherwise than by default.
    static func page(of lab: Lab) throws -> InspectionObject {
        let settings = lab.settings
        let held = [.kl] + LabObject.held(lab)
        // With bounds per dimension value and status are those of the largest dimension, which the bound holds.
        let isLargest = held.contains { lab.held($0) != lab.measured($0) }
        let constraints = Table([
            ("of", held.map { .string($0.title) }), ("hold", held.map { .string(BoundText.hold(settings[$0])) }),
            (isLargest ? "last (largest)" : "last", held.map { lab.held($0).map(cell) ?? .nothing }),
            ("status", held.map { quantity in
                lab.held(quantity).map { .string(BoundStatus($0, constraint: settings[quantity]).text) } ?? .nothing
            }),
            ("multiplier", held.map { quantity in
                switch quantity {
                case .kl: .string("η \(Digits.short(lab.eta))")
                case .klMean: .string("λ \(Digits.short(lab.lambdaMean, significant: 3))")
                case .klCov: .string("λ \(Digits.short(lab.lambdaCov, significant: 3))")
                case .klTotal: .string("λ \(Digits.short(lab.lambdaTotal, significant: 3))")
                }
            }),
        ])
        let changed = MPOSettings.descriptions.filter { description in
            description.scope == .lab && (try? settings.value(of: description.name)) != description.defaultValue
        }
        let differing = Table([
            ("setting", changed.map { .string($0.name) }), ("value", try changed.map { try settings.value(of: $0.name).asValue }),
            ("default", changed.map { $0.defaultValue.asValue }),
        ])
        var rows = [
            ["policy", lab.policy.description], ["critic", lab.critic.description],
            [
                "steps",
                "\(Digits.count(lab.environmentSteps, "environment step")) in \(Digits.count(lab.episodes, "episode")), "
                    + "\(Digits.count(lab.criticSteps, "critic gradient step")), \(Digits.count(lab.expectationSteps, "E-step")), "
                    + Digits.count(lab.policySteps, "policy gradient step"),
            ],
            [
                "ages",
                "reference policy π_i "
                    + (settings.policyTau.map { "follows softly, τ \(Digits.short($0))" } ?? "\(lab.referenceAge) of \(settings.policyPeriod) policy steps")
                    + ", target critic "
                    + (settings.tau.map { "follows softly, τ \(Digits.short($0))" } ?? "\(lab.targetAge) of \(settings.criticPeriod) critic steps"),
            ],
            ["replay", "\(Digits.count(lab.replay.count, "transition")) of at most \(NumberText.grouped(lab.replay.capacity))"],
        ]
        var last: [String] = []
        if let value = lab.lastReturn { last.append("return \(Digits.short(value))") }
        if let value = lab.tdError { last.append("TD error \(Digits.short(value, significant: 3))") }
        if let value = lab.ess { last.append("ESS \(Digits.short(value, significant: 3))") }
        if let row = lab.history.last(where: { $0.kind == .mstep }), let entropy = row["entropy"] {
            last.append("entropy \(Digits.short(entropy, significant: 3))")
        }
        rows.append(["last", last.isEmpty ? "nothing measured yet" : last.joined(separator: ", ")])
        if let episode = lab.runningEpisode { rows.append(["running", "an episode of \(Digits.count(episode.steps, "step")) goes on with the "
            + "next collect"]) }
        return InspectionObject(
            "lab · \(lab.environment.spec.name) · seed \(lab.seed)",
            [
                .rows(rows), .table("constraints, as the last steps measured them", constraints, rows: 5),
                .table(changed.isEmpty ? "every setting has its default" : "settings that differ from their defaults", differing, rows: 30),
            ],
            [
                ("task", .string(lab.environment.spec.name)), ("seed", .number(Double(lab.seed))), ("constraints", .object(constraints)),
                ("settings", .object(differing)), ("environment_steps", .integer(lab.environmentSteps)),
                ("episodes_begun", .integer(lab.episodes)), ("critic_gradient_steps", .integer(lab.criticSteps)),
                ("policy_gradient_steps", .integer(lab.policySteps)), ("esteps", .integer(lab.expectationSteps)),
                ("reference_age", .integer(lab.referenceAge)), ("target_age", .integer(lab.targetAge)),
                ("replay", .integer(lab.replay.count)), ("eta", .number(lab.eta)),
                ("last_return", lab.lastReturn.map { .number($0) } ?? .nothing), ("td_error", lab.tdError.map { .number($0) } ?? .nothing),
            ])
    }

    /// Everything that a lab says of one state, and of actions there.
    static func page(of lab: Lab, observation argument: ObservationArgument, actions given: ActionsArgument?) throws -> InspectionObject {
        let hasStates = lab.environment is FiniteMDPEnvironment
        let observation = try argument.numbers(lab.policy.observationSize, hasStates: hasStates, of: lab.environment.spec.name)
        let learner = lab.learnerState
        let architecture = lab.policy.network.architecture
        let now = try PolicyView(lab.policy.form, architecture, learner.policy, observation: observation)
        let old = try PolicyView(lab.policy.form, architecture, learner.reference, observation: observation)
        let kl = try now.divergence(from: old)
        let critic = CriticView(lab.critic)
        var labels: [Value] = []
        var actions: [[Double]]
        var seen: [[Double]] = []
        switch lab.policy.form {
        case .gaussian(let head):
            let box = head.box
            if let given {
                actions = try given.actions(head.actionSize)
            } else {
                actions = [now.mean, old.mean]
                labels = ["mean of π", "mean of π_i"]
            }
            seen = actions.map { action in action.indices.map { min(max(action[$0], box.normalisedLow[$0]), box.normalisedHigh[$0]) } }
        case .categorical(let head):
            actions = try given?.indices(head.actions).map { [Double($0)] } ?? (0..<head.actions).map { [Double($0)] }
        }
        func q(_ parameters: CriticParameters) throws -> [Double] {
            let values = try critic.values(parameters, observation: observation, actions: seen)
            return lab.policy.form.finiteActions == nil ? values : actions.map { values[Int($0[0])] }
        }
        let (online, target) = (try q(learner.critics), try q(learner.targetCritics))
        let logs = actions.map(now.logProbability), oldLogs = actions.map(old.logProbability)
        var columns: [(name: String, values: [Value])] = labels.isEmpty ? [] : [("which", labels)]
        columns += [
            ("action", actions.map(action)), ("Q", cells(online)), ("target_Q", cells(target)), ("log_pi", cells(logs)),
            ("log_pi_i", cells(oldLogs)),
        ]
        if lab.policy.form.finiteActions != nil {
            columns += [("pi", cells(logs.map { exp($0) })), ("pi_i", cells(oldLogs.map { exp($0) }))]
        } else {
            columns.append(("ratio", cells(zip(logs, oldLogs).map { exp($0 - $1) })))
        }
        let table = Table(columns)
        let split = kl.mean.map { mean in
            " = mean \(Digits.short(mean, significant: 3)) and cov \(Digits.short(kl.cov ?? 0, significant: 3)) of the decoupled form"
        } ?? ""
        var state: [[String]] = []
        if lab.policy.form.finiteActions == nil {
            func numbers(_ values: [Double]) -> String { Value.list(values.map(\.shortened)).text }
            state = [
                ["π", "mean \(numbers(now.mean)), σ \(numbers(now.sigma)), entropy \(Digits.short(now.entropy, significant: 3))"],
                ["π_i", "mean \(numbers(old.mean)), σ \(numbers(old.sigma)), entropy \(Digits.short(old.entropy, significant: 3))"],
            ]
        }
        state.append(["KL(π_i‖π)", "\(Digits.short(kl.total, significant: 3))\(split)"])
        return InspectionObject(
            "lab · \(lab.environment.spec.name) · one state · π_i is \(Digits.count(lab.referenceAge, "policy step")) old, Q' "
                + "\(Digits.count(lab.targetAge, "critic step"))",
            [.rows(state), .table(lab.policy.form.finiteActions == nil ? "actions, in the policy's units; Q sees them clipped" : "actions", table, rows: 25)],
            [
                ("table", .object(table)), ("q", .list(online)), ("target_q", .list(target)), ("log_pi", .list(logs)),
                ("log_pi_i", .list(oldLogs)), ("kl_mean", kl.mean.map { .number($0) } ?? .nothing),
                ("kl_cov", kl.cov.map { .number($0) } ?? .nothing), ("kl_total", .number(kl.total)),
                ("policy", .object(now.page("π(·|s)"))), ("reference", .object(old.page("π_i(·|s)"))),
            ])
    }

    /// A replay: what it holds, and how far its actions are from the policy's.
    static func page(of lab: Lab, replay: Replay) throws -> InspectionObject {
        let count = replay.count
        guard count > 0 else {
            return InspectionObject(
                "replay · empty, room for \(Digits.count(replay.capacity, "transition"))", [.prose("collect(lab, episodes: 10) fills it.")],
                [("count", .integer(0)), ("capacity", .integer(replay.capacity))])
        }
        let summary = replay.summary()
        let ranges: [(name: String, range: ColumnRange)] =
            [("reward", summary.rewards)] + summary.actions.enumerated().map { ("action \($0.offset)", $0.element) }
            + summary.observations.enumerated().map { ("observation \($0.offset)", $0.element) }
        let table = Table([
            ("of", ranges.map { .string($0.name) }), ("least", cells(ranges.map(\.range.low))), ("mean", cells(ranges.map(\.range.mean))),
            ("most", cells(ranges.map(\.range.high))), ("std", cells(ranges.map(\.range.std))),
        ])
        // Quarters by age, at most 512 transitions of each.
        let quarters = count >= 8 ? 4 : 1
        let logs: [(behaviour: [Double], policy: [Double])] = try (0..<quarters).map { k in
            let ages = k * count / quarters..<(k + 1) * count / quarters
            let step = max(1, ages.count / 512)
            let slots = stride(from: ages.lowerBound, to: ages.upperBound, by: step).map(replay.slot(ofAge:))
            return try replay.logProbabilities(
                of: lab.policy.form, lab.policy.network.architecture, lab.policy.parameters, slots: slots)
        }
        let names = quarters == 1 ? ["all"] : ["oldest quarter", "second", "third", "newest quarter"]
        let differences = logs.map { zip($0.behaviour, $0.policy).map { $0 - $1 } }
        let ages = Table([
            ("age", names.map { .string($0) }), ("log_b", cells(logs.map { $0.behaviour.average })),
            ("log_pi", cells(logs.map { $0.policy.average })), ("log_b_minus_log_pi", cells(differences.map(\.average))),
            ("median_ratio", cells(differences.map { exp(-$0.median) })),
        ])
        let behaviour = logs.flatMap(\.behaviour).average, current = logs.flatMap(\.policy).average
        let lost = replay.appended - count
        let share = { (part: Int) in "\(Digits.short(100 * Double(part) / Double(count), significant: 3)) %" }
        return InspectionObject(
            "replay · \(Digits.count(count, "transition")) of at most \(NumberText.grouped(replay.capacity))",
            [
                .rows([
                    ["age", "the oldest was collected \(Digits.count(count, "environment step")) ago; "
                        + "\(lost == 0 ? "none was" : NumberText.grouped(lost) + " older ones were") overwritten"],
                    ["ends", "\(share(summary.terminated)) terminated, \(share(summary.truncated)) truncated"],
                ] + (summary.notFinite > 0 ? [["not finite", Digits.count(summary.notFinite, "transition")]] : [])),
                .table("ranges (actions in the policy's units, unclipped)", table, rows: 24),
                .table("how off-policy: log b when it was taken, log π now, their difference in nats (an estimate of KL(b‖π))", ages, rows: 4),
            ],
            [
                ("count", .integer(count)), ("capacity", .integer(replay.capacity)), ("appended", .integer(replay.appended)),
                ("ranges", .object(table)), ("ages", .object(ages)), ("terminated", .number(Double(summary.terminated) / Double(count))),
                ("truncated", .number(Double(summary.truncated) / Double(count))), ("log_b", .number(behaviour)),
                ("log_pi", .number(current)), ("off_policy", .number(differences.flatMap { $0 }.average)),
            ])
    }

    /// One transition of a replay, as policy and critics see it now.
    static func page(of lab: Lab, transition age: Int, in object: ReplayObject) throws -> InspectionObject {
        let replay = lab.replay
        let row = try object.element([.number(Double(age))])
        guard case .record(let record) = row else { return InspectionObject("transition", [], []) }
        let place = age < 0 ? age + replay.count : age
        let slot = replay.slot(ofAge: place)
        let t = try replay.transition(slot)
        let logs = try replay.logProbabilities(
            of: lab.policy.form, lab.policy.network.architecture, lab.policy.parameters, slots: [slot])
        let (b, pi) = (logs.behaviour[0], logs.policy[0])
        let observation = t.observation.map { Double($0) }
        let critic = CriticView(lab.critic)
        let learner = lab.learnerState
        var action = t.action.map { Double($0) }
        var index = 0
        switch lab.policy.form {
        case .gaussian(let head):
            action = action.indices.map { min(max(action[$0], head.box.normalisedLow[$0]), head.box.normalisedHigh[$0]) }
        case .categorical(let head): index = min(max(Int(exactly: action[0]) ?? 0, 0), head.actions - 1)
        }
        let q = try critic.values(learner.critics, observation: observation, actions: [action])[index]
        let target = try critic.values(learner.targetCritics, observation: observation, actions: [action])[index]
        func numbers(_ values: [Float]) -> String { Value.list(values.map { Double($0).shortened }).text }
        let end = t.terminated ? "terminated" : t.truncated ? "truncated" : "goes on"
        return InspectionObject(
            "transition \(place) of \(NumberText.grouped(replay.count)), counted from the oldest · \(end)",
            [
                .rows([
                    ["observation", numbers(t.observation)], ["action", numbers(t.action)], ["reward", Digits.short(Double(t.reward))],
                    ["next", numbers(t.nextObservation)],
                    ["log b, log π", "\(Digits.short(b)) then, \(Digits.short(pi)) now: "
                        + "the policy takes it \(Digits.short(exp(pi - b), significant: 3)) times as often"],
                    ["Q, Q'", "\(Digits.short(q)), target \(Digits.short(target))"],
                ])
            ],
            zip(record.names, record.values).map { ($0, $1) } + [
                ("log_pi", .number(pi)), ("ratio", .number(exp(pi - b))), ("q", .number(q)), ("target_q", .number(target)),
            ])
    }
}
