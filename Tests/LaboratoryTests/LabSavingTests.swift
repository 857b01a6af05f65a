import Checkpoints
import Environments
import Laboratory
import Networks
import PolicyOptimisation
import Support
import Tensors
import Testing

@Suite struct LabSavingTests {
    /// Saved in mid-episode with a full replay, loaded, and 20 more steps: the bits of an uninterrupted run.
    @Test(arguments: ["current", "next"]) func aLoadedLabGoesOnBitForBit(states: String) throws {
        try Fixture.withFile { path in
            let lab = try Fixture.pendulum { settings in
                settings.states = states == "next" ? .next : .current
                settings.klMean = .penalised(1.5)
                settings.dualSolver = states == "next" ? .gradient : .exact
                settings.gradientClip = 40
            }
            for _ in 0..<5 { try Fixture.turn(lab) }
            try lab.save(to: path)
            let loaded = try Lab.load(from: path, workers: Workers(count: 1))
            #expect(try loaded.digest() == lab.digest())
            #expect(loaded.settings == lab.settings && loaded.history == lab.history)
            #expect(loaded.runningEpisode == lab.runningEpisode && loaded.runningEpisode != nil)
            for _ in 0..<5 {
                try Fixture.turn(lab)
                try Fixture.turn(loaded)
            }
            #expect(try loaded.digest() == lab.digest())
            #expect(try loaded.evaluate(episodes: 2) == lab.evaluate(episodes: 2))
        }
    }

    @Test func everyBuiltInTaskIsBuiltAgain() throws {
        try Fixture.withFile { path in
            let bandit = try Fixture.bandit()
            try bandit.collect(episodes: 30)
            try bandit.qstep(steps: 2)
            try bandit.mstep(bandit.estep())
            try bandit.save(to: path)
            let loaded = try Lab.load(from: path)
            try bandit.collect(episodes: 5)
            try loaded.collect(episodes: 5)
            #expect(try loaded.digest() == bandit.digest())
        }
    }

    @Test func aFreshLabIsSavedToo() throws {
        try Fixture.withFile { path in
            let lab = try Fixture.pendulum()
            try lab.save(to: path)
            #expect(try Lab.load(from: path).digest() == lab.digest())
        }
    }

    /// A task made in a script cannot be built again: load says so, and takes it as an argument.
    @Test func tasksOfScriptsAreGiven() throws {
        try Fixture.withFile { path in
            let trap = try LabInterruptTests.Trap()
            let lab = try LabInterruptTests.lab(trap)
            try lab.collect(steps: 70)
            try lab.save(to: path)
            let fault = #expect(throws: Fault.self) { try Lab.load(from: path) }
            #expect(fault?.id == "load.environment" && fault?.hint?.contains("env: x") == true)
            let loaded = try Lab.load(from: path, environment: try LabInterruptTests.Trap())
            try loaded.collect(steps: 70)
            try lab.collect(steps: 70)
            #expect(try loaded.digest() == lab.digest())
            let other = #expect(throws: Fault.self) { try Lab.load(from: path, environment: try LinearQuadratic()) }
            #expect(other?.id == "load.environment")
        }
    }

    @Test func singleNetworksPoliciesAndCritics() throws {
        try Fixture.withFile { path in
            let lab = try Fixture.pendulum()
            let observation = [0.3, -0.2, 1.0]
            try SavedObject.policy(lab.policy).save(to: path)
            guard case .policy(let policy) = try SavedObject.load(from: path) else {
                Issue.record("a policy was wanted")
                return
            }
            #expect(policy.form == lab.policy.form && policy.description == lab.policy.description)
            let actors = (try PolicyActor(policy), try PolicyActor(lab.policy))
            #expect(
                try actors.0.distribution(policy.parameters, observation: observation)
                    == actors.1.distribution(lab.policy.parameters, observation: observation))
            try SavedObject.critic(lab.critic).save(to: path)
            guard case .critic(let critic) = try SavedObject.load(from: path) else {
                Issue.record("a critic was wanted")
                return
            }
            #expect(critic.form == lab.critic.form)
            #expect(Array(critic.parameters.span) == Array(lab.critic.parameters.span))
            let network = try Network(
                NetworkArchitecture(
                    inputs: 2, layers: [.linear(3), .layerNormalisation, .activation(.relu), .linear(1)]),
                stream: RandomStream(seed: 1, purpose: .initialisation), name: "mine")
            try SavedObject.network(network).save(to: path)
            guard case .network(let read) = try SavedObject.load(from: path) else {
                Issue.record("a network was wanted")
                return
            }
            #expect(read.architecture == network.architecture && read.name == "mine")
            #expect(Array(read.parameters.span) == Array(network.parameters.span))
            let fault = #expect(throws: Fault.self) { try Lab.load(from: path) }
            #expect(fault?.id == "checkpoint.kind")
        }
    }

    /// Damage anywhere in a lab's file is told.
    @Test func damageIsTold() throws {
        try Fixture.withFile { path in
            let lab = try Fixture.pendulum()
            try Fixture.turn(lab)
            try lab.save(to: path)
            let whole = try WholeFile.read(path)
            var stream = RandomStream(seed: 2, purpose: .script)
            for _ in 0..<300 {
                var bytes = whole
                let index = stream.index(below: bytes.count)
                if stream.index(below: 3) == 0 {
                    bytes.removeLast(bytes.count - index)
                } else {
                    bytes[index] ^= UInt8(1 << stream.index(below: 8))
                }
                try WholeFile.write(bytes, to: path)
                #expect(throws: Fault.self) { try Lab.load(from: path) }
            }
        }
    }

    /// A sound file (its checksum holds) whose description was changed by hand ends in a fault or a working lab.
    @Test func forgedDescriptionsNeverCrash() throws {
        let lab = try Fixture.pendulum()
        for _ in 0..<2 { try Fixture.turn(lab) }
        try Fixture.withFile { path in
            try lab.save(to: path)
            let file = try LoadedCheckpoint(path: path)
            var stream = RandomStream(seed: 12, purpose: .script)
            let text = Array(file.description.description.utf8)
            let tokens = ["0", "-1", "9", "1e9", "null", "\"x\"", "[]", "9007199254740992", "\"9223372036854775807\"", "true", "\"NaN\""]
            for _ in 0..<300 {
                // Replace one number or word of the description.
                let starts = text.indices.filter { place in
                    place > 0 && (text[place - 1] == UInt8(ascii: ":") || text[place - 1] == UInt8(ascii: "["))
                        && text[place] != UInt8(ascii: "{") && text[place] != UInt8(ascii: "[")
                }
                let start = starts[stream.index(below: starts.count)]
                var end = start
                while end < text.count, ![UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]")].contains(text[end]) {
                    end += 1
                }
                let token = tokens[stream.index(below: tokens.count)]
                let forged = Array(text[..<start]) + Array(token.utf8) + Array(text[end...])
                guard let description = try? JSON(parsing: forged) else { continue }
                var checkpoint = Checkpoint(kind: "lab", description: description)
                for name in file.names {
                    let shape = try file.shape(name)
                    switch try file.type(name) {
                    case .float32: try checkpoint.add(name, shape: shape, file.floats(name))
                    case .float64: try checkpoint.add(name, shape: shape, file.doubles(name))
                    case .int64: try checkpoint.add(name, shape: shape, file.int64s(name))
                    default: try checkpoint.add(name, shape: shape, file.uint8s(name))
                    }
                }
                try checkpoint.write(to: path)
                guard let loaded = try? Lab.load(from: path) else { continue }
                _ = try? loaded.collect(steps: 3)
                _ = try? loaded.qstep()
            }
        }
    }
}
