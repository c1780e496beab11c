"""codeassist reads clinical notes offline and suggests codes with evidence, reason and confidence."""
