import Support
import Tensors

/// A linear system with quadratic cost: x' = A x + B u + noise · w, reward −(xᵀQx + uᵀRu), w ~ N(0, I).
///
/// S state numbers (all observed), D action numbers. The reward is that of the state before the step. Start:
/// x ~ N(0, start² I). Never terminates; truncated after `horizon` steps. Actions are cut to ±`bound`, which may be
/// infinite. The best policy is u = −K x with K from `RiccatiSolution`.
public final class LinearQuadratic: Environment {
    let a: DenseMatrix
    let b: DenseMatrix
    let q: DenseMatrix
    let r: DenseMatrix
    /// A, S × S.
    public var dynamics: [[Double]] { a.listOfRows }
    /// B, S × D.
    public var control: [[Double]] { b.listOfRows }
    /// Q, S × S.
    public var stateCost: [[Double]] { q.listOfRows }
    /// R, D × D.
    public var actionCost: [[Double]] { r.listOfRows }
    public let noise: Double
    public let start: Double
    public let horizon: Int
    public let bound: Double
    private var state: [Double]

    /// A: S × S, B: S × D, Q: S × S (symmetric), R: D × D (symmetric, positive definite).
    public init(
        a: [[Double]], b: [[Double]], q: [[Double]], r: [[Double]], noise: Double = 0.05, start: Double = 1,
        horizon: Int = 100, bound: Double = .infinity
    ) throws {
        let size = a.count
        let actions = b.first?.count ?? 0
        guard size > 0, actions > 0 else {
            throw Fault("environment.matrix-shape", "lq: A and B must not be empty")
        }
        self.a = try DenseMatrix(a, rows: size, columns: size, "lq: A")
        self.b = try DenseMatrix(b, rows: size, columns: actions, "lq: B")
        self.q = try DenseMatrix(q, rows: size, columns: size, "lq: Q")
        self.r = try DenseMatrix(r, rows: actions, columns: actions, "lq: R")
        guard self.q == self.q.transposed, self.r == self.r.transposed else {
            throw Fault("environment.matrix-symmetric", "lq: Q and R must be symmetric")
        }
        for (name, value) in [("noise", noise), ("start", start)] where !(value >= 0 && value.isFinite) {
            throw Fault("environment.argument", "lq: '\(name)' of 0 or more was wanted, \(value) was given")
        }
        guard horizon > 0 else {
            throw Fault("environment.argument", "lq: a horizon of 1 or more was wanted, \(horizon) was given")
        }
        guard bound > 0 else {
            throw Fault("environment.argument", "lq: a bound above 0 was wanted, \(bound) was given")
        }
        self.noise = noise
        self.start = start
        self.horizon = horizon
        self.bound = bound
        state = Array(repeating: 0, count: size)
    }

    /// The double integrator: position and speed, one force.
    public convenience init() throws {
        try self.init(
            a: [[1, 0.1], [0, 1]], b: [[0], [0.1]], q: [[1, 0], [0, 0.1]], r: [[0.5]], noise: 0.02, start: 0.5,
            horizon: 100, bound: 4)
    }

    convenience init(arguments: JSON) throws {
        try self.init(
            a: arguments.matrix("A"), b: arguments.matrix("B"), q: arguments.matrix("Q"), r: arguments.matrix("R"),
            noise: arguments.argument("noise", default: 0.05), start: arguments.argument("start", default: 1),
            horizon: arguments.argument("horizon", default: 100),
            bound: arguments.argument("bound", default: .infinity))
    }

    public var spec: EnvironmentSpec {
        let bounds = Array(repeating: bound, count: b.columns)
        return EnvironmentSpec(
            name: "lq", observationSize: a.rows, actions: .box(low: bounds.map { -$0 }, high: bounds),
            episodeLimit: horizon)
    }

    public var constructor: EnvironmentConstructor? {
        EnvironmentConstructor(
            "lq",
            [
                "A": json(a.listOfRows), "B": json(b.listOfRows), "Q": json(q.listOfRows), "R": json(r.listOfRows),
                "noise": .number(noise), "start": .number(start), "horizon": .integer(horizon),
                "bound": .number(bound),
            ])
    }

    public func reset(stream: inout RandomStream) throws {
        for i in state.indices { state[i] = start * stream.normal() }
    }

    public func step(action: [Double], stream: inout RandomStream) throws -> StepOutcome {
        let u = action.map { min(max($0, -bound), bound) }
        let reward = -Self.form(q, state) - Self.form(r, u)
        var next = zip(a * state, b * u).map(+)
        if noise > 0 { for i in next.indices { next[i] += noise * stream.normal() } }
        state = next
        return StepOutcome(reward: reward, terminated: false)
    }

    /// xᵀ M x.
    static func form(_ m: DenseMatrix, _ x: [Double]) -> Double {
        zip(x, m * x).reduce(0) { $0 + $1.0 * $1.1 }
    }

    public func observation() -> [Double] { state }
    public func snapshot() -> EnvironmentSnapshot { EnvironmentSnapshot(numbers: state) }
    public func restore(_ snapshot: EnvironmentSnapshot) throws {
        state = try snapshot.numbers(state.count, for: "lq")
    }

    public func copy() throws -> any Environment {
        let other = try LinearQuadratic(
            a: a.listOfRows, b: b.listOfRows, q: q.listOfRows, r: r.listOfRows, noise: noise, start: start,
            horizon: horizon, bound: bound)
        other.state = state
        return other
    }
}
