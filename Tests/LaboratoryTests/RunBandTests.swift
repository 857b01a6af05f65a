import Laboratory
import Testing

@Suite struct RunBandTests {
    @Test func interquartileMeansAreScipys() {
        for row in curveReference {
            let middle = RunBand.interquartileMean(row.values)
            #expect((middle - row.middle).magnitude <= 1e-12 * max(1, row.middle.magnitude), "\(row.values)")
        }
    }

    /// A bootstrap of 20 000 draws comes close to the one of every resample; within the quantiles' own steps where
    /// there are few different resamples.
    @Test func intervalsAreThoseOfAllResamples() throws {
        for row in curveReference {
            let band = try RunBand(xs: [0], runs: row.values.map { [$0] }, strata: row.strata, level: 0.8, resamples: 20_000)
            #expect((band.low[0] - row.low).magnitude <= 0.06 * row.spread + 1e-9, "\(row.values)")
            #expect((band.high[0] - row.high).magnitude <= 0.06 * row.spread + 1e-9, "\(row.values)")
            #expect(band.low[0] <= band.middle[0] + 1e-12 && band.middle[0] <= band.high[0] + 1e-12)
        }
    }

    @Test func theSameRunsGiveTheSameBand() throws {
        let runs = [[1, 2.0], [3, 1], [2, 5], [0, 0]]
        #expect(try RunBand(xs: [0, 1], runs: runs) == RunBand(xs: [0, 1], runs: runs))
    }

    /// With a run of each stratum nothing can be drawn but what there is.
    @Test func strataKeepTheirRuns() throws {
        let band = try RunBand(xs: [0], runs: [[1], [2], [30]], strata: [0, 1, 2])
        #expect(band.low == [11] && band.middle == [11] && band.high == [11])
    }

    @Test func runsOfDifferentPlacesAreInterpolated() throws {
        let aligned = try RunBand.aligned([([0, 2, 4], [0, 20, 40]), ([1, 3, 5], [1, 3, 5])])
        #expect(aligned.xs == [2, 4])
        #expect(aligned.runs == [[20, 40], [2, 4]])
    }

    @Test(arguments: [
        ([[Double]](), nil as [Int]?, 0.95, "a learning curve wants at least one run"),
        ([[1, 2]], nil, 0.95, "run 0 has 2 values for 1 places"),
        ([[1]], [0, 1], 0.95, "a stratum for each of 1 runs was wanted, 2 were given"),
        ([[1]], nil, 1, "a level above 0 and below 1 was wanted, 1.0 was given"),
    ])
    func wrongRuns(runs: [[Double]], strata: [Int]?, level: Double, message: String) {
        #expect { try RunBand(xs: [0], runs: runs, strata: strata, level: level) } throws: { "\($0)".contains(message) }
    }
}
