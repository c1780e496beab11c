import os

import pytest

from codeassist.core.notes import Encounter, Note
from codeassist.errors import ConfigError, UnsupportedInputError
from codeassist.io.documents import to_json
from made_results import fail_without_mentions, find_process

pytestmark = pytest.mark.assets
TEXTS = ["Assessment: Gout.", "", "A/P: CKD stage 3b due to type 2 diabetes.", "No pneumonia."]


def test_results_come_in_order_and_equal_those_of_single_calls(assistant):
    assert list(assistant.code_many(TEXTS)) == [assistant.code(text) for text in TEXTS]


def test_two_processes_give_what_one_gives(assistant):
    encounters = [Encounter(str(n), (Note("n", text),)) for n, text in enumerate(TEXTS * 3)]

    assert list(assistant.code_many(encounters, processes=2)) == list(assistant.code_many(encounters))


def test_the_work_is_done_in_other_processes(assistant):
    found = {future.result() for _, future in assistant.code_each(TEXTS, finish=find_process, processes=2)}

    assert os.getpid() not in found


@pytest.mark.parametrize("processes", [1, 2])
def test_one_failure_stops_no_other(assistant, processes):
    futures = [future for _, future in assistant.code_each(TEXTS, finish=fail_without_mentions, processes=processes)]

    assert [type(future.exception()) for future in futures] == [type(None), ArithmeticError, type(None), type(None)]


@pytest.mark.parametrize(("processes", "ahead"), [(1, 1), (2, 8)])
def test_only_a_few_sources_are_read_ahead(assistant, processes, ahead):
    read = []
    sources = (read.append(number) or "Gout." for number in range(100))

    results = assistant.code_each(sources, finish=to_json, processes=processes)
    next(results)
    results.close()

    assert len(read) <= ahead


@pytest.mark.parametrize("processes", [0, -1])
def test_less_than_one_process_is_refused(assistant, processes):
    with pytest.raises(ConfigError, match="expected 1 or more"):
        list(assistant.code_many(TEXTS, processes=processes))


@pytest.mark.parametrize("processes", [1, 2])
def test_what_cannot_be_coded_is_refused(assistant, processes):
    with pytest.raises(UnsupportedInputError, match="int"):
        list(assistant.code_many([3], processes=processes))
