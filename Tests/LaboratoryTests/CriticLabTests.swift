import Checkpoints
import Environments
import Laboratory
import Networks
import PolicyOptimisation
import Support
import Tensors
import Testing

/// Labs with every kind of critic and target: saved, undone, copied.
@Suite struct CriticLabTests {
    enum Kind: String, CaseIterable, Sendable { case twin, atoms, retrace, twinRetrace }

    private func lab(_ kind: Kind) throws -> Lab {
        var settings = Fixture.settings(replay: 150)
        settings.horizon = 60
        settings.states = kind == .twin || kind == .retrace ? .next : .current
        settings.target = kind == .retrace || kind == .twinRetrace ? .retrace : .td
        settings.nStep = kind == .atoms ? 3 : 1
        return try Lab(
            environment: Pendulum(),
            policy: .gaussian(
                observationSize: 3, box: ActionBox(low: [-2], high: [2]), hidden: [16, 16],
                stream: RandomStream(seed: 3, purpose: .initialisation)),
            critic: QNetwork(
                .stateAction(observationSize: 3, actionSize: 1), hidden: [16, 16],
                twin: kind == .twin || kind == .twinRetrace,
                support: kind == .atoms ? ValueSupport(low: -50, high: 0, atoms: 21) : nil,
                stream: RandomStream(seed: 3, purpose: .initialisation, step: 1)),
            settings: settings, seed: 3, workers: Workers(count: 1))
    }

    @Test(arguments: Kind.allCases) func aLoadedLabGoesOnBitForBit(kind: Kind) throws {
        try Fixture.withFile { path in
            let lab = try lab(kind)
            for _ in 0..<4 { try Fixture.turn(lab) }
            try lab.save(to: path)
            let loaded = try Lab.load(from: path, workers: Workers(count: 1))
            #expect(try loaded.digest() == lab.digest())
            #expect(loaded.critic.description == lab.critic.description)
            for _ in 0..<3 {
                try Fixture.turn(lab)
                try Fixture.turn(loaded)
            }
            #expect(try loaded.digest() == lab.digest())
        }
    }

