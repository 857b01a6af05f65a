import Support
import Tensors

/// The values that a distributional critic spreads probability over: K atoms, evenly spaced from v_min to v_max.
///
/// z_k = v_min + k Δ with Δ = (v_max − v_min)/(K − 1), and Q(s, a) = Σ_k z_k p_k(s, a).
/// Source: Bellemare, Dabney, Munos 2017, *A Distributional Perspective on Reinforcement Learning* (C51).
public struct ValueSupport: Hashable, Sendable {
    /// v_min.
    public let low: Double
    /// v_max.
    public let high: Double
    /// K.
    public let atoms: Int
    /// Δ.
    public let spacing: Double

    static let mostAtoms = 10_000

    /// At least two atoms between two different numbers.
    public init(low: Double, high: Double, atoms: Int = 51) throws {
        guard (2...Self.mostAtoms).contains(atoms) else {
            throw Fault(
                "critic.atoms", "a distributional critic has 2 to \(Self.mostAtoms.grouped) atoms, \(atoms.grouped) \(atoms == 1 ? "was" : "were") given",
                hint: atoms == 1 ? "without atoms, qnet(env) is a critic of expected values" : "51 atoms are usual")
        }
        guard low.isFinite, high.isFinite, low < high else {
            throw Fault(
                "critic.support",
                "v_min must be below v_max, \(SettingValue.number(low).text) and \(SettingValue.number(high).text) were given",
                hint: "the smallest and the largest discounted return that the critic can tell")
        }
        let spacing = (high - low) / Double(atoms - 1)
        // Values are single precision outside, and neighbouring atoms must not be the same number there.
        guard Float(low).isFinite, Float(high).isFinite, spacing > max(abs(low), abs(high)) * 1e-7 else {
            throw Fault(
                "critic.support",
                "\(atoms.grouped) atoms from \(SettingValue.number(low).text) to \(SettingValue.number(high).text) cannot be told apart in single precision",
                hint: "move v_min and v_max apart, or take fewer atoms")
        }
        self.low = low
        self.high = high
        self.atoms = atoms
        self.spacing = spacing
    }

    /// z_k.
    public func value(_ k: Int) -> Double { k == atoms - 1 ? high : low + Double(k) * spacing }

    public var values: [Double] { (0..<atoms).map(value) }

    /// Σ_k z_k p_k.
    @inline(__always) func mean(_ probabilities: UnsafePointer<Float>) -> Double {
        var sum = 0.0
        var mass = 0.0
        for k in 0..<atoms {
            let p = Double(probabilities[k])
            sum += p * Double(k)
            mass += p
        }
        // Probabilities in single precision do not sum to exactly 1; far from 0 that would move the mean.
        return low + spacing * (sum / mass)
    }

    /// Adds `mass` at `value` to the atoms on both sides of it, in proportion to their nearness.
    ///
    /// A value outside the support goes to its nearest end.
    @inline(__always) func deposit(_ mass: Double, at value: Double, into target: UnsafeMutablePointer<Double>) {
        let place = (min(max(value, low), high) - low) / spacing
        guard place >= 0 else {  // a NaN, which the gradient's check tells
            target[0] += place
            return
        }
        let below = min(Int(place), atoms - 1)
        let share = place - Double(below)
        if share > 0, below + 1 < atoms {
            target[below] += mass * (1 - share)
            target[below + 1] += mass * share
        } else {
            target[below] += mass
        }
    }

    /// The distribution of r + γ Z projected on the support, where Z takes z_k with probability p_k.
    ///
    /// Source: Bellemare et al. 2017, algorithm 1.
    public func projected(_ probabilities: [Double], reward: Double, discount: Double) throws -> [Double] {
        guard probabilities.count == atoms else {
            throw Fault(
                "critic.support",
                "\(atoms.grouped) probabilities were wanted, one for each atom, \(probabilities.count.grouped) were given")
        }
        let target = DoubleBuffer(atoms)
        for k in 0..<atoms { target.pointer[k] = 0 }
        for k in 0..<atoms { deposit(probabilities[k], at: reward + discount * value(k), into: target.pointer) }
        return (0..<atoms).map { target.pointer[$0] }
    }
}

/// One worker's memory for the atoms of a row.
struct AtomScratch {
    /// Probabilities and log-probabilities, K each.
    let floats: Storage
    /// A mixture and its projection, K each.
    let doubles: DoubleBuffer

    init(_ support: ValueSupport) {
        floats = Storage(count: 2 * support.atoms)
        doubles = DoubleBuffer(2 * support.atoms)
    }

    var probabilities: UnsafeMutablePointer<Float> { floats.pointer }
    var logProbabilities: UnsafeMutablePointer<Float> { floats.pointer + floats.count / 2 }
    var mixture: UnsafeMutablePointer<Double> { doubles.pointer }
    var projection: UnsafeMutablePointer<Double> { doubles.pointer + doubles.count / 2 }
}
