"""Shows results to people: in a terminal and as a page; whatever comes from a note is shown as text, never obeyed."""
