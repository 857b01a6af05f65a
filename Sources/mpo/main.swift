import ArgumentParser
import Glibc
import Runtime
import TerminalUI

// Exit statuses: 0 done, 1 a script's error or failed check, 2 wrong usage, 130 interrupted.
let (type, words) = Arguments.command(Array(CommandLine.arguments.dropFirst()))
do {
    let parsed = try type.parseAsRoot(words)
    // Deep recursion of a script ends in an error only where the stack has room for it.
    try BigStack.run {
        var command = parsed
        try command.run()
    }
} catch {
    let code = type.exitCode(for: error)
    let message = type.message(for: error)
    if code.isSuccess {
        if !message.isEmpty { Terminal.write(message + "\n") }
        exit(0)
    }
    // The parser's own status for wrong usage is 64; ours is 2.
    guard code == .validationFailure else { exit(code.rawValue) }
    Terminal.write("mpo: \(message)\n`mpo --help` tells how it is used.\n", to: 2)
    exit(2)
}
