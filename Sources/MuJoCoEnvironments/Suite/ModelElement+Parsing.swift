import Support

extension ModelElement {
    /// The tree of a model file's text; what is wrong in it is a fault that names the line.
    package convenience init(parsing text: String, file: String) throws {
        var parser = ModelParser(text, file: file)
        let root = try parser.parse()
        self.init(root.tag, root.attributes)
        for child in root.children { append(child) }
    }
}

/// Reads MJCF: elements, attributes, comments; a declaration and text are passed over.
private struct ModelParser {
    private let bytes: [UInt8]
    private let file: String
    private var place = 0

    /// Elements in elements: MuJoCo reads them by recursion, as this tree writes them.
    private static let deepest = 500

    init(_ text: String, file: String) {
        bytes = Array(text.utf8)
        self.file = file
    }

    mutating func parse() throws -> ModelElement {
        var open: [ModelElement] = []
        while true {
            while place < bytes.count, bytes[place] != UInt8(ascii: "<") { place += 1 }
            guard place < bytes.count else {
                throw fault(open.last.map { "<\($0.tag)> is not closed" } ?? "it holds no element")
            }
            if take("<!--") {
                try skip(past: "-->", "a comment is not closed")
            } else if take("<?") {
                try skip(past: "?>", "a declaration is not closed")
            } else if take("</") {
                let tag = try name("a tag")
                skipSpaces()
                guard take(">") else { throw fault("'>' was wanted after '</\(tag)'") }
                guard let element = open.popLast() else { throw fault("'</\(tag)>' closes nothing") }
                guard element.tag == tag else { throw fault("'</\(element.tag)>' was wanted, '</\(tag)>' was given") }
                if open.isEmpty { return element }
            } else {
                place += 1
                let element = ModelElement(try name("a tag"))
                let isEmpty = try attributes(of: element)
                open.last?.append(element)
                if !isEmpty { open.append(element) }
                if open.isEmpty { return element }
                guard open.count <= Self.deepest else { throw fault("more than \(Self.deepest) elements stand in each other") }
            }
        }
    }

    /// Up to the tag's end; whether the element ends with it.
    private mutating func attributes(of element: ModelElement) throws -> Bool {
        while true {
            skipSpaces()
            if take("/>") { return true }
            if take(">") { return false }
            guard place < bytes.count else { throw fault("<\(element.tag) has no '>'") }
            let name = try name("an attribute")
            skipSpaces()
            guard take("=") else { throw fault("'=' was wanted after \(name)") }
            skipSpaces()
            guard element[name] == nil else { throw fault("\(name) stands twice in <\(element.tag)>") }
            element[name] = try value(of: name)
        }
    }

    private mutating func value(of name: String) throws -> String {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") || bytes[place] == UInt8(ascii: "'") else {
            throw fault("\(name)'s value in quotes was wanted")
        }
        let quote = bytes[place]
        guard let end = bytes[(place + 1)...].firstIndex(of: quote) else { throw fault("\(name)'s value is not closed") }
        defer { place = end + 1 }
        return String(decoding: bytes[(place + 1)..<end], as: UTF8.self)
    }

    private mutating func name(_ what: String) throws -> String {
        let start = place
        while place < bytes.count, isNamePart(bytes[place]) { place += 1 }
        guard place > start else { throw fault("\(what) was wanted") }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default: false
        }
    }

    private mutating func skipSpaces() {
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard place + count <= bytes.count else { return false }
        for i in 0..<count where bytes[place + i] != text.utf8Start[i] { return false }
        place += count
        return true
    }

    private mutating func skip(past text: StaticString, _ problem: String) throws {
        while !take(text) {
            guard place < bytes.count else { throw fault(problem) }
            place += 1
        }
    }

    private func fault(_ problem: String) -> Fault {
        let line = 1 + bytes[..<min(place, bytes.count)].reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
        return Fault(
            "mujoco.model-file", "\(file), line \(line): \(problem)", hint: "scripts/mpo --fetch fetches the model files")
    }
}
