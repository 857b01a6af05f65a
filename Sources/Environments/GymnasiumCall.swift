import CKernels
import Support

/// What a Gymnasium task was asked for: its ID, the options given, and the time limit that follows.
public struct GymnasiumCall: Equatable, Sendable {
    public let id: String
    /// A JSON object, as given.
    public let options: JSON
    /// Steps after which an episode is truncated; nil: never.
    public let episodeLimit: Int?

    init(id: String, options: JSON, episodeLimit: Int?) {
        self.id = id
        self.options = options
        self.episodeLimit = episodeLimit
    }

    func spec(observationSize: Int, actions: ActionSpace) -> EnvironmentSpec {
        EnvironmentSpec(name: id, observationSize: observationSize, actions: actions, episodeLimit: episodeLimit)
    }

    /// How to build the task again.
    public var constructor: EnvironmentConstructor {
        EnvironmentConstructor("gym", .object([.init("id", .string(id))] + (options.members ?? [])))
    }
}

/// Reading of options: a missing one takes its default, a wrong one is a fault.
extension GymnasiumCall {
    func wrong(_ name: String, _ wanted: String) -> Fault {
        Fault("gym.option", "\(id): `\(name)` wants \(wanted), got \(options[name]?.description ?? "nothing")")
    }

    func flag(_ name: String, default value: Bool) throws -> Bool {
        guard let given = options[name] else { return value }
        guard let flag = given.bool else { throw wrong(name, "true or false") }
        return flag
    }

    func number(_ name: String, default value: Double, in range: ClosedRange<Double>? = nil) throws -> Double {
        guard let given = options[name] else { return value }
        guard let number = given.double, number.isFinite, range?.contains(number) ?? true else {
            throw wrong(name, range.map { "a number in [\($0.lowerBound.plain), \($0.upperBound.plain)]" } ?? "a finite number")
        }
        return number
    }
}

extension Double {
    /// As Gymnasium gives observations: rounded to float32.
    var single: Double { Double(Float(self)) }

    /// For messages: `1`, not `1.0`.
    package var plain: String { Int(exactly: self).map(String.init) ?? "\(self)" }

    /// numpy's `x ** 2`.
    var squared: Double { mpo_pow(self, 2) }
}
