"""Where in a message each word stands, as it was written."""

from enum import StrEnum

from classifier.text import _WORD, Reading


class Part(StrEnum):
    """A part of a message as it was read (text.Reading)."""

    HEADING = "heading"
    SAID = "said"
    CITED = "cited"


class Words:
    """The words of a message by place: subject, a full stop that nobody wrote, own words, quoted ones.

    `known` has each as the model knows it; the first `spoken` of them are not quoted.
    """

    def __init__(self, reading: Reading) -> None:
        """Look for the places only once they are asked for: most messages need few."""
        self.reading = reading
        self.known = [*reading.subject, ".", *reading.body, *reading.quoted]
        self._heading = len(reading.subject)
        self.spoken = self._heading + 1 + len(reading.body)
        self._spans: dict[Part, list[tuple[int, int]]] = {}

    def text(self, part: Part) -> str:
        """A part as it was written, addresses left out."""
        if part is Part.SAID:
            return self.reading.said
        return self.reading.heading if part is Part.HEADING else self.reading.cited

    def place(self, number: int) -> tuple[Part, int, int]:
        """In which part a word stands, from where to where."""
        if number < self._heading:
            return Part.HEADING, *self._span(Part.HEADING, number)
        if number == self._heading:
            return Part.HEADING, len(self.reading.heading), len(self.reading.heading)
        if number < self.spoken:
            return Part.SAID, *self._span(Part.SAID, number - self._heading - 1)
        return Part.CITED, *self._span(Part.CITED, number - self.spoken)

    def shown(self, start: int, end: int) -> str:
        """The words from place `start` to before place `end`, of one part, as they were written."""
        part, first, last = self.place(start)
        if end - start > 1:
            last = self.place(end - 1)[2]
        return self.text(part)[first:last].strip("'’_")

    def between(self, number: int) -> str | None:
        """What stands between the word and the next one; None where that is in another part."""
        part, _, end = self.place(number)
        other, start, _ = self.place(number + 1)
        return self.text(part)[end:start] if part is other else None

    def _span(self, part: Part, number: int) -> tuple[int, int]:
        spans = self._spans.get(part)
        if spans is None:
            spans = self._spans[part] = _spans(self.text(part))
        # A word too many was never seen; no message is lost for a word's place.
        return spans[number] if number < len(spans) else (0, 0)


def _spans(text: str) -> list[tuple[int, int]]:
    """From where to where each word of a part stands."""
    lower = text.lower().replace("’", "'")
    found = [match.span() for match in _WORD.finditer(lower)]
    if len(lower) == len(text):
        return found
    # A capital I with a dot becomes two characters.
    origin = [place for place, letter in enumerate(text) for _ in letter.lower()]
    return [(origin[start], origin[end - 1] + 1) for start, end in found]
