"""How an expression derives from columns."""

from __future__ import annotations

import re

from sqlglot import exp

from fabric.lineage.statement import Kind

__all__ = ["is_masking", "is_query", "kind_below", "unwrapped"]

_MASKING = re.compile(
    r"^(md5|sha|sha1|sha2|sha224|sha256|sha384|sha512|sha_?\w*|hash\w*|\w*_hash|hmac\w*|digest|crypt|encrypt\w*|aes_encrypt|"
    r"mask\w*|\w*_mask|redact\w*|anonymi[sz]e\w*|pseudonymi[sz]e\w*|tokeni[sz]e\w*|farm_fingerprint|xxhash\w*|murmur\w*|fnv\w*)"
    r"(_hex|_digest|_binary|_bytes)?$",
    re.IGNORECASE,
)
_MASKING_NODES = tuple(
    found
    for name in (
        "MD5",
        "MD5Digest",
        "SHA",
        "SHA1Digest",
        "SHA2",
        "SHA2Digest",
        "FarmFingerprint",
        "Encrypt",
        "StandardHash",
    )
    if isinstance(found := getattr(exp, name, None), type)
)


_COVER = re.compile(r"[*#xX\u2022-]{2,}")
_COVERING = tuple(
    found
    for name in ("RegexpReplace", "Replace", "Pad", "Overlay", "Concat", "DPipe", "Translate", "Stuff")
    if isinstance(found := getattr(exp, name, None), type)
)


def is_masking(node: exp.Expr) -> bool:
    """Whether a call hides the value that it is given, as hashes, encryption and masks do.

    So do calls that put characters such as `***` or `XXX` in the place of a part of the value.
    """
    if isinstance(node, _MASKING_NODES):
        return True
    if isinstance(node, _COVERING):
        texts = (value for part in node.args.values() for value in (part if isinstance(part, list) else [part]))
        return any(isinstance(t, exp.Literal) and t.is_string and _COVER.fullmatch(t.name.strip()) for t in texts)
    return isinstance(node, exp.Anonymous) and bool(_MASKING.match(node.name.rpartition(".")[2]))


def kind_below(node: exp.Expr, above: Kind) -> Kind:
    """How values below a node derive, when those above it do by `above`."""
    if above == "masking" or is_masking(node):
        return "masking"
    if above == "aggregation" or isinstance(node, exp.AggFunc | exp.WithinGroup | exp.Filter):
        return "aggregation"
    return "transformation"


def is_query(node: object) -> bool:
    """Whether a node is a query, in parentheses or not."""
    while isinstance(node, exp.Subquery | exp.Paren):
        node = node.this
    return isinstance(node, exp.Query)


def unwrapped(node: exp.Expr) -> exp.Expr:
    """An expression without its alias and parentheses."""
    while isinstance(node, exp.Alias | exp.Paren):
        node = node.this
    return node
