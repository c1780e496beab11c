import json

import pytest

from codeassist.io.fhir import to_bundle
from made_results import EDITION, make_candidate, make_mention, make_result, make_suggestion, suggest_visit

bundles = pytest.importorskip("fhir.resources.R4B.bundle", reason="fhir.resources is in the group dev")


@pytest.fixture
def bundle():
    return to_bundle(make_result(suggest=suggest_visit))


def conditions(bundle):
    return [entry["resource"] for entry in bundle.get("entry", [])]


def test_the_bundle_is_valid_fhir(bundle):
    read = bundles.Bundle.model_validate(json.loads(json.dumps(bundle)))

    assert [entry.resource.get_resource_type() for entry in read.entry] == ["Condition"] * 3


def test_a_result_without_suggestions_is_a_valid_bundle_without_entries():
    bundle = to_bundle(make_result(""))

    assert "entry" not in bundle
    assert bundles.Bundle.model_validate(bundle).type == "collection"


def test_the_code_names_system_edition_and_title(bundle):
    assert conditions(bundle)[1]["code"] == {
        "coding": [
            {
                "system": "http://hl7.org/fhir/sid/icd-10-cm",
                "version": EDITION,
                "code": "I50.23",
                "display": "Acute on chronic systolic (congestive) heart failure",
            }
        ],
        "text": "Acute on chronic systolic (congestive) heart failure",
    }


def test_no_suggestion_is_confirmed(bundle):
    statuses = [each["verificationStatus"]["coding"][0]["code"] for each in conditions(bundle)]

    assert statuses == ["provisional", "provisional", "unconfirmed"]


def test_evidence_names_note_place_and_words(bundle):
    evidence = conditions(bundle)[2]["evidence"]

    assert evidence == [
        {
            "extension": [
                {
                    "url": "https://codeassist.invalid/fhir/evidence",
                    "extension": [
                        {"url": "noteId", "valueString": "visit.txt"},
                        {"url": "start", "valueUnsignedInt": 18},
                        {"url": "end", "valueUnsignedInt": 30},
                    ],
                }
            ],
            "detail": [
                {
                    "type": "DocumentReference",
                    "identifier": {"system": "https://codeassist.invalid/fhir/id", "value": "visit.txt"},
                    "display": "leg swelling",
                }
            ],
        }
    ]


def test_confidence_disposition_and_role_are_extensions(bundle):
    assert [list(each.values())[1] for each in conditions(bundle)[0]["extension"]] == [0.9312, "report", "principal"]


def test_flags_are_notes(bundle):
    assert [each.get("note") for each in conditions(bundle)] == [
        None,
        [{"text": "excludes1 I50.9: tabular list, Excludes1 at I50.2"}],
        None,
    ]


def test_the_same_result_gives_the_same_bundle_and_every_resource_its_own_id(bundle):
    again = to_bundle(make_result(suggest=suggest_visit))
    urls = [entry["fullUrl"] for entry in bundle["entry"]]

    assert again == bundle
    assert len(set(urls)) == 3
    assert [f"urn:uuid:{each['id']}" for each in conditions(bundle)] == urls


def test_characters_that_fhir_forbids_are_replaced():
    def suggest(note):
        yield make_suggestion((make_candidate(make_mention(note, "Go\x00ut"), "M10.9", "Gout, unspecified"),))

    bundle = to_bundle(make_result("Go\x00ut \ud800", note_id="n\ud800", suggest=suggest))

    assert conditions(bundle)[0]["evidence"][0]["detail"][0]["display"] == "Go\ufffdut"
    assert bundles.Bundle.model_validate(json.loads(json.dumps(bundle))).identifier.value == "n\ufffd"
