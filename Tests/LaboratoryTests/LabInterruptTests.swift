import Environments
import Laboratory
import PolicyOptimisation
import Support
import Tensors
import Testing

/// An interrupt or an error at any moment leaves the lab of a shorter run.
@Suite struct LabInterruptTests {
    /// A pendulum that does something at its n-th step.
    final class Trap: Environment {
        let inner: Pendulum
        var steps = 0
        var action: (Int) throws -> Void = { _ in }

        init() throws { inner = try Pendulum() }
        var spec: EnvironmentSpec { inner.spec }
        var constructor: EnvironmentConstructor? { nil }
        func reset(stream: inout RandomStream) throws { try inner.reset(stream: &stream) }
        func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
            steps += 1
            try self.action(steps)
            return try inner.step(action: action, stream: &stream)
        }
        func observation() throws -> [Double] { inner.observation() }
        func snapshot() throws -> EnvironmentSnapshot { inner.snapshot() }
        func restore(_ snapshot: EnvironmentSnapshot) throws { try inner.restore(snapshot) }
        func copy() throws -> any Environment { self }
    }

    static func lab(_ trap: Trap) throws -> Lab {
        let model = try Fixture.pendulum()
        return try Lab(
            environment: trap, policy: model.policy, critic: model.critic, settings: model.settings, seed: 3,
            workers: Workers(count: 1))
    }

    struct Broken: Error {}

    @Test(arguments: [1, 30, 60, 61, 119, 120, 121, 170]) func anEpisodeCutShortIsDropped(at step: Int) throws {
        for cancels in [true, false] {
            let trap = try Trap()
            let lab = try Self.lab(trap)
            let token = CancellationToken()
            trap.action = { count in
                guard count == step else { return }
                if cancels { token.cancel() } else { throw Broken() }
            }
            #expect(throws: (any Error).self) { try lab.collect(episodes: 3, cancellation: token) }
            let shorter = try Self.lab(try Trap())
            // A cancel is seen before the next step, an error in the step itself.
            let whole = (cancels ? step : step - 1) / 60
            if whole > 0 { try shorter.collect(episodes: whole) }
            #expect(try lab.digest() == shorter.digest(), "step \(step)")
            // It goes on as if nothing had happened.
            try lab.collect(steps: 45)
            try shorter.collect(steps: 45)
            #expect(try lab.digest() == shorter.digest(), "step \(step), later")
        }
    }

    @Test func aRunningEpisodeIsThereAfterAnInterrupt() throws {
        let trap = try Trap()
        let lab = try Self.lab(trap)
        try lab.collect(steps: 25)
        let digest = try lab.digest()
        let token = CancellationToken()
        trap.action = { if $0 == 40 { token.cancel() } }
        #expect(throws: Interrupted.self) { try lab.collect(steps: 30, cancellation: token) }
        #expect(try lab.digest() == digest && lab.runningEpisode?.steps == 25)
        let shorter = try Self.lab(try Trap())
        try shorter.collect(steps: 25)
        try lab.collect(episodes: 1)
        try shorter.collect(episodes: 1)
        #expect(try lab.digest() == shorter.digest())
    }

    /// A training run cancelled at any progress equals one with fewer steps.
    @Test func aCancelledQStepIsAShorterOne() throws {
        for chunks in [0, 1, 2] {
            let lab = try Fixture.pendulum()
            let shorter = try Fixture.pendulum()
            try lab.collect(episodes: 1)
            try shorter.collect(episodes: 1)
            let token = CancellationToken()
            if chunks == 0 { token.cancel() }
            #expect(throws: Interrupted.self) {
                try lab.qstep(steps: 100, cancellation: token) { done, _ in
                    if done == 25 * chunks { token.cancel() }
                }
            }
            if chunks > 0 { try shorter.qstep(steps: 25 * chunks) }
            #expect(try lab.digest() == shorter.digest(), "\(chunks)")
        }
    }

    @Test func cancelledEAndMStepsChangeNothing() throws {
        let lab = try Fixture.pendulum()
        try Fixture.turn(lab)
        let e = try lab.estep()
        let digest = try lab.digest()
        let token = CancellationToken()
        token.cancel()
        #expect(throws: Interrupted.self) { try lab.estep(cancellation: token) }
        #expect(throws: Interrupted.self) { try lab.mstep(e, steps: 5, cancellation: token) }
        #expect(throws: Interrupted.self) { try lab.evaluate(episodes: 2, cancellation: token) }
        #expect(try lab.digest() == digest)
    }

    @Test func aFaultOfTheNumbersCommitsNothing() throws {
        let lab = try Fixture.pendulum { $0.criticLearningRate = 1e30 }
        try lab.collect(episodes: 1)
        let digest = try lab.digest()
        #expect(throws: Fault.self) { try lab.qstep(steps: 60) }
        #expect(try lab.digest() == digest)
    }
}
