"""Records to and from files and other formats."""
