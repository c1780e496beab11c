"""The names that an application may rely on, with their signatures; a change of one shows in the golden file."""

import inspect

import codeassist


def describe(name, value):
    """Yield one line for a name and, for a class, one for each public method and property of its own."""
    yield f"{name}{describe_signature(value)}"
    if not inspect.isclass(value):
        return
    for member, found in sorted(vars(value).items()):
        if member.startswith("_") or inspect.ismemberdescriptor(found):
            continue
        if isinstance(found, property):
            yield f"{name}.{member} -> {inspect.signature(found.fget).return_annotation}"
        else:
            yield f"{name}.{member}{describe_signature(getattr(value, member))}"


def describe_signature(value):
    # A default that is a record is shown by its repr, which quotes no note.
    return str(inspect.signature(value))


def test_the_public_names_and_signatures_are_those_of_the_golden_file(check_golden):
    lines = [line for name in sorted(codeassist.__all__) for line in describe(name, getattr(codeassist, name))]

    check_golden("public_names.txt", "".join(f"{line}\n" for line in lines))


def test_every_public_name_exists_and_says_what_it_is():
    assert len(set(codeassist.__all__)) == len(codeassist.__all__)
    assert all(inspect.getdoc(getattr(codeassist, name)) for name in codeassist.__all__)
