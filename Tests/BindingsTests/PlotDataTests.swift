import Bindings
import Plots
import Runtime
import Testing

@Suite struct PlotDataTests {
    /// A column of a lab's history holds `nothing` where a step did not measure it: the line goes on to the next point.
    @Test func whatWasNotMeasuredIsNoPoint() throws {
        let list = Value.list([Value.number(1), .nothing, .nothing, .number(4)])
        let series = try PlotData.series(list)
        #expect(series.map(\.xs) == [[0, 3]])
        #expect(series.map(\.ys) == [[1, 4]])
        let over = try PlotData.series(list, xs: [10, 20, 30, 40])
        #expect(over.map(\.xs) == [[10, 40]])
        let table = Table([("return", [.number(5), .nothing, .number(7)])])
        #expect(try PlotData.series(.object(table)).map(\.ys) == [[5, 7]])
    }

    /// A number that is not finite stays: the chart counts it.
    @Test func whatIsNotFiniteStays() throws {
        let series = try PlotData.series(.list([Value.number(1), .number(.nan), .number(2)]))
        #expect(series.first?.ys.count == 3)
    }
}
