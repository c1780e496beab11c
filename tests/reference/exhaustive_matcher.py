"""The matcher written out: every stretch of a note is looked up by itself, then the best are kept one by one.

A stretch lies within one segment, or opens an item and runs across its commas. It is read whole, and again without its
modifiers where it begins and ends with other words.
"""

from codeassist.terminology.term_index import MAX_WORDS


def find_everything(words, find_place):
    """Return every (first, last, size, place) of a note; ``find_place`` gives the place of some words, or None."""
    everything = range(len(words.words))
    plain = [i for i in everything if not words.is_modifier[i]]
    found = set()
    for first in everything:
        for last in everything[first:]:
            for chosen in (everything, plain):
                stretch = [i for i in chosen if first <= i <= last]
                if len(stretch) > MAX_WORDS or {first, last} - set(stretch) or not _may_be_read(words, chosen, stretch):
                    continue
                place = find_place([words.words[i] for i in stretch])
                if place is not None:
                    found.add((first, last, len(stretch), place))
    return found


def keep_best(found):
    """Keep the stretches with most words; where equal, the tighter, then the earlier; none overlaps another."""
    kept = []
    for first, last, size, place in sorted(found, key=lambda f: (-f[2], f[1] - f[0], f[0])):
        if all(last < other_first or other_last < first for other_first, other_last, _, _ in kept):
            kept.append((first, last, size, place))
    return sorted(kept)


def _may_be_read(words, chosen, stretch):
    first, last = stretch[0], stretch[-1]
    if words.segment[first] == words.segment[last]:
        return True
    opens_item = not any(words.item[i] == words.item[first] for i in chosen if i < first)
    return opens_item and words.item[first] == words.item[last]
