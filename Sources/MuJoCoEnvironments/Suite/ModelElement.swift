import Support

/// An element of a model file: its tag, its attributes in their order, the elements in it.
///
/// MJCF is the part of XML that this knows: elements and attributes. Comments and text between elements, which mean
/// nothing there, are dropped. Has identity, so that an element found in a tree can be changed in its place.
///
///     let model = try ModelElement(parsing: text, file: "lqr.xml")
///     let body = try model.first("worldbody").add("body", ["name": "body_0", "pos": ".25 0 .1"])
///     body.add("joint", ["stiffness": "20"])
///     model.text  // what Physics(xml:) takes
package final class ModelElement {
    package let tag: String
    package private(set) var attributes: [(name: String, value: String)]
    package private(set) var children: [ModelElement] = []

    init(_ tag: String, _ attributes: [(name: String, value: String)] = []) {
        self.tag = tag
        self.attributes = attributes
    }

    /// An attribute's value; nil where it is not there, or to remove it.
    package subscript(name: String) -> String? {
        get { attributes.first { $0.name == name }?.value }
        set {
            let index = attributes.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): attributes[index].value = value
            case (let index?, nil): attributes.remove(at: index)
            case (nil, let value?): attributes.append((name, value))
            case (nil, nil): break
            }
        }
    }

    // MARK: Finding

    /// All elements below this one with a tag, and with a name where one is given, in the file's order.
    package func all(_ tag: String, _ name: String? = nil) -> [ModelElement] {
        children.flatMap { child in
            (child.isCalled(tag, name) ? [child] : []) + child.all(tag, name)
        }
    }

    /// The first such element; a fault where there is none.
    package func first(_ tag: String, _ name: String? = nil) throws -> ModelElement {
        guard let found = all(tag, name).first else { throw Self.missing(tag, name) }
        return found
    }

    private func isCalled(_ tag: String, _ name: String?) -> Bool {
        self.tag == tag && (name == nil || self["name"] == name)
    }

    private static func missing(_ tag: String, _ name: String?) -> Fault {
        Fault(
            "mujoco.part", "the model file has no \(tag)\(name.map { " '\($0)'" } ?? "")",
            hint: "scripts/mpo --fetch fetches the model files")
    }

    // MARK: Changing

    /// Puts an element behind the others in this one, and gives it.
    @discardableResult
    package func add(_ tag: String, _ attributes: KeyValuePairs<String, String> = [:]) -> ModelElement {
        let child = ModelElement(tag, attributes.map { ($0.key, $0.value) })
        children.append(child)
        return child
    }

    package func append(_ child: ModelElement) { children.append(child) }

    /// Takes away all elements below this one with a tag, and with a name where one is given; a fault where there is none.
    package func remove(_ tag: String, _ name: String? = nil) throws {
        guard prune(tag, name) else { throw Self.missing(tag, name) }
    }

    private func prune(_ tag: String, _ name: String?) -> Bool {
        let count = children.count
        children.removeAll { $0.isCalled(tag, name) }
        var found = children.count < count
        for child in children where child.prune(tag, name) { found = true }
        return found
    }

    // MARK: Writing

    /// The tree as a model file's text.
    package var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        text += "<\(tag)"
        for (name, value) in attributes {
            // Entities stand in values as they were read; only the quote may have been free in the file's other quotes.
            text += " \(name)=\"\(value.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "&quot;"))\""
        }
        if children.isEmpty {
            text += "/>\n"
        } else {
            text += ">\n"
            for child in children { child.write(to: &text) }
            text += "</\(tag)>\n"
        }
    }
}
