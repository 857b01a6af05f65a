/// The statements of a session: `undo` takes the last one back in every lab that it changed.
///
/// A session begins a statement before it runs one and ends it afterwards; labs that share the log number their
/// steps by it. Outside of any statement each step is a statement of its own.
public final class StatementLog {
    private struct Weak {
        weak var lab: Lab?
    }

    private var labs: [Weak] = []
    private var next = 1
    private var current: (number: Int, label: String, depth: Int)?

    public init() {}

    /// A statement begins; nested beginnings belong to the outermost.
    public func begin(_ label: String) {
        if let running = current {
            current = (running.number, running.label, running.depth + 1)
        } else {
            current = (next, label, 1)
            next += 1
        }
    }

    public func end() {
        guard let running = current else { return }
        current = running.depth > 1 ? (running.number, running.label, running.depth - 1) : nil
    }

    /// Runs `work` as if outside of the statement that is under way: each step in it is a statement of its own.
    public func apart<T>(_ work: () throws -> T) rethrows -> T {
        let outer = current
        current = nil
        defer { current = outer }
        return try work()
    }

    func join(_ lab: Lab) {
        labs.removeAll { $0.lab == nil }
        labs.append(Weak(lab: lab))
    }

    /// The statement that a new step belongs to; what was undone can no longer be done again, in no lab.
    func statement(step label: String) -> (number: Int, label: String) {
        for lab in living { lab.undoLog.dropUndone() }
        if let current { return (current.number, current.label) }
        defer { next += 1 }
        return (next, label)
    }

    private var living: [Lab] { labs.compactMap(\.lab) }

    /// Takes back the last statement that changed a lab, in all labs that it changed; empty if there is none.
    public func undo() throws -> [(lab: Lab, change: Lab.UndoChange)] {
        guard let number = living.compactMap(\.undoLog.last?.statement).max() else { return [] }
        let changes = try living.filter { $0.undoLog.last?.statement == number }.map { ($0, try $0.undo()) }
        return Self.told(changes, isAtEnd: living.allSatisfy { $0.undoLog.last == nil })
    }

    /// Does the statement again that was taken back last; empty if there is none.
    public func redo() throws -> [(lab: Lab, change: Lab.UndoChange)] {
        guard let number = living.compactMap(\.undoLog.undone.last?.record.statement).min() else { return [] }
        let changes = try living.filter { $0.undoLog.undone.last?.record.statement == number }.map { ($0, try $0.redo()) }
        return Self.told(changes, isAtEnd: living.allSatisfy(\.undoLog.undone.isEmpty))
    }

    /// The end is reached where no lab has anything left, not where one of them has not.
    private static func told(
        _ changes: [(lab: Lab, change: Lab.UndoChange)], isAtEnd: Bool
    ) -> [(lab: Lab, change: Lab.UndoChange)] {
        changes.map { entry in
            var change = entry.change
            change.isAtEnd = isAtEnd
            return (entry.lab, change)
        }
    }
}
