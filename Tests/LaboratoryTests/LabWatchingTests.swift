import Environments
import Laboratory
import Support
import Tensors
import Testing

@Suite struct LabWatchingTests {
    /// A watched episode is evaluate's of the same number, state by state, and leaves the lab as it was.
    @Test func anEpisodeIsEvaluations() throws {
        let lab = try Fixture.pendulum()
        try Fixture.turn(lab)
        let digest = try lab.digest()
        let all = try lab.evaluate(episodes: 3)
        for index in 0..<3 {
            var steps: [Int] = []
            var total = 0.0
            let played = try lab.play(evaluation: index) { task, episode, step in
                steps.append(episode.steps)
                total += step?.reward ?? 0
                let seen = try task.observation()
                #expect(seen == episode.observation)
            }
            #expect(played.returns == [all.returns[index]] && played.returns == [total])
            #expect(steps == Array(0...60) && played.lengths == [60])
        }
        #expect(try lab.digest() == digest && lab.horizon == 60)
        #expect(throws: Fault.self) { _ = try lab.play(evaluation: -1) { _, _, _ in } }
    }

    /// The running episode's task is a copy in its very state; between episodes there is none.
    @Test func theRunningTask() throws {
        let lab = try Fixture.pendulum()
        #expect(try lab.runningTask()?.episode == nil)
        try lab.collect(steps: 7)
        let (task, episode) = try #require(try lab.runningTask())
        #expect(episode.steps == 7)
        #expect(try task.observation() == episode.observation)
        var stream = RandomStream(seed: 0, purpose: .environmentStep)
        _ = try task.step(action: [2], stream: &stream)
        #expect(try lab.runningTask()?.task.observation() == episode.observation)
    }
}
