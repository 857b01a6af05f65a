import Support
import Tensors

/// What a network is applied to, row by row.
public enum NetworkInput {
    /// A matrix [rows, inputs].
    case rows(Storage)

    /// Each state beside each of its actions, without the concatenated matrix.
    ///
    /// `states` is [S, O], `actions` [S·N, D] with the N actions of a state one after the other, and
    /// O + D the network's inputs; row s·N + j is (state s, its action j). The states' part of a
    /// first linear layer is computed once per state.
    case statesAndActions(states: Storage, actions: Storage, actionsPerState: Int)

    /// Keeps the storages alive while `body` works on their pointers.
    @inline(__always) func withLifetime<Result>(_ body: () throws -> Result) rethrows -> Result {
        switch self {
        case .rows(let storage): try withExtendedLifetime(storage, body)
        case .statesAndActions(let states, let actions, _):
            try withExtendedLifetime((states, actions), body)
        }
    }
}

/// A checked input: pointers and widths. Shape letters: S states, N actions a state, D action dimensions, O observation size.
struct InputLayout {
    let first: UnsafePointer<Float>
    /// Nil for plain rows.
    let actions: UnsafePointer<Float>?
    let actionsPerState: Int
    let observationSize: Int
    let actionSize: Int

    init(_ input: NetworkInput, rows: Int, inputs: Int) throws {
        guard rows >= 0 else { throw Fault("network.rows", "a number of rows was wanted, \(rows) was given") }
        switch input {
        case .rows(let storage):
            let (needed, overflow) = rows.multipliedReportingOverflow(by: inputs)
            guard !overflow, storage.count >= needed else {
                throw Fault(
                    "network.input",
                    "an input of shape [\(rows), \(inputs)] was wanted, "
                        + "\(storage.count.grouped) numbers were given")
            }
            first = UnsafePointer(storage.pointer)
            actions = nil
            actionsPerState = 1
            observationSize = inputs
            actionSize = 0
        case .statesAndActions(let states, let actions, let perState):
            guard perState >= 1, rows % perState == 0 else {
                throw Fault(
                    "network.input",
                    "\(rows) rows cannot be states with \(perState) actions each",
                    hint: "rows = states × actions a state")
            }
            let stateCount = rows / perState
            guard rows > 0 else {
                first = UnsafePointer(states.pointer)
                self.actions = UnsafePointer(actions.pointer)
                actionsPerState = perState
                observationSize = inputs
                actionSize = 0
                return
            }
            let actionSize = actions.count / rows
            let observationSize = inputs - actionSize
            guard observationSize >= 0, actions.count == rows * actionSize,
                states.count >= stateCount * observationSize
            else {
                throw Fault(
                    "network.input",
                    "states [\(stateCount), O] and actions [\(rows), D] with O + D = \(inputs) were wanted, "
                        + "\(states.count.grouped) and \(actions.count.grouped) numbers were given")
            }
            first = UnsafePointer(states.pointer)
            self.actions = UnsafePointer(actions.pointer)
            actionsPerState = perState
            self.observationSize = observationSize
            self.actionSize = actionSize
        }
    }

    /// A pointer to rows `rows` as one matrix [rows, inputs], copied into `scratch` where they lie apart.
    func matrix(_ rows: Range<Int>, inputs: Int, scratch: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
        guard let actions else { return first + rows.lowerBound * inputs }
        var row = scratch
        for r in rows {
            row.update(from: first + r / actionsPerState * observationSize, count: observationSize)
            (row + observationSize).update(from: actions + r * actionSize, count: actionSize)
            row += inputs
        }
        return UnsafePointer(scratch)
    }
}
