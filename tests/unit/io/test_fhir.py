import json
from dataclasses import replace

import pytest

from codeassist.core.codes import CONCEPT, CPT, ICD10CM, Code
from codeassist.core.notes import Span
from codeassist.core.results import PipelineInfo
from codeassist.core.visits import VisitElement, VisitLevel
from codeassist.io.fhir import to_bundle
from made_results import (
    EDITION,
    make_candidate,
    make_mention,
    make_procedure_result,
    make_result,
    make_suggestion,
    suggest_visit,
)

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


VISIT = VisitLevel(
    code="99214",
    category="office_established",
    step="moderate",
    name="office visit, established patient, moderate complexity",
    method="mdm",
    elements=(VisitElement("problems", "moderate"), VisitElement("data", "low"), VisitElement("risk", "moderate")),
    confidence=0.7,
    category_evidence=(Span("visit.txt", 0, 3),),
    modifiers=("25",),
)


def of_type(bundle, name):
    read = bundles.Bundle.model_validate(json.loads(json.dumps(bundle)))
    assert read.type == "collection"
    return [each for each in conditions(bundle) if each["resourceType"] == name]


def value(resource, name):
    """Return the values of the extensions of this name."""
    return [list(each.values())[1] for each in resource["extension"] if each["url"].endswith(f"/{name}")]


def test_a_procedure_names_code_modifiers_units_and_evidence():
    tapping, tracing = of_type(to_bundle(make_procedure_result()), "Procedure")

    assert tapping["code"] == {
        "coding": [{"system": "http://www.ama-assn.org/go/cpt", "version": "starter-1", "code": "99990"}],
        "text": "Tapping of a large joint",
    }
    assert [value(tapping, name) for name in ("modifier", "units", "disposition")] == [["RT", "59"], [2], ["report"]]
    assert [place["valueUnsignedInt"] for place in value(tapping, "evidence")[0][1:]] == [191, 216]
    assert [tapping["status"], tracing["status"]] == ["completed", "unknown"]
    assert [each["text"] for each in tapping["note"]] == [
        "ncci 99991: not paid together",
        "title_body: title and account differ: side",
    ]


def test_a_procedure_refers_to_the_conditions_that_support_it():
    bundle = to_bundle(make_procedure_result())
    code_by_url = {entry["fullUrl"]: entry["resource"]["code"]["coding"][0]["code"] for entry in bundle["entry"]}

    tapping, tracing = of_type(bundle, "Procedure")

    assert [code_by_url[each["reference"]] for each in tapping["reasonReference"]] == ["M79.89", "I50.23"]
    assert "reasonReference" not in tracing
    assert len(code_by_url) == 5


def test_a_stopped_procedure_says_so_and_a_concept_without_number_has_no_system():
    result = make_procedure_result()
    first, other = result.procedures
    stopped = replace(first, modifiers=("53",))
    named = replace(other, code=Code(CONCEPT, "starter-1", "tracing"))

    made = of_type(to_bundle(replace(result, procedures=(stopped, named))), "Procedure")

    assert made[0]["status"] == "stopped"
    assert made[1]["code"]["coding"] == [{"version": "starter-1", "code": "tracing"}]


def test_one_number_on_both_sides_is_two_resources():
    result = make_procedure_result()
    right = replace(result.procedures[0], modifiers=("RT",))
    bundle = to_bundle(replace(result, procedures=(right, replace(right, modifiers=("LT",)))))

    assert len({each["id"] for each in of_type(bundle, "Procedure")}) == 2


@pytest.mark.parametrize(
    ("category", "setting", "expected"),
    [
        ("office_established", "outpatient", "AMB"),
        ("emergency", "outpatient", "EMER"),
        ("hospital_initial", "inpatient", "IMP"),
    ],
)
def test_the_visit_level_is_the_type_of_the_encounter(category, setting, expected):
    info = PipelineInfo("0.1.0", "sha256:0", ((ICD10CM, EDITION), (CPT, "starter-1")))
    result = make_result(suggest=suggest_visit, setting=setting, info=info)
    visit = replace(VISIT, category=category)

    (made,) = of_type(to_bundle(replace(result, visit=visit)), "Encounter")

    assert made["type"][0]["coding"] == [
        {"system": "http://www.ama-assn.org/go/cpt", "version": "starter-1", "code": "99214"}
    ]
    assert made["class"]["code"] == expected
    assert made["identifier"] == [conditions(to_bundle(result))[0]["encounter"]["identifier"]]
    assert [value(made, name) for name in ("problems", "data", "risk", "modifier")] == [
        ["moderate"],
        ["limited"],
        ["moderate"],
        ["25"],
    ]


def test_a_visit_without_a_number_is_named_in_words():
    visit = replace(VISIT, code="")

    (made,) = of_type(to_bundle(replace(make_result(), visit=visit)), "Encounter")

    assert made["type"] == [{"text": visit.name}]
