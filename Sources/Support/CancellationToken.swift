import Synchronization

/// Thrown by work that a cancellation token stopped; nothing of that work was committed.
public struct Interrupted: Error, Equatable, Sendable {
    public init() {}
}

/// A flag that asks running work to stop at its next safe point.
///
/// Native steps poll it between row blocks and gradient steps, the interpreter at loop heads and
/// calls. `cancel()` is a single atomic store and may be called from a signal handler.
public final class CancellationToken: Sendable {
    @usableFromInline let flag = Atomic<Bool>(false)

    public init() {}

    public func cancel() { flag.store(true, ordering: .relaxed) }
    public func reset() { flag.store(false, ordering: .relaxed) }
    @inlinable public var isCancelled: Bool { flag.load(ordering: .relaxed) }

    /// Throws `Interrupted` if someone asked to stop.
    public func check() throws {
        if isCancelled { throw Interrupted() }
    }
}
