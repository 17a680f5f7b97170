"""Which words a case officer learns something from, and which are one word in two forms."""

from functools import lru_cache

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

_REMEMBERED = 50_000
_SHORTEST = 3


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# On scikit-learn's list of words that say nothing, yet they do in a letter to a council.
_SAY_SOMETHING = _words("""
    again bill call cry describe detail empty fill fire interest mill never nobody nothing please
    serious sincere still system yet
""")
# Not on that list, and no reason by themselves: the small change of telling a story, dates and
# numbers in words.
_SAY_NOTHING = _words("""
    able actually ago asked asking because bit came come comes coming day days dear did do does doing
    evening afternoon get gets getting given giving going gone good got great had happen happened hello
    hi hour hours just kind kindly know last later left let like little lives living long look looked
    looking looks lot madam made make making maybe mean moment morning month months need needs new next
    night number ok okay old ones people person place put quite really regards right said saw say saying
    says second see seen sent set since sir sirs sort start sure than thing things think thought time
    times today told tomorrow took tried try trying use used very want wanted wants way week weeks went
    wish work worth writing wrote year years yesterday yours faithfully sincerely i've we've they've
    mr mrs ms miss dr cllr
    january february march april june july august september october november december jan feb mar apr
    jun jul aug sept sep oct nov dec monday tuesday wednesday thursday friday saturday sunday mondays
    tuesdays wednesdays thursdays fridays saturdays sundays mon tue tues wed thu thur thurs fri sat sun
    easter christmas seven thirteen fourteen seventeen eighteen nineteen thirty
""")
_NEVER_AT_THE_START = _words("""
    a about after all also am an and any are as at be because been before being but by did do does each
    for from had has have he her here his i i'd i'll i'm i've if in into is it it's its just like me my
    of on or our she since so some than that that's the their them then there there's these they they're
    this those to too very was we we'd we'll we're we've were which while who will with would you your
""")
_NEVER_AT_THE_END = (_NEVER_AT_THE_START - {"you", "me", "here", "there"}) | _words("""
    how no not when where why what since such only even every please more most very
""")
_CONTRACTED = ("'s", "'ve", "'re", "'ll", "'d", "'m")
_ENDINGS = ("ations", "ation", "ings", "ions", "ing", "ion", "ed", "es", "s", "e")
_SHORTEST_STEM = {"s": 3, "es": 4, "e": 4}
_STEM = 5


def says_something(word: str) -> bool:
    """Whether a person learns something from the word alone, as the model knows it."""
    if word in _SAY_SOMETHING:
        return True
    if len(word) < _SHORTEST or word in ENGLISH_STOP_WORDS or word in _SAY_NOTHING:
        return False
    if "n't" in word or any(letter.isdigit() for letter in word):
        return False
    plain = _uncontracted(word)
    return plain == word or says_something(plain)


@lru_cache(_REMEMBERED)
def family(word: str) -> str | None:
    """What the forms of one word have in common (bin, bins, bin's; collected, collection); None for
    a word that says nothing.

    It tells words of one message apart and is no stem to be shown.
    """
    if not says_something(word):
        return None
    word = word.removesuffix("'s").strip("'")
    if word.endswith("ies") and len(word) > _STEM:
        return word[:-3] + "y"
    for ending in _ENDINGS:
        stem = word if word.endswith("ss") else word.removesuffix(ending)
        if stem != word and len(stem) >= _SHORTEST_STEM.get(ending, _STEM):
            return stem
    return word


@lru_cache(_REMEMBERED)
def may_begin(word: str) -> bool:
    """Whether a phrase may begin with the word: "the bin" is shown as "bin"."""
    return _may(word, _NEVER_AT_THE_START)


@lru_cache(_REMEMBERED)
def may_end(word: str) -> bool:
    """Whether a phrase may end with the word: "wrong since" is shown as "wrong"."""
    return _may(word, _NEVER_AT_THE_END)


def _may(word: str, never: frozenset[str]) -> bool:
    return _uncontracted(word) not in never and any(letter.isalpha() for letter in word)


def _uncontracted(word: str) -> str:
    return next((word.removesuffix(end) for end in _CONTRACTED if word.endswith(end)), word)
