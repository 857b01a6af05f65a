import Syntax

/// A variable of a function (or of one top-level statement): a slot of its frame.
final class Variable {
    let name: String
    let slot: Int
    /// A function written inside the variable's own uses it too, so the slot holds a `VariableBox`.
    var isBoxed: Bool

    init(_ name: String, slot: Int, isBoxed: Bool) {
        self.name = name
        self.slot = slot
        self.isBoxed = isBoxed
    }
}

/// What a name means where it stands.
enum Binding {
    case local(Variable)
    /// The statement makes the variable here.
    case declaration(Variable)
    case global(String)
}

/// The frame of one function or top-level statement.
final class FrameLayout {
    var size = 0
    var parameters: [Variable] = []
    /// Variables of the function around it that it uses: theirs and its own.
    var captures: [(outer: Variable, inner: Variable)] = []
}

/// A place in a source, as a key.
struct PlaceKey: Hashable {
    var lower: Int
    var upper: Int

    init(_ span: Span) {
        lower = span.lower
        upper = span.upper
    }
}

/// What the resolver found out about a statement: for every name its meaning, for every function its frame.
final class Resolution {
    /// By the offset at which the name is written.
    var bindings: [Int: Binding] = [:]
    var layouts: [PlaceKey: FrameLayout] = [:]
    /// Where `x` of `x.f = 1` or `x[0] = 1` belongs outside of the named function that this is written in:
    /// right only where x has identity, since the function's assignments are its own.
    var foreignTargets: Set<Int> = []
    /// The statement's own frame.
    let layout = FrameLayout()
}
