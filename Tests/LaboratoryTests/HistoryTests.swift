import Laboratory
import Testing

@Suite struct HistoryTests {
    @Test func statisticsByName() {
        let row = HistoryRow(
            kind: .qstep, environmentSteps: 3, criticSteps: 2, policySteps: 1,
            statistics: [.init("loss", 0.5), .init("td_error", 2)])
        #expect(row["loss"] == 0.5 && row["td_error"] == 2 && row["eta"] == nil)
        let other = HistoryRow(
            kind: .estep, environmentSteps: 3, criticSteps: 2, policySteps: 1,
            statistics: [.init("eta", 1), .init("loss", 2)])
        #expect([row, other].statisticNames == ["loss", "td_error", "eta"])
    }

    @Test func evaluationsSummarise() {
        let evaluation = Evaluation(returns: [1, 2, 6], lengths: [10, 20, 30])
        #expect(evaluation.mean == 3)
        #expect((evaluation.std - 7.0.squareRoot()).magnitude < 1e-15)  // Σ (4 + 1 + 9) / 2
        #expect(Evaluation(returns: [5], lengths: [1]).std == 0)
        #expect(Evaluation(returns: [], lengths: []).mean.isNaN)
    }
}
