import Environments
import Support
import Tensors
import Testing

@Suite struct PendulumTests {
    /// A line of Data/pendulum.txt: its word and its numbers (hexadecimal doubles).
    static func recorded() throws -> [(word: String, numbers: [Double])] {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let text = try WholeFile.readText(folder + "/Data/pendulum.txt")
        return try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let words = line.split(separator: " ")
            return (String(words[0]), try words.dropFirst().map { try #require(Double($0)) })
        }
    }

    /// Equal to Gymnasium's Pendulum-v1 to the last bit: observations, rewards and the end, over 3 × 200 steps.
    @Test func equalsGymnasium() throws {
        let environment = try Pendulum()
        var stream = RandomStream(seed: 0, purpose: .environmentStep)
        var steps = 0
        var episode: Episode?
        for (word, numbers) in try Self.recorded() {
            if word == "reset" {
                #expect(episode?.isOver ?? true)
                episode = try Episode(in: environment, stream: &stream)
                try environment.restore(EnvironmentSnapshot(numbers: [numbers[0], numbers[1]]))
                #expect(environment.observation() == Array(numbers[2...4]))
            } else {
                let step = try #require(try episode?.step(environment, action: [numbers[0]], stream: &stream))
                #expect(step.nextObservation == Array(numbers[1...3]), "step \(steps)")
                #expect(step.reward == numbers[4], "step \(steps)")
                #expect(step.terminated == (numbers[5] == 1) && step.truncated == (numbers[6] == 1))
                steps += 1
            }
        }
        #expect(steps == 600)
    }

    @Test func startsAreUniform() throws {
        let environment = try Pendulum()
        var sums = (angle: 0.0, squares: 0.0, speed: 0.0, largest: 0.0)
        let n = 20_000
        for row in 0..<n {
            var stream = RandomStream(seed: 5, purpose: .environmentReset, step: 0, row: UInt32(row))
            try environment.reset(stream: &stream)
            let state = environment.snapshot().numbers
            sums.angle += state[0]
            sums.squares += state[0] * state[0]
            sums.speed += state[1] * state[1]
            sums.largest = max(sums.largest, state[0].magnitude, Double.pi * state[1].magnitude)
        }
        // Four standard errors: sd(θ) = π/√3, sd(θ²) = π²·√(4/45), sd(θ̇²) = √(4/45).
        let error = 4 / Double(n).squareRoot()
        #expect((sums.angle / Double(n)).magnitude < error * Double.pi / 3.0.squareRoot())
        #expect((sums.squares / Double(n) - Double.pi * Double.pi / 3).magnitude < error * Double.pi * Double.pi * 0.299)
        #expect((sums.speed / Double(n) - 1.0 / 3).magnitude < error * 0.299)
        #expect(sums.largest <= Double.pi)
    }

    @Test func limitIsATruncationAndCanBeReplaced() throws {
        let environment = try Pendulum()
        var stream = RandomStream(seed: 1, purpose: .environmentReset)
        var episode = try Episode(in: environment, stream: &stream)
        for index in 1...7 {
            let step = try episode.step(environment, action: [0.5], limit: 7, stream: &stream)
            #expect(step.truncated == (index == 7) && !step.terminated)
        }
        #expect(episode.isOver && episode.steps == 7)
        let fault = #expect(throws: Fault.self) {
            try episode.step(environment, action: [0.5], limit: 7, stream: &stream)
        }
        #expect(fault?.id == "environment.episode-over")
    }
}
