import Checkpoints
import Environments
import Laboratory
import PolicyOptimisation
import Support
import Tensors
import Testing

/// A task whose statistics outlive its episodes: the lab keeps them with everything else.
@Suite struct OutlivingTaskTests {
    static func task(_ lab: Lab) throws -> CentredWalk { try #require(lab.environment as? CentredWalk) }

    static func turn(_ lab: Lab) throws {
        try lab.collect(episodes: 3)
        try lab.collect(steps: 15)
        try lab.qstep(steps: 2)
        try lab.mstep(lab.estep())
    }

    @Test func statisticsGrowAndAreInTheDigest() throws {
        let lab = try Fixture.walk(CentredWalk(), threads: 2)
        #expect(try Self.task(lab).count == 0)
        try lab.collect(episodes: 4)
        // A start and every step of each episode were seen.
        #expect(try Self.task(lab).count == Double(lab.environmentSteps + 4))
        let digest = try lab.digest()
        // A hand that plays with the lab's task does not matter.
        var stream = RandomStream(seed: 1, purpose: .script)
        let copy = try lab.copy()
        for _ in 0..<5 { try lab.environment.reset(stream: &stream) }
        #expect(try lab.digest() == digest)
        try lab.collect(episodes: 2, parallel: 4)
        try copy.collect(episodes: 2, parallel: 1)
        #expect(try lab.digest() == copy.digest())
        #expect(try Self.task(lab).mean == Self.task(copy).mean)
    }

    @Test func aFreshLabKeepsWhatItWasGiven() throws {
        let given = CentredWalk()
        var stream = RandomStream(seed: 1, purpose: .script)
        try given.reset(stream: &stream)
        let lab = try Fixture.walk(given)
        let other = try Fixture.walk(CentredWalk())
        #expect(try lab.digest() != other.digest())
        try lab.collect(episodes: 1)
        #expect(try Self.task(lab).count == Double(lab.environmentSteps + 2))
        try lab.undo()
        #expect(try Self.task(lab).count == 1 && given.count == 1)
    }

    @Test func undoAndRedo() throws {
        let lab = try Fixture.walk(CentredWalk())
        var digests = [try lab.digest()]
        var means = [try Self.task(lab).mean]
        for _ in 0..<3 {
            lab.beginEntry("turn")
            try Self.turn(lab)
            lab.endEntry()
            digests.append(try lab.digest())
            means.append(try Self.task(lab).mean)
        }
        for turn in [2, 1, 0] {
            try lab.undo()
            #expect(try lab.digest() == digests[turn] && Self.task(lab).mean == means[turn])
        }
        for turn in [1, 2, 3] {
            try lab.redo()
            #expect(try lab.digest() == digests[turn] && Self.task(lab).mean == means[turn])
        }
        try lab.undo()
        try Self.turn(lab)
        #expect(try lab.digest() == digests[3] && Self.task(lab).mean == means[3])
    }

    @Test func savedAndLoaded() throws {
        try Fixture.withFile { path in
            for steps in [0, 7] {  // between episodes, and in the middle of one
                let lab = try Fixture.walk(CentredWalk())
                try lab.collect(episodes: 3)
                if steps > 0 { try lab.collect(steps: steps) }
                try lab.save(to: path)
                let loaded = try Lab.load(from: path, environment: CentredWalk(), workers: Workers(count: 1))
                #expect(try loaded.digest() == lab.digest())
                #expect(try Self.task(loaded).mean == Self.task(lab).mean && Self.task(loaded).count == Self.task(lab).count)
                for lab in [lab, loaded] { try Self.turn(lab) }
                #expect(try loaded.digest() == lab.digest())
            }
        }
    }

    /// Evaluations change nothing, and start every episode with the lab's statistics.
    @Test func evaluationsDoNotComeBack() throws {
        let lab = try Fixture.walk(CentredWalk(), threads: 2)
        try lab.collect(episodes: 2)
        let digest = try lab.digest()
        let mean = try Self.task(lab).mean
        let alone = try lab.evaluate(episodes: 6, parallel: 1)
        #expect(try lab.evaluate(episodes: 6) == alone)
        #expect(try lab.evaluate(episodes: 2).returns == Array(alone.returns.prefix(2)))
        #expect(try lab.digest() == digest && Self.task(lab).mean == mean)
        let copy = try lab.copy()
        try lab.collect(episodes: 2)
        try copy.collect(episodes: 2)
        #expect(try lab.digest() == copy.digest())
        #expect(try lab.evaluate(episodes: 6) != alone)
    }

    @Test func errorsLeaveTheStatisticsOfTheWholeEpisodes() throws {
        let start = Walk.start(of: 2, seed: 3)
        let lab = try Fixture.walk(
            CentredWalk(Walk(trouble: { if $0 == start, $1 == 2 { throw ParallelEpisodesTests.Broken(start: start) } })))
        #expect(throws: ParallelEpisodesTests.Broken.self) { try lab.collect(episodes: 5) }
        let shorter = try Fixture.walk(CentredWalk())
        try shorter.collect(episodes: 2)
        #expect(try lab.digest() == shorter.digest())
        #expect(try Self.task(lab).count == Self.task(shorter).count && Self.task(lab).mean == Self.task(shorter).mean)
    }

    /// Files of format 1 have the running episode's task under another name.
    @Test func theOldNameIsRead() throws {
        try Fixture.withFile { path in
            let lab = try Fixture.pendulum()
            try lab.collect(steps: 70)
            try lab.save(to: path)
            let file = try LoadedCheckpoint(path: path)
            var old = Checkpoint(kind: "lab", description: file.description)
            for name in file.names {
                let shape = try file.shape(name)
                let oldName = name == "environment.state" ? "episode.environment" : name
                switch try file.type(name) {
                case .float32: try old.add(oldName, shape: shape, file.floats(name))
                case .float64: try old.add(oldName, shape: shape, file.doubles(name))
                case .int64: try old.add(oldName, shape: shape, file.int64s(name))
                default: try old.add(oldName, shape: shape, file.uint8s(name))
                }
            }
            #expect(file.names.contains("environment.state"))
            try old.write(to: path)
            let loaded = try Lab.load(from: path)
            for lab in [lab, loaded] { try lab.collect(steps: 70) }
            #expect(try loaded.digest() == lab.digest())
        }
    }
}
