import Environments
import Tensors
import Testing

@Suite struct BanditTests {
    @Test func anEpisodeIsOnePull() throws {
        let bandit = try Bandit(means: [0.25, -3])
        for (arm, mean) in [(0.0, 0.25), (1.0, -3.0)] {
            var stream = RandomStream(seed: 0, purpose: .environmentStep)
            var episode = try Episode(in: bandit, stream: &stream)
            let step = try episode.step(bandit, action: [arm], stream: &stream)
            #expect(step.reward == mean && step.terminated && !step.truncated)
        }
    }

    @Test func noiseHasItsSpread() throws {
        let bandit = try Bandit(means: [1], noise: 0.5)
        let n = 20_000
        var sum = 0.0
        var squares = 0.0
        for row in 0..<n {
            var stream = RandomStream(seed: 1, purpose: .environmentStep, step: 0, row: UInt32(row))
            let reward = try bandit.step(action: [0], stream: &stream).reward
            sum += reward
            squares += (reward - 1) * (reward - 1)
        }
        // Four standard errors of a mean of normals and of their squares.
        #expect((sum / Double(n) - 1).magnitude < 4 * 0.5 / Double(n).squareRoot())
        #expect((squares / Double(n) - 0.25).magnitude < 4 * 0.25 * 2.0.squareRoot() / Double(n).squareRoot())
    }

    @Test func theQuadraticBanditPeaksWhereItSays() throws {
        let bandit = try QuadraticBandit(peak: [0.5, -0.25], curvature: [2, 8])
        var stream = RandomStream(seed: 0, purpose: .environmentStep)
        #expect(try bandit.step(action: [0.5, -0.25], stream: &stream).reward == 0)
        #expect(try bandit.step(action: [0, 0], stream: &stream).reward == -0.5 * 2 * 0.25 - 0.5 * 8 * 0.0625)
    }
}
