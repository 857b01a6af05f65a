import Support
import Syntax

/// Why a block ended before its last statement.
enum Flow: UInt8 { case none, breakLoop, continueLoop, returnValue }

/// What running code reads and writes besides its own frame; one for each interpreter.
struct MachineState {
    var flow = Flow.none
    /// Where the native that runs was called; that call keeps it alive.
    var nativeCall: Unmanaged<CallSite>?
    /// The lowest stack address that a call may start at.
    var stackLimit: UInt = 0
    /// The first free slot of the value stack. Slots from here on hold `nothing`.
    var top: UnsafeMutablePointer<Value>
    /// Slots up to here are initialised.
    var initialisedEnd: UnsafeMutablePointer<Value>
    let base: UnsafeMutablePointer<Value>
    let end: UnsafeMutablePointer<Value>
    /// The interpreter owns the state and outlives it.
    unowned(unsafe) let interpreter: Interpreter
    unowned(unsafe) let cancellation: CancellationToken
}

/// The variables of a running function.
struct Frame {
    let slots: UnsafeMutablePointer<Value>
    let state: UnsafeMutablePointer<MachineState>

    @inline(__always)
    func poll(_ site: CallSite) throws {
        if state.pointee.cancellation.isCancelled { throw site.interrupted }
    }
}

/// A piece of a program, ready to run.
typealias Code = (Frame) throws -> Value
typealias Condition = (Frame) throws -> Bool

/// A variable that a function shares with the functions written inside it; lives in the slot of both.
final class VariableBox: HostObject {
    @exclusivity(unchecked) var value: Value

    init(_ value: Value) { self.value = value }

    deinit {
        switch value {
        case .function, .list, .record, .object:
            var values = [value]
            value = .nothing
            Reaper.release(&values)
        default: break
        }
    }
}

/// The place of one global name of one module; made when the name is first met.
final class GlobalCell {
    let name: String
    let pointer: UnsafeMutablePointer<Value>
    /// The body to run directly where the value is a function that shares nothing with others; a
    /// call sets it, an assignment takes it away. The interpreter keeps every body alive.
    let direct: UnsafeMutablePointer<Unmanaged<CompiledBody>?>
    /// False while the name stands for a built-in, a library function or nothing at all.
    var isUserDefined = false

    init(_ name: String, _ value: Value) {
        self.name = name
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: value)
        direct = .allocate(capacity: 1)
        direct.initialize(to: nil)
    }

    func set(_ value: Value) {
        direct.pointee = nil
        pointer.pointee = value
    }

    deinit {
        pointer.deinitialize(count: 1)
        pointer.deallocate()
        direct.deallocate()
    }
}

/// What a global cell holds before its name is assigned.
///
/// `@unchecked Sendable`: it has no state.
final class Undefined: HostObject, @unchecked Sendable {
    static let shared = Undefined()
    static var value: Value { .object(shared) }
    override class var typeName: String { "undefined" }
}

extension Value {
    @inline(__always)
    var isUndefined: Bool {
        if case .object(let object) = self { return object === Undefined.shared }
        return false
    }
}

extension MachineState {
    static let slotCount = 1 << 22
    private static let chunk = 1 << 12

    /// Memory for a state that is yet to be initialised.
    static func allocate() -> UnsafeMutablePointer<MachineState> { .allocate(capacity: 1) }

    static func initialise(_ state: UnsafeMutablePointer<MachineState>, for interpreter: Interpreter) {
        // Reserved, not used: the system backs only what is touched.
        let base = UnsafeMutablePointer<Value>.allocate(capacity: slotCount)
        state.initialize(
            to: MachineState(
                top: base, initialisedEnd: base, base: base, end: base + slotCount, interpreter: interpreter,
                cancellation: interpreter.cancellation))
    }

    static func destroy(_ state: UnsafeMutablePointer<MachineState>) {
        let base = state.pointee.base
        base.deinitialize(count: state.pointee.initialisedEnd - base)
        base.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Makes sure that slots up to `end` can be used; false where the value stack is full.
    @inline(never)
    mutating func grow(to wanted: UnsafeMutablePointer<Value>) -> Bool {
        if wanted > end { return false }
        let goal = min(end, wanted + MachineState.chunk)
        initialisedEnd.initialize(repeating: .nothing, count: goal - initialisedEnd)
        initialisedEnd = goal
        return true
    }
}
