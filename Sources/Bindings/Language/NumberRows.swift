import Runtime
import Support
import Tensors

/// Numbers in Double from a list, a range or a tensor; `nothing` is NaN, true and false are 1 and 0.
struct NumberList: ValueConvertible {
    var numbers: [Double]

    static var wants: String? { "a list of numbers" }

    static func convert(_ value: Value) throws -> NumberList {
        switch value {
        case .list(let box):
            var numbers: [Double] = []
            numbers.reserveCapacity(box.elements.count)
            for (index, element) in box.elements.enumerated() {
                guard let number = single(element) else { throw Mismatch(found: "\(element.described) at index \(index)") }
                numbers.append(number)
            }
            return NumberList(numbers: numbers)
        case .range: return NumberList(numbers: try [Double].convert(value))
        case .object(let object as any TensorLike) where object.tensor.rank == 1:
            return NumberList(numbers: object.tensor.values.map(\.shortest))
        default: throw Mismatch()
        }
    }

    static func single(_ value: Value) -> Double? {
        switch value {
        case .number(let number): number
        case .boolean(let boolean): boolean ? 1 : 0
        case .nothing: .nan
        case .object(let object as any TensorLike) where object.tensor.rank == 0: object.tensor.values.first.map(\.shortest)
        default: nil
        }
    }

    var asValue: Value { .list(numbers) }
}

/// Rows of numbers in Double, which may differ in length; a plain list of numbers is one row.
struct NumberRows: ValueConvertible {
    var rows: [[Double]]
    /// Written as a plain list.
    var isFlat = false

    static var wants: String? { "a list of lists of numbers" }

    static func convert(_ value: Value) throws -> NumberRows {
        switch value {
        case .object(let object as any TensorLike) where object.tensor.rank == 2:
            let tensor = object.tensor
            let width = tensor.shape[1]
            let values = tensor.values.map(\.shortest)
            return NumberRows(rows: (0..<tensor.shape[0]).map { Array(values[$0 * width..<($0 + 1) * width]) })
        case .list(let box):
            guard let first = box.elements.first else { return NumberRows(rows: []) }
            if NumberList.single(first) != nil {
                return NumberRows(rows: [try NumberList.convert(value).numbers], isFlat: true)
            }
            var rows: [[Double]] = []
            for (index, element) in box.elements.enumerated() {
                do { rows.append(try NumberList.convert(element).numbers) } catch let mismatch as Mismatch {
                    throw Mismatch(found: "\(mismatch.found ?? element.described) in row \(index)")
                }
            }
            return NumberRows(rows: rows)
        default:
            guard let row = try? NumberList.convert(value) else { throw Mismatch() }
            return NumberRows(rows: [row.numbers], isFlat: true)
        }
    }

    var asValue: Value { rows.asValue }
}
