import Syntax

extension Compiler {
    func compileDeclaration(_ declaration: FunctionDeclaration, _ documentation: String?) throws -> Compiled {
        let name = declaration.name
        guard let layout = resolution.layouts[PlaceKey(name.span)] else {
            throw Diagnostic("runtime.resolution", "`\(name.text)` was not resolved", at: name.span)
        }
        let make = makeFunction(
            layout,
            FunctionCode(
                name: name.text, documentation: documentation, layout: layout, parameters: declaration.parameters,
                body: declaration.body, isBlock: false, compiler: self))
        switch resolution.bindings[name.span.lower] {
        case .declaration(let variable), .local(let variable):
            let (slot, isBoxed) = (variable.slot, variable.isBoxed)
            return Compiled(run: { frame in
                if isBoxed {
                    let box = VariableBox(.nothing)
                    frame.slots[slot] = .object(box)
                    box.value = .function(make(frame))
                } else {
                    frame.slots[slot] = .function(make(frame))
                }
                return .nothing
            })
        case .global(let global):
            let (scope, cell) = (scope, scope.cell(global))
            if scope.name == nil && !cell.isUserDefined { interpreter.noteShadowing(global, name.span) }
            return Compiled(run: { frame in
                scope.define(cell, .function(make(frame)))
                return .nothing
            })
        case nil: throw Diagnostic("runtime.resolution", "`\(name.text)` was not resolved", at: name.span)
        }
    }

    func compileLambda(_ lambda: Lambda) throws -> Compiled {
        guard let layout = resolution.layouts[PlaceKey(lambda.span)] else {
            throw Diagnostic("runtime.resolution", "this function was not resolved", at: lambda.span)
        }
        let make = makeFunction(
            layout,
            FunctionCode(
                name: "", documentation: nil, layout: layout, parameters: lambda.parameters, body: lambda.body,
                isBlock: lambda.span.text.hasPrefix("{"), compiler: self))
        return Compiled(run: { .function(make($0)) })
    }

    /// Makes the function's value, with the boxes that it takes from the frame around it.
    private func makeFunction(_ layout: FrameLayout, _ code: FunctionCode) -> (Frame) -> FunctionValue {
        interpreter.keep(code)
        if layout.captures.isEmpty {
            let function = FunctionValue(code, captures: [])
            return { _ in function }
        }
        let slots = layout.captures.map(\.outer.slot)
        return { frame in FunctionValue(code, captures: slots.map { frame.slots[$0] }) }
    }
}
