"""The matcher written out: every stretch of a note is looked up by itself, then the best are kept one by one.

A stretch lies within one segment, or opens an item and runs across its commas. It is read whole, again without its
modifiers where it begins and ends with other words, and again with one of its modifiers only.
"""

from codeassist.annotation.matcher import OPENERS
from codeassist.terminology.term_index import MAX_WORDS


def find_everything(words, find_place):
    """Return every (first, last, size, place, content) ; ``find_place`` gives the place of some words, or None."""
    everything = range(len(words.words))
    plain = [i for i in everything if not words.is_modifier[i]]
    modifiers = [i for i in everything if words.is_modifier[i]]
    streams = [everything, plain, *(sorted([*plain, modifier]) for modifier in modifiers)]
    found = set()
    for first in everything:
        for last in everything[first:]:
            for chosen in streams:
                stretch = [i for i in chosen if first <= i <= last]
                if len(stretch) > MAX_WORDS or {first, last} - set(stretch) or not _may_be_read(words, chosen, stretch):
                    continue
                place = find_place([words.words[i] for i in stretch])
                if place is not None:
                    content = sum(not words.is_modifier[i] for i in stretch)
                    found.add((first, last, len(stretch), place, content))
    return found


def keep_best(found):
    """Keep the stretches with most content words, then most words, the tighter, the earlier; none overlaps another."""
    kept = []
    for match in sorted(found, key=lambda f: (-f[4], -f[2], f[1] - f[0], f[0], f[3])):
        if all(match[1] < other[0] or other[1] < match[0] for other in kept):
            kept.append(match)
    return sorted(kept)


def _may_be_read(words, chosen, stretch):
    first, last = stretch[0], stretch[-1]
    if words.segment[first] == words.segment[last]:
        return True
    opens_item = not any(words.item[i] == words.item[first] for i in chosen if i < first)
    return opens_item and words.item[first] == words.item[last] and not _is_cut_short(words, last)


def _is_cut_short(words, last):
    following = last + 1
    if following == len(words.words) or words.segment[following] != words.segment[last]:
        return False
    is_close = words.token[following] == words.token[last] + 1
    return is_close and not words.is_modifier[following] and words.words[following] not in OPENERS
