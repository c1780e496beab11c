import pydantic
import pytest

from codeassist.config import AnnotationSettings, LinkingSettings, SelectionSettings, Settings


def test_default_shows_more_than_it_reports():
    defaults = Settings().selection

    assert 0 < defaults.consider_confidence < defaults.report_confidence < 1


@pytest.mark.parametrize("group", [AnnotationSettings, LinkingSettings, SelectionSettings, Settings])
def test_unknown_key_is_refused_by_its_name(group):
    with pytest.raises(pydantic.ValidationError, match=r"colour\n.*Extra inputs are not permitted"):
        group(colour="blue")


@pytest.mark.parametrize(
    ("group", "key", "value"),
    [
        (SelectionSettings, "report_confidence", 1.01),
        (SelectionSettings, "report_confidence", -0.01),
        (SelectionSettings, "consider_confidence", 2.0),
        (LinkingSettings, "alternatives", -1),
        (LinkingSettings, "alternatives", 21),
        (AnnotationSettings, "correct_spelling", "perhaps"),
    ],
)
def test_value_outside_its_range_is_refused(group, key, value):
    with pytest.raises(pydantic.ValidationError, match=key):
        group(**{key: value})


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_ends_of_the_range_of_a_confidence_are_allowed(value):
    assert SelectionSettings(report_confidence=value).report_confidence == value


def test_settings_cannot_be_changed_once_made():
    settings = Settings()

    with pytest.raises(pydantic.ValidationError, match="frozen"):
        settings.linking = LinkingSettings(alternatives=1)


def test_settings_survive_json():
    settings = Settings(linking=LinkingSettings(alternatives=2))

    assert Settings.model_validate_json(settings.model_dump_json()) == settings
