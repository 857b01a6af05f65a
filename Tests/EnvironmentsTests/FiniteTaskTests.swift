import Environments
import Support
import Tensors
import Testing

/// FrozenLake, CliffWalking and Taxi beside Gymnasium's own tables.
@Suite struct FiniteTaskTests {
    static let recorded = RecordedSection.all("finite.txt").dropFirst()

    static func task(_ recorded: RecordedSection) throws -> FiniteMDPEnvironment {
        let environment = try GymnasiumTasks.make(recorded.id, options: JSON(parsing: recorded.options))
        return try #require(environment as? FiniteMDPEnvironment)
    }

    /// The states that an episode can stand in, as the script that recorded the tables finds them.
    static func standing(_ mdp: FiniteMDP) -> [Int] {
        var found = Set(mdp.start.indices.filter { mdp.start[$0] > 0 })
        var left = Array(found)
        while let s = left.popLast() {
            for a in 0..<mdp.actionCount {
                for o in mdp.outcomes(s, a) where o.probability > 0 && !o.terminates && found.insert(o.next).inserted {
                    left.append(o.next)
                }
            }
        }
        return found.sorted()
    }

    static func row(_ mdp: FiniteMDP, _ state: Int, _ action: Int) -> String {
        "\(state) \(action)"
            + mdp.outcomes(state, action).map { o in
                " \(hexadecimal(o.probability)) \(o.next) \(hexadecimal(o.reward)) \(o.terminates ? 1 : 0)"
            }.joined()
    }

    @Test(arguments: recorded) func tablesAreGymnasiums(_ recorded: RecordedSection) throws {
        let mdp = try Self.task(recorded).mdp
        let rows = Self.standing(mdp).flatMap { s in (0..<mdp.actionCount).map { a in Self.row(mdp, s, a) } }
        var seen: Set<String> = []
        for line in recorded.lines {
            let words = line.parts[0].map(String.init)
            switch line.word {
            case "start":
                let starts = words.compactMap { Int($0) }
                #expect(mdp.start == (0..<mdp.stateCount).map { starts.contains($0) ? 1 / Double(starts.count) : 0 })
            case "row":
                #expect(Self.row(mdp, Int(words[0]) ?? -1, Int(words[1]) ?? -1) == words.joined(separator: " "))
            case "digest":
                var digest: UInt64 = 0xCBF2_9CE4_8422_2325
                for byte in rows.map({ $0 + "\n" }).joined().utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
                #expect(words == ["\(rows.count)", "\(digest)"])
            default: break
            }
            seen.insert(line.word)
        }
        #expect(seen == ["start", "row", "digest", "value", "from", "draw"])
    }

