"""The state machine against a model of rows and platform, in any order of events."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from connector_kit.models import Operation, Push, Rollout, Wave
from connector_kit.rollouts.decide import CurrentWave, InFlight, Report, Snapshot, next_steps
from connector_kit.rollouts.steps import (
    Claim,
    CompleteRollout,
    CompleteWave,
    Halt,
    PushAgain,
    Settle,
    StartWave,
    VerifyWave,
)

FLYING = (Push.State.CLAIMED, Push.State.SENT)
SETTLED = (Push.State.UPDATED, Push.State.CURRENT, Push.State.FAILED, Push.State.SKIPPED)
CODES = ["platform_unavailable", "component_deleted", "license_expired"]


@dataclass
class Row:
    id: int
    wave: int
    state: Push.State = Push.State.WAITING
    attempts: int = 0
    due_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    report: Report | None = None
    verified: bool = False


class Rollouts(RuleBasedStateMachine):
    """Ticks, updates, crashes and the publisher's controls, interleaved at will."""

    @initialize(
        sizes=st.lists(st.integers(0, 8), min_size=1, max_size=3),
        window=st.integers(1, 4),
        limit=st.integers(1, 4),
        attempts=st.integers(1, 3),
    )
    def start(self, sizes, window, limit, attempts):
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.state, self.forgiven = Rollout.State.RUNNING, 0
        self.window, self.limit, self.max_attempts = window, limit, attempts
        self.waves = dict.fromkeys(range(len(sizes)), Wave.State.WAITING)
        members = [wave for wave, size in enumerate(sizes) for _ in range(size)]
        self.rows = {number: Row(number, wave) for number, wave in enumerate(members)}
        self.operations = 0

    def in_state(self, *states):
        return [row for row in self.rows.values() if row.state in states]

    def snapshot(self):
        failed = len(self.in_state(Push.State.FAILED))
        return Snapshot(
            state=self.state,
            window=self.window,
            failure_limit=self.limit,
            max_attempts=self.max_attempts,
            failures=max(failed - self.forgiven, 0),
            in_flight=tuple(
                InFlight(row.id, row.state, row.attempts, row.due_at, row.report)
                for row in self.in_state(*FLYING)
            ),
            wave=self.current_wave(),
        )

    def current_wave(self):
        wave = next((w for w, state in self.waves.items() if state != Wave.State.COMPLETED), None)
        if wave is None:
            return None
        rows = self.members(wave)
        waiting = [row for row in rows if row.state == Push.State.WAITING]
        return CurrentWave(
            wave,
            self.waves[wave],
            due=tuple(row.id for row in waiting if row.due_at <= self.now)[: self.window],
            has_unsettled=any(row.state not in SETTLED for row in rows),
            has_unverified=any(
                row.state == Push.State.UPDATED and not row.verified for row in rows
            ),
        )

    @rule(times=st.integers(1, 3))
    def ticks(self, times):
        for _ in range(times):
            self.tick()

    def tick(self):
        for step in next_steps(self.snapshot(), self.now):
            self.write(step)

    def write(self, step):
        match step:
            case Settle() | PushAgain():
                self.end(self.rows[step.push], step)
            case Claim():
                assert self.state == Rollout.State.RUNNING
                for push in step.pushes:
                    self.claim(self.rows[push])
            case StartWave():
                self.waves[step.wave] = Wave.State.RUNNING
            case VerifyWave():
                for row in self.members(step.wave):
                    row.verified |= row.state == Push.State.UPDATED
            case CompleteWave():
                assert all(row.state in SETTLED for row in self.members(step.wave))
                self.waves[step.wave] = Wave.State.COMPLETED
            case CompleteRollout():
                assert not self.in_state(Push.State.WAITING, *FLYING)
                self.state = Rollout.State.COMPLETED
            case Halt():
                self.state = Rollout.State.HALTED

    def members(self, wave):
        return [row for row in self.rows.values() if row.wave == wave]

    def end(self, row, step):
        assert row.state in FLYING, "only what is in flight gets an outcome"
        row.report = None
        if isinstance(step, Settle):
            row.state = step.state
        else:
            assert self.state != Rollout.State.ABORTED
            row.state, row.attempts, row.due_at = Push.State.WAITING, step.attempts, step.due_at

    def claim(self, row):
        assert row.state == Push.State.WAITING, "a push that is settled or in flight is not pushed"
        assert row.due_at <= self.now
        assert all(
            self.waves[wave] == Wave.State.COMPLETED for wave in self.waves if wave < row.wave
        )
        failed = len(self.in_state(Push.State.FAILED)) - self.forgiven
        assert failed < self.limit, "nothing is pushed beyond the failure limit"
        row.state, row.attempts = Push.State.CLAIMED, row.attempts + 1
        row.due_at = self.now + timedelta(seconds=60)
        assert row.attempts <= self.max_attempts

    @precondition(lambda self: self.in_state(Push.State.CLAIMED))
    @rule(data=st.data())
    def the_platform_accepts_a_push(self, data):
        row = data.draw(st.sampled_from(self.in_state(Push.State.CLAIMED)))
        row.state, row.due_at = Push.State.SENT, self.now + timedelta(seconds=300)

    @precondition(lambda self: self.in_state(*FLYING))
    @rule(
        data=st.data(),
        outcome=st.sampled_from(["", Operation.Outcome.DONE, *Operation.Outcome]),
        code=st.sampled_from(CODES),
        lease=st.integers(-60, 60),
    )
    def an_update_reports(self, data, outcome, code, lease):
        row = data.draw(st.sampled_from(self.in_state(*FLYING)))
        self.operations += 1
        row.report = Report(
            self.operations,
            outcome,
            code=code if outcome == Operation.Outcome.FAILED else "",
            alive_until=self.now + timedelta(seconds=lease),
        )

    @rule(seconds=st.sampled_from([1, 61, 301]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.state == Rollout.State.RUNNING and self.operations > 2)
    @rule(state=st.sampled_from([Rollout.State.PAUSED] * 3 + [Rollout.State.ABORTED]))
    def the_publisher_stops_it(self, state):
        self.state = state
        if state == Rollout.State.ABORTED:
            for row in self.in_state(Push.State.WAITING):
                row.state = Push.State.SKIPPED

    @precondition(lambda self: self.state in (Rollout.State.PAUSED, Rollout.State.HALTED))
    @rule()
    def the_publisher_resumes_it(self):
        self.state = Rollout.State.RUNNING
        self.forgiven = len(self.in_state(Push.State.FAILED))

    @invariant()
    def no_more_than_the_window_is_in_flight(self):
        assert len(self.in_state(*FLYING)) <= self.window

    def teardown(self):
        """Whatever happened, a rollout that is driven on comes to its end."""
        if not hasattr(self, "rows") or self.state == Rollout.State.ABORTED:
            return
        self.state, self.limit = Rollout.State.RUNNING, len(self.rows) + 1
        for _ in range(20 * (len(self.rows) + 1)):
            for row in self.in_state(*FLYING):
                row.report = Report(10**6, Operation.Outcome.DONE)
            self.tick()
            self.now += timedelta(seconds=61)
        assert self.state == Rollout.State.COMPLETED


Rollouts.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestRolloutMachine = Rollouts.TestCase
