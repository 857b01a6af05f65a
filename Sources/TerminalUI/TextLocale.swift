import Glibc

/// The character set of the C library, which libedit reads and writes through.
public enum TextLocale {
    /// Sets the user's locale, with UTF-8 as its character set whatever the environment says.
    ///
    /// With the C or POSIX locale libedit crashes on a prompt that holds a character beyond ASCII. Returns false
    /// where the system has no UTF-8 locale at all.
    @discardableResult public static func useUTF8() -> Bool {
        setlocale(LC_ALL, "")
        setlocale(LC_NUMERIC, "C")  // numbers are written with a point everywhere
        if isUTF8 { return true }
        for name in ["C.UTF-8", "C.utf8", "en_US.UTF-8"] where setlocale(LC_CTYPE, name) != nil {
            if isUTF8 { return true }
        }
        return false
    }

    /// Whether the user's own environment asks for UTF-8: only then can the terminal be expected to show it.
    public static var environmentIsUTF8: Bool {
        for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
            guard let value = getenv(name), value.pointee != 0 else { continue }
            let text = String(cString: value).lowercased()
            return text.contains("utf-8") || text.contains("utf8")
        }
        return false
    }

    private static var isUTF8: Bool {
        guard let codeset = nl_langinfo(Int32(CODESET)) else { return false }
        return String(cString: codeset).uppercased() == "UTF-8"
    }
}
