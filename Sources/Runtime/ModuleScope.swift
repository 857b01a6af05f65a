/// The top level of one program or module: its global names.
final class ModuleScope {
    /// What messages call it; nil for the user's own programs.
    let name: String?
    /// The folder that `use "./file"` starts from.
    var folder: String?
    private(set) var cells: [String: GlobalCell] = [:]
    private(set) var order: [GlobalCell] = []
    private let builtIn: (String) -> Value?

    init(name: String?, folder: String?, builtIn: @escaping (String) -> Value?) {
        self.name = name
        self.folder = folder
        self.builtIn = builtIn
    }

    /// The place of a name, holding the built-in of that name until the program assigns it.
    func cell(_ name: String) -> GlobalCell {
        if let cell = cells[name] { return cell }
        let cell = GlobalCell(name, builtIn(name) ?? Undefined.value)
        cells[name] = cell
        return cell
    }

    func isDefined(_ name: String) -> Bool { cells[name]?.isUserDefined ?? false }

    /// The value of a variable or a built-in.
    func value(_ name: String) -> Value? {
        if let cell = cells[name] { return cell.pointer.pointee.isUndefined ? nil : cell.pointer.pointee }
        return builtIn(name)
    }

    func define(_ cell: GlobalCell, _ value: Value) {
        if !cell.isUserDefined {
            cell.isUserDefined = true
            order.append(cell)
        }
        cell.set(value)
    }

    /// What the module defines or has taken from others, in the order of definition.
    var definitions: [(name: String, value: Value)] { order.map { ($0.name, $0.pointer.pointee) } }

    /// Takes all values away; the scope is not used again.
    func clear() {
        for cell in cells.values { cell.set(.nothing) }
    }
}
