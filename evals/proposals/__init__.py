"""Cases proposed for a suite, from articles or from readers' feedback, for a person to edit; no suite takes one as it
is."""
