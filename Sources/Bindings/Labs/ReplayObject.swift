import Laboratory
import PolicyOptimisation
import Runtime
import Support

/// A lab's replay, to be looked at: `lab.replay_buffer[0]` is its oldest transition.
final class ReplayObject: HostObject {
    let lab: Lab

    init(_ lab: Lab) { self.lab = lab }

    override class var typeName: String { "replay" }
    override var summary: String {
        "replay · \(Digits.count(lab.replay.count, "transition")) of at most \(NumberText.grouped(lab.replay.capacity))"
    }
    override func json() -> JSON { .string(summary) }
    override func isEqual(to other: HostObject) -> Bool { (other as? ReplayObject)?.lab === lab }

    override var memberNames: [String] { ["count", "capacity", "appended"] }

    override func member(_ name: String) throws -> Value? {
        switch name {
        case "count": .integer(lab.replay.count)
        case "capacity": .integer(lab.replay.capacity)
        case "appended": .integer(lab.replay.appended)
        default: nil
        }
    }

    /// The transition of an age: 0 is the oldest that is kept, -1 the newest.
    override func element(_ indices: [SubscriptValue]) throws -> Value {
        let count = lab.replay.count
        guard indices.count == 1, case .number(let number)? = indices.first, let index = Int(exactly: number) else {
            throw Fault("subscript.type", "a replay is indexed by one whole number, the age of a transition")
        }
        let place = index < 0 ? index + count : index
        guard (0..<count).contains(place) else {
            throw Fault("subscript.range", "transition \(index) of a replay of \(Digits.count(count, "transition"))")
        }
        let t = try lab.replay.transition(lab.replay.slot(ofAge: place))
        func numbers(_ floats: [Float]) -> Value { .list(floats.map { Double($0) }) }
        return .record([
            ("observation", numbers(t.observation)), ("action", numbers(t.action)), ("reward", .number(Double(t.reward))),
            ("next_observation", numbers(t.nextObservation)), ("log_prob", .number(Double(t.logProbability))),
            ("terminated", .boolean(t.terminated)), ("truncated", .boolean(t.truncated)),
        ])
    }
}
