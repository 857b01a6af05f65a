import PolicyOptimisation
import Support
import Testing

@Suite struct ActionBoxTests {
    @Test(arguments: [
        ([0.0], [0.0]), ([-1.0], [-2.0]), ([0.5], [1.0]), ([2.0], [2.0]),
    ])
    func mapsOntoTheBoxAndClips(action: [Double], expected: [Double]) throws {
        #expect(try ActionBox(low: [-2], high: [2]).environmentAction(action) == expected)
    }

    @Test func infiniteBoundsAreNotScaled() throws {
        let box = try ActionBox(low: [-.infinity, 0, -3], high: [.infinity, .infinity, 1])
        #expect(box.environmentAction([7, -1, 0]) == [7, 0, -1])
        #expect(box.normalisedLow == [-.infinity, 0, -1])
        #expect(box.normalisedHigh == [.infinity, .infinity, 1])
    }

    @Test func normalisingInvertsTheMap() throws {
        let box = try ActionBox(low: [-2, 1], high: [4, 1.5])
        let action = box.environmentAction([0.25, -0.5])
        #expect(zip(box.normalised(action), [0.25, -0.5]).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test(arguments: [([1.0], [1.0]), ([2], [1]), ([.nan], [1]), ([0, 1], [2])])
    func refusals(low: [Double], high: [Double]) {
        #expect(throws: Fault.self) { try ActionBox(low: low, high: high) }
    }
}
