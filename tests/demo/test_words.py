"""Sentences come again only after all others were said, and none is left with a gap in it."""

from random import Random

from tongxin.demo import words
from tongxin.demo.words import Words


def test_a_bank_is_used_up_before_a_sentence_comes_again() -> None:
    said = Words(Random(1))
    bank = words._banks()["child_calm"]
    assert {said.say("child_calm") for _ in bank} == {each.format_map(words._Slots()) for each in bank}


def test_every_sentence_can_be_said_of_anybody() -> None:
    for bank, sentences in words._banks().items():
        for sentence in sentences:
            told = sentence.format(ta="她", carer="奶奶")
            assert "{" not in told and told.strip() == told and told, bank
            assert not any("a" <= letter.lower() <= "z" for letter in told), told
