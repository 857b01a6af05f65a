#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import Support

/// How a learning rate changes with the number of steps taken; every form is a factor on the base rate.
public enum LearningRateSchedule: Hashable, Sendable {
    case constant
    /// From 1 to `end` over `steps`, then `end`.
    case linear(end: Double, steps: Int)
    /// From 1 to `end` along half a cosine over `steps`, then `end` (Loshchilov, Hutter 2017).
    case cosine(end: Double, steps: Int)
    /// `rate` to the power of t / steps.
    case exponential(rate: Double, steps: Int)
    /// From 0 up to the schedule behind it, linearly over `steps`; that one starts then.
    indirect case warmUp(steps: Int, then: LearningRateSchedule)

    /// The factor for the step numbered `step`, from 0.
    public func factor(step: Int) -> Double {
        switch self {
        case .constant: return 1
        case .linear(let end, let steps): return 1 + (end - 1) * Self.fraction(step, steps)
        case .cosine(let end, let steps):
            let wave: Double = cos(Double.pi * Self.fraction(step, steps))
            return end + (1 - end) * (0.5 + 0.5 * wave)
        case .exponential(let rate, let steps):
            return pow(rate, Double(max(0, step)) / Double(max(1, steps)))
        case .warmUp(let steps, let then):
            if step < steps { return Double(max(0, step) + 1) / Double(steps) * then.factor(step: 0) }
            return then.factor(step: step - max(0, steps))
        }
    }

    private static func fraction(_ step: Int, _ steps: Int) -> Double {
        steps <= 0 ? 1 : min(1, Double(max(0, step)) / Double(steps))
    }

    /// Refuses negative numbers of steps and factors.
    public func validate() throws {
        switch self {
        case .constant: return
        case .linear(let end, let steps), .cosine(let end, let steps), .exponential(let end, let steps):
            guard steps >= 1, end >= 0, end.isFinite else {
                throw Fault(
                    "schedule.range",
                    "a schedule needs at least 1 step and a factor of at least 0, \(steps) and \(end) were given")
            }
        case .warmUp(let steps, let then):
            guard steps >= 1 else {
                throw Fault("schedule.range", "a warm-up needs at least 1 step, \(steps) was given")
            }
            try then.validate()
        }
    }
}
