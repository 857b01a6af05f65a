/// A function of the language, compiled.
final class FunctionCode {
    let name: String
    let signature: Signature

    init(name: String, signature: Signature) {
        self.name = name
        self.signature = signature
    }
}
