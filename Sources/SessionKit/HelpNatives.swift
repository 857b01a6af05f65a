import Runtime
import Support

/// The language's own `help`: the same pages as at the prompt.
enum HelpNatives {
    static func add(to registry: NativeRegistry) {
        guard registry.functions["help"] == nil else { return }
        registry.add(
            NativeFunction(
                "help", in: "session", "Prints what a function, module or keyword is; without a name, what there is.",
                parameters: Parameter<Value>("about", "a function, or a name in quotes", default: .nothing),
                text: "At the prompt `help NAME` and `?NAME` need no quotes.", examples: [Example("help(\"check\")")],
                isCommand: true
            ) { (context: NativeContext, about: Value) throws -> Void in
                let name: String
                switch about {
                case .nothing: name = ""
                case .string(let box): name = box.text
                case .function(let function) where !function.name.isEmpty: name = function.name
                default:
                    context.output.print("\(about.typeName) · \(about.summary)")
                    return
                }
                let text = try HelpLibrary(context.interpreter).text(for: name, width: context.style.width)
                context.output.print(text)
            })
    }
}
