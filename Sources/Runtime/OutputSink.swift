import Syntax

/// Where a running program's output goes: a terminal, a pipe, JSON lines, a notebook, a test.
public protocol OutputSink: AnyObject {
    /// What the place can show; figures and tables fit themselves to it.
    var style: DisplayStyle { get }

    /// The value of a top-level statement, never `nothing`. `isSilenced`: not to be printed, but it
    /// counts as an earlier value (`_`). The session prints it.
    func show(_ value: Value, isSilenced: Bool)

    /// A line that the program printed.
    func print(_ line: String)

    /// One row of `report(…)`.
    func report(_ row: [(name: String, value: Value)])

    /// One row of `report(…)` whose printed line the program wrote itself.
    func report(_ row: [(name: String, value: Value)], line: String)

    /// A remark about the program, such as that a built-in was shadowed.
    func note(_ text: String, at span: Span?)

    /// How far long work has come: a fraction where it is known. Nil takes the line away.
    func progress(_ progress: (fraction: Double?, text: String)?)

    /// Whether a picture can take another one's place.
    var canAnimate: Bool { get }

    /// A picture of several lines that takes the last one's place; nil leaves that one where it is and goes on below it.
    func animate(_ picture: String?)
}

extension OutputSink {
    public func progress(_ progress: (fraction: Double?, text: String)?) {}
    public var canAnimate: Bool { false }
    public func animate(_ picture: String?) {}
    public func report(_ row: [(name: String, value: Value)], line: String) { report(row) }
}
