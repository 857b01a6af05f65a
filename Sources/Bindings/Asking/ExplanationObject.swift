import Runtime
import Support

/// What a number means and where it came from: the formula with its figures, and answers to what is asked about it.
final class ExplanationObject: HostObject {
    enum Part {
        /// A line of a formula, as it stands.
        case formula(String)
        /// A question, and the answer of this step.
        case answer(String, String)
        case prose(String)
        case rows([[String]])
    }

    private let title: String
    private let parts: [Part]
    private let fields: [(name: String, value: Value)]

    init(_ title: String, _ parts: [Part], _ fields: [(name: String, value: Value)]) {
        self.title = title
        self.parts = parts
        self.fields = fields
    }

    /// The same with one more paragraph at the end and more members.
    func adding(_ part: Part, _ more: [(name: String, value: Value)]) -> ExplanationObject {
        ExplanationObject(title, parts + [part], fields + more)
    }

    override class var typeName: String { "explanation" }
    override var hasIdentity: Bool { false }
    override var summary: String { title }

    func text(width: Int) -> String {
        var page = PageText(width: width)
        page.prose(title, hanging: 2)
        for part in parts {
            switch part {
            case .formula(let text): page.prose(text, indent: 4, hanging: 4)
            case .answer(let question, let answer): page.prose("\(question) \(answer)", indent: 2)
            case .prose(let text): page.prose(text, indent: 2)
            case .rows(let rows): page.rows(rows)
            }
        }
        return page.text
    }

    override func display(_ style: DisplayStyle) -> String { text(width: min(max(style.width, 40), 80)) }

    override func json() -> JSON {
        .object([.init("text", .string(text(width: 80)))] + fields.map { JSON.Member($0.name, $0.value.json) })
    }

    override var memberNames: [String] { fields.map(\.name) + ["text"] }

    override func member(_ name: String) -> Value? {
        if name == "text" { return .string(text(width: 80)) }
        return fields.first { $0.name == name }?.value
    }

    override func isEqual(to other: HostObject) -> Bool {
        (other as? ExplanationObject).map { $0.json().description == json().description } ?? false
    }
}
