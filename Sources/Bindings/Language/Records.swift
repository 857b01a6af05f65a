import Runtime
import Support
import Syntax

/// Records as collections of fields.
enum RecordNatives {
    static let all: [NativeFunction] = [
        NativeFunction(
            "keys", in: "records", "The names of a record's fields, in order.", parameters: Parameter<Value>("x", "a record, or an object with fields"),
            examples: [Example("keys({a: 1, b: 2})", "[\"a\", \"b\"]")]
        ) { _, x in
            switch x {
            case .record(let record): return record.names
            case .object(let object): return object.memberNames
            default: throw Fault("argument.type", "keys: `x` wants a record, got \(x.described)")
            }
        },
        NativeFunction(
            "values", in: "records", "The values of a record's fields, in order.", parameters: Parameter<RecordBox>("record", "the record"),
            examples: [Example("values({a: 1, b: 2})", "[1, 2]")]
        ) { _, record in record.values },
        NativeFunction(
            "has", in: "records", "Whether a record has a field of that name.",
            parameters: Parameter<Value>("x", "a record, or an object with fields"), Parameter<String>("name", "the field's name"),
            examples: [Example("has({a: 1}, \"a\")", "true"), Example("has({a: 1}, \"b\")", "false")]
        ) { _, x, name in
            let name = Names.normalise(name)
            switch x {
            case .record(let record): return record[name] != nil
            case .object(let object): return object.memberNames.contains(name)
            default: return false
            }
        },
        NativeFunction(
            "get", in: "records", "The value of a field whose name is a string.",
            parameters: Parameter<RecordBox>("record", "the record"), Parameter<String>("name", "the field's name"),
            Parameter<Value>("otherwise", "what to give where there is no such field", default: .nothing),
            examples: [Example("get({a: 1}, \"a\")", "1"), Example("get({a: 1}, \"b\", otherwise: 0)", "0")]
        ) { _, record, name, otherwise in record[Names.normalise(name)] ?? otherwise },
        NativeFunction(
            "merge", in: "records", "One record of several; later fields replace earlier ones.",
            parameters: Parameter<RecordBox>("record", "the first record"), Parameter<Rest<RecordBox>>("others", "further records"),
            Parameter<LabelledRest>("fields", "further fields by name"),
            examples: [Example("merge({a: 1, b: 2}, {b: 3})", "{a: 1, b: 3}"), Example("merge({a: 1}, c: 5)", "{a: 1, c: 5}")]
        ) { _, record, others, fields in
            var all: [(String, Value)] = []
            for part in [record] + others.values { all += zip(part.names, part.values).map { ($0, $1) } }
            all += fields.fields.map { ($0.name, $0.value) }
            return Value.record(all)
        },
        NativeFunction(
            "without", in: "records", "A record without some of its fields.",
            parameters: Parameter<RecordBox>("record", "the record"), Parameter<Rest<String>>("names", "the fields to leave out"),
            examples: [Example("without({a: 1, b: 2}, \"a\")", "{b: 2}")]
        ) { _, record, names in
            let left = Set(names.values.map { Names.normalise($0) })
            return Value.record(zip(record.names, record.values).filter { !left.contains($0.0) }.map { ($0.0, $0.1) })
        },
        NativeFunction(
            "record", in: "records", "A record of a list of `[name, value]`.",
            parameters: Parameter<[Value]>("fields", "the pairs"),
            examples: [Example("record([[\"a\", 1], [\"b\", 2]])", "{a: 1, b: 2}")]
        ) { _, fields in
            Value.record(
                try fields.map { pair in
                    guard let parts = pair.asElements, parts.count == 2, let name = parts[0].asText else {
                        throw Fault("record.pair", "record wants pairs `[name, value]`, got \(pair.described)")
                    }
                    return (Names.normalise(name), parts[1])
                })
        },
    ]
}
