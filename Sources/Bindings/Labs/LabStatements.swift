import Laboratory
import Runtime

/// The statements of a session, by which `undo` goes; all labs of an interpreter share it.
public final class LabStatements: InterpreterService {
    public let log = StatementLog()

    public init() {}
}
