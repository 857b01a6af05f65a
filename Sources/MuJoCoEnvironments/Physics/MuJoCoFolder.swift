import CMuJoCo
import Glibc
import Support

/// Where MuJoCo's library and the tasks' model files lie, and the library opened.
///
/// `scripts/mpo` fetches them into `.mujoco` at the package's root: `lib`, `gymnasium`, `suite`, `licences`. All physics
/// is optional at run time: without the folder everything else works, and a physics task is a fault that says what to do.
public enum MuJoCoFolder {
    /// `MPO_MUJOCO`, else `.mujoco` in a folder above the program, links followed; nil where there is none.
    public static let path: String? = {
        if let set = getenv("MPO_MUJOCO"), set.pointee != 0 { return String(cString: set) }
        guard let resolved = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(resolved) }
        var folder = String(cString: resolved)
        while let slash = folder.lastIndex(of: "/"), slash > folder.startIndex {
            folder = String(folder[..<slash])
            for place in ["/.mujoco", "/share/mpo/mujoco"] where WholeFile.exists(folder + place + library) {
                return folder + place
            }
        }
        return nil
    }()

    private static let library = "/lib/libmujoco.so"

    /// Whether physics tasks can be made here.
    public static var isAvailable: Bool { (try? open()) != nil }

    /// Opens the library, if that was not done before, and gives the folder; `who` wants it.
    @discardableResult
    static func open(for who: String = "this task") throws -> String {
        let hint =
            "scripts/mpo --fetch fetches it with its model files (a network and python3-pip are needed); MPO_MUJOCO names another folder"
        guard let path else {
            throw Fault("mujoco.missing", "\(who) needs MuJoCo, which is not there", hint: hint)
        }
        guard mpo_mujoco_is_built() else {
            throw Fault(
                "mujoco.not-built", "\(who) needs MuJoCo, and this program was built before it was fetched",
                hint: "build again: scripts/mpo")
        }
        try physicsCall("mujoco.library", hint: hint, "MuJoCo's library in \(path) cannot be used") {
            mpo_mujoco_open(path + library, $0)
        }
        return path
    }

    /// A model file that was fetched: `gymnasium/reacher.xml`.
    static func model(_ name: String, for who: String) throws -> String {
        let file = try open(for: who) + "/" + name
        guard WholeFile.exists(file) else {
            throw Fault(
                "mujoco.model-missing", "\(who) needs the model file \(file), which is not there",
                hint: "scripts/mpo --fetch fetches the model files")
        }
        return file
    }
}

/// Calls into MuJoCo; where it fails, its words become a fault after `what`.
func physicsCall(
    _ id: String, hint: String? = nil, _ what: @autoclosure () -> String, _ call: (UnsafeMutablePointer<CChar>) -> Bool
) throws {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: MPO_MUJOCO_MESSAGE) { message in
        guard let text = message.baseAddress else { return }
        text[0] = 0
        if call(text) { return }
        let words = String(cString: text).split(separator: "\n").joined(separator: " ")
        throw Fault(id, words.isEmpty ? what() : "\(what()): \(words)", hint: hint)
    }
}
