import Support
import Tensors

/// A file that is being put together: tensors by name, and a description as JSON.
///
/// The file is a safetensors file: 8 bytes with the header's length N (little-endian), N bytes of JSON with every
/// tensor's type, shape and place, the tensors' bytes without gaps. Its `__metadata__` (texts by name) holds
/// `mpo.format` (a version), `mpo.kind`, `mpo.description` (JSON) and `mpo.checksum`, an XXH64 over all the rest.
/// Source: the format's description in the safetensors package.
public struct Checkpoint {
    /// Raised when a reader of today could misread what is written.
    ///
    /// 2: an episode's random streams go by its number, where those of 1 went by the environment steps before; a
    /// task's state may be there between episodes. A lab of format 1 is read and goes on with the new streams.
    public static let format = 2

    static let formatKey = "mpo.format"
    static let kindKey = "mpo.kind"
    static let descriptionKey = "mpo.description"
    static let checksumKey = "mpo.checksum"

    /// What is in it: "lab", "network", …
    public let kind: String
    public var description: JSON
    private(set) var entries: [Entry] = []

    /// A tensor and a way to its bytes, which are not copied.
    struct Entry {
        let name: String
        let type: ElementType
        let shape: [Int]
        let byteCount: Int
        let withBytes: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    }

    public init(kind: String, description: JSON = .object([])) {
        self.kind = kind
        self.description = description
    }

    /// Adds a float32 tensor; the storage must hold as many numbers as `shape` says.
    public mutating func add(_ name: String, shape: [Int], _ storage: Storage) throws {
        try add(name, .float32, shape, byteCount: storage.count * 4) { body in
            try withExtendedLifetime(storage) { try body(UnsafeRawBufferPointer(storage.span)) }
        }
    }

    public mutating func add(_ name: String, shape: [Int]? = nil, _ values: [Float]) throws {
        try add(name, .float32, shape ?? [values.count], values)
    }

    public mutating func add(_ name: String, shape: [Int]? = nil, _ values: [Double]) throws {
        try add(name, .float64, shape ?? [values.count], values)
    }

    public mutating func add(_ name: String, shape: [Int]? = nil, _ values: [Int64]) throws {
        try add(name, .int64, shape ?? [values.count], values)
    }

    public mutating func add(_ name: String, shape: [Int]? = nil, _ values: [UInt64]) throws {
        try add(name, .uint64, shape ?? [values.count], values)
    }

    public mutating func add(_ name: String, shape: [Int]? = nil, _ values: [UInt8]) throws {
        try add(name, .uint8, shape ?? [values.count], values)
    }

    /// Adds memory that `owner` keeps alive and unchanged until the file is written.
    public mutating func add(
        _ name: String, _ type: ElementType, shape: [Int], _ bytes: UnsafeRawBufferPointer, owner: AnyObject
    ) throws {
        try add(name, type, shape, byteCount: bytes.count) { body in
            try withExtendedLifetime(owner) { try body(bytes) }
        }
    }

    private mutating func add(_ name: String, _ type: ElementType, _ shape: [Int], _ values: [some Any]) throws {
        try add(name, type, shape, byteCount: values.count * type.size) { body in
            try values.withUnsafeBytes { try body($0) }
        }
    }

    private mutating func add(
        _ name: String, _ type: ElementType, _ shape: [Int], byteCount: Int,
        _ withBytes: @escaping ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws {
        let wanted = try MemoryBudget.product(shape + [type.size], for: "tensor '\(name)'")
        guard wanted == byteCount else {
            throw Fault(
                "checkpoint.shape",
                "tensor '\(name)' of shape \(shape) has \(wanted) bytes, \(byteCount) were given to be saved")
        }
        if name == "__metadata__" || entries.contains(where: { $0.name == name }) {
            throw Fault("checkpoint.name", "a file cannot hold two tensors named '\(name)'")
        }
        entries.append(
            Entry(name: name, type: type, shape: shape, byteCount: byteCount, withBytes: withBytes))
    }

    /// Writes the file whole; a kill at any moment leaves the old file or the new one.
    public func write(to path: String) throws {
        let entries = ordered
        let header = try header(entries)
        try WholeFile.write(to: path) { writer in
            try writer.append(header)
            for entry in entries { try entry.withBytes { try writer.append($0) } }
        }
    }

    /// The file's bytes.
    public func encoded() throws -> [UInt8] {
        let entries = ordered
        var bytes = try header(entries)
        for entry in entries { try entry.withBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// The tensors in the file's order: larger elements first, so that each begins at a multiple of its element's size.
    private var ordered: [Entry] {
        [8, 4, 2, 1].flatMap { size in entries.filter { $0.type.size == size } }
    }

    /// The length and the JSON header, padded with blanks so that the data begins at a multiple of 8.
    private func header(_ entries: [Entry]) throws -> [UInt8] {
        var texts = [
            (Self.formatKey, String(Self.format)), (Self.kindKey, kind),
            (Self.descriptionKey, description.description),
        ]
        var digest = Digest64()
        for (key, text) in texts {
            digest.combine(key)
            digest.combine(text)
        }
        var members: [JSON.Member] = []
        var offset = 0
        for entry in entries {
            let place = TensorPlace(
                name: entry.name, type: entry.type, shape: entry.shape,
                bytes: offset..<offset + entry.byteCount)
            place.combine(into: &digest)
            members.append(JSON.Member(entry.name, place.json))
            offset = place.bytes.upperBound
        }
        for entry in entries { try entry.withBytes { digest.combine($0) } }
        texts.append((Self.checksumKey, "xxh64:" + digest.text))
        let metadata = JSON.object(texts.map { JSON.Member($0.0, .string($0.1)) })
        var json = JSON.object([JSON.Member("__metadata__", metadata)] + members).utf8
        while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
        return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json
    }
}

/// Where a tensor lies in a file's data, and what it is.
struct TensorPlace: Equatable {
    let name: String
    let type: ElementType
    let shape: [Int]
    let bytes: Range<Int>

    var json: JSON {
        [
            "dtype": .string(type.rawValue), "shape": .array(shape.map(JSON.integer)),
            "data_offsets": [.integer(bytes.lowerBound), .integer(bytes.upperBound)],
        ]
    }

    func combine(into digest: inout Digest64) {
        digest.combine(name)
        digest.combine(type.rawValue)
        digest.combine(shape.count)
        for size in shape { digest.combine(size) }
        digest.combine(bytes.lowerBound)
    }
}
