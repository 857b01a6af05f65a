import Glibc

/// Running other programs, for start-up times and comparisons.
enum Process {
    /// Seconds from the start of the program to its end; nil if it cannot be started or fails. Its output is dropped.
    static func seconds(_ arguments: [String]) -> Double? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in 0...2 as ClosedRange<Int32> {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        let start = now()
        guard let child = spawn(arguments, &actions, nil) else { return nil }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 { if errno != EINTR { return nil } }
        return status == 0 ? now() - start : nil
    }

    /// Seconds until the program, started on a terminal of its own, has written `text`; nil after five seconds.
    static func secondsUntil(_ text: String, _ arguments: [String]) -> Double? {
        // By name: glibc's declaration is not in the module that Swift sees.
        typealias OpenPty = @convention(c) (
            UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>, UnsafeMutableRawPointer?,
            UnsafeRawPointer?, UnsafeRawPointer?
        ) -> Int32
        guard let symbol = dlsym(nil, "openpty") else { return nil }
        var (master, terminal): (Int32, Int32) = (-1, -1)
        guard unsafeBitCast(symbol, to: OpenPty.self)(&master, &terminal, nil, nil, nil) == 0,
            let name = ttyname(terminal).map({ String(cString: $0) })
        else { return nil }
        defer {
            close(master)
            close(terminal)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that a new session opens becomes its own.
        for descriptor in 0...2 as ClosedRange<Int32> {
            posix_spawn_file_actions_addopen(&actions, descriptor, name, O_RDWR, 0)
        }
        posix_spawn_file_actions_addclose(&actions, master)
        posix_spawn_file_actions_addclose(&actions, terminal)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, 0x80 /* POSIX_SPAWN_SETSID */)
        let start = now()
        guard let child = spawn(arguments, &actions, &attributes) else { return nil }
        defer {
            kill(child, SIGKILL)
            var status: Int32 = 0
            waitpid(child, &status, 0)
        }
        let wanted = Array(text.utf8)
        var seen: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while now() - start < 5 {
            var poller = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            guard poll(&poller, 1, 100) > 0 else { continue }
            let count = read(master, &buffer, buffer.count)
            guard count > 0 else { return nil }
            seen += buffer[0..<count]
            if contains(seen, wanted) { return now() - start }
        }
        return nil
    }

    private static func contains(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
        guard bytes.count >= wanted.count else { return false }
        return (0...bytes.count - wanted.count).contains { bytes[$0..<$0 + wanted.count].elementsEqual(wanted) }
    }

    private static func spawn(
        _ arguments: [String], _ actions: UnsafePointer<posix_spawn_file_actions_t>,
        _ attributes: UnsafePointer<posix_spawnattr_t>?
    ) -> pid_t? {
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        var child = pid_t()
        guard let program = arguments.first, posix_spawnp(&child, program, actions, attributes, pointers, environ) == 0
        else { return nil }
        return child
    }

    /// The folder that this program lies in.
    static var ownFolder: String {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return "." }
        let path = String(decoding: buffer[0..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}
