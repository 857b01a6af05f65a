import Environments
import Support
import Tensors
import Testing

@Suite struct ClassicControlTests {
    /// Equal to Gymnasium to the last bit: observations, rewards and ends over 200 actions of each task.
    ///
    /// The sines are the C library's on both sides (glibc 2.36 recorded). Acrobot's first observation of an episode is
    /// float32 arithmetic in numpy: it may be a unit in the last place of float32 apart, 2⁻²³ of a number up to 1.
    @Test(arguments: RecordedSection.all("classic.txt").dropFirst())
    func equalsGymnasium(_ recorded: RecordedSection) throws {
        let environment = try GymnasiumTasks.make(recorded.id, options: JSON(parsing: recorded.options))
        var stream = RandomStream(seed: 0, purpose: .environmentStep)
        var episode: Episode?
        var steps = 0
        for line in recorded.lines {
            if line.word == "reset" {
                episode = try Episode(in: environment, stream: &stream)
                // The state is double until the first step, which this task keeps in mind.
                let isFirst = recorded.id == "MountainCarContinuous-v0" ? [0.0] : []
                try environment.restore(EnvironmentSnapshot(numbers: line.numbers(0) + isFirst))
                let tolerance = recorded.id == "Acrobot-v1" ? 0x1p-23 : 0
                for (x, y) in zip(try environment.observation(), try line.numbers(1)) {
                    #expect((x - y).magnitude <= tolerance)
                }
            } else {
                let step = try #require(
                    try episode?.step(environment, action: line.numbers(0), stream: &stream))
                #expect(step.nextObservation == (try line.numbers(1)), "step \(steps)")
                let end = try line.numbers(2)
                #expect(step.reward == end[0], "step \(steps)")
                #expect(step.terminated == (end[1] == 1) && step.truncated == (end[2] == 1), "step \(steps)")
                steps += 1
            }
        }
        #expect(steps == (recorded.options == "{}" ? 200 : 40))
    }

    @Test func theRecordsHoldAllTasksAndTheirEnds() throws {
        let recorded = RecordedSection.all("classic.txt").dropFirst()
        #expect(Set(recorded.map(\.id)).count == 4)
        for section in recorded {
            let ends = try section.lines.filter { $0.word == "step" }.map { try $0.numbers(2)[1] }
            #expect(ends.contains(1), "\(section.id)")
        }
    }

    @Test func limitsAreGymnasiums() throws {
        let lines = RecordedSection.all("classic.txt")[0].lines
        #expect(lines.count == 11)
        for line in lines {
            let words = line.parts[0]
            let limit = try GymnasiumTasks.make(String(words[0])).spec.episodeLimit
            #expect(limit == Int(words[1]), "\(words[0])")
        }
        #expect(try GymnasiumTasks.make("Taxi-v3").spec.episodeLimit == 200)
    }

    /// A step limit truncates and does not terminate.
    @Test(arguments: [("CartPole-v0", 200), ("CartPole-v1", 500), ("MountainCar-v0", 200), ("MountainCarContinuous-v0", 999), ("Acrobot-v1", 500), ("Pendulum-v1", 200)])
    func limitsTruncate(id: String, limit: Int) throws {
        let environment = try GymnasiumTasks.make(id)
        var stream = RandomStream(seed: 0, purpose: .environmentReset)
        var episode = try Episode(in: environment, stream: &stream)
        while !episode.isOver {
            let seen = episode.observation
            let action = id.hasPrefix("CartPole") ? (seen[2] + 0.2 * seen[3] > 0 ? 1 : 0) : environment.spec.actions == .finite(count: 3) ? 1 : 0.0
            let step = try episode.step(environment, action: [action], stream: &stream)
            #expect(!step.terminated && step.truncated == (episode.steps == limit))
        }
        #expect(episode.steps == limit)
        let short = try GymnasiumTasks.make(id, options: ["max_episode_steps": 7])
        #expect(short.spec.episodeLimit == 7)
    }

    /// Each number of the start state is uniform in its range: mean, mean square and extremes of 20 000 resets.
    @Test(arguments: [
        ("CartPole-v1", Array(repeating: -0.05...0.05, count: 4)), ("MountainCar-v0", [-0.6 ... -0.4, 0...0]),
        ("MountainCarContinuous-v0", [-0.6 ... -0.4, 0...0, 0...0]), ("Acrobot-v1", Array(repeating: -0.1...0.1, count: 4)),
    ] as [(String, [ClosedRange<Double>])])
    func startsAreUniform(id: String, ranges: [ClosedRange<Double>]) throws {
        let environment = try GymnasiumTasks.make(id)
        let n = 20_000
        var columns = Array(repeating: [Double](), count: ranges.count)
        for row in 0..<n {
            var stream = RandomStream(seed: 5, purpose: .environmentReset, step: 0, row: UInt32(row))
            try environment.reset(stream: &stream)
            let numbers = try environment.snapshot().numbers
            #expect(numbers.count == ranges.count)
            for (index, number) in numbers.enumerated() { columns[index].append(number) }
        }
        for (column, range) in zip(columns, ranges) {
            let width = range.upperBound - range.lowerBound
            let middle = (range.lowerBound + range.upperBound) / 2
            // Float32 rounds Acrobot's 0.1 up a little.
            #expect(column.allSatisfy { $0 >= range.lowerBound.nextDown - 1e-8 && $0 <= range.upperBound + 1e-8 })
            if width == 0 { continue }
            let mean = column.reduce(0, +) / Double(n)
            let square = column.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / Double(n)
            // Four standard errors: of a uniform number, w / √12; of its square about the middle, w² / 12 · √(4/5).
            let error = 4 / Double(n).squareRoot()
            #expect((mean - middle).magnitude < error * width / 12.0.squareRoot())
            #expect((square - width * width / 12).magnitude < error * width * width / 12 * 0.8.squareRoot())
            #expect((column.min() ?? 0) < range.lowerBound + width * 0.002)
            #expect((column.max() ?? 0) > range.upperBound - width * 0.002)
        }
        if id == "Acrobot-v1" { #expect(columns.allSatisfy { $0.allSatisfy { Double(Float($0)) == $0 } }) }
    }

    @Test(arguments: [
        [4, 0, 0, 0], [.nan, 0, 0, 0], [1e300, 0, 0, 0], [0, 0, 13, 0], [0, 0, 0, -.infinity],
    ] as [[Double]])
    func acrobotRefusesStatesOutsideItsBounds(numbers: [Double]) throws {
        let environment = try GymnasiumTasks.make("Acrobot-v1")
        #expect(throws: Fault.self) { try environment.restore(EnvironmentSnapshot(numbers: numbers)) }
    }

    @Test(arguments: [
        ("CartPole-v1", #"{"slip":1}"#, "gym.option"), ("CartPole-v1", #"{"sutton_barto_reward":1}"#, "gym.option"),
        ("MountainCar-v0", #"{"goal_velocity":"fast"}"#, "gym.option"), ("Pendulum-v1", #"{"g":"NaN"}"#, "gym.option"),
        ("CartPole-v1", #"{"max_episode_steps":0}"#, "gym.option"), ("Acrobot-v2", "{}", "gym.unknown"),
        ("FrozenLake-v1", #"{"desc":["SFF","FG"]}"#, "gym.map"), ("FrozenLake-v1", #"{"desc":["FG"]}"#, "gym.map"),
        ("FrozenLake-v1", #"{"desc":["SX"]}"#, "gym.map"), ("FrozenLake-v1", #"{"desc":[]}"#, "gym.map"),
        ("FrozenLake-v1", #"{"desc":["S"]}"#, nil), ("FrozenLake-v1", #"{"desc":[1]}"#, "gym.option"),
        ("FrozenLake-v1", #"{"map_name":"5x5"}"#, "gym.option"), ("FrozenLake-v1", #"{"success_rate":1.5}"#, "gym.option"),
        ("FrozenLake-v1", #"{"reward_schedule":[1,0]}"#, "gym.option"), ("Taxi-v3", #"{"is_rainy":true}"#, "gym.option"),
        ("Taxi-v4", #"{"rainy_probability":-1}"#, "gym.option"),
    ] as [(String, String, String?)])
    func wrongOptionsAreFaults(id: String, options: String, fault: String?) throws {
        let options = try JSON(parsing: options)
        do {
            _ = try GymnasiumTasks.make(id, options: options)
            #expect(fault == nil)
        } catch {
            #expect((error as? Fault)?.id == fault)
        }
    }
}
