"""From what the words of a message weighed to a few words and phrases that a person can read."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from classifier.names import is_name
from classifier.places import Words
from classifier.readable import family, may_begin, may_end
from classifier.weighing import Added

_BETWEEN_WORDS = frozenset({" ", "-", "/"})
# A phrase is shown for a word where the phrase itself weighed so much of what the word did.
_OF_THE_WORD = 0.12
_AGAINST_IT = 0.5
_TRIED = 4
_MORE = 4
_WEIGHED_TOO = 0.5
_OF_THE_HEAVIEST = 0.08


@dataclass(frozen=True, slots=True)
class Item:
    """A word or phrase as it stands in the message, what its words added wherever they stand, and
    which families of words these are.
    """

    shown: str
    weight: float
    families: frozenset[str]


def families_of(words: Words) -> dict[str, list[int]]:
    """The words of a message that say something, their forms together, with their places."""
    told = defaultdict[str, list[int]](list)
    for place, name in enumerate(map(family, words.known)):
        if name is not None:
            told[name].append(place)
    return dict(told)


class Phrases:
    """Finds what can be read in one message."""

    def __init__(
        self,
        words: Words,
        told: Mapping[str, Sequence[int]],
        weight: Mapping[str, float],
        added: Sequence[Added],
        often: Callable[[str], bool],
    ) -> None:
        """`told` are the families of the message's words with their places, `weight` is what each
        added, `added` what single features did. `often`: whether texts often have a word.
        """
        self._words, self._told, self._weight, self._added = words, told, weight, added
        self._often = often
        self._phrases = defaultdict[str, set[str]](set)
        self._sums: Mapping[str, float] = {}

    def items(self, most: int, least: float) -> tuple[Item, ...]:
        """At most `most` items of at least `least`, the heaviest first; no word is in two of them.

        What weighs next to nothing beside the heaviest is left out. Where words spoke for and against,
        both are among them.
        """
        names = sorted(self._weight, key=lambda name: -abs(self._weight[name]))[: most * _MORE]
        if not names:
            return ()
        least = max(least, _OF_THE_HEAVIEST * abs(self._weight[names[0]]))
        self._find_phrases(names)
        used, found = set[str](), list[Item]()
        for name in names:
            if abs(self._weight[name]) < least:
                break
            if name in used or not self._may_follow(name, found, most) or self._is_name(name):
                continue
            item = self._phrase(name, used) or self._alone(name)
            if item is not None:
                used |= item.families
                found[most - 1 :] = [*found[most - 1 : most - 1], item]
        return tuple(sorted(found, key=lambda item: -abs(item.weight)))

    def _may_follow(self, name: str, found: Sequence[Item], most: int) -> bool:
        """Whether there is room; the last of many of one sign makes room for the other sign."""
        if len(found) < most:
            return True
        other = all((item.weight > 0) != (self._weight[name] > 0) for item in found)
        return other and abs(self._weight[name]) >= _WEIGHED_TOO * abs(found[-1].weight)

    def _is_name(self, name: str) -> bool:
        return is_name(self._told[name], self._words, self._often)

    def _find_phrases(self, names: Sequence[str]) -> None:
        """What the phrases of each of these words added themselves, if it is enough to show them."""
        least = _OF_THE_WORD * abs(self._weight[names[len(names) // _MORE]])
        sums = dict[str, float]()
        for one in self._added:
            for phrase, part, told in one.phrases(least):
                if phrase not in sums:
                    for name in told:
                        self._phrases[name].add(phrase)
                sums[phrase] = sums.get(phrase, 0.0) + part
        self._sums = sums

    def _alone(self, name: str) -> Item | None:
        """The word in its first form without digits: what a scanner misread is no reason."""
        for place in self._told[name]:
            shown = self._words.shown(place, place + 1)
            if shown and not any(letter.isdigit() for letter in shown):
                return Item(shown, self._weight[name], frozenset({name}))
        return None

    def _phrase(self, name: str, used: set[str]) -> Item | None:
        """The phrase with this word that weighed most, if it weighed enough."""
        sign = 1 if self._weight[name] > 0 else -1
        heaviest = sorted(self._phrases[name], key=lambda one: (-sign * self._sums[one], one))
        for phrase in heaviest[:_TRIED]:
            if sign * self._sums[phrase] < _OF_THE_WORD * abs(self._weight[name]):
                break
            span = self._span(name, phrase.split(" "))
            if span and self._agrees(name, families := self._families(*span), used):
                weight = sum(self._weight[one] for one in families)
                return Item(self._words.shown(*span), weight, families)
        return None

    def _span(self, name: str, phrase: list[str]) -> tuple[int, int] | None:
        """Where the phrase first stands that can be shown."""
        known, length = self._words.known, len(phrase)
        for place in self._told[name]:
            for start in range(max(place - length + 1, 0), place + 1):
                if known[start : start + length] == phrase:
                    span = self._trimmed(start, start + length)
                    if span:
                        return span
        return None

    def _trimmed(self, start: int, end: int) -> tuple[int, int] | None:
        """The phrase without what says nothing at its ends; None where no phrase is left."""
        known = self._words.known
        while start < end and not may_begin(known[start]):
            start += 1
        while start < end and not may_end(known[end - 1]):
            end -= 1
        beside = all(
            self._words.between(place) in _BETWEEN_WORDS for place in range(start, end - 1)
        )
        return (start, end) if end - start > 1 and beside else None

    def _agrees(self, name: str, families: frozenset[str], used: set[str]) -> bool:
        """Whether the phrase has the word, and its other words are free, no names, and of one mind."""
        if name not in families or families & used:
            return False
        bearable = _AGAINST_IT * abs(self._weight[name])
        sign = 1 if self._weight[name] > 0 else -1
        return all(
            sign * self._weight[one] > -bearable and not self._is_name(one)
            for one in families - {name}
        )

    def _families(self, start: int, end: int) -> frozenset[str]:
        return frozenset(filter(None, map(family, self._words.known[start:end])))
