from holdfast.checkers.rocq.odds import Odds


def test_a_word_is_looked_at_until_it_has_held() -> None:
    odds = Odds()
    assert odds.are_poor("lia")
    odds.held("lia", 0.003)
    assert not odds.are_poor("lia")
    assert odds.are_poor("auto")


def test_words_are_what_steps_begin_with() -> None:
    odds = Odds()
    odds.held("apply H", 0.003)
    assert not odds.are_poor("apply H0")
    assert not odds.are_poor("apply")


def test_failures_bring_the_look_back_and_cheap_successes_keep_it() -> None:
    odds = Odds()
    odds.held("split", 0.0005)
    for _ in range(10):
        odds.failed("split")
    assert odds.are_poor("split")
    odds.held("split", 0.0005)
    assert odds.are_poor("split")


def test_old_times_are_forgotten_in_the_end() -> None:
    odds = Odds()
    odds.held("lia", 60.0)
    for _ in range(101):
        odds.failed("lia")
    assert odds.are_poor("lia")
    for _ in range(10_000):
        odds.failed("lia")
    odds.held("lia", 0.05)
    assert not odds.are_poor("lia")
