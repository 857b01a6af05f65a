import PolicyOptimisation
import Support
import Tensors

extension Lab {
    /// What an undo or a redo did.
    public struct UndoChange: Equatable, Sendable {
        /// The committed steps that were taken back or done again; 0: there were none.
        public let steps: Int
        /// The statement that they belong to.
        public let statement: String
        /// Nothing older (or newer, for a redo) is kept; of a statement: in no lab.
        public internal(set) var isAtEnd: Bool
        /// Older steps were there and were forgotten, for the memory budget or as more than 50 of one statement.
        public let hasForgotten: Bool
    }

    /// Takes back the last statement that changed this lab, or only its last `steps` committed steps.
    ///
    /// Parameters, optimisers, multipliers, η, replay, environment, running episode, counters of the random streams,
    /// settings and history are then what they were, bit for bit. Within a statement the last 50 steps are kept.
    @discardableResult
    public func undo(steps: Int? = nil) throws -> UndoChange {
        if let steps, steps < 1 {
            throw Fault("undo.steps", "undo takes back at least 1 step, \(steps) was given")
        }
        var left = steps ?? .max
        var done = 0
        let label = undoLog.last?.label ?? ""
        let statement = undoLog.last?.statement
        while let record = undoLog.last, left > 0 {
            if steps == nil, record.statement != statement { break }
            if steps != nil, record.steps > left {
                if done > 0 { break }
                throw Fault(
                    "undo.merged",
                    "only the last \(undoLog.stepLimit) steps of a statement are kept one by one, the "
                        + "\(record.steps) before them as one", hint: "undo(lab) takes back the whole statement")
            }
            try takeBack(record)
            done += record.steps
            left -= min(left, record.steps)
        }
        return UndoChange(
            steps: done, statement: label, isAtEnd: undoLog.last == nil, hasForgotten: undoLog.hasForgotten)
    }

    /// Does again what `undo` took back: the whole statement, or the next `steps` of its steps.
    @discardableResult
    public func redo(steps: Int? = nil) throws -> UndoChange {
        if let steps, steps < 1 {
            throw Fault("undo.steps", "redo does at least 1 step again, \(steps) was given")
        }
        var left = steps ?? .max
        var done = 0
        let label = undoLog.undone.last?.record.label ?? ""
        let statement = undoLog.undone.last?.record.statement
        while let undone = undoLog.undone.last, left > 0 {
            if steps == nil, undone.record.statement != statement { break }
            if steps != nil, undone.record.steps > left, done > 0 { break }
            try doAgain(undone)
            done += undone.record.steps
            left -= min(left, undone.record.steps)
        }
        return UndoChange(steps: done, statement: label, isAtEnd: undoLog.undone.isEmpty, hasForgotten: false)
    }

    /// Steps that can be taken back, and done again.
    public var undoableSteps: Int { undoLog.records.reduce(0) { $0 + $1.steps } }
    public var redoableSteps: Int { undoLog.undone.reduce(0) { $0 + $1.record.steps } }

    private func takeBack(_ record: UndoLog<LabState, ReplayChange>.Record) throws {
        var after = currentState()
        after.undoneRows = Array(history[min(record.before.rows, history.count)...])
        var inverses: [ReplayChange] = []
        for change in record.patches.reversed() { inverses.append(try apply(change)) }
        try restore(record.before)
        history.removeLast(after.undoneRows.count)
        undoLog.takeBack(after: after, inverses: inverses)
    }

    private func doAgain(_ undone: UndoLog<LabState, ReplayChange>.Undone) throws {
        var patches: [ReplayChange] = []
        for change in undone.inverses.reversed() { patches.append(try apply(change)) }
        var after = undone.after
        history += after.undoneRows
        after.undoneRows = []
        try restore(after)
        undoLog.doAgain(patches: patches)
    }

    /// Makes a change of the replay, or takes it back, and returns the opposite one.
    private func apply(_ change: ReplayChange) throws -> ReplayChange {
        switch change {
        case .appended(let journal): return .takenBack(try replay.undo(journal), journal)
        case .takenBack(let redo, let journal):
            try replay.redo(redo)
            return .appended(journal)
        case .replaced(let other):
            defer { replay = other }
            return .replaced(replay)
        }
    }

    /// The state with the parameters as the policy and the critic have them now, whoever put them there.
    func currentState() -> LabState {
        var state = state
        state.learner.policy = policy.parameters
        state.learner.critic = critic.parameters
        if let twin = critic.twin { state.learner.twin?.critic = twin.parameters }
        return state
    }

    /// Puts a state in place of the present one.
    func restore(_ other: LabState) throws {
        if let snapshot = other.environment { try environment.restore(snapshot) }
        try policy.network.replaceParameters(other.learner.policy)
        try critic.replaceParameters(other.learner.critics)
        state = other
    }

    /// Commits a step: the new state takes the old one's place, with a row of history if it has one.
    func commit(
        _ label: String, from before: LabState, to after: LabState, changes: [ReplayChange] = [],
        row: (kind: HistoryRow.Kind, statistics: [HistoryRow.Statistic])? = nil
    ) throws {
        var after = after
        after.rows = history.count + (row == nil ? 0 : 1)
        let statement = statements.statement(step: label)
        let snapshot = 8 * (before.environment?.numbers.count ?? 0)
        let bytes = before.learner.bytes(since: after.learner) + changes.reduce(512 + snapshot) { $0 + $1.bytes }
        try policy.network.replaceParameters(after.learner.policy)
        try critic.replaceParameters(after.learner.critics)
        state = after
        if let row {
            history.append(
                HistoryRow(
                    kind: row.kind, environmentSteps: after.environmentSteps,
                    criticSteps: after.learner.counters.criticSteps, policySteps: after.learner.counters.policySteps,
                    statistics: row.statistics))
        }
        undoLog.add(
            .init(label: statement.label, statement: statement.number, before: before, patches: changes, bytes: bytes))
    }
}

extension LearnerState {
    /// The bytes that keeping this state costs beside `other`: of the storages that `other` does not share.
    func bytes(since other: LearnerState) -> Int {
        var sum = 0
        for (a, b) in zip(storages, other.storages) where a !== b { sum += a.count * 4 }
        if let samples = targetSamples, samples.q !== other.targetSamples?.q {
            sum += 4 * (samples.states.count + samples.actions.count + samples.q.count + samples.referenceOutputs.count)
        }
        if let q = variational, q.parameters !== other.variational?.parameters { sum += 12 * q.parameters.count }
        return sum
    }

    /// What it keeps of parameters and moments.
    private var storages: [Storage] {
        let shared = [
            policy, policyOptimiser.first, policyOptimiser.second, critic, criticOptimiser.first,
            criticOptimiser.second, reference, targetCritic,
        ]
        guard let twin else { return shared }
        return shared + [twin.critic, twin.optimiser.first, twin.optimiser.second, twin.target]
    }
}
