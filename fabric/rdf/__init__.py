"""Records to triples and back: the only place that knows which RDF term stands for what.

One table (`fabric.rdf.forms`) is read in both directions. A record's triples have the record's own IRI, or one beneath it, as
subject; those of a `Lineage` are the edges between its two assets. `encode` therefore gives disjoint sets for records with
different keys.
"""

from fabric.rdf.decode import decode
from fabric.rdf.encode import IDENTIFIER, MAPPING_VERSION, encode
from fabric.rdf.forms import FORMS, field_path

__all__ = ["FORMS", "IDENTIFIER", "MAPPING_VERSION", "decode", "encode", "field_path"]
