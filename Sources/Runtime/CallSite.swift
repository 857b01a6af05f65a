import Support
import Syntax

/// A place in a program that an error may name.
final class CallSite: Sendable {
    let span: Span

    init(_ span: Span) { self.span = span }

    var interrupted: Diagnostic { Diagnostic("interrupted", "interrupted", at: span) }

    func error(_ id: String, _ message: String, hints: [String] = []) -> Diagnostic {
        Diagnostic(id, message, at: span, hints: hints)
    }

    /// The error as the language tells it: a fault gets this place, a diagnostic keeps its own.
    @inline(never)
    func diagnostic(_ error: any Error) -> Diagnostic {
        switch error {
        case var diagnostic as Diagnostic:
            if diagnostic.span == nil { diagnostic.span = span }
            return diagnostic
        case let fault as Fault:
            return Diagnostic(fault.id, fault.message, at: span, hints: fault.hint.map { [$0] } ?? [])
        case is Interrupted: return interrupted
        case let mismatch as Mismatch:
            return Diagnostic(
                "value.type",
                "wanted \(mismatch.wanted ?? "another kind of value")" + (mismatch.found.map { ", got \($0)" } ?? ""),
                at: span)
        default: return Diagnostic("native.error", "\(error)", at: span)
        }
    }

    /// Runs a piece of native work; its faults get this place.
    @inline(__always)
    func located<T>(_ work: () throws -> T) throws -> T {
        do { return try work() } catch { throw diagnostic(error) }
    }
}
