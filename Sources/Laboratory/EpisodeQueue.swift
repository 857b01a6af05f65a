import Support
import Synchronization

/// The numbers of the episodes to play, handed out in order to players on several threads.
///
/// After an episode failed no later one is begun, and one that runs is given up; the earlier ones run on, as one of
/// them may fail too. So what was played is whole up to the first failure, whoever was quick.
final class EpisodeQueue: Sendable {
    private let next: Atomic<Int>
    private let end: Int
    private let firstFailed = Atomic<Int>(.max)
    private let waiting = Atomic<Int>(0)
    private let done = Atomic<Int>(0)
    private let mostWaiting: Int
    private let cancellation: CancellationToken?

    /// The episode comes after one that failed.
    struct NotWanted: Error {}

    /// `mostWaiting`: no further episode is begun while so many steps of finished ones wait to be committed.
    init(_ numbers: Range<Int>, mostWaiting: Int = .max, cancellation: CancellationToken?) {
        next = Atomic(numbers.lowerBound)
        end = numbers.upperBound
        self.mostWaiting = mostWaiting
        self.cancellation = cancellation
    }

    /// The next episode; nil if no further one is to be begun.
    func take() -> Int? {
        // All numbers up to a failed one were taken before it.
        guard firstFailed.load(ordering: .relaxed) == .max, waiting.load(ordering: .relaxed) < mostWaiting else {
            return nil
        }
        let number = next.add(1, ordering: .relaxed).oldValue
        return number < end ? number : nil
    }

    /// Asked before each step of an episode.
    func check(_ number: Int) throws {
        try cancellation?.check()
        if firstFailed.load(ordering: .relaxed) < number { throw NotWanted() }
    }

    func finish(steps: Int) {
        waiting.add(steps, ordering: .relaxed)
        done.add(1, ordering: .relaxed)
    }

    /// Nothing after episode `number` is wanted.
    func stop(at number: Int) { firstFailed.min(number, ordering: .relaxed) }

    /// Episodes played to their end so far, and their steps.
    var finishedEpisodes: Int { done.load(ordering: .relaxed) }
    var finishedSteps: Int { waiting.load(ordering: .relaxed) }
}