    @Test(arguments: Kind.allCases) func stepsAreTakenBackAndDoneAgain(kind: Kind) throws {
        let lab = try lab(kind)
        try Fixture.turn(lab)
        let before = try lab.digest()
        let twin = lab.critic.twin?.parameters
        try lab.qstep(steps: 7)
        let after = try lab.digest()
        #expect(before != after)
        if let twin { #expect(lab.critic.twin?.parameters !== twin) }
        try lab.undo(steps: 1)
        #expect(try lab.digest() == before)
        #expect(lab.critic.twin?.parameters === twin)
        try lab.redo(steps: 1)
        #expect(try lab.digest() == after)
    }

    @Test(arguments: Kind.allCases) func copiesGoTheSameWay(kind: Kind) throws {
        let lab = try lab(kind)
        try Fixture.turn(lab)
        let other = try lab.copy()
        #expect(try other.digest() == lab.digest())
        try Fixture.turn(lab)
        #expect(try other.digest() != lab.digest())
        try Fixture.turn(other)
        #expect(try other.digest() == lab.digest())
    }

    /// History says what this critic and this target measure, and nothing of the others.
    @Test(arguments: [
        (Kind.twin, ["twin_gap"]), (.atoms, ["cross_entropy", "clipped_low", "clipped_high"]),
        (.retrace, ["mean_trace", "mean_sequence"]), (.twinRetrace, ["mean_trace", "mean_sequence", "twin_gap"]),
    ])
    func historySaysWhatWasMeasured(kind: Kind, names: [String]) throws {
        let lab = try lab(kind)
        try Fixture.turn(lab)
        let details = ["mean_trace", "mean_sequence", "cross_entropy", "clipped_low", "clipped_high", "twin_gap"]
        #expect(lab.history.statisticNames.filter(details.contains) == details.filter(names.contains))
        let row = lab.history.first { $0.kind == .qstep }
        for name in names { #expect(row?[name]?.isFinite == true) }
        if kind == .atoms { #expect((row?["clipped_low"] ?? 0) > 0 && row?["clipped_high"] == 0) }
        if let trace = row?["mean_trace"] { #expect(trace > 0.9 && trace <= 1) }
    }

    @Test func savedCriticsComeBack() throws {
        try Fixture.withFile { path in
            for kind in [Kind.twin, .atoms] {
                let critic = try lab(kind).critic
                try SavedObject.critic(critic).save(to: path)
                guard case .critic(let read) = try SavedObject.load(from: path) else {
                    Issue.record("a critic was wanted")
                    return
                }
                #expect(read.form == critic.form && read.support == critic.support)
                #expect(read.parameters.span.elementsEqual(critic.parameters.span))
                #expect(read.twin?.parameters.span.elementsEqual(critic.twin?.parameters.span ?? critic.parameters.span)
                    ?? (critic.twin == nil))
            }
        }
    }

    /// A target that the critic cannot learn from is refused when it is set, and when the lab is made.
    @Test func retraceWithAtomsIsRefusedAtOnce() throws {
        let lab = try lab(.atoms)
        let before = try lab.digest()
        let fault = #expect(throws: Fault.self) { try lab.set("target", to: .text("retrace")) }
        #expect(fault?.id == "settings.target")
        #expect(try lab.digest() == before)
        var settings = lab.settings
        settings.target = .retrace
        #expect(throws: Fault.self) {
            try Lab(environment: Pendulum(), policy: lab.policy, critic: lab.critic, settings: settings)
        }
    }

    /// Files of before these critics have neither their settings nor their parts.
    @Test func olderFilesAreRead() throws {
        let lab = try Fixture.pendulum()
        try Fixture.turn(lab)
        try Fixture.withFile { path in
            var file = try lab.checkpoint()
            let new = [
                "target", "retrace_lambda", "sequence", "eta_min", "lambda_min", "lambda_total_max", "q_form", "q_gradient",
                "q_steps", "q_learning_rate", "epsilon_penalty", "prior_sigma", "prior_mean", "policy_tau",
            ]
            func without(_ json: JSON, _ path: [String]) -> JSON {
                guard let members = json.members else { return json }
                return .object(members.compactMap { member in
                    if path.isEmpty { return new.contains(member.key) ? nil : member }
                    return member.key == path[0] ? .init(member.key, without(member.value, Array(path.dropFirst()))) : member
                })
            }
            let before = file.description.description
            file.description = without(file.description, ["state", "settings"])
            #expect(before.contains("retrace_lambda") && !file.description.description.contains("retrace_lambda"))
            try file.write(to: path)
            #expect(try Lab.load(from: path).digest() == lab.digest())
        }
    }

    /// Descriptions forged by hand, checksum sound: a fault or a working lab, never a crash.
    @Test(arguments: [Kind.twin, .atoms]) func forgedDescriptionsNeverCrash(kind: Kind) throws {
        let lab = try lab(kind)
        try Fixture.turn(lab)
        try Fixture.withFile { path in
            let part = kind == .twin ? "twin" : "support"
            let forged: [JSON] = [
                .null, "x", [], ["low": 5, "high": 1, "atoms": 21], ["low": -50, "high": 0, "atoms": 22],
                ["low": -50, "high": 0, "atoms": .integer(1 << 50)], ["low": -50, "high": 0, "atoms": 0],
                ["low": .number(.nan), "high": 0, "atoms": 21], ["architecture": ["inputs": 4, "layers": ["linear(1)"]]],
            ]
            for value in forged {
                var file = try lab.checkpoint()
                guard let critic = file.description["critic"]?.members, let all = file.description.members else { return }
                let changed = critic.map { $0.key == part ? JSON.Member(part, value) : $0 }
                file.description = .object(all.map { $0.key == "critic" ? JSON.Member("critic", .object(changed)) : $0 })
                try file.write(to: path)
                #expect(throws: Fault.self) { try Lab.load(from: path) }
            }
        }
    }
}
