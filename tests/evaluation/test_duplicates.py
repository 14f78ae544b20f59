"""Near-duplicates and copies are found, and nothing else."""

from random import Random

from said import many, said

from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.duplicates import copies, near_duplicates


def lines(seed: int, words: int = 60) -> list[str]:
    random = Random(seed)
    said = [f"w{random.randint(0, 5000)}" for _ in range(words)]
    return [" ".join(said[i : i + 15]) for i in range(0, words, 15)]


def test_a_copy_and_a_near_copy_are_found() -> None:
    original = lines(1)
    near = [original[0] + " well", *original[1:]]
    dialogues = many([original, lines(2), original, near, lines(3)])
    found = near_duplicates(Corpus(dialogues))
    pairs = [(copy.first, copy.second) for copy in found]
    assert pairs[0] == ("said-0", "said-2")
    assert pairs[1:] == [("said-0", "said-3")]
    assert found[0].similarity == 1
    assert 0.6 <= found[1].similarity < 1


def test_different_dialogues_are_not_duplicates() -> None:
    assert near_duplicates(Corpus(many([lines(seed) for seed in range(40)]))) == []


def test_dialogues_too_short_to_compare_are_left_out() -> None:
    assert near_duplicates(Corpus([said("hi", "hello", number=i) for i in range(3)])) == []
    assert near_duplicates(Corpus([said(number=1), said(number=2)])) == []
    assert near_duplicates(Corpus([])) == []


def test_turns_may_be_cut_elsewhere() -> None:
    words = " ".join(lines(5)).split()
    other = [" ".join(words[:7]), " ".join(words[7:40]), " ".join(words[40:])]
    assert len(near_duplicates(Corpus(many([lines(5), other])))) == 1


def test_copies_of_a_reference_are_found_whatever_the_order_of_words_learnt() -> None:
    public = Corpus(many([lines(1), lines(2), lines(3)]))
    made = Corpus([said(*lines(9), number=7), said(*lines(3), number=8)])
    [found] = copies(made, public)
    assert (found.first, found.second, found.similarity) == ("said-8", "said-2", 1)


def test_chinese_is_compared_by_characters() -> None:
    text = "我的酒店住了三个晚上一共花了一千四百四十元请问可以报销多少"
    made = many(
        [[text, "可以报销一部分"], [text, "可以报销一部分"], ["完全不同的一段话说的是别的事情"]]
    )
    [found] = near_duplicates(Corpus(made))
    assert (found.first, found.second) == ("said-0", "said-1")


def test_a_dialogue_is_paired_with_the_earlier_one_it_resembles_most() -> None:
    original = " ".join(lines(1)).split()
    nearer = [*original[:-5], "so", "it", "ended", "quite", "differently"]
    again = ["it", "began", "elsewhere", *nearer[3:]]
    found = near_duplicates(Corpus(many([[" ".join(w)] for w in (original, nearer, again)])))
    assert {(copy.first, copy.second) for copy in found} == {
        ("said-0", "said-1"),
        ("said-1", "said-2"),
    }


def test_many_copies_make_as_many_pairs_not_their_square() -> None:
    dialogues = many([lines(1) for _ in range(300)] + [lines(2)])
    found = near_duplicates(Corpus(dialogues))
    assert len(found) == 299
    assert {copy.first for copy in found} == {"said-0"}
    assert len(copies(Corpus([said(*lines(1), number=900)]), Corpus(dialogues))) == 1
