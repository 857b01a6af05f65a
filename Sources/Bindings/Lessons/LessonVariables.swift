import Runtime

/// The learner's variables whose names a lesson's setups use: set aside, and brought back when the lesson is left.
struct LessonVariables {
    private var own: [(name: String, value: Value)] = []
    /// The names that setups have defined: what they hold since is the lesson's.
    private var laid: Set<String> = []

    /// Before a setup runs: sets aside what the learner has under these names; the names that were set aside just now.
    mutating func setAside(_ names: [String], _ interpreter: Interpreter) -> [String] {
        let found = interpreter.globals.filter { names.contains($0.name) && !laid.contains($0.name) }
        own += found
        laid.formUnion(names)
        return found.map(\.name)
    }

    /// Brings the learner's own back; their names.
    mutating func bringBack(_ interpreter: Interpreter) -> [String] {
        for (name, value) in own { interpreter.setGlobal(name, value) }
        defer { self = LessonVariables() }
        return own.map(\.name)
    }
}
