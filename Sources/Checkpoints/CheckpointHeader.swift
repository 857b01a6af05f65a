import Support

/// A safetensors file's header, with every length, type, shape and offset checked.
struct CheckpointHeader {
    let metadata: [String: String]
    /// The tensors in the order of their bytes, which follow each other without gaps.
    let places: [TensorPlace]
    let dataStart: Int
    /// The metadata's keys in the file's order, for the checksum.
    private let keys: [String]

    /// The largest header that the format allows.
    static let largest = 100_000_000

    init(_ bytes: [UInt8], path: String) throws {
        let foreign = { (why: String) in
            Fault("checkpoint.foreign", "'\(path)' is not a safetensors file: \(why)")
        }
        guard bytes.count >= 8 else {
            throw foreign(bytes.isEmpty ? "it is empty" : "it has only \(MemoryBudget.text(bytes.count))")
        }
        let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard length >= 2, length <= Self.largest, bytes.count == 8 || bytes[8] == UInt8(ascii: "{") else {
            throw foreign("it does not begin with a header")
        }
        dataStart = 8 + Int(length)
        guard dataStart <= bytes.count else {
            throw Fault(
                "checkpoint.truncated",
                "'\(path)' is truncated at byte \(bytes.count): its header ends at byte \(dataStart)")
        }
        let damaged = { (why: String) in Fault("checkpoint.damaged", "'\(path)' is damaged: \(why)") }
        let json: JSON
        do {
            json = try JSON(parsing: Array(bytes[8..<dataStart]))
        } catch let fault as Fault {
            throw damaged("its header is no JSON: \(fault.message)")
        }
        guard let members = json.members else { throw damaged("its header is no JSON object") }
        var metadata: [String: String] = [:]
        var keys: [String] = []
        var places: [TensorPlace] = []
        for member in members {
            if member.key == "__metadata__" {
                guard let texts = member.value.members else { throw damaged("its metadata is no JSON object") }
                for text in texts {
                    guard let value = text.value.text else { throw damaged("metadata '\(text.key)' is no text") }
                    metadata[text.key] = value
                    keys.append(text.key)
                }
            } else {
                places.append(try Self.place(member, damaged))
            }
        }
        places.sort { ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound) }
        var end = 0
        for place in places {
            guard place.bytes.lowerBound == end else {
                let what = place.bytes.lowerBound < end ? "overlaps the one before it" : "leaves a gap before it"
                throw damaged("tensor '\(place.name)' \(what)")
            }
            end = place.bytes.upperBound
        }
        let dataCount = bytes.count - dataStart
        if end > dataCount {
            throw Fault(
                "checkpoint.truncated",
                "'\(path)' is truncated at byte \(bytes.count): \(MemoryBudget.text(end - dataCount)) are missing")
        }
        if end < dataCount { throw damaged("it has \(MemoryBudget.text(dataCount - end)) after its last tensor") }
        self.metadata = metadata
        self.keys = keys
        self.places = places
    }

    private static func place(_ member: JSON.Member, _ damaged: (String) -> Fault) throws -> TensorPlace {
        let name = member.key
        guard let typeName = member.value["dtype"]?.text else { throw damaged("tensor '\(name)' has no dtype") }
        guard let type = ElementType(rawValue: typeName) else {
            throw damaged("tensor '\(name)' has the unknown dtype '\(typeName.prefix(40))'")
        }
        let sizes = member.value["shape"]?.elements ?? []
        let shape = sizes.compactMap(\.int).filter { $0 >= 0 }
        guard member.value["shape"]?.elements != nil, shape.count == sizes.count else {
            throw damaged("tensor '\(name)' has no shape of whole numbers")
        }
        let offsets = member.value["data_offsets"]?.elements ?? []
        guard offsets.count == 2, let begin = offsets[0].int, let end = offsets[1].int, 0 <= begin, begin <= end
        else { throw damaged("tensor '\(name)' has no data_offsets") }
        guard let wanted = try? MemoryBudget.product(shape + [type.size], for: name), wanted == end - begin else {
            throw damaged("tensor '\(name)': \(typeName) of shape \(shape) does not fit its \(end - begin) bytes")
        }
        return TensorPlace(name: name, type: type, shape: shape, bytes: begin..<end)
    }

    /// Compares the file's checksum with its content.
    func verify(_ bytes: [UInt8], path: String) throws {
        guard let told = metadata[Checkpoint.checksumKey] else {
            throw Fault("checkpoint.damaged", "'\(path)' is damaged: its checksum is missing")
        }
        var digest = Digest64()
        for key in keys where key != Checkpoint.checksumKey {
            digest.combine(key)
            digest.combine(metadata[key] ?? "")
        }
        for place in places { place.combine(into: &digest) }
        bytes.withUnsafeBytes { digest.combine(UnsafeRawBufferPointer(rebasing: $0[dataStart...])) }
        if told != "xxh64:" + digest.text {
            throw Fault(
                "checkpoint.checksum",
                "'\(path)' is damaged: its checksum is \(told.prefix(40)), its content's is xxh64:\(digest.text)")
        }
    }
}
