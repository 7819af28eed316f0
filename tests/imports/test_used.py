from publisher.imports.used import iris_in, used_iris

TABLE = {"BIRD": "http://purl.obolibrary.org/obo/BIRD_", "p": "https://place.example/"}


def test_curies_and_whole_iris_count():
    """Both forms are found in flow and block YAML, in quotes and in lists."""
    text = '- {id: BIRD:3, at: ["p:Wood", <https://place.example/Country>]}\n'
    assert sorted(iris_in(text, TABLE)) == [
        "http://purl.obolibrary.org/obo/BIRD_3",
        "https://place.example/Country",
        "https://place.example/Wood",
    ]


def test_comments_do_not_count():
    """An identifier that only a comment names is not used."""
    assert list(iris_in("a: 1  # not BIRD:3\n# BIRD:4\n", TABLE)) == []


def test_a_hash_inside_an_iri_is_no_comment():
    """A hash IRI keeps its fragment."""
    assert list(iris_in("<https://a.example/vocab#Thing>", TABLE)) == ["https://a.example/vocab#Thing"]


def test_templates_and_patterns_of_iris_are_not_terms():
    """What a mapping makes IRIs with, or a shape holds them against, is no IRI of a term."""
    text = 'a "https://place.example/W{id}" ; b "^https://place.example/W[0-9]+$" ; c "https://place.example/W(a|b)" .'
    assert list(iris_in(text, TABLE)) == []


def test_the_prefixes_of_a_file_win():
    """A Turtle or SPARQL file that binds a prefix otherwise is read with its own."""
    text = "PREFIX p: <https://other.example/>\nSELECT * { ?s p:Wood ?o }"
    assert "https://other.example/Wood" in set(iris_in(text, TABLE))


def test_of_a_mapping_only_the_identifiers_count():
    """A comment column may name what was not chosen."""
    text = "#curie_map:\n#  p: https://other.example/\nsubject_id\tobject_id\tcomment\np:a\tp:b\tnot p:c\n"
    assert sorted(iris_in(text, TABLE, rows=True)) == ["https://other.example/a", "https://other.example/b"]


def test_a_dataset_with_a_broken_manifest_still_has_an_answer(aviary):
    """When dataset.toml cannot be read, the prefixes of the sources serve."""
    aviary.write("dataset.toml", "this is = not [toml")
    assert "http://purl.obolibrary.org/obo/BIRD_3" in used_iris(aviary.root, TABLE)


def test_a_namespace_is_not_a_term(aviary):
    """The namespaces that prefixes stand for are not taken for terms."""
    assert "https://place.example/" not in used_iris(aviary.root)
