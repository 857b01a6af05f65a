import Networks
import Support
import Tensors

// S states, K policy outputs.

/// A parametric q(a|s, θ^q): a network of the policy's form, its optimiser, and the multiplier of its bound. A value.
public struct VariationalState: Sendable {
    /// θ^q.
    public var parameters: Storage
    public var optimiser: AdamState
    /// η = eˣ of E_q[Q] + η (ε − KL(q‖π)), whose dual x follows; in the logarithm, as Q's scale is not known beforehand.
    public var multiplier: DualDescent

    public init(parameters: Storage, optimiser: AdamState, multiplier: DualDescent) {
        self.parameters = parameters
        self.optimiser = optimiser
        self.multiplier = multiplier
    }

    /// Starts the multiplier again, at another η.
    public mutating func restartMultiplier(eta: Double) throws {
        multiplier = try DualDescent(eta: eta, parametrisation: .exponential)
    }

    /// Before its first step q is the reference policy, at a KL of 0.
    init(at reference: Storage, eta: Double) throws {
        parameters = reference
        optimiser = AdamState(parameterCount: reference.count)
        multiplier = try DualDescent(eta: eta, parametrisation: .exponential)
    }
}

extension EStep {
    /// What an E-step knows of its parametric q.
    public struct Variational: Sendable {
        /// θ^q after the E-step's gradient steps.
        public let parameters: Storage
        /// [S, K], q's outputs at the states.
        public let outputs: Storage
        public let gradientSteps: Int
        /// The last gradient's global norm, before clipping.
        public let gradientNorm: Double
        /// KL(q‖π_i) before the gradient steps.
        public let klBefore: Double
    }
}

/// Q values of sampled actions [S, N] and, where asked for, their gradients by the actions [S, N, D].
package typealias ActionValues = (_ actions: Storage, _ wantsGradients: Bool) throws -> (q: Storage, gradients: Storage?)
