/// What a random stream is for: one part of its key, so that no two uses ever share numbers.
public enum RandomPurpose: UInt16, Sendable, CaseIterable {
    case initialisation = 1
    case environmentReset
    case environmentStep
    case exploration
    case replaySampling
    case targetActions
    case estepStates
    case estepActions
    case evaluationReset
    case evaluationStep
    case evaluationActions
    case script
    case variationalActions
}

/// A counter-based stream of random numbers, Philox 4×32-10.
///
/// The key is (seed, purpose, step, row): the stream is a pure function of it, whatever thread asks and
/// whatever was drawn before. `step` is a committed step or an episode (48 bits), `row` a row of a batch (32 bits).
///
/// Source: Salmon, Moraes, Dror, Shaw 2011, *Parallel Random Numbers: As Easy as 1, 2, 3*.
public struct RandomStream: Sendable {
    @usableFromInline let key: (UInt32, UInt32)
    @usableFromInline var counter: (UInt32, UInt32, UInt32, UInt32)
    @usableFromInline var block: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    @usableFromInline var used = 4
    @usableFromInline var spareNormal: Double?

    public init(seed: UInt64, purpose: RandomPurpose, step: UInt64 = 0, row: UInt32 = 0) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        counter = (
            0, row, UInt32(truncatingIfNeeded: step),
            UInt32(truncatingIfNeeded: step >> 32) & 0xFFFF | UInt32(purpose.rawValue) << 16
        )
    }

    /// Ten rounds of Philox 4×32 on one counter.
    @inlinable public static func philox(
        counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
    ) -> (UInt32, UInt32, UInt32, UInt32) {
        var c = counter
        var k = key
        for round in 0..<10 {
            if round > 0 { k = (k.0 &+ 0x9E37_79B9, k.1 &+ 0xBB67_AE85) }
            let a = UInt64(c.0) &* 0xD251_1F53
            let b = UInt64(c.2) &* 0xCD9E_8D57
            c = (
                UInt32(truncatingIfNeeded: b >> 32) ^ c.1 ^ k.0, UInt32(truncatingIfNeeded: b),
                UInt32(truncatingIfNeeded: a >> 32) ^ c.3 ^ k.1, UInt32(truncatingIfNeeded: a)
            )
        }
        return c
    }

    @inlinable public mutating func nextUInt32() -> UInt32 {
        if used == 4 {
            block = Self.philox(counter: counter, key: key)
            counter.0 &+= 1
            used = 0
        }
        defer { used += 1 }
        switch used {
        case 0: return block.0
        case 1: return block.1
        case 2: return block.2
        default: return block.3
        }
    }

    @inlinable public mutating func nextUInt64() -> UInt64 {
        UInt64(nextUInt32()) | UInt64(nextUInt32()) << 32
    }
}
