import PolicyOptimisation
import Support
import Testing

@Suite struct MPOSettingsTests {
    @Test(arguments: [
        ("epsilon", SettingValue.number(0.1)), ("epsilon_mean", .number(0.1)), ("epsilon_cov", .number(0.0001)),
        ("gamma", .number(0.99)), ("learning_rate", .number(5e-4)), ("actions", .number(20)), ("batch", .number(256)),
        ("replay", .number(1_000_000)), ("updates", .number(50)), ("episodes", .number(1)), ("dual_rate", .number(0.1)), ("eta_rate", .number(1e-2)),
        ("lambda_mean", .number(1)), ("lambda_cov", .number(10)), ("lambda_mean_max", .nothing),
        ("policy_period", .number(100)), ("critic_period", .number(100)), ("tau", .nothing),
        ("init_sigma", .number(0.5)), ("min_sigma", .number(1e-3)), ("horizon", .nothing),
        ("dual_solver", .text("exact")), ("trust_region", .text("decoupled")),
    ])
    func defaults(name: String, value: SettingValue) throws {
        #expect(try MPOSettings().value(of: name) == value)
    }

    @Test func defaultsAreValidAndNamesAreUnique() throws {
        try MPOSettings().validate()
        #expect(Set(MPOSettings.descriptions.map(\.name)).count == MPOSettings.descriptions.count)
        for description in MPOSettings.descriptions { #expect(!description.documentation.isEmpty) }
    }

    @Test func everySettingTakesItsOwnValue() throws {
        for description in MPOSettings.descriptions where description.scope == .lab {
            var settings = MPOSettings()
            try settings.set(description.name, to: description.defaultValue)
            #expect(try settings.value(of: description.name) == description.defaultValue)
        }
    }

    @Test(arguments: [
        ("epsilon", SettingValue.number(0), "epsilon must be a number above 0, or nothing, 0 was given"),
        ("epsilon_mean", .number(-1), "epsilon_mean must be a number above 0, or nothing, -1 was given"),
        ("batch", .number(0), "batch must be a whole number from 1 to 1 000 000 000, 0 was given"),
        ("batch", .number(2.5), "batch must be a whole number from 1 to 1 000 000 000, 2.5 was given"),
        ("batch", .number(1e300), "batch must be a whole number from 1 to 1 000 000 000, 1e+300 was given"),
        ("gamma", .number(1.5), "gamma must be a number in [0, 1], 1.5 was given"),
        ("gamma", .number(.nan), "gamma must be a number in [0, 1], nan was given"),
        ("tau", .number(0), "tau must be a number in (0, 1], or nothing, 0 was given"),
        ("dual_solver", .text("newton"), "dual_solver must be \"exact\" or \"gradient\", \"newton\" was given"),
        ("backtrack", .number(1), "backtrack must be true or false, 1 was given"),
    ])
    func refusals(name: String, value: SettingValue, message: String) {
        var settings = MPOSettings()
        let fault = #expect(throws: Fault.self) { try settings.set(name, to: value) }
        #expect(fault?.message == message)
        #expect(settings == MPOSettings())
    }

    @Test func unknownAndFixedSettings() {
        var settings = MPOSettings()
        #expect(throws: Fault.self) { try settings.set("epsilon_typo", to: .number(1)) }
        let fault = #expect(throws: Fault.self) { try settings.set("init_sigma", to: .number(1)) }
        #expect(fault?.id == "settings.fixed")
    }

    @Test func constraintsChooseTheFormOfTheTrustRegion() throws {
        var settings = MPOSettings()
        try settings.constrain(.klTotal, .bounded(0.02))
        #expect(settings.trustRegion == .joint)
        try settings.constrain(.klCov, .free)
        #expect(settings.trustRegion == .decoupled)
        #expect(settings.epsilonCov == nil)
        try settings.constrain(.kl, .penalised(0.5))
        #expect(settings.epsilon == nil)
        #expect(throws: Fault.self) { try settings.constrain(.kl, .bounded(0)) }
        #expect(throws: Fault.self) { try settings.constrain(.kl, .penalised(0)) }
    }

    @Test(arguments: [
        (0.05, "slack"), (0.0951, "active"), (0.1, "active"), (0.1049, "active"), (0.9, "exceeded ×9"),
        (0.25, "exceeded ×2.5"), (123.4, "exceeded ×1234"),
    ])
    func statuses(value: Double, text: String) {
        #expect(BoundStatus(value, constraint: .bounded(0.1)).text == text)
        #expect(BoundStatus(value, constraint: .penalised(1)).text == "no bound")
    }
}
