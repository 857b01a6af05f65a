import Support
import Tensors

/// A safetensors file that was read and found whole: its metadata, and its tensors by name.
///
/// Files of other programs are read too; they have no `kind` and no checksum of ours.
public struct LoadedCheckpoint: Sendable {
    /// The texts of `__metadata__`.
    public let metadata: [String: String]
    /// What `Checkpoint.kind` was, or nil for another program's file.
    public let kind: String?
    /// What `Checkpoint.description` was.
    public let description: JSON
    /// The name for error messages.
    public let path: String
    private let places: [String: TensorPlace]
    private let bytes: [UInt8]
    private let dataStart: Int

    /// Reads and checks the file at `path`.
    public init(path: String) throws { try self.init(bytes: WholeFile.read(path), path: path) }

    /// Checks the bytes of a file; `path` is its name in messages.
    public init(bytes: [UInt8], path: String = "the file") throws {
        let header = try CheckpointHeader(bytes, path: path)
        self.path = path
        self.bytes = bytes
        dataStart = header.dataStart
        metadata = header.metadata
        places = Dictionary(uniqueKeysWithValues: header.places.map { ($0.name, $0) })
        let ours = [Checkpoint.formatKey, Checkpoint.kindKey, Checkpoint.descriptionKey, Checkpoint.checksumKey]
        guard !header.metadata.keys.filter(ours.contains).isEmpty else {
            kind = nil
            description = .object([])
            return
        }
        let format = metadata[Checkpoint.formatKey] ?? ""
        guard let version = Int(format), version > 0 else {
            throw Fault("checkpoint.damaged", "'\(path)' is damaged: its format version is '\(format.prefix(40))'")
        }
        if version > Checkpoint.format {
            throw Fault(
                "checkpoint.newer",
                "'\(path)' was made by a newer version (format \(version), this one reads up to \(Checkpoint.format))",
                hint: "update mpo to load it")
        }
        try header.verify(bytes, path: path)
        kind = metadata[Checkpoint.kindKey]
        do {
            description = try JSON(parsing: metadata[Checkpoint.descriptionKey] ?? "{}")
        } catch let fault as Fault {
            throw Fault("checkpoint.damaged", "'\(path)' is damaged: its description is no JSON: \(fault.message)")
        }
    }

    public var names: [String] { places.keys.sorted() }

    public func contains(_ name: String) -> Bool { places[name] != nil }

    public func shape(_ name: String) throws -> [Int] { try place(name).shape }
    public func type(_ name: String) throws -> ElementType { try place(name).type }

    /// A float32 tensor as a storage; `shape`, if given, must be its shape.
    public func storage(_ name: String, shape: [Int]? = nil) throws -> Storage {
        let place = try place(name, .float32, shape)
        let count = place.bytes.count / 4
        try MemoryBudget.require(bytes: place.bytes.count, for: "tensor '\(name)'")
        let storage = Storage(count: count)
        copy(place, to: UnsafeMutableRawBufferPointer(start: storage.pointer, count: count * 4))
        return storage
    }

    public func floats(_ name: String, shape: [Int]? = nil) throws -> [Float] {
        try array(place(name, .float32, shape), zero: 0)
    }

    public func doubles(_ name: String, shape: [Int]? = nil) throws -> [Double] {
        try array(place(name, .float64, shape), zero: 0)
    }

    public func int64s(_ name: String, shape: [Int]? = nil) throws -> [Int64] {
        try array(place(name, .int64, shape), zero: 0)
    }

    public func uint64s(_ name: String, shape: [Int]? = nil) throws -> [UInt64] {
        try array(place(name, .uint64, shape), zero: 0)
    }

    public func uint8s(_ name: String, shape: [Int]? = nil) throws -> [UInt8] {
        try array(place(name, .uint8, shape), zero: 0)
    }

    /// Copies a tensor's bytes into memory of exactly its size.
    public func copy(
        _ name: String, _ type: ElementType, shape: [Int], to memory: UnsafeMutableRawBufferPointer
    ) throws {
        let place = try place(name, type, shape)
        guard memory.count == place.bytes.count else {
            throw Fault(
                "checkpoint.shape",
                "tensor '\(name)' has \(place.bytes.count) bytes, room for \(memory.count) was given")
        }
        copy(place, to: memory)
    }

    private func array<T>(_ place: TensorPlace, zero: T) throws -> [T] {
        try MemoryBudget.require(bytes: place.bytes.count, for: "tensor '\(place.name)'")
        var values = Array(repeating: zero, count: place.bytes.count / MemoryLayout<T>.stride)
        values.withUnsafeMutableBytes { copy(place, to: $0) }
        return values
    }

    private func copy(_ place: TensorPlace, to memory: UnsafeMutableRawBufferPointer) {
        bytes.withUnsafeBytes { all in
            let start = dataStart + place.bytes.lowerBound
            memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[start..<start + place.bytes.count]))
        }
    }

    private func place(_ name: String, _ type: ElementType? = nil, _ shape: [Int]? = nil) throws -> TensorPlace {
        guard let place = places[name] else {
            throw Fault("checkpoint.missing", "'\(path)' holds no tensor '\(name)'")
        }
        if let type, place.type != type {
            throw Fault(
                "checkpoint.type",
                "tensor '\(name)' of '\(path)': \(type.rawValue) was wanted, \(place.type.rawValue) is there")
        }
        if let shape, place.shape != shape {
            throw Fault(
                "checkpoint.shape", "tensor '\(name)' of '\(path)': shape \(shape) was wanted, \(place.shape) is there")
        }
        return place
    }
}