    /// Terminal states are absorbing and earn nothing, and only what enters them terminates.
    @Test(arguments: recorded) func terminalStatesAreAbsorbing(_ recorded: RecordedSection) throws {
        let mdp = try Self.task(recorded).mdp
        for s in 0..<mdp.stateCount {
            for a in 0..<mdp.actionCount {
                let list = mdp.outcomes(s, a)
                #expect(list.allSatisfy { $0.terminates == mdp.terminal.contains($0.next) })
                if mdp.terminal.contains(s) { #expect(Array(list) == [.init(1, s, 0, terminates: true)]) }
            }
        }
    }

    /// The best values equal numpy's value iteration on Gymnasium's tables. 1e-9: both are iterated at gamma = 0.99 and
    /// stop at changes near rounding, which that sum of a geometric series multiplies by 100.
    @Test(arguments: recorded) func bestValuesAreGymnasiums(_ recorded: RecordedSection) throws {
        let mdp = try Self.task(recorded).mdp
        let exact = try mdp.optimal(discount: 0.99).evaluation.values
        let iterated = try mdp.valueIteration(discount: 0.99, tolerance: 1e-13).evaluation.values
        var count = 0
        for line in recorded.lines where line.word == "value" {
            let numbers = try line.numbers(0)
            let s = Int(numbers[0])
            #expect((exact[s] - numbers[1]).magnitude < 1e-9 && (iterated[s] - numbers[1]).magnitude < 1e-9, "state \(s)")
            count += 1
        }
        #expect(count > 3)
    }

    /// The same uniform numbers lead to the same states, rewards and ends.
    @Test(arguments: recorded) func stepsAreGymnasiums(_ recorded: RecordedSection) throws {
        let mdp = try Self.task(recorded).mdp
        var state = 0
        for line in recorded.lines {
            let numbers = line.word == "from" || line.word == "draw" ? try line.numbers(0) : []
            if line.word == "from" { state = Int(numbers[0]) }
            if line.word == "draw" {
                let outcome = mdp.outcome(state, Int(numbers[0]), at: numbers[1])
                #expect([Double(outcome.next), outcome.reward, outcome.terminates ? 1 : 0] == Array(numbers[2...]))
                state = outcome.next
            }
        }
    }

    /// Stepping follows the outcomes' probabilities, and each reward is its own outcome's.
    @Test func slippingFollowsTheTable() throws {
        let environment = try #require(try GymnasiumTasks.make("CliffWalkingSlippery-v1") as? FiniteMDPEnvironment)
        var counts: [Int: Int] = [:]
        let n = 20_000
        for row in 0..<n {
            var stream = RandomStream(seed: 4, purpose: .environmentStep, step: 0, row: UInt32(row))
            try environment.restore(EnvironmentSnapshot(numbers: [36]))
            let outcome = try environment.step(action: [1], stream: &stream)
            // Right is over the cliff and back to the start; up and down are the sides, down is the wall.
            counts[environment.state * 1000 - Int(outcome.reward), default: 0] += 1
        }
        #expect(Set(counts.keys) == [36_100, 24_001, 36_001])
        for count in counts.values {
            #expect((Double(count) / Double(n) - 1 / 3.0).magnitude < 4 * (2 / 9.0 / Double(n)).squareRoot())
        }
    }

    @Test func taxiStartsEverywhereAlike() throws {
        let environment = try #require(try GymnasiumTasks.make("Taxi-v4") as? FiniteMDPEnvironment)
        var counts: [Int: Int] = [:]
        let n = 30_000
        for row in 0..<n {
            var stream = RandomStream(seed: 6, purpose: .environmentReset, step: 0, row: UInt32(row))
            try environment.reset(stream: &stream)
            counts[environment.state, default: 0] += 1
        }
        #expect(counts.count == 300)
        // χ² with 299 degrees of freedom: mean 299, standard deviation √598.
        let chi = counts.values.reduce(0) { $0 + (Double($1) - 100) * (Double($1) - 100) / 100 }
        #expect((chi - 299).magnitude < 4 * 598.0.squareRoot())
    }

    /// Undiscounted optima that are known: Sutton and Barto's 13 steps along the cliff, FrozenLake's 14/17 without a
    /// limit, and the way over dry ice, which must not go round for ever.
    @Test func undiscountedOptima() throws {
        func best(_ id: String, _ options: JSON = .object([])) throws -> (policy: [Int], evaluation: FiniteMDP.Evaluation) {
            try #require(try GymnasiumTasks.make(id, options: options) as? FiniteMDPEnvironment).mdp.optimal(discount: 1)
        }
        #expect(try best("CliffWalking-v1").evaluation.expectedReturn == -13)
        #expect((try best("FrozenLake-v1").evaluation.expectedReturn - 14 / 17.0).magnitude < 1e-12)
        let dry = try best("FrozenLake-v1", ["is_slippery": false])
        #expect(dry.evaluation.expectedReturn == 1)
        #expect([0, 4, 8, 9, 13, 14].map { dry.policy[$0] } == [1, 1, 2, 1, 2, 2])
    }
}
