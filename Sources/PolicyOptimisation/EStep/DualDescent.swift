import Glibc
import Support

/// One gradient step a call on the dual, as deep implementations of MPO take it.
///
/// The temperature is a positive function of a free parameter x, and x follows −dg/dx = −g′(η) dη/dx by Adam or
/// plain gradient descent. A value type: keep it with the learner's state, and undo by keeping the old value.
/// The presets are the rules of other implementations, for comparison with the exact η*.
public struct DualDescent: Sendable, Equatable {
    public enum Parametrisation: String, Sendable, CaseIterable {
        /// η = log(1 + eˣ) + floor.
        case softplus
        /// η = eˣ + floor.
        case exponential
    }

    public enum Rule: Sendable, Equatable {
        case plain(rate: Double)
        case adam(rate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
    }

    public var parametrisation: Parametrisation
    public var rule: Rule
    /// Added to η, so that it stays clear of 0.
    public var floor: Double
    /// x is not let below this.
    public var lowest: Double
    /// The free parameter.
    public private(set) var x: Double
    /// Gradient steps made.
    public private(set) var steps = 0
    private var firstMoment = 0.0
    private var secondMoment = 0.0

    public init(
        _ rule: Rule = .adam(rate: 1e-2), parametrisation: Parametrisation = .softplus, start x: Double = 10,
        floor: Double = 1e-8, lowest: Double = -18
    ) {
        self.rule = rule
        self.parametrisation = parametrisation
        self.x = x
        self.floor = floor
        self.lowest = lowest
    }

    /// A descent that begins at a given temperature.
    public init(
        eta: Double, _ rule: Rule = .adam(rate: 1e-2), parametrisation: Parametrisation = .softplus
    ) throws {
        try DualSolver.requireTemperature(eta)
        self.init(rule, parametrisation: parametrisation)
        let target = max(eta - floor, 1e-300)
        switch parametrisation {
        // x = log(e^η − 1), written so that neither large nor small η overflows.
        case .softplus: x = target + log(-expm1(-target))
        case .exponential: x = log(target)
        }
        x = max(x, lowest)
    }

    /// Acme (JAX): softplus, x₀ = 10, Adam at 1e-2.
    public static let acme = DualDescent(.adam(rate: 1e-2), start: 10)
    /// Tonic: the same with x₀ = 1.
    public static let tonic = DualDescent(.adam(rate: 1e-2), start: 1)
    /// Stoix: the same as Acme with Adam at 1e-3.
    public static let stoix = DualDescent(.adam(rate: 1e-3), start: 10)

    /// The temperature now.
    public var eta: Double {
        switch parametrisation {
        case .softplus: max(x, 0) + log1p(exp(-abs(x))) + floor
        case .exponential: exp(x) + floor
        }
    }

    /// dη/dx.
    private var sensitivity: Double {
        switch parametrisation {
        case .softplus: 1 / (1 + exp(-x))
        case .exponential: exp(x)
        }
    }

    /// Lets η not fall below this.
    public mutating func keep(above smallest: Double?) {
        guard let smallest, let limit = try? DualDescent(eta: smallest, rule, parametrisation: parametrisation).x else {
            lowest = -18
            return
        }
        lowest = limit
        x = max(x, limit)
    }

    /// Moves x one step down the dual, given g′(η) = ε − mean KL at the present η.
    public mutating func step(slope: Double) throws {
        let gradient = slope * sensitivity
        guard gradient.isFinite else {
            throw Fault("dual.not-finite", "the dual's gradient is \(gradient); the temperature cannot follow it")
        }
        steps += 1
        switch rule {
        case .plain(let rate): x -= rate * gradient
        case .adam(let rate, let beta1, let beta2, let epsilon):
            firstMoment = beta1 * firstMoment + (1 - beta1) * gradient
            secondMoment = beta2 * secondMoment + (1 - beta2) * gradient * gradient
            let first = firstMoment / (1 - pow(beta1, Double(steps)))
            let second = secondMoment / (1 - pow(beta2, Double(steps)))
            x -= rate * first / (second.squareRoot() + epsilon)
        }
        x = max(x, lowest)
    }
}

extension DualSolver {
    /// Evaluates the dual at the descent's η, then moves the descent one gradient step.
    ///
    /// Returned is the temperature before the step, at which the weights of this E-step are taken (Acme's and
    /// Tonic's order); `residual` says how far its KL is from ε.
    public func step(_ descent: inout DualDescent, epsilon: Double) throws -> DualOptimum {
        guard epsilon > 0, epsilon.isFinite else {
            throw Fault(
                "dual.epsilon", "the bound epsilon on the KL must be a finite number above 0, but it is \(epsilon)")
        }
        let point = try point(at: descent.eta, epsilon: epsilon)
        try descent.step(slope: point.slope)
        return DualOptimum(
            outcome: .gradientStep, epsilon: epsilon, eta: point.eta, value: point.value, kl: point.kl,
            reachableKL: reachableKL, iterations: 1, residual: abs(point.kl - epsilon) / epsilon)
    }
}

extension DualDescent {
    /// What its steps change: x, the number of steps and both moments; to be saved and digested.
    public var numbers: [Double] { [x, Double(steps), firstMoment, secondMoment] }

    /// A descent by Adam as it was saved.
    public init(numbers: [Double], parametrisation: Parametrisation = .softplus) throws {
        self.init(parametrisation: parametrisation)
        guard numbers.count == 4, numbers.allSatisfy(\.isFinite), let steps = Int(exactly: numbers[1]), steps >= 0 else {
            throw Fault("dual.archive", "a saved temperature holds 4 finite numbers, \(numbers) were given")
        }
        x = numbers[0]
        self.steps = steps
        firstMoment = numbers[2]
        secondMoment = numbers[3]
    }
}
