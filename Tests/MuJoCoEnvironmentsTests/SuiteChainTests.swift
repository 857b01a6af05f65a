import Environments
import MuJoCoEnvironments
import Support
import Tensors
import Testing

/// Swimmers and LQR systems of any size, and what only LQR has: springs drawn from a seed, and an end.
@Suite(.enabled(if: MuJoCoFolder.isAvailable, "MuJoCo's files were not fetched: scripts/mpo --fetch")) struct SuiteChainTests {
    @Test(arguments: [
        ("swimmer", "swimmer3", 13, 2), ("swimmer", "swimmer40", 161, 39), ("lqr", "lqr_1_1", 2, 1), ("lqr", "lqr_5_3", 10, 3),
    ])
    func chainsComeInAnySize(domain: String, task: String, observed: Int, actions: Int) throws {
        let environment = try SuiteEnvironment.make(domain, task)
        #expect(environment.spec.name == "\(domain)-\(task)")
        #expect(environment.spec.observationSize == observed && environment.spec.actions.size == actions)
        let constructor = try #require(environment.constructor)
        #expect(try EnvironmentCatalogue.complete.make(constructor).spec == environment.spec)
    }

    @Test(arguments: [
        ("swimmer", "swimmer2", "swimmer2: 3 to 100 links were wanted, 2 were given"),
        ("swimmer", "swimmer101", "swimmer101: 3 to 100 links were wanted, 101 were given"),
        ("lqr", "lqr_3_4", "lqr_3_4: 1 to 3 motors were wanted, 4 were given"),
        ("lqr", "lqr_0_0", "lqr_0_0: 1 to 100 bodies were wanted, 0 were given"),
        ("swimmer", "swimmer06", "the control suite's swimmer has no task 'swimmer06'"),
        ("swimmer", "swimmer99999999999999999999", "the control suite's swimmer has no task 'swimmer99999999999999999999'"),
        ("lqr", "lqr_2", "the control suite's lqr has no task 'lqr_2'"),
    ])
    func sizesOutOfRangeAreFaults(domain: String, task: String, message: String) {
        #expect(#expect(throws: Fault.self) { try SuiteEnvironment.make(domain, task) }?.message == message)
    }

    @Test func springsAreDrawnFromASeed() throws {
        func springs(_ seed: Int?) throws -> [Double] {
            try SuiteEnvironment.make("lqr", "lqr_6_2", seed: seed).numbers(of: "jnt_stiffness")
        }
        #expect(try springs(nil) == springs(0) && springs(3) == springs(3))
        #expect(try springs(0) != springs(3) && springs(-1) != springs(1))
        #expect(try (0..<20).allSatisfy { try springs($0).allSatisfy { (15...25).contains($0) } })
        let environment = try SuiteEnvironment.make("lqr", "lqr_2_1", seed: .max)
        let rebuilt = try EnvironmentCatalogue.complete.make(try #require(environment.constructor))
        #expect((rebuilt as? SuiteEnvironment).map { try? $0.numbers(of: "jnt_stiffness") } == (try environment.numbers(of: "jnt_stiffness")))
        let fault = #expect(throws: Fault.self) { try SuiteEnvironment.make("swimmer", "swimmer6", seed: 3) }
        #expect(fault?.id == "suite.seed")
    }

    /// The state's norm falls below 1e-6: the original's end, with its discount of 0.
    @Test func lqrEndsAtRest() throws {
        let environment = try SuiteEnvironment.make("lqr", "lqr_2_1")
        var stream = RandomStream(seed: 1, purpose: .environmentReset)
        try environment.reset(stream: &stream)
        #expect(try !environment.step(action: [0], stream: &stream).terminated)
        let start = environment.observation()
        #expect((start[0] * start[0] + start[1] * start[1]).squareRoot() > 1)
        var snapshot = environment.snapshot()
        // Without damping a start at rest swings on for ever at the size it has.
        for (size, ends) in [(1e-5, false), (1e-8, true)] {
            snapshot.numbers[1...4] = [size, -size, 0, 0]  // after the time: positions, velocities
            try environment.restore(snapshot)
            #expect(environment.observation() == [size, -size, 0, 0])
            let outcome = try environment.step(action: [0], stream: &stream)
            #expect(outcome.terminated == ends && (outcome.reward - 1).magnitude < 1e-9)
        }
    }
}
